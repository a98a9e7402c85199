"""What a sentence is for: a new customer, a follow-up, a reminder, giving a lead back, or a question."""

import re
from functools import cache

INTENTS = ("new_lead", "followup", "question", "reminder", "release", "unknown")


@cache
def _reminder() -> re.Pattern[str]:
    return re.compile(
        r"提醒(?:我|一下|下我)|记得叫我|叫我|到时候?喊我|设(?:个|一个)?(?:提醒|闹钟|日程)|定个闹钟|别忘了|remind me",
        re.IGNORECASE,
    )


@cache
def _release() -> re.Pattern[str]:
    return re.compile(
        r"退回(?:公海|线索池|池子|给)?|(?:放|扔|丢|退|还)(?:回|到)(?:了)?(?:公海|线索池|池子|池里)|"
        r"释放(?:线索|客户|掉)?|放弃(?:这|该|跟进|线索|客户|了)|我不跟了|这个?我?跟不了"
    )


@cache
def _question() -> re.Pattern[str]:
    return re.compile(
        r"[?]\s*$|什么时候|几点|多久|^(?:帮我|麻烦|请)?(?:查|搜)|^(?:多少|哪些|哪个|哪家|谁|怎么|为什么|为啥|有没有|有多少|是不是|能不能|可不可以|请问|"
        r"查一?下|看一?下|什么)|(?:吗|呢|是谁|在哪|怎么办|多少个?|哪些)\s*$"
    )


@cache
def _followed() -> re.Pattern[str]:
    return re.compile(
        r"已?(?:电话|微信|邮件|当面|线上)?沟通(?:过|了|完)?|打(?:过|了)(?:电话)?|无人接听|没人接|没接|未接|"
        r"不接|挂断|关机|停机|空号|占线|约(?:了|好|到)|拜访(?:了|过)|见(?:了|过)面?|回访(?:了|过)|发了|发过|"
        r"寄了|报了价|报过价|"
        r"演示(?:了|过|完)|签(?:了|约)|付(?:了|款)|成交|考虑(?:一下|中)|再(?:联系|跟进|打|谈|约|聊|看|说|"
        r"回访)|跟进|回访|嫌贵|没预算|没兴趣|有兴趣|感兴趣|答复|反馈|加(?:了|上)微信|通过了|对比|试用(?:了|"
        r"中|完)|暂时不|先放一?放|下次|客户说|他说|她说|总说|经理说|对方说|聊(?:了|过)|谈(?:了|过)|^记[ 一录]"
    )


def read_intent(text: str, *, contact: bool, labelled: bool, when: bool, named: bool) -> str:
    """One of INTENTS.

    A reminder and a release are said outright. A contact (phone, mail, WeChat id) makes a new lead, unless it
    tells what happened on the phone and nothing is labelled as in a form. What ends or begins like a question and
    carries no contact is one. Else a date, or a word of what happened, makes a follow-up.
    """
    if _reminder().search(text) and not labelled:
        return "reminder"
    if _release().search(text) and not contact:
        return "release"
    happened = _followed().search(text) is not None
    if contact and (labelled or named or not happened):
        return (
            "new_lead"
            if labelled or not happened or not re.search(r"无人接听|没人接|没接|未接|关机|空号|再打|再联系|^记", text)
            else "followup"
        )
    if _question().search(text.strip()) and not contact and not (happened and when):
        return "question"
    if happened or when:
        return "followup"
    return "unknown"
