"""A rep writes down what happened; the next step's time is understood, and asked for when it is not clear."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from bot.context import Answer, Context, say
from bot.handlers.deal import deal_and_rest
from bot.lead_actions import AskFollowUp, Fill, NoteCall, SetNextStep
from leads.deal import get_visible_deal
from leads.edit import edit
from leads.errors import Unusable
from leads.facts import Fact, FollowUpLogged
from leads.followup import channel_of, is_too_short, log_followup, set_next_step
from leads.missing import QUESTIONS
from leads.rights import Who, get_workable
from leads.understand.address import surname_meant
from leads.understand.reading import understand
from leads.understand.when import When
from leads.undo import remember, snapshot
from store.owned import list_owned_after
from store.tables import Lead
from store.talk import add_draft, find_focus, set_focus
from store.timeline import last_followup
from store.tx import Tx

NAMED = re.compile(r"([一-龥A-Za-z]{2,8})[\s,:\uff0c\uff1a]")
TWICE = timedelta(minutes=1)  # so soon nobody calls again: the finger slipped
LOOKED_AT = 300  # of one's own leads
OUTCOMES = {"talked": "电话打通了,已沟通", "missed": "打了电话,没有人接", "wechat": "加了微信,已打招呼"}


def rings_at(when: When, ctx: Context) -> datetime:
    """When a promised day or minute rings: a day without a time at the rules' hour (10:00)."""
    if when.precision == "minute":
        return when.start
    hour, minute = (int(part) for part in ctx.rules.follow_up.day_rings_at.split(":"))
    return when.start.astimezone(ctx.rules.zone).replace(hour=hour, minute=minute, second=0, microsecond=0)


def next_step_of(words: str, ctx: Context) -> tuple[datetime | None, list[datetime]]:
    """The promised instant that the words name beyond doubt, or the instants to ask about when there is a doubt."""
    reading = understand(words, now=ctx.now.astimezone(ctx.rules.zone))
    if reading.when is None:
        return None, _instead_of(reading.missed, ctx) if reading.missed is not None else []
    found = [reading.when, *reading.other_whens]
    instants = sorted({rings_at(when, ctx) for when in found})
    sure = len(found) == 1 and reading.when.precision != "range" and not reading.when.doubt
    if sure and instants[0] > ctx.now:
        return instants[0], []
    if reading.when.precision == "range":
        last = rings_at(replace(reading.when, start=reading.when.end, precision="day"), ctx)
        instants = sorted({*instants, last})
    if instants and instants[0] <= ctx.now and instants[0].date() == ctx.now.astimezone(ctx.rules.zone).date():
        instants = [ctx.now + timedelta(hours=1), *instants[1:]]
    return None, [at for at in instants if at > ctx.now][:4]


def _instead_of(missed: When, ctx: Context) -> list[datetime]:
    """What a slip such as 昨天下午3点再打 may have meant: soon, or the same hour today or tomorrow."""
    same_hour = rings_at(missed, ctx).astimezone(ctx.rules.zone).timetz()
    today = ctx.now.astimezone(ctx.rules.zone).date()
    days = (datetime.combine(today + timedelta(days=ahead), same_hour) for ahead in (0, 1))
    return sorted({ctx.now + timedelta(hours=1), *(at for at in days if at > ctx.now)})


async def log(
    tx: Tx, lead_id: int, words: str, who: Who, ctx: Context, *, channel: str | None = None
) -> list[Fact | Answer]:
    """Keep the note whatever its dates are; a doubtful date is asked with buttons afterwards."""
    sure, doubtful = next_step_of(words, ctx)
    before = await snapshot(tx, lead_id)
    fact = await log_followup(tx, lead_id, who, words, channel=channel, next_step_at=sure, rules=ctx.rules, now=ctx.now)
    await remember(tx, who, "followup", lead_id, before, now=ctx.now)
    await set_focus(tx, who.id or "", lead_id=lead_id, asked="", now=ctx.now)
    if doubtful:
        instants = [at.isoformat() for at in doubtful]
        return [fact, Answer("when", lead_id, {"instants": instants, "words": words[:200]})]
    return [fact]


async def on_followup_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """跟进 [L1024 or O88] 说了什么; without a number it is about the lead we are talking about."""
    number, words = deal_and_rest(rest) if lead_id is None else (None, rest)
    if number is not None:
        lead_id, rest = (await get_visible_deal(tx, number, who, rules=ctx.rules)).lead_id, words
    if lead_id is None:
        focus = await find_focus(tx, who.id or "")
        lead_id = focus.lead_id if focus is not None else None
        if named := await others_named(tx, rest, lead_id, who):
            return [await ask_about(tx, rest, named[0].id if len(named) == 1 else None, who, ctx)]
        if lead_id is None:
            raise Unusable("要记到哪一条?例如:跟进 L1024 电话聊了,下周三下午3点上门。发「我的」看自己的线索。")
    await get_workable(tx, lead_id, who, rules=ctx.rules)
    if not rest:
        await set_focus(tx, who.id or "", lead_id=lead_id, asked=f"note:{lead_id}", now=ctx.now)
        return [Answer("ask", lead_id, {"what": "followup"})]
    outcome = await log(tx, lead_id, rest, who, ctx)
    if any(isinstance(item, Answer) for item in outcome):
        return outcome
    return [*outcome, Answer("lead", lead_id, {"said": kept(lead_id, outcome, ctx)})]


def kept(lead_id: int, outcome: list[Fact | Answer], ctx: Context) -> str:
    """已记到 L1024, and whether it was too short to be a contact."""
    few = any(isinstance(fact, FollowUpLogged) and is_too_short(fact, rules=ctx.rules) for fact in outcome)
    more = f",不到 {ctx.rules.follow_up.shortest} 个字,没有算作联系:补一句聊了什么就算" if few else ""
    return f"已记到 L{lead_id}{more}"


async def others_named(tx: Tx, words: str, about: int | None, who: Who) -> list[Lead]:
    """One's own leads by whose name the words begin (王总 电话聊了); none when the one we talk about may be meant."""
    surname = next((found for most in (2, 3, 4, 5) if (found := surname_meant(words[:most]))), "")
    named = NAMED.match(words)
    name = named[1] if named is not None else ""
    mine = await list_owned_after(tx, who.id or "", 0, customers=True, limit=LOOKED_AT)
    meant = [
        one
        for one in mine
        if (len(one.name) > 1 and words.startswith(one.name))
        or (surname and one.name.startswith(surname))
        or (name and name in one.company)
    ]
    return [] if about in [one.id for one in meant] else meant


async def ask_about(tx: Tx, words: str, lead_id: int | None, who: Who, ctx: Context) -> Answer:
    """A note with the lead that it seems to be about, for one tap: 保存, 改, 换一条 or 丢弃."""
    sure, doubtful = next_step_of(words, ctx)
    content = {
        "text": words[:2000],
        "channel": channel_of(words),
        "next": sure.isoformat() if sure else None,
        "doubtful": [at.isoformat() for at in doubtful],
    }
    draft_id = await add_draft(tx, who.id or "", "followup", content, lead_id=lead_id, now=ctx.now)
    return Answer("draft", lead_id, {"draft": draft_id})


async def on_ask_followup(tx: Tx, action: AskFollowUp, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 记一笔: the next sentence is the note."""
    return await on_followup_word(tx, action.lead_id, "", who, ctx)


async def on_note_call(tx: Tx, action: NoteCall, who: Who, ctx: Context) -> list[Fact | Answer]:
    """One tap after a call: 打通了 or 没人接."""
    words = OUTCOMES.get(action.outcome)
    if words is None:
        raise Unusable("这个按钮已经不用了,直接发一句跟进就好。")
    channel = "chat" if action.outcome == "wechat" else "call"
    last = await last_followup(tx, action.lead_id)
    if last is not None and (last.by, last.text) == (who.id, words) and ctx.now - last.at < TWICE:
        raise Unusable(
            f"L{action.lead_id} 刚记过「{words}」,没有再记。真的又联系了一次,发「跟进 L{action.lead_id} …」。"
        )
    return await log(tx, action.lead_id, words, who, ctx, channel=channel)


async def on_set_next_step(tx: Tx, action: SetNextStep, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The doubt about the day is settled."""
    at = datetime.fromisoformat(action.at) if action.at else None
    before = await snapshot(tx, action.lead_id)
    fact = await set_next_step(tx, action.lead_id, who, at, rules=ctx.rules, now=ctx.now)
    await remember(tx, who, "next_step", action.lead_id, before, now=ctx.now)
    if at is None:
        return [fact, say(f"好的,L{action.lead_id} 不设提醒。")]
    local = at.astimezone(ctx.rules.zone)
    return [fact, say(f"好的,{local:%m-%d %H:%M} 提醒你跟进 L{action.lead_id}。")]


async def on_fill(tx: Tx, action: Fill, who: Who, ctx: Context) -> list[Fact | Answer]:
    """One of the three answers after a call: fills what is still missing, never what somebody has typed meanwhile."""
    question = QUESTIONS.get(action.field)
    if question is None or action.number >= len(question.answers):
        raise Unusable("这个按钮已经不用了,直接改资料就好。")
    lead = await get_workable(tx, action.lead_id, who, rules=ctx.rules)
    label, values = question.answers[action.number]
    if any(getattr(lead, name) not in (None, "") for name in values):
        raise Unusable(f"{lead.no} 的这一项已经有了,没有改。发「看 {lead.no}」看看。")
    facts = await edit(tx, action.lead_id, who, values, rules=ctx.rules, now=ctx.now)
    return [*facts, Answer("lead", action.lead_id, {"said": f"已记好:{label}"})]
