"""The answer of 查重: who is here already, whose they are, in which state, and what the asker can do about it."""

from dataclasses import dataclass

from bot.cards.asked import Asked, moment, phone_of, stage_of, title_of
from bot.cards.card import Button, Card, Text
from bot.context import Context
from bot.lead_actions import Claim, Show
from bot.twin_actions import Compare
from leads.errors import Refused
from leads.merge import require_right
from leads.rights import can_act, can_see, is_free, pools_of
from store import leads
from store.members import name_of
from store.tables import Lead
from store.tx import Tx

VERDICTS = {"same": "同一位或同一家", "maybe": "可能同一家", "named": "名字或公司里有这几个字"}
CLOSED = "再来咨询会自动重新打开"


@dataclass(frozen=True)
class View:
    """What was asked for, a line for each lead, and buttons for those that the asker may open, claim or merge."""

    words: str
    lines: tuple[str, ...]
    buttons: tuple[Button, ...]


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read owner, stage and last touch for everyone; name and number only for those who may see the lead."""
    if asked.who is None:
        return None
    lines: list[str] = []
    buttons: list[Button] = []
    seen: list[Lead] = []
    last = ""
    for lead_id, verdict in asked.params.get("found", []):
        lead = await leads.find_lead(tx, int(lead_id))
        if lead is None:
            continue
        if verdict != last:
            lines.append(f"【{VERDICTS[verdict]}】")
            last = verdict
        visible = await can_see(tx, lead, asked.who, rules=ctx.rules)
        lines.append(await _line(tx, lead, asked, ctx, visible=visible))
        if visible:
            seen.append(lead)
            claimable = is_free(lead) and lead.pool in pools_of(asked.who, rules=ctx.rules)
            if claimable and asked.who.role in ("rep", "manager"):
                buttons.append(Button(f"领取 {lead.no}", Claim(lead.id or 0, lead.version)))
            buttons.append(Button(f"打开 {lead.no}", Show(lead.id or 0)))
    merging = await _merging(tx, seen, asked)
    return View(str(asked.params.get("words", "")), tuple(lines), (*merging, *buttons)[:6])


async def _line(tx: Tx, lead: Lead, asked: Asked, ctx: Context, *, visible: bool) -> str:
    owner = await name_of(tx, lead.owner_id) if lead.owner_id else "线索池"
    touched = moment(lead.touched_at, now=ctx.now, zone=ctx.rules.zone) if lead.touched_at else "还没跟进过"
    reveal = asked.who is not None and await can_act(tx, lead, asked.who)
    what = f"{title_of(lead)} {phone_of(lead, reveal=reveal)}" if visible else f"{lead.no}(详情不在你的范围)"
    after = f" · {CLOSED}" if lead.stage in ("invalid", "lost", "dormant") else ""
    if not visible and lead.owner_id and not after:
        after = f" · 有争议发「撞单 {lead.no}」请主管定"
    return f"· {owner}:{what} · {stage_of(lead)} · 最近 {touched}{after}"


async def _merging(tx: Tx, seen: list[Lead], asked: Asked) -> tuple[Button, ...]:
    if len(seen) < 2 or asked.who is None or len({lead.name for lead in seen[:2]}) > 1:
        return ()
    try:
        await require_right(tx, asked.who, *seen[:2])
    except Refused:
        return ()
    return (Button("对比合并", Compare(seen[0].id or 0, seen[1].id or 0, ""), "primary"),)


def draw(view: View) -> Card | Text:
    """A card when there is something to press, else a message."""
    count = sum(1 for line in view.lines if line.startswith("·"))
    head = f"「{view.words}」查到 {count} 条"
    if not view.buttons:
        return Text("\n".join([head, *view.lines]))
    return Card(title=head, source="查重", text="\n".join(view.lines), buttons=view.buttons)
