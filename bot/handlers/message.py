"""A line of chat: a command, a number of the list shown last, or free words about the lead we talk about."""

import re

from bot.cards.practice import OFFER
from bot.context import Answer, Context, say
from bot.deal_actions import ShowDeal
from bot.events import MessageReceived
from bot.handlers import (
    attachment,
    capture,
    deal_group,
    deal_lines,
    draft,
    feedback,
    field,
    followup,
    namecard,
    numbers,
    shelf,
    together,
)
from bot.handlers.commands import ALIASES, COMMANDS, Command
from bot.handlers.deal import NO_MATTER, on_show_deal
from bot.handlers.importing import may_be_list, on_file
from bot.handlers.look import on_show
from bot.handlers.words import closest, ended, lead_and_rest, picked, read_line, tidy, turned
from bot.lead_actions import Show
from leads.errors import NoRight
from leads.facts import Fact
from leads.own import taken_from
from leads.rights import Who, can_act, can_see
from leads.understand.phone import normal_phone
from leads.understand.reading import Understanding, understand
from store.leads import find_by_identity, find_lead
from store.merges import current
from store.talk import add_draft, find_focus, find_open_draft, set_focus
from store.tx import Tx

GREETING = re.compile(
    r"(?:[你您]好|嗨|哈喽|在吗|在不在|早|(?:早上|上午|中午|下午|晚上)好|hi|hello)[呀啊!?。~\s\uff01\uff1f]*", re.I
)
HEARD = re.compile(
    r"(?:(?:好[的吧嘞]?|收到|多?谢谢?你?|嗯+|ok|行|明白了?|知道了|辛苦了?|[👌👍🙏])[啊呀哈了!~。,\s\uff01\uff0c]*){1,3}",
    re.I,
)
REPORTS = ("日报", "周报", "月报", "漏斗", "渠道", "归因")  # whoever may not see them has numbers of their own
SAID_NEXT = ("note:", together.ASKED, feedback.ASKED)  # questions that the next line answers, whatever it says
SHORT = 8  # characters: a line this short that means nothing to us is rather a mistyped command than a note
KINDS = {"image": "图片", "voice": "语音", "video": "视频", "location": "位置", "link": "链接", "file": "文件"}


async def on_message(tx: Tx, event: MessageReceived, who: Who, ctx: Context) -> list[Fact | Answer]:
    """Answer a member's line; every line gets an answer."""
    if event.media_id and (put := await shelf.on_shelf_file(tx, event, who, ctx)) is not None:
        return put
    if not may_be_list(event, who) and (put := await attachment.on_material(tx, event, who, ctx)) is not None:
        return put
    if namecard.is_picture(event):
        return await namecard.on_photo(tx, event, who, ctx)
    if event.kind == "file":
        return await on_file(tx, event, who, ctx)
    if event.kind != "text" and not event.text:
        if attachment.kind_of(event) is not None:
            return [say(attachment.WHICH)]
        what = KINDS.get(event.kind, "消息")
        return [say(f"{what}收到了,我现在只读得懂文字。把要点打成一句话发给我就好。")]
    text = tidy(event.text)
    focus = await find_focus(tx, who.id or "")
    number = picked(ended(text))
    asked = focus.asked if focus is not None else ""
    if number is not None and not asked.startswith(("field:", *deal_lines.OPEN_QUESTIONS)):
        return await _pick(tx, number, who, ctx)
    if asked.startswith(SAID_NEXT) and ended(text) in NO_MATTER:
        await set_focus(tx, who.id or "", asked="", now=ctx.now)
        return [say("好的,先不写,什么都没有变。")]
    line = read_line(text, ALIASES) or (read_line(turned(text), ALIASES) if not asked.startswith(SAID_NEXT) else None)
    if line is not None and event.conversation:
        heard = await deal_group.on_group_line(tx, line.word, line.rest, event, who, ctx)
        if heard is not None:
            return heard
    if line is not None:
        return await run_command(tx, COMMANDS[line.word], line.rest, who, ctx)
    if text and (question := await together.on_at(tx, text, who, ctx)) is not None:
        return question
    if asked.startswith(together.ASKED) and text:
        return await together.on_answer(tx, asked, text, who, ctx)
    if asked.startswith(feedback.ASKED) and text:
        return await feedback.on_answer(tx, asked, text, who, ctx)
    if asked.startswith("field:") and text:
        return await field.on_answer(tx, asked, text, who, ctx)
    if text and (answered := await deal_lines.on_line(tx, asked, text, who, ctx)) is not None:
        return answered
    if (answered := await draft.on_answer(tx, ended(text), who, ctx)) is not None:
        return answered
    lead_id, rest = lead_and_rest(text, bare=False)
    lead_id = await current(tx, lead_id) if lead_id is not None else None
    if lead_id is not None and not ended(rest):
        return await on_show(tx, Show(lead_id), who, ctx)
    if (alone := await _alone(tx, ended(text), who, ctx)) is not None:
        return await on_show(tx, Show(alone), who, ctx)
    if not text:
        return await _unknown(tx, text, who, ctx, first=focus is None)
    if asked.startswith("note:"):
        return await followup.on_followup_word(tx, int(asked[5:]), text, who, ctx)
    if numbers.is_question(text):
        return await numbers.on_question(tx, text, who, ctx)
    reading = understand(text, now=ctx.now.astimezone(ctx.rules.zone))
    if reading.intent == "new_lead":
        return await _new_lead(tx, text, reading, who, ctx)
    about = lead_id or (focus.lead_id if focus is not None else None)
    if lead_id is None and len(named := await followup.others_named(tx, text, about, who)) == 1:
        about = named[0].id
    means_something = reading.intent in ("followup", "reminder", "release") or reading.when is not None
    if not means_something and (len(text) <= SHORT or reading.intent == "question"):
        return await _unknown(tx, text, who, ctx, first=focus is None)
    return await _free_words(tx, rest if lead_id else text, about, who, ctx)


async def run_command(tx: Tx, command: Command, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """Run a command with what follows its word; raises NoRight when the person's role may not use it."""
    if command.roles and who.role not in command.roles:
        own = "你组里的发「排行」,自己手上的发「我的」。" if command.words[0] in REPORTS else ""
        raise NoRight(f"「{command.words[0]}」是给主管和市场用的。{own}发「帮助」看看你可以做什么。")
    rest = rest if command.verbatim else ended(rest)
    if command.on_lead is not None:
        typed = rest
        lead_id, rest = lead_and_rest(rest, bare=command.bare)
        if lead_id is not None and typed.lstrip()[:1].isdigit():
            lead_id = await _on_list(tx, lead_id, who)
        lead_id = await current(tx, lead_id) if lead_id is not None else None
        return await command.on_lead(tx, lead_id, rest, who, ctx)
    if command.on_words is not None:
        return await command.on_words(tx, rest, who, ctx)
    if command.on_alone is not None:
        return await command.on_alone(tx, who, ctx)
    return [Answer("help", params={"role": who.role})]


async def _alone(tx: Tx, text: str, who: Who, ctx: Context) -> int | None:
    """The lead that a bare number of three to six digits names, if there is one that this person may see."""
    lead_id = await current(tx, int(text)) if re.fullmatch("[0-9]{3,6}", text) else None
    lead = await find_lead(tx, lead_id) if lead_id is not None else None
    return lead_id if lead is not None and await can_see(tx, lead, who, rules=ctx.rules) else None


async def _on_list(tx: Tx, number: int, who: Who) -> int:
    """领取 1 means the first of the list shown last; a number that stands on no list is a lead's."""
    focus = await find_focus(tx, who.id or "") if number <= 99 else None
    listed = focus.listed if focus is not None and not focus.asked.startswith("deals:") else []
    return listed[number - 1] if 1 <= number <= len(listed) else number


async def _pick(tx: Tx, number: int, who: Who, ctx: Context) -> list[Fact | Answer]:
    focus = await find_focus(tx, who.id or "")
    listed = focus.listed if focus is not None else []
    if not 1 <= number <= len(listed):
        return [say("没有这个序号。发「我的」或「线索池」先看清单,再回复序号。")]
    if focus is not None and focus.asked.startswith("other:"):
        return await draft.pick_other(tx, int(focus.asked[6:]), listed[number - 1], who, ctx)
    if focus is not None and focus.asked.startswith("deals:"):
        return await on_show_deal(tx, ShowDeal(listed[number - 1]), who, ctx)
    return await on_show(tx, Show(await current(tx, listed[number - 1])), who, ctx)


async def _new_lead(tx: Tx, text: str, reading: Understanding, who: Who, ctx: Context) -> list[Fact | Answer]:
    fields = reading.fields
    phone = normal_phone(fields.mobile or fields.tel or "")
    if phone is not None and phone.valid:
        known = await find_by_identity(tx, "phone", phone.key)
        if known is not None:
            own, _ = taken_from(text, rules=ctx.rules)
            return await capture.known_already(tx, known, fields, text, reading.doubtful, own, who, ctx)
    own, _ = taken_from(text, rules=ctx.rules)
    content = capture.draft_of(fields, reading.doubtful, text, own)
    return [
        Answer("draft", params={"draft": await add_draft(tx, who.id or "", "lead", content, lead_id=None, now=ctx.now)})
    ]


async def _free_words(tx: Tx, text: str, about: int | None, who: Who, ctx: Context) -> list[Fact | Answer]:
    lead = await find_lead(tx, about) if about is not None else None
    if lead is not None and not await can_act(tx, lead, who):
        lead = None
    return [await followup.ask_about(tx, text, lead.id if lead is not None else None, who, ctx)]


async def _unknown(tx: Tx, text: str, who: Who, ctx: Context, *, first: bool) -> list[Fact | Answer]:
    """The nearest words; whoever has never done anything here is offered to practise, once."""
    offered = ""
    if first and tx.corp == tx.home:
        await set_focus(tx, who.id or "", asked="", now=ctx.now)
        offered = f"\n{OFFER}"
    if GREETING.fullmatch(text):
        return [say(f"{who.name},你好,我在。要做什么直接说,或者发「帮助」看看我会什么。{offered}")]
    if HEARD.fullmatch(text):
        waits = await find_open_draft(tx, who.id or "", since=ctx.now - draft.FRESH)
        return [say("刚才那条还没有存:要记回「保存」,不要回「丢弃」。" if waits else f"好,有事随时说。{offered}")]
    if text in NO_MATTER:
        return [say(f"好,没有在等你回什么。刚做的一步要收回,发「撤销」。{offered}")]
    words = [command.words[0] for command in COMMANDS.values()]
    near = "、".join(f"「{word}」" for word in closest(text, words))
    return [say(f"没看懂这句话。是不是想发{near}?\n发「帮助」看看我能做什么。{offered}")]
