"""An old system runs beside: whether the two say the same, where they differ, and since when they agree."""

from collections.abc import Sequence

from bot.cards.card import Card, Field
from store.batch import ImportBatch

DOUBTS = 3  # kinds that are told
FIELD = "field:"  # before the name of a field in what a batch keeps


def draw(batch: ImportBatch, before: Sequence[ImportBatch]) -> Card:
    """The counts of a comparison; `before` are the nights before it, latest first."""
    kept = batch.kept
    found = differences(batch)
    both = batch.updated - kept["doubled"]
    only_theirs = f"只在旧系统 {batch.new:,} + 读不懂 {batch.skipped:,}"
    only_ours = f"只在这里 {kept['only_here']:,} + 导出之后新来 {kept['newer']:,}"
    notes = [
        f"旧系统 {batch.rows:,} 行 = 两边都有 {batch.updated:,} + {only_theirs}",
        f"这里 {kept['here']:,} 条 = 两边都有 {both:,} + {only_ours}",
    ]
    if kept["doubled"]:
        notes.append(f"旧系统里有 {kept['doubled']:,} 行和别的行是同一个人")
    notes += [f"{count} 行{doubt}" for doubt, count in sorted(batch.doubts.items(), key=lambda one: -one[1])[:DOUBTS]]
    if nights := _nights(found, before):
        notes.append(nights)
    notes.append("只对比,什么都没有改" + (";每一处都在发给你的文件里" if found or batch.skipped else ""))
    fields = {name.removeprefix(FIELD): count for name, count in kept.items() if name.startswith(FIELD)}
    return Card(
        title=f"{batch.no} 和旧系统有 {found:,} 处不同" if found else f"{batch.no} 和旧系统一致",
        subtitle=batch.name,
        source="并行对比",
        text="\n".join(notes),
        fields=(
            *((Field("只在旧系统", f"{batch.new:,} 人"),) if batch.new else ()),
            *((Field("只在这里", f"{kept['only_here']:,} 人"),) if kept["only_here"] else ()),
            *(Field(name, f"{count:,} 人不一样") for name, count in fields.items()),
        ),
    )


def differences(batch: ImportBatch) -> int:
    """How many people the two systems do not agree on."""
    return batch.new + batch.kept["differing"] + batch.kept["only_here"]


def _nights(found: int, before: Sequence[ImportBatch]) -> str:
    """Since when the two agree, or how it was the night before."""
    if not before:
        return ""
    if found:
        last = differences(before[0])
        return f"上一次有 {last:,} 处不同" if last else "上一次还是一致的"
    agreed = next((n for n, batch in enumerate(before) if differences(batch)), len(before))
    return f"已经连续 {agreed + 1} 次一致" if agreed else ""
