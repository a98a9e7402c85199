"""A list that is brought in: what was seen in it, how far it is, what has become of it, and the way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards.asked import Asked
from bot.cards.card import Button, Card, Field, File, Text
from bot.cards.compared import draw as compared
from bot.context import Context
from bot.import_actions import AskColumns, ConfirmImport, DropImport, UndoImport
from config.rules import Rules
from leads.imports.decide import STATES, may_import
from leads.imports.fields import LABELS
from store import batches
from store.batch import ImportBatch
from store.tx import Tx

COLUMNS = 5  # columns named on the card
REASONS = 3  # kinds of doubts
NIGHTS = 30  # of a parallel run are looked back on
LEFT = 8  # leads named that an undo has left alone


@dataclass(frozen=True)
class View:
    """The batch, the first lines that cannot be used (line, why), and what an undo left alone (lead, why)."""

    batch: ImportBatch
    bad: Sequence[tuple[int, str]] = ()
    left: Sequence[tuple[str, str]] = ()
    returned: bool = False  # whether the lines to be mended went back as a file
    pool: str = ""  # where leads without an owner go
    before: Sequence[ImportBatch] = ()  # the comparisons of the nights before this one, latest first


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the batch; None for somebody who may not import, or when it was never there."""
    batch = await batches.find_batch(tx, int(asked.params.get("batch") or 0))
    if batch is None or asked.who is None or not may_import(asked.who):
        return None
    bad = [(line, reason) for line, reason, _ in await batches.list_flaws(tx, batch.id or 0, limit=REASONS)]
    left = await batches.list_left(tx, batch.id or 0) if batch.state == "undone" else ()
    returned = batch.state == "asked" and await batches.find_return(tx, batch.id or 0) is not None
    nights = batch.state == "compared" and batch.options.get("night")
    before = await batches.list_compared(tx, before=batch.id or 0, limit=NIGHTS) if nights else ()
    return View(batch, bad, [(f"L{row.lead_id}", row.kept) for row in left], returned, _pool(batch, ctx.rules), before)


def _pool(batch: ImportBatch, rules: Rules) -> str:
    """公共线索池; what the list's own column says goes first."""
    name = str(batch.options.get("pool") or "") or rules.default_pool
    label = rules.pools[name].label if name in rules.pools else name
    if "pool" in batch.heading.get("fields", ()):
        return f"「线索池」列写的池子,没写的{label}"
    return f"分配规则说的池子,没说的{label}" if any(rule.pool for rule in rules.assignment.rules) else label


async def look_returned(tx: Tx, asked: Asked, ctx: Context) -> File | None:
    """The lines to be mended, as a file."""
    back = await batches.find_return(tx, int(asked.params.get("batch") or 0))
    return None if back is None or asked.who is None or not may_import(asked.who) else File(back.name, back.body)


def draw(view: View) -> Card | Text:
    """What can be decided now, or what has become of it."""
    batch = view.batch
    if batch.state == "asked":
        return _question(view)
    if batch.state == "done":
        return _done(view)
    if batch.state == "undone":
        return Text(_undone(view))
    if batch.state == "compared":
        return compared(batch, view.before)
    if batch.state == "failed" and batch.kind == "compare":
        return Text(f"和旧系统的对比没有做成:{batch.error}\n什么都没有改。")
    if batch.state == "failed":
        written = f"前 {batch.done_line:,} 行已经写入,发「回滚 {batch.no}」可以拿出来。" if batch.done_line else ""
        return Text(f"「{batch.name}」不能导入:{batch.error}\n{written or '什么都没有写入。改好再发一次就行。'}")
    if batch.state == "running" and batch.lines:
        return Text(f"{batch.no} 导入中:第 {batch.done_line:,} 行,共 {batch.lines:,} 行。导完告诉你。")
    return Text(f"{batch.no}「{batch.name}」{STATES.get(batch.state, batch.state)}。")


def counted(batch: ImportBatch) -> str:
    """源 12,000 = 新 9,800 + 更新 1,900 + 跳过 300."""
    return f"源 {batch.rows:,} = 新 {batch.new:,} + 更新 {batch.updated:,} + 跳过 {batch.skipped:,}"


def columns_of(heading: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(heading, what it is taken for) of each column that has a name; "" for one that is not imported."""
    pairs = zip(heading.get("titles", ()), heading.get("fields", ()), strict=True)
    return [(title, label_of(field, title)) for title, field in pairs if title]


def label_of(field: str | None, title: str) -> str:
    """A field's name in Chinese; an own field's column is called as the field is; "" where nothing is imported."""
    return "" if field in (None, "skip") else LABELS.get(field or "", title)


def _question(view: View) -> Card:
    batch = view.batch
    usable = batch.new + batch.updated
    columns = columns_of(batch.heading)
    used = [(title, label) for title, label in columns if label]
    unused = [title for title, label in columns if not label]
    notes = [counted(batch)]
    if unused:
        notes.append(f"不导入的列:{'、'.join(unused)[:60]}")
    if others := batch.heading.get("other_sheets"):
        notes.append(f"只读了工作表「{batch.heading.get('sheet', '')}」,没读:{'、'.join(others)[:40]}")
    notes += [f"{count} 行{doubt}" for doubt, count in _most(batch.doubts)]
    notes += [f"第 {line} 行:{reason}" for line, reason in view.bad]
    if view.returned:
        notes.append("要修改的行已另存成文件发给你,改好只发那个文件就行")
    if view.pool and batch.kind == "list":
        notes.append(f"没有负责人的放进{view.pool}")
    notes.append("会启动评级、计时和卡片" if batch.options.get("start") else "只存进来:不计时、不发卡片")
    buttons = [
        Button("导入", ConfirmImport(batch.id or 0, int(bool(batch.options.get("start")))), "primary"),
        Button("导入并启动", ConfirmImport(batch.id or 0, 1)),
        Button("列不对", AskColumns(batch.id or 0)),
        Button("取消", DropImport(batch.id or 0), "danger"),
    ]
    if batch.options.get("start"):
        buttons.pop(1)
    if batch.kind == "history":
        buttons = [button for button in buttons if button.text in ("导入", "取消")]
    if not usable:
        buttons = buttons[-2:] if batch.kind != "history" else buttons[-1:]
    return Card(
        title=f"{batch.no} 可导入 {usable:,},需修 {batch.skipped:,}",
        subtitle=batch.name,
        source="导入名单",
        text="\n".join(notes),
        fields=tuple(Field(label, f"列「{title}」") for title, label in used[:COLUMNS]),
        buttons=tuple(buttons),
    )


def _done(view: View) -> Card:
    batch = view.batch
    notes = [counted(batch), *(f"{count} 行{doubt}" for doubt, count in _most(batch.doubts))]
    if batch.kept:
        kinds = "、".join(f"{kind} {count} 条" for kind, count in batch.kept.items())
        notes.append(f"先保存下来,等对应的功能上线后启用:{kinds}")
    if batch.skipped and batch.kind == "history":
        notes += [f"第 {line} 行:{reason}" for line, reason in view.bad]
    notes.append(f"不对的话可以整批撤销,之后也可以发「回滚 {batch.no}」")
    return Card(
        title=f"{batch.no} 导入完成",
        subtitle=batch.name,
        source="导入名单",
        text="\n".join(notes),
        buttons=(Button("整批撤销", UndoImport(batch.id or 0), "danger"),),
    )


def _undone(view: View) -> str:
    batch = view.batch
    if batch.error:
        return f"{batch.no}「{batch.name}」没有导入,写进去的已经全部拿出来了:{batch.error}"
    told = f"{batch.no}「{batch.name}」已整批撤销。"
    if not view.left:
        return told + "新建的删掉了,改过的恢复原样。"
    lines = [f"{lead} {why}" for lead, why in view.left[:LEFT]]
    more = f"\n…… 一共 {len(view.left)} 条" if len(view.left) > LEFT else ""
    return f"{told}之后有人动过的 {len(view.left)} 条没有动:\n" + "\n".join(lines) + more


def _most(doubts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(doubts.items(), key=lambda one: -one[1])[:REASONS]
