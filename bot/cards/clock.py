"""A promise is running out, or broken: how much time is left, how it was counted, and what to tap."""

from dataclasses import dataclass

from bot.cards.asked import Asked, lasting, moment, phone_of, rating_of, title_of
from bot.cards.card import Button, Card, Field
from bot.context import Context
from bot.duty import hours_of
from bot.lead_actions import AskFollowUp, AskRelease, AskTransfer, Claim, More, NoteCall
from bot.promise_actions import AskExtension, AskPostpone, Nudge
from config.arithmetic import explain_text
from leads.rights import can_act, is_free, pools_of, works_on
from store import clocks, leads
from store.members import name_of
from store.tables import Clock, Lead
from store.tx import Tx


@dataclass(frozen=True)
class View:
    """What the card shows; `ended` says how the promise ended, "" while it is open."""

    lead: Lead
    label: str
    share: int
    due: str
    left: str
    arithmetic: str
    owner: str
    part: str  # claim, owner, manager, other
    reveal: bool
    ended: str
    clock_id: int = 0
    older: bool = False  # a later card of the same promise is the living one


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the promise and the reader's part in it."""
    _, clock_id, share, *turn = asked.card.split(":")  # each step of each promise is a card of its own
    clock = await clocks.find_clock(tx, int(clock_id))
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    who = asked.who
    if clock is None or lead is None or who is None:
        return None
    act = await can_act(tx, lead, who)
    if works_on(lead, who):
        part = "owner"
    elif is_free(lead) and who.role == "rep" and lead.pool in pools_of(who, rules=ctx.rules):
        part = "claim"
    elif who.role in ("manager", "admin") and (act or is_free(lead)):
        part = "manager"
    else:
        part = "other"
    owner = await name_of(tx, lead.owner_id) if lead.owner_id else ""
    calendar = await hours_of(tx, lead, ctx)
    left = calendar.worked(ctx.now, clock.due_at).total_seconds() if clock.due_at > ctx.now else 0
    today = ctx.now.astimezone(calendar.zone).date()
    due = moment(clock.due_at, now=ctx.now, zone=ctx.rules.zone)
    older = _superseded(clock, int(share), int(turn[0]) if turn else 0, part, due)
    return View(
        lead=lead,
        label=str(clock.rule.get("label", clock.name)),
        share=int(share),
        due=due,
        left=lasting(left) if left else "",
        arithmetic=explain_text(calendar.explain(ctx.now, clock.due_at), today=today) if left else "",
        owner=owner,
        part=part,
        reveal=act and part != "claim",
        ended=_ended(clock, owner) or older,
        older=bool(older),
        clock_id=clock.id or 0,
    )


def _superseded(clock: Clock, share: int, turn: int, part: str, due: str) -> str:
    """One card of a promise is alive: it is closed once the time was changed, or a later step told the same people."""
    if turn < clock.turn:
        return f"时限改到 {due}"
    words = {"owner": {"owner"}, "claim": {"pool"}, "manager": {"team_lead", "director", "admin"}}.get(part, set())
    later = [step for step in clock.steps if (int(step.get("turn", 0)), int(step.get("share", 0))) > (turn, share)]
    return "看下面最新的提醒" if any(words & set(step.get("tell", ())) for step in later) else ""


def _ended(clock: Clock, owner: str) -> str:
    if clock.state == "cancelled":
        return "不用再等了"
    if clock.ended_at is None:
        return ""
    if clock.name == "claim" and owner:
        return f"已被{owner}领取"
    if any(step.get("do") for step in clock.steps):
        return "已收回"
    return "已跟上" if clock.state == "met" else "已补上(超时)"


def draw(view: View) -> Card:
    """The card: remaining time first, then what to do."""
    lead_id, version = view.lead.id or 0, view.lead.version
    broken = not view.left
    passed = "时限过半" if view.share == 50 else f"时限已用 {view.share}%"
    title = f"{view.lead.no} {view.label}" + ("超时了" if broken and not (view.older and view.share < 100) else passed)
    fields = [
        Field("客户", title_of(view.lead).removeprefix(view.lead.no).strip()),
        Field("截止", view.due),
        Field("还剩", view.left),
        Field("其中", view.arithmetic if " + " in view.arithmetic else ""),
        Field("负责", view.owner or "还没有人领取"),
        Field("电话", phone_of(view.lead, reveal=view.reveal) if view.part != "other" else ""),
    ]
    return Card(
        title=title,
        subtitle=rating_of(view.lead),
        source="超时提醒" if broken else "时限提醒",
        fields=tuple(field for field in fields if field.value),
        buttons=() if view.ended else _buttons(view, lead_id, version),
        done=view.ended or ("" if view.part != "other" else "已由别人处理"),
        urgency="alarm" if broken and view.part in ("owner", "manager") else "",
    )


def _buttons(view: View, lead_id: int, version: int) -> tuple[Button, ...]:
    if view.part == "claim":
        return (Button("领取", Claim(lead_id, version), "primary"), Button("详情", More(lead_id)))
    if view.part == "owner":
        return (
            Button("打通了", NoteCall(lead_id, version, "talked"), "primary"),
            Button("没人接", NoteCall(lead_id, version, "missed")),
            Button("记一笔", AskFollowUp(lead_id)),
            Button("申请延期", AskExtension(lead_id, view.clock_id)),
            Button("放弃", AskRelease(lead_id)),
            Button("详情", More(lead_id)),
        )
    if view.part == "manager":
        give = "改派" if view.owner else "指派"
        return (
            Button(give, AskTransfer(lead_id), "primary"),
            Button("催办", Nudge(lead_id, view.clock_id)),
            Button("顺延", AskPostpone(lead_id, view.clock_id)),
            Button("详情", More(lead_id)),
        )
    return ()
