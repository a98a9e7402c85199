"""What customers said about hearing from us: they write 退订, or a colleague notes it (退订 L1024, 同意 L1024)."""

import hashlib
import re

from bot.context import Answer, Context, say
from bot.morning import note_at_work
from bot.platform import Place
from config.rules import Rules
from leads.consent import SHORTEST_PROOF, hear_consent, topics_meant
from leads.errors import NoRight, Unusable
from leads.facts import Fact
from leads.reach_facts import CHANNEL_LABELS, what_of
from leads.rights import Who, can_act, get_visible
from leads.stop import stop
from leads.stop_words import read_stop, wants_forgetting
from store import kf, outbox
from store.members import list_members
from store.talk import set_focus
from store.tx import Tx

ALL = ("全部", "所有", "都")
WECHAT = ("kf", "mass", "mp")  # whoever says it in WeChat means what comes by WeChat


async def on_stop_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """退订 L1024 产品资讯 (原话): whoever can see a customer may note that they want no more."""
    if lead_id is None or not rest:
        raise Unusable(_how("退订", ctx.rules))
    lead = await get_visible(tx, lead_id, who, rules=ctx.rules)
    topic, channel, words = _meant(rest, ctx.rules)
    facts = await stop(
        tx, lead.id or 0, topic=topic, channel=channel, way="chat", by=who.id, words=words, rules=ctx.rules, now=ctx.now
    )
    await set_focus(tx, who.id or "", lead_id=lead.id, asked="", now=ctx.now)
    what = what_of(ctx.rules.nurture.topics[topic].label if topic else "", channel)
    if not facts:
        return [say(f"{lead.no} 早就退订了{what},不会再发。")]
    return [*facts, say(f"{lead.no} 已退订{what},立即生效,排着队的也不会再发。")]


async def on_agree_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """同意 L1024 产品资讯 3月18日展会上当面说的: a consent with its proof, by whoever works with the customer."""
    if lead_id is None or not rest:
        raise Unusable(_how("同意", ctx.rules))
    lead = await get_visible(tx, lead_id, who, rules=ctx.rules)
    if who.role != "marketing" and not await can_act(tx, lead, who):
        raise NoRight(f"{lead.no} 的同意要由负责人或市场来记。")
    topic, channel, proof = _meant(rest, ctx.rules)
    if len(proof) < SHORTEST_PROOF:
        raise Unusable(
            f"要写上凭据:客户什么时候、怎么说的。例如:同意 {lead.no} {_first(ctx.rules)} 3月18日展会上当面说的"
        )
    facts = await hear_consent(
        tx, lead.id or 0, topic=topic, channel=channel, proof=proof, way="chat", by=who.id, rules=ctx.rules, now=ctx.now
    )
    names = topics_meant(topic, ctx.rules)
    await set_focus(tx, who.id or "", lead_id=lead.id, asked="", now=ctx.now)
    labels = "、".join(f"「{ctx.rules.nurture.topics[name].label}」" for name in names)
    by = f"(只用{CHANNEL_LABELS[channel]})" if channel else ""
    return [*facts, say(f"记下了:{lead.no} 同意接收{labels}{by},凭据也存好了。客户随时可以退订。")]


async def stop_by_answer(tx: Tx, lead_id: int, text: str, channel: str, ctx: Context) -> list[Fact]:
    """A customer's answer by sms, mail or kf may be a stop; [] when it says anything else."""
    said = read_stop(text, channel, rules=ctx.rules)
    if said is None:
        return []
    if wants_forgetting(text):
        await _tell_who_erases(tx, lead_id, channel, ctx)
    channels = ("",) if said.everywhere else WECHAT if channel in WECHAT else (channel,)
    facts: list[Fact] = []
    for one in channels:
        facts += await stop(
            tx, lead_id, topic=said.topic, channel=one, way=channel, words=text, rules=ctx.rules, now=ctx.now
        )
    return facts


async def _tell_who_erases(tx: Tx, lead_id: int, channel: str, ctx: Context) -> None:
    """An administrator reads, once a day, that a customer wants to be forgotten, and how it is done."""
    text = (
        f"L{lead_id} 的客户在{CHANNEL_LABELS.get(channel, channel)}里要求删除个人信息,自动消息已经全部停下。"
        f"核对是本人以后,在服务器上执行 ./run erase 公司文件夹 --phone 他的号码(先加 --dry-run 看会删什么),会打印回执。"
    )
    for member in await list_members(tx, role="admin"):
        key = f"forget:{lead_id}:{ctx.today}:{member.id}"
        await note_at_work(tx, ctx, member, text, key=key, lead_id=lead_id)


async def confirm_in_kf(
    tx: Tx, talk: kf.KfTalk, lead_id: int, message_id: str, ctx: Context, *, forget: bool = False
) -> None:
    """Whoever stopped in 微信客服 reads at once that it is done, and how to stop more."""
    text = "好的,已经停了,不会再主动给您发消息。您的咨询我们照常回复。想连邮件、短信也一起停,请回复「全部退订」。"
    if forget:
        text = "收到。从现在起不会再主动给您发消息;核对是您本人以后,我们会删除您的个人信息。"
    mark = hashlib.sha256(f"stop|{message_id}".encode()).hexdigest()[:32]
    place = Place("wecom", talk.hash.hex(), "customer")
    body = {"touser": talk.external_id, "open_kfid": talk.account, "msgid": mark, "msgtype": "text"}
    await outbox.ask(
        tx, platform=place.platform, place=place.id, lane=place.lane(), card="kf", key=f"kf:{mark}", now=ctx.now,
        lead_id=lead_id, params={"body": {**body, "text": {"content": text}}},
    )  # fmt: skip
    await kf.count_reply(tx, talk)


def _meant(rest: str, rules: Rules) -> tuple[str, str, str]:
    """(topic, channel, words): 产品资讯, 产品资讯 短信 …, 短信, 全部; raises Unusable for anything else."""
    head, _, words = rest.strip().partition(" ")
    head = re.sub(r"[「」,。\uff0c]", "", head)
    by_label = {label: channel for channel, label in CHANNEL_LABELS.items()}
    if head in ALL:
        return "", "", words.strip()
    if head in by_label:
        return "", by_label[head], words.strip()
    topic = rules.nurture.topic_called(head)
    if topic is None:
        known = "、".join(one.label for one in rules.nurture.topics.values())
        raise Unusable(f"没有叫「{head[:20]}」的主题。有:{known};或者写 短信、邮件、全部。")
    second, _, more = words.strip().partition(" ")
    if second in by_label:
        return topic, by_label[second], more.strip()
    return topic, "", words.strip()


def _how(word: str, rules: Rules) -> str:
    labels = "、".join(one.label for one in rules.nurture.topics.values())
    if word == "退订":
        return f"哪位客户不想再收到什么?例如:退订 L1024 {_first(rules)},或:退订 L1024 全部。主题有:{labels}。"
    example = f"同意 L1024 {_first(rules)} 3月18日展会上当面说的"
    return f"哪位客户同意接收什么、凭据是什么?例如:{example}。主题有:{labels}。"


def _first(rules: Rules) -> str:
    return next(iter(rules.nurture.topics.values())).label
