"""The first card of a working day: what came while nobody was to be disturbed, one's own leads first."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.cards.asked import Asked, title_of
from bot.cards.card import Button, Card, Field
from bot.context import Context
from bot.lead_actions import AskTransfer, Claim, Show, ShowMine, ShowPool
from bot.outgoing import audience
from bot.promise_actions import Nudge
from leads.rights import Who, pools_of
from store import clocks, leads, owned, timeline
from store.members import find_member, name_of
from store.tables import Lead
from store.tx import Tx

LOOKED_AT = 200  # of one's own leads, and of the free ones
ROWS, BUTTONS = 6, 4
NEWS = {"assigned": "分给你", "transferred": "转给你", "enquired": "再次咨询"}
FREED = ("mql", "released", "recycled")


@dataclass(frozen=True)
class Still:
    """A lead that nobody has touched for so many days, whose it is, and the promise that says so."""

    lead: Lead
    owner: str
    days: int
    clock_id: int


@dataclass(frozen=True)
class View:
    """One's own leads with news (and `words`, what is new), the free ones that came, and how many each.

    `still` are those that have not moved for too long, the longest first; `today` what was promised for today.
    """

    mine: tuple[Lead, ...]
    words: tuple[str, ...]
    free: tuple[Lead, ...]
    pooled: int = 0  # how many can be claimed altogether
    may_claim: bool = True
    still: tuple[Still, ...] = ()
    today: tuple[Lead, ...] = ()

    @property
    def count(self) -> int:
        """How many things there are to tell."""
        return len(self.mine) + len(self.free) + len(self.still)


async def what_came(tx: Tx, who: Who, ctx: Context, *, after: datetime | None = None) -> View:
    """What came for this person since the work before ended (or since an instant `after` that)."""
    since = after or ctx.hours_of(await find_member(tx, who.id or "")).rested_since(ctx.now)
    mine = await owned.list_owned(tx, who.id or "", now=ctx.now, midnight=ctx.midnight, limit=LOOKED_AT)
    theirs = await owned.list_covered(tx, who.id or "")
    by_id = {lead.id or 0: lead for lead in (*mine, *theirs)}
    news: dict[int, str] = {}
    for kind, word in NEWS.items():
        for item in await timeline.list_since(tx, list(by_id), kind, since):
            if item.by != who.id and item.data.get("to", who.id) == who.id and item.data.get("owner", who.id) == who.id:
                news[item.lead_id] = word
    pools = [name for name in pools_of(who, rules=ctx.rules) if ctx.rules.pools[name].claim]
    free = {lead.id or 0: lead for lead in await leads.list_free(tx, pools, limit=LOOKED_AT)} if pools else {}
    came: dict[int, None] = {}
    for kind in FREED:
        came |= dict.fromkeys(item.lead_id for item in await timeline.list_since(tx, list(free), kind, since))
    new = [free[number] for number in free if number in came]
    pooled = await leads.count_free(tx, pools) if new else 0
    mine = tuple(by_id[number] for number in news)
    still = [] if after else await _unmoved(tx, who, ctx)
    return View(mine, tuple(news.values()), tuple(new), pooled, who.role == "rep", tuple(still))


async def _unmoved(tx: Tx, who: Who, ctx: Context) -> list[Still]:
    """The broken promises that the rules keep for the morning, of which this person is told."""
    told = {name: rule for name, rule in ctx.rules.clocks.items() if any(step.morning for step in rule.steps)}
    found: list[Still] = []
    for clock in await clocks.list_late(tx, now=ctx.now, names=tuple(told)) if told else ():
        lead = await leads.find_lead(tx, clock.lead_id)
        words = [word for step in told[clock.name].steps if step.morning for word in step.tell]
        if lead is None or who.id not in [m.id for m in await audience(tx, lead, words, rules=ctx.rules)]:
            continue
        days = (ctx.today - clock.started_at.astimezone(ctx.rules.zone).date()).days
        found.append(Still(lead, await name_of(tx, lead.owner_id), days, clock.id or 0))
    return found


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read what came; None when nothing is left of it."""
    if asked.who is None:
        return None
    told = asked.params.get("after")
    found = await what_came(tx, asked.who, ctx, after=datetime.fromisoformat(str(told)) if told else None)
    if asked.params.get("today"):
        promised = await owned.list_due(tx, asked.who.id or "", now=ctx.now, midnight=ctx.midnight, limit=LOOKED_AT)
        known = {lead.id for lead in found.mine}
        found = replace(found, today=tuple(lead for lead in promised if lead.id not in known))
    return found if found.count or found.today else None


def draw(view: View) -> Card:
    """Six rows, the first ones to claim as buttons; the rest by 我的 and 线索池."""
    rows = [(word, lead) for word, lead in zip(view.words, view.mine, strict=True)]
    rows += [("今天", lead) for lead in view.today]
    rows += [("可领取", lead) for lead in view.free]
    unmoved = [Field("没动", f"{one.days} 天没动 · {title_of(one.lead)}({one.owner})") for one in view.still]
    parts = [f"你的 {len(view.mine)} 条" if view.mine else "", f"可领取 {len(view.free)} 条" if view.free else ""]
    parts.append(f"今天要跟进 {len(view.today)} 条" if view.today else "")
    parts.append(f"好几天没动的 {len(view.still)} 条" if view.still else "")
    claims = [Button(f"领取 {lead.no}", Claim(lead.id or 0, lead.version)) for lead in view.free if view.may_claim]
    opens = [Button(f"看 {lead.no}", Show(lead.id or 0)) for lead in (*view.mine, *view.today)]
    urge = [
        button
        for one in view.still[:2]
        for button in (
            Button(f"催办 {one.lead.no}", Nudge(one.lead.id or 0, one.clock_id), "primary"),
            Button(f"改派 {one.lead.no}", AskTransfer(one.lead.id or 0)),
        )
    ]
    first = [*urge, *opens[:2], *claims][:BUTTONS]
    more = [Button("我的", ShowMine())] if view.mine or view.today else []
    more += [Button(f"线索池({view.pooled})", ShowPool())] if view.pooled else []
    shown = [*unmoved, *(Field(word, f"{title_of(lead)} · {lead.grade}") for word, lead in rows)]
    left, came = len(shown) - ROWS, len(view.mine) + len(view.free)
    still = f"早上好,有 {len(unmoved)} 个商机该催一催" if unmoved else f"早上好,今天要跟进 {len(view.today)} 条"
    return Card(
        title=f"早上好,下班后来了 {came} 条" if came else still,
        subtitle=",".join(part for part in parts if part),
        source="上班清单",
        text=f"还有 {left} 条,点下面的按钮看全部" if left > 0 else "",
        fields=tuple(shown[:ROWS]),
        buttons=(*first, *more),
    )
