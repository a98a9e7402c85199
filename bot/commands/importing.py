"""Imports in the terminal: what is in the file is shown and confirmed, then booked with a bar that moves."""

import asyncio
import contextlib
import gc
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import typer

from bot.admin import CommandFailed, NobodyThere, ask_server
from bot.app import Leadbot
from bot.commands.comparing import tell_compared
from bot.commands.imports import IMPORTS, OPEN, look, read_file, shown_heading
from bot.commands.line import fail, show
from bot.comparing import Export, compare
from bot.importer import ALONE
from bot.lock import Locked, hold_lock
from bot.logs import set_up_logs
from bot.opening import check, open_file
from config.document import BadDocument, read_text
from config.folder import Folder
from config.rules import load_rules
from config.settings import Settings
from leads.errors import Refused
from leads.imports.check import Check
from leads.imports.compare import Comparison
from leads.imports.decide import STATES
from leads.imports.grid import Grid, open_grid
from leads.imports.heading import Heading, parse_map, read_heading
from leads.imports.history import is_history
from leads.imports.returned import read_lines, write_returned
from leads.imports.source import Options, labels_of
from store.engine import sqlite_path
from store.migrate import migrate

T = TypeVar("T")
LOOK_AGAIN = 0.2  # seconds between two looks at a server's progress


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
        arguments = {"file": str(file.absolute()), "map": wanted, "options": dict(order.options)}
        with _bar("导入", order) as tick:
            found = office.ask("import start", arguments, tick)
        if found["state"] == "failed":
            fail(f"{found['batch']} 没有导完:{found['error']}\n已导入的部分可以撤销:import DIR --undo {found['batch']}")
        if found["state"] == "undone":
            fail(f"{found['batch']} 没有导入,写进去的已经全部拿出来了:{found['error']}")
    target = order.bad_file or (None if order.dry_run else file.with_name(f"{file.stem}-需修改{file.suffix}"))
    if found["bad"] and target is not None and grid is not None and heading is not None:
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


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """A list makes a million things that die with their slice; to look for rings among them costs a fifth."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class Office:
    """Imports as a command reaches them: through a running server, or alone under the lock."""

    def __init__(self, folder: Folder, settings: Settings) -> None:
        self._folder = folder
        self._settings = settings

    def own_fields(self) -> dict[str, str]:
        """The company's own fields as rules.yaml says them (key → label), to show what a list is taken for."""
        try:
            return labels_of(load_rules(read_text(self._folder.rules), str(self._folder.rules)))
        except (BadDocument, OSError):  # the published rules decide; this is only for the eye
            return {}

    def ask(self, command: str, arguments: Mapping[str, Any], tick: Callable[[Mapping[str, Any]], None]) -> Any:
        """Do it and wait until the batch has come to its end; `tick` hears of the progress.

        Raises Locked, Refused, CommandFailed.
        """
        try:
            return self._through_server(command, arguments, tick)
        except NobodyThere:
            pass
        url = self._settings.store_url(self._folder)
        if sqlite_path(url) is None:
            migrate(url)
            return asyncio.run(self._alone(command, arguments, tick))
        with hold_lock(self._folder.lock):
            migrate(url)
            return asyncio.run(self._alone(command, arguments, tick))

    def _through_server(
        self, command: str, arguments: Mapping[str, Any], tick: Callable[[Mapping[str, Any]], None]
    ) -> Any:
        answer = ask_server(self._folder.sock, command, arguments)
        while isinstance(answer, dict) and answer.get("state") in OPEN:
            tick(answer)
            time.sleep(LOOK_AGAIN)
            answer = ask_server(self._folder.sock, "import look", {"batch": answer["batch"]})
        if isinstance(answer, dict) and command != "import look" and "batch" in answer and "bad" not in answer:
            answer = ask_server(self._folder.sock, "import look", {"batch": answer["batch"]})
        return answer

    async def _alone(
        self, command: str, arguments: Mapping[str, Any], tick: Callable[[Mapping[str, Any]], None]
    ) -> Any:
        bot = Leadbot(self._folder, self._settings)
        await bot.open()
        bot.importer.share = ALONE
        try:
            with _undisturbed():
                answer = await IMPORTS[command](bot.importer, arguments)
                while isinstance(answer, dict) and answer.get("state") in OPEN:
                    await bot.importer.run_once()
                    answer = await look(bot.importer, {"batch": answer["batch"]})
                    tick(answer)
                if isinstance(answer, dict) and "batch" in answer and "bad" not in answer:
                    answer = await look(bot.importer, {"batch": answer["batch"]})
                return answer
        finally:
            await bot.store.close()

    def check(
        self, content: bytes, name: str, wanted: Mapping[str, str], options: Options, tick: Callable[[int], None]
    ) -> dict[str, Any]:
        """What an import would do: read beside a running server, nothing is written. Raises BadFile."""

        async def look(bot: Leadbot) -> Check:
            source = await open_file(bot.store, await bot.context(), name, content, wanted=wanted, options=options)
            return await check(bot.store, source, tick)

        found = self._beside(look)
        return {
            "batch": None, "rows": found.rows, "new": found.new, "updated": found.updated, "skipped": found.skipped,
            "doubts": dict(found.doubts), "bad": [{"row": line, "reason": reason} for line, reason, _ in found.flaws],
        }  # fmt: skip

    def compare(
        self, file: Path, content: bytes, wanted: Mapping[str, str], options: Options, tick: Callable[[int], None]
    ) -> Comparison:
        """What differs between a list and what is here; nothing is written. Raises BadFile, OSError."""
        made_at = datetime.fromtimestamp(file.stat().st_mtime, tz=UTC)

        async def look(bot: Leadbot) -> Comparison:
            export = Export(file.name, content, made_at)
            return (await compare(bot.store, await bot.context(), export, wanted=wanted, options=options, tick=tick))[1]

        return self._beside(look)

    def _beside(self, look: Callable[[Leadbot], Awaitable[T]]) -> T:
        """Look into the store beside a running server, or alone."""

        async def looked() -> T:
            bot = Leadbot(self._folder, self._settings)
            if not await bot.look_in():
                await bot.open()
            try:
                return await look(bot)
            finally:
                await bot.store.close()

        url = self._settings.store_url(self._folder)
        with contextlib.ExitStack() as held:
            if sqlite_path(url) is not None:
                with contextlib.suppress(Locked):  # a server is running, and has migrated it
                    held.enter_context(hold_lock(self._folder.lock))
                    migrate(url)
            return asyncio.run(looked())
