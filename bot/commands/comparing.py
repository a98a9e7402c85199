"""An old system's list held against ours in the terminal: the counts on the screen, every difference in a file."""

from pathlib import Path

from bot.commands.line import show
from leads.imports.compare import Comparison


def tell_compared(found: Comparison, target: Path, *, as_json: bool) -> None:
    """Write the differences beside the list and say how it came out. Raises OSError."""
    tally = found.tally
    if found.lines:
        target.write_bytes(found.file())
    if as_json:
        plain = {"rows": tally.rows, "there": tally.there, "skipped": tally.skipped, **tally.plain()}
        file = str(target) if found.lines else None
        show({**plain, "differences": tally.differences, "doubts": dict(found.doubts), "file": file})
        return
    both = tally.same + tally.differing
    print(f"和旧系统{f'有 {tally.differences:,} 处不同' if tally.differences else '一致'}(只对比,什么都没有改)")
    print(f"  旧系统 {tally.rows:,} 行 = 两边都有 {both:,} + 只在旧系统 {tally.there:,} + 读不懂 {tally.skipped:,}")
    rest = f"只在这里 {tally.only_here:,} + 导出之后新来 {tally.newer:,}"
    print(f"  这里 {tally.here:,} 条 = 两边都有 {both - tally.doubled:,} + {rest}")
    if tally.doubled:
        print(f"  旧系统里有 {tally.doubled:,} 行和别的行是同一个人")
    for name, count in tally.fields.most_common():
        print(f"  {name}不一样:{count:,} 人")
    for doubt, count in found.doubts.most_common(10):
        print(f"  注意 {count} 行:{doubt}")
    if found.lines:
        print(f"每一处都在 {target}")
