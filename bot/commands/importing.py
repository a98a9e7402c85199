"""Imports in the terminal: what is in the file is shown and confirmed, then booked with a bar that moves."""

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from bot.admin import CommandFailed
from bot.commands.comparing import tell_compared
from bot.commands.import_office import Office
from bot.commands.imports import read_file, shown_heading
from bot.commands.line import fail, show
from bot.logs import set_up_logs
from config.folder import Folder
from config.settings import Settings
from leads.errors import Refused
from leads.imports.decide import STATES
from leads.imports.grid import Grid, open_grid
from leads.imports.heading import Heading, parse_map, read_heading
from leads.imports.history import is_history
from leads.imports.returned import read_lines, write_returned
from leads.imports.source import Options


@dataclass(frozen=True)
class Order:
    """What was typed."""

    file: Path | None
    dry_run: bool
    columns: tuple[str, ...]
    undo: str
    options: Mapping[str, Any]
    bad_file: Path | None
    asks: bool
    as_json: bool
    compare: bool = False


def run_import(folder: Folder, settings: Settings, order: Order) -> None:
    """Do what was typed, and end with a clear line for whatever a person can mend."""
    set_up_logs(level=logging.WARNING)
    office = Office(folder, settings)
    try:
        if order.undo:
            with _bar("撤销", order) as tick:
                found = office.ask("import undo", {"batch": order.undo}, tick)
            _tell_undone(found, order)
        elif order.file is None:
            _tell_list(office.ask("import list", {}, lambda found: None), order)
        else:
            _import(office, order.file, order)
    except (Refused, CommandFailed) as error:
        fail(str(error))


def _import(office: "Office", file: Path, order: Order) -> None:
    wanted = {column: field for text in order.columns for column, field in parse_map(text).items()}
    content = read_file(file)
    options = Options(**order.options)
    history = is_history(file.name, content)
    grid, heading = (None, None) if history else _read_list(office, file.name, content, wanted, options)
    if grid is not None and heading is not None and not order.as_json:
        _show_heading(grid, heading)
    if order.asks and not history and not order.dry_run and not typer.confirm("列对得上吗?", default=True):
        fail("没有导入。用 --map 列名=字段 指定,例如 --map 手机=电话 --map 备注=不导入", 1)
    if order.compare:
        with _bar("对比", order, lines=content.count(b"\n")) as tick:
            compared = office.compare(file, content, wanted, options, lambda line: tick({"line": line}))
        tell_compared(compared, order.bad_file or file.with_name(f"{file.stem}-对比.xlsx"), as_json=order.as_json)
        return
    if order.dry_run:
        with _bar("检查", order, lines=content.count(b"\n")) as tick:
            found = office.check(content, file.name, wanted, options, lambda line: tick({"line": line}))
    else:
        content, grid = b"", None  # the import reads them itself
        arguments = {"file": str(file.absolute()), "map": wanted, "options": dict(order.options)}
        with _bar("导入", order) as tick:
            found = office.ask("import start", arguments, tick)
        if found["state"] == "failed":
            fail(f"{found['batch']} 没有导完:{found['error']}\n已导入的部分可以撤销:import DIR --undo {found['batch']}")
        if found["state"] == "undone":
            fail(f"{found['batch']} 没有导入,写进去的已经全部拿出来了:{found['error']}")
    target = order.bad_file or (None if order.dry_run else file.with_name(f"{file.stem}-需修改{file.suffix}"))
    if found["bad"] and target is not None and heading is not None:
        grid = grid or open_grid(file.name, read_file(file), sheet=options.sheet)
        lines = read_lines(grid, {bad["row"]: bad["reason"] for bad in found["bad"]})
        write_returned(target, grid, heading, lines)
        found["bad_file"] = str(target)
    _tell(found, order)


def _read_list(
    office: "Office", name: str, content: bytes, wanted: Mapping[str, str], options: Options
) -> tuple[Grid, Heading]:
    grid = open_grid(name, content, sheet=options.sheet)
    return grid, read_heading(grid, wanted, office.own_fields())


@contextlib.contextmanager
def _bar(what: str, order: Order, *, lines: int = 0) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A bar on stderr while it is a terminal; otherwise nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if order.as_json or not console.is_terminal:
        yield lambda found: None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("行"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=lines or None)

        def tick(found: Mapping[str, Any]) -> None:
            progress.update(task, completed=found.get("line", 0), total=found.get("lines") or lines or None)

        yield tick


def _show_heading(grid: Grid, heading: Heading) -> None:
    from rich.console import Console
    from rich.table import Table

    where = f"工作表「{grid.sheet}」" if grid.sheet else f"CSV({grid.encoding.upper().replace('-SIG', '')})"
    others = f";还有工作表 {'、'.join(grid.other_sheets)} 没有读(用 --sheet 指定)" if grid.other_sheets else ""
    table = Table(title=f"{where},第 {heading.line} 行是表头{others}", title_justify="left")
    for column in ("列名", "当作", "例子"):
        table.add_column(column)
    for title, field, sample in shown_heading(heading):
        table.add_row(title, field or "[dim](不导入)[/dim]", sample[:30])
    Console(stderr=True).print(table)


def _tell(found: Mapping[str, Any], order: Order) -> None:
    if order.as_json:
        show({name: value for name, value in found.items() if name not in ("line", "lines", "left")})
        return
    head = "预检(没有写入任何内容)" if order.dry_run else f"{found['batch']} 导入完成"
    print(f"{head}:源 {found['rows']} = 新 {found['new']} + 更新 {found['updated']} + 跳过 {found['skipped']}")
    for doubt, count in sorted(found["doubts"].items(), key=lambda one: -one[1])[:10]:
        print(f"  注意 {count} 行:{doubt}")
    for kind, count in (found.get("kept") or {}).items():
        print(f"  {kind} {count} 条:先保存下来,等对应的功能上线后启用")
    for bad in found["bad"][:10]:
        print(f"  第 {bad['row']} 行:{bad['reason']}")
    if len(found["bad"]) > 10:
        print(f"  …… 一共 {len(found['bad'])} 行要修改")
    if found.get("bad_file"):
        print(f"要修改的行在 {found['bad_file']},改好后只导入这个文件就行")
    if not order.dry_run:
        print(f"不对的话可以整批撤销:./run import DIR --undo {found['batch']}")


def _tell_undone(found: Mapping[str, Any], order: Order) -> None:
    if order.as_json:
        show({name: found[name] for name in ("batch", "state", "rows", "new", "updated", "skipped", "left")})
        return
    print(f"{found['batch']} 已撤销")
    for left in found["left"]:
        print(f"  {left['lead']} 没有动:{left['reason']}")


def _tell_list(found: Sequence[Mapping[str, Any]], order: Order) -> None:
    if order.as_json:
        show(found)
        return
    for one in found:
        counts = f"源 {one['rows']} = 新 {one['new']} + 更新 {one['updated']} + 跳过 {one['skipped']}"
        print(f"{one['batch']:<5} {one['at'][:16]} {STATES.get(one['state'], one['state']):<6} {counts}  {one['file']}")
    if not found:
        print("还没有导入过。./run import DIR 名单.xlsx --dry-run 先看看效果")
