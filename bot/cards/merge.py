"""The card with two columns: what each of two leads says, and which of both is kept (✓)."""

from dataclasses import dataclass

from bot.cards.asked import Asked, budget_of, moment, title_of
from bot.cards.card import Button, Card, Field
from bot.context import Context
from bot.lead_actions import Show
from bot.twin_actions import Compare, KeepOther, MergeLeads, UndoMerge
from leads.fuse import CHOICES, differing, fused, plain
from leads.mask import said, shown_phone
from leads.merge import UNDO_WITHIN, picked
from leads.rights import can_act
from store import leads, merges
from store.members import name_of
from store.tables import Lead
from store.tx import Tx

LABELS = {
    "owner": "负责人", "name": "姓名", "phone": "电话", "company": "公司", "title": "职位", "city": "城市",
    "budget": "预算", "email": "邮箱", "wechat": "微信",
}  # fmt: skip
ROWS, SWITCHES = 6, 4


@dataclass(frozen=True)
class Row:
    """One field of both leads; `mine` says that the older number's value is kept."""

    name: str
    label: str
    left: str
    right: str
    mine: bool
    differs: bool


@dataclass(frozen=True)
class View:
    """Two leads side by side, before (`merge_id` None) or after they were merged."""

    one: int
    two: int
    title: str
    rows: tuple[Row, ...]
    picks: tuple[str, ...]
    merge_id: int | None
    until: str
    undone: bool


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read both leads, or what a merge has kept of both."""
    if asked.who is None:
        return None
    merge_id = asked.params.get("merge")
    if merge_id is None:
        one = await leads.find_lead(tx, int(asked.params["one"]))
        two = await leads.find_lead(tx, int(asked.params["two"]))
        if one is None or two is None or one.id == two.id:
            return None
        picks = {name for name in str(asked.params.get("picks", "")).split(",") if name in CHOICES}
        reveal = await can_act(tx, one, asked.who) and await can_act(tx, two, asked.who)
        rows = await _rows(tx, one, two, picks, reveal=reveal)
        return View(one.id or 0, two.id or 0, title_of(one), rows, tuple(sorted(picks)), None, "", False)
    row = await merges.find_merge(tx, int(merge_id))
    if row is None or not row.survivor or not row.loser or not row.after:
        return None
    one, two = Lead(**merges.thawed(row.survivor)), Lead(**merges.thawed(row.loser))
    picks = picked(row.after, one, two)
    now_is = await leads.find_lead(tx, row.survivor_id)
    reveal = now_is is not None and await can_act(tx, now_is, asked.who)
    rows = await _rows(tx, one, two, picks, reveal=reveal)
    until = moment(row.at + UNDO_WITHIN, now=ctx.now, zone=ctx.rules.zone)
    title = title_of(now_is) if now_is is not None else f"L{row.survivor_id}"
    return View(row.survivor_id, row.loser_id, title, rows, (), row.id, until, row.undone_at is not None)


async def _rows(tx: Tx, one: Lead, two: Lead, picks: set[str], *, reveal: bool) -> tuple[Row, ...]:
    rule = fused(one, two)
    other = differing(one, two)
    found = []
    for name in sorted(CHOICES, key=lambda name: (name not in other, CHOICES.index(name))):
        left, right = await _shown(tx, one, name, reveal=reveal), await _shown(tx, two, name, reveal=reveal)
        if not left and not right:
            continue
        column = {"owner": "owner_id", "budget": "budget_max"}.get(name, name)
        by_rule = rule[column] == getattr(one, column)
        found.append(Row(name, LABELS[name], left, right, by_rule != (name in picks), name in other))
    return tuple(found)


async def _shown(tx: Tx, lead: Lead, name: str, *, reveal: bool) -> str:
    if name == "owner":
        return await name_of(tx, lead.owner_id) if lead.owner_id else ""
    if name == "phone":
        return shown_phone(lead.phone, reveal=reveal)
    if name == "budget":
        return budget_of(lead)
    value = plain(lead, name)
    if name in ("email", "wechat"):
        return value if reveal else ("已留" if value else "")
    return said(value, reveal=reveal)


def draw(view: View) -> Card:
    """Both columns and the buttons that turn a field over."""
    fields = tuple(Field(row.label, _columns(row)) for row in view.rows[:ROWS])
    turned = [row for row in view.rows if row.differs][:SWITCHES]
    if view.merge_id is None:
        picks = ",".join(view.picks)
        switches = tuple(
            Button(f"换{row.label}", Compare(view.one, view.two, _turn(view.picks, row.name))) for row in turned
        )
        return Card(
            title=f"L{view.one} 和 L{view.two} 是同一位客户吗?",
            subtitle=f"左边 L{view.one},右边 L{view.two};✓ 是合并后保留的",
            source="合并",
            text="跟进、咨询、时限都会并到一起,30 天内可以撤销",
            fields=fields,
            buttons=(Button("合并", MergeLeads(view.one, view.two, picks), "primary"), *switches),
        )
    done = "合并已撤销" if view.undone else ""
    keep = tuple(Button(f"换{row.label}", KeepOther(view.merge_id, row.name)) for row in turned)
    return Card(
        title=view.title,
        subtitle=f"L{view.two} 已合并到 L{view.one};✓ 是保留的",
        source="合并好了",
        text=f"发旧编号 L{view.two} 也能找到。{view.until}之前可以撤销合并",
        fields=fields,
        buttons=() if done else (Button("撤销合并", UndoMerge(view.two)), *keep, Button("看线索", Show(view.one))),
        done=done,
    )


def _columns(row: Row) -> str:
    left, right = (f"✓{row.left}" if row.mine and row.left else row.left or "—"), row.right or "—"
    if row.right and not row.mine:
        right = f"✓{row.right}"
    if row.left == row.right:
        return row.left
    return f"{left[:14]} | {right[:14]}"


def _turn(picks: tuple[str, ...], name: str) -> str:
    return ",".join(sorted(set(picks) ^ {name}))
