"""The first card of a working day: what came while nobody was to be disturbed, one's own leads first."""

from dataclasses import dataclass

from bot.actions import Claim, Show, ShowMine, ShowPool
from bot.cards.asked import Asked, title_of
from bot.cards.card import Button, Card, Field
from bot.context import Context
from leads.rights import Who, pools_of
from store import leads, timeline
from store.members import find_member
from store.tables import Lead
from store.tx import Tx

LOOKED_AT = 200  # of one's own leads, and of the free ones
ROWS, BUTTONS = 6, 4
NEWS = {"assigned": "分给你", "transferred": "转给你", "enquired": "再次咨询"}
FREED = ("mql", "released", "recycled")


@dataclass(frozen=True)
class View:
    """One's own leads with news (and `words`, what is new), the free ones that came, and how many each."""

    mine: tuple[Lead, ...]
    words: tuple[str, ...]
    free: tuple[Lead, ...]
    pooled: int = 0  # how many can be claimed altogether
    may_claim: bool = True

    @property
    def count(self) -> int:
        """How many things came."""
        return len(self.mine) + len(self.free)


async def what_came(tx: Tx, who: Who, ctx: Context) -> View:
    """What came for this person since the work before ended."""
    since = ctx.hours_of(await find_member(tx, who.id or "")).rested_since(ctx.now)
    mine = await leads.list_owned(tx, who.id or "", now=ctx.now, midnight=ctx.midnight, limit=LOOKED_AT)
    owned = [*mine, *await leads.list_covered(tx, who.id or "")]
    by_id = {lead.id or 0: lead for lead in owned}
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
    return View(tuple(by_id[number] for number in news), tuple(news.values()), tuple(new), pooled, who.role == "rep")


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read what came; None when nothing is left of it."""
    found = await what_came(tx, asked.who, ctx) if asked.who is not None else None
    return found if found is not None and found.count else None


def draw(view: View) -> Card:
    """Six rows, the first ones to claim as buttons; the rest by 我的 and 线索池."""
    rows = [(word, lead) for word, lead in zip(view.words, view.mine, strict=True)]
    rows += [("可领取", lead) for lead in view.free]
    parts = [f"你的 {len(view.mine)} 条" if view.mine else "", f"可领取 {len(view.free)} 条" if view.free else ""]
    claims = [Button(f"领取 {lead.no}", Claim(lead.id or 0, lead.version)) for lead in view.free if view.may_claim]
    opens = [Button(f"看 {lead.no}", Show(lead.id or 0)) for lead in view.mine]
    first = [*opens[:2], *claims[: BUTTONS - len(opens[:2])]]
    more = [Button("我的", ShowMine())] if view.mine else []
    more += [Button(f"线索池({view.pooled})", ShowPool())] if view.pooled else []
    left = len(rows) - ROWS
    return Card(
        title=f"早上好,下班后来了 {view.count} 条",
        subtitle=",".join(part for part in parts if part),
        source="上班清单",
        text=f"还有 {left} 条,点下面的按钮看全部" if left > 0 else "",
        fields=tuple(Field(word, f"{title_of(lead)} · {lead.grade}") for word, lead in rows[:ROWS]),
        buttons=(*first, *more),
    )
