"""Writing down what happened with a customer, and what was promised next."""

from datetime import datetime, timedelta

from config.rules import Rules
from leads.errors import Unusable, WrongStage
from leads.facts import FollowUpLogged, NextStepSet
from leads.lifecycle import ended, way_back
from leads.rights import Who, get_workable
from store import leads, timeline
from store.tx import Tx

CHANNELS = ("call", "visit", "meeting", "chat", "email", "note")
LONGEST = 4000  # characters of one note
LONG_NOTE = 60  # characters: nobody writes so much twice for nothing

_CUES = (
    ("visit", ("拜访", "上门", "去了他", "去他们", "到访", "现场")),
    ("meeting", ("见面", "会议", "开会", "面谈", "演示", "约谈")),
    ("email", ("邮件", "邮箱", "发了封", "email", "e-mail")),
    ("call", ("电话", "打了", "致电", "通话", "没接", "接听", "打通", "回电", "去电", "刚打", "拨")),
    ("chat", ("微信", "聊了", "聊天", "企微", "消息", "沟通")),
    ("note", ("备注", "备忘", "补充一下", "记录一下")),
)


def channel_of(words: str) -> str:
    """How the contact was made, read from a follow-up's words: the earliest cue decides, without one it is chat."""
    low = words.lower().replace("在开会", "在忙")  # whoever is in a meeting is not in one with us
    found = [(low.find(cue), channel) for channel, cues in _CUES for cue in cues if cue in low]
    return min(found)[1] if found else "chat"


async def log_followup(
    tx: Tx,
    lead_id: int,
    who: Who,
    words: str,
    *,
    channel: str | None = None,
    next_step_at: datetime | None = None,
    rules: Rules,
    now: datetime,
) -> FollowUpLogged:
    """Write down a follow-up; a promised instant replaces the earlier one.

    Raises NotFound, NotYours, WrongStage, Unusable (no words, unknown kind, an instant that has passed).
    """
    lead = await get_workable(tx, lead_id, who, rules=rules)
    words = words.strip()
    if not words:
        raise Unusable(f"跟进要写一句发生了什么。例如:跟进 {lead.no} 电话聊了,下周三下午3点上门")
    channel = channel or channel_of(words)
    if channel not in CHANNELS:
        raise Unusable(f"kind 只能是 {'、'.join(CHANNELS)},不能是「{channel}」。")
    if lead.stage not in leads.CARED_STAGES:
        raise WrongStage(f"{lead.no} {ended(lead)},不能再记跟进。{way_back(lead)}")
    if next_step_at is not None and next_step_at <= now:
        raise Unusable("下一步的时间已经过去了,换一个将来的时间。")
    alike = await _equal_notes(tx, who, words, rules=rules, now=now)
    contact = channel != "note" and alike < rules.follow_up.equal.count and len(words) >= rules.follow_up.shortest
    values: dict[str, object] = {"touched_at": now}
    if contact and lead.contacted_at is None:
        values["contacted_at"] = now
    if next_step_at is not None:
        values |= {"next_step_at": next_step_at, "next_step": words[:200]}
    elif lead.next_step_at is not None and lead.next_step_at <= now:
        values |= {"next_step_at": None, "next_step": ""}
    await leads.change(tx, lead_id, **values)
    return FollowUpLogged(
        lead_id=lead_id,
        at=now,
        by=who.id,
        channel=channel,
        words=words[:LONGEST],
        next_step_at=next_step_at,
        contact=contact,
        alike=alike,
    )


def is_too_short(fact: FollowUpLogged, *, rules: Rules) -> bool:
    """Whether it would have been a contact, had it said more."""
    return fact.channel != "note" and len(fact.words) < rules.follow_up.shortest


async def _equal_notes(tx: Tx, who: Who, words: str, *, rules: Rules, now: datetime) -> int:
    """How many equal follow-ups this person has written lately, this one included; 0 for programs and long notes."""
    if who.id is None or len(words) > LONG_NOTE:
        return 0
    since = now - timedelta(minutes=rules.follow_up.equal.minutes)
    return 1 + (await timeline.words_since(tx, who.id, "followup_logged", since=since)).count(words)


async def set_next_step(
    tx: Tx, lead_id: int, who: Who, next_step_at: datetime | None, *, rules: Rules, now: datetime
) -> NextStepSet:
    """Name or clear the promised instant. Raises NotFound, NotYours, Unusable."""
    await get_workable(tx, lead_id, who, rules=rules)
    if next_step_at is not None and next_step_at <= now:
        raise Unusable("这个时间已经过去了,换一个将来的时间。")
    await leads.change(tx, lead_id, next_step_at=next_step_at)
    return NextStepSet(lead_id=lead_id, at=now, by=who.id, next_step_at=next_step_at)
