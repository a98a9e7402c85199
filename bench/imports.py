"""B8: a list as an old system leaves it, a hundred thousand rows, comes in with all checks, and what others feel of it.

Beside it stands the least that could be done: csv, the digits of the number, and raw sqlite3.
"""

import argparse
import asyncio
import csv
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.company import BenchCompany, make_company
from bench.figure import Figure, ratio
from bench.past import old_company
from bench.quiet import quiet_bot
from bench.run import ROOT, Run, inside
from bot.importer import BESIDE, Importer
from bot.loop import run_to_the_end
from bot.opening import open_file
from leads.imports.source import Options
from store.tx import Tx

HEADINGS = ("客户姓名", "公司名称", "职务", "手机", "邮箱", "所在城市", "预算", "需求", "来源", "备注")
SURNAMES, GIVEN = "王李张刘陈杨黄赵周吴徐孙马朱胡", "伟芳娜敏静强磊军洋勇艳杰娟涛明超秀霞平刚"
CITIES = ("苏州市", "浙江省杭州市余杭区", "上海", "广东深圳", "武汉市洪山区", "成都", "北京市海淀区", "无锡")
TITLES = ("采购总监", "总经理", "IT经理", "采购", "技术负责人", "老板", "")
BUDGETS = ("50万", "10-20万", "100万以上", "约30万", "", "", "不清楚")
NEEDS = ("要报价", "想看看工业相机的样机", "急需三十台,下周要报价", "问了价格没回", "")
SOURCES = ("官网", "展会", "百度推广", "老客户介绍")
PATIENCE = 900.0  # seconds


def messy(path: Path, rows: int) -> None:
    """Write a list of `rows` lines: numbers in seven spellings, some doubled, some impossible, some missing."""
    chance = random.Random(8)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for n in range(rows):
            again = chance.random() < 0.05 and n > 10
            number = 13_900_000_000 + (chance.randrange(n) if again else n) * 7
            name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice((1, 2))))
            place = chance.choice(CITIES)
            mail = f"buyer{n}@example{n % 900}.com" if chance.random() < 0.2 else ""
            company = f"{place.removesuffix('市')[-2:]}{chance.choice('天海云智光华')}{n % 30000}科技有限公司"
            writer.writerow(
                (
                    name, company, chance.choice(TITLES), _spelled(str(number), chance), mail, place,
                    chance.choice(BUDGETS), chance.choice(NEEDS), chance.choice(SOURCES), f"旧系统编号 {n}",
                )
            )  # fmt: skip


def _spelled(number: str, chance: random.Random) -> str:
    ways = (
        number, number, number, f"+86 {number}", f"{number[:3]}-{number[3:7]}-{number[7:]}",
        f"{number[:3]} {number[3:7]} {number[7:]}", number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}),
    )  # fmt: skip
    odd = chance.random()
    if odd < 0.02:
        return number[:9]
    return "1.39E+10" if odd < 0.03 else chance.choice(ways)


def imports(run: Run) -> list[Figure]:
    """B8: the command on a company that is not served, the raw way, and the same beside people's daily work."""
    rows = run.size(100_000, 400)
    path = run.place() / "messy.csv"
    messy(path, rows)
    ours, spent, raw, memory = [], [], [], []
    compiled = run.place()
    _import(make_company(run.place() / "acme", reps=20), _first(path, 20), 20, compiled)
    for number in range(min(run.rounds, 3)):
        run.say(f"B8: import {number + 1} of {min(run.rounds, 3)}")
        company = make_company(run.place() / "acme", reps=20)
        took, cpu, megabytes = _import(company, path, rows, compiled)
        ours.append(rows / took)
        spent.append(rows / cpu)
        memory.append(megabytes)
        raw.append(_raw(path, run.place() / "raw.db"))
    there = run.size(1_000_000, 1000)
    old = old_company(run, there, owned=False)
    run.say(f"B8: import among {there:,} leads")
    old_took, old_cpu, old_memory = _import(old, path, rows, compiled)
    run.say("B8: slices beside other work")
    beside = inside(["bench.imports", "beside", str(run.place() / "acme"), str(path)])
    slices = sorted(beside["slices"])
    usual, longest = statistics.median(slices) * 1000, slices[min(int(len(slices) * 0.99), len(slices) - 1)] * 1000
    return [
        Figure("B8", f"import of {rows:,} messy rows with all checks", statistics.median(ours), "/s", 5000, 10_000,
               beside=f"{statistics.median(spent):,.0f} for each second of processor time; "
               f"{statistics.median(raw):,.0f}/s by csv and raw sqlite3 without checks"),
        Figure("B8 old", f"the same with {there:,} leads there", rows / old_took, "/s", 5000, 10_000,
               beside=f"{rows / old_cpu:,.0f} for each second of processor time; {old_memory:.0f} MB at its peak"),
        Figure("B8 raw", "… against csv and raw sqlite3 without checks", ratio(ours, raw), "×"),
        Figure("B8 memory", "memory of that import at its peak", statistics.median(memory), "MB", 300, None, True),
        Figure("B8 slice", f"processor time for which a slice keeps the writer, 99 of 100 of {len(slices)} slices",
               longest, "ms", 20, None, True, beside=f"usually {usual:.1f} ms; {BESIDE * 1000:.0f} ms are wanted"),
    ]  # fmt: skip


def _first(path: Path, rows: int) -> Path:
    """The first lines of a list, as a list of its own."""
    short = path.with_name("first.csv")
    short.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[: rows + 1]))
    return short


def _import(company: BenchCompany, path: Path, rows: int, compiled: Path) -> tuple[float, float, float]:
    """Import by the command; returns seconds, seconds of processor time and the peak of its memory (MB).

    As on any day but the first: what Python has compiled of the program lies in `compiled`.
    """
    told = inside(["bench.imports", "command", str(company.folder.root), str(path)], PYTHONPYCACHEPREFIX=str(compiled))
    if told["rows"] != rows or told["rows"] != told["new"] + told["updated"] + told["skipped"]:
        raise RuntimeError(f"the counts do not agree: { {name: told[name] for name in ('rows', 'new', 'skipped')} }")
    return told["took"], told["cpu"], told["megabytes"]


def command(root: Path, path: Path) -> dict[str, Any]:
    """The command, started by a small process: Linux counts the memory of whoever starts a process as that one's."""
    words = [sys.executable, "-m", "bot", "import", str(root), str(path), "--json"]
    began = time.monotonic()
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said, cause = process.stdout.read() if process.stdout else b"", process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the import failed:\n{cause.decode()[-2000:]}")
    took, cpu = time.monotonic() - began, used.ru_utime + used.ru_stime
    counts = {name: value for name, value in json.loads(said).items() if name in ("rows", "new", "updated", "skipped")}
    return {**counts, "took": took, "cpu": cpu, "megabytes": used.ru_maxrss / 1024}


def _raw(path: Path, store: Path) -> float:
    """The least that could be done with such a list; returns rows per second."""
    began = time.monotonic()
    connection = sqlite3.connect(store)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    columns = ", ".join(f"c{n} TEXT" for n in range(len(HEADINGS)))
    connection.execute(f"CREATE TABLE lead (id INTEGER PRIMARY KEY, phone TEXT UNIQUE, {columns})")
    marks = ", ".join("?" * (len(HEADINGS) + 1))
    with path.open(encoding="utf-8-sig", newline="") as file, connection:
        lines = csv.reader(file)
        next(lines)
        people = (("".join(c for c in cells[3] if c.isdigit())[-11:], *cells) for cells in lines)
        connection.executemany(f"INSERT OR IGNORE INTO lead VALUES (NULL, {marks})", people)  # noqa: S608
    count = path.read_bytes().count(b"\n") - 1
    connection.close()
    return count / (time.monotonic() - began)


class Watched(Importer):
    """Notes the processor time of every slice while it keeps the writer."""

    slices: list[float]

    async def _book_slice(self, *arguments: Any) -> Any:
        began = time.thread_time()
        try:
            return await super()._book_slice(*arguments)
        finally:
            self.slices.append(time.thread_time() - began)


async def beside(root: Path, name: str, content: bytes) -> dict[str, Any]:
    """Import while somebody else wants the writer all the time; returns the slices' seconds."""
    company = make_company(root, reps=20)
    async with quiet_bot(company) as bot:
        importer = Watched(bot.store, bot.context, bot.now, time.monotonic)
        importer.slices = []
        source = await open_file(bot.store, await bot.context(), name, content, wanted={}, options=Options())
        await importer.take_in(source, Options(), state="running", by=None, content=content)
        over = asyncio.Event()

        async def nothing(tx: Tx) -> None:
            return None

        async def others() -> None:
            while not over.is_set():
                await bot.store.transaction(nothing)
                await asyncio.sleep(0.005)

        crowd = asyncio.create_task(others())
        async with asyncio.timeout(PATIENCE):
            while await importer.run_once():
                pass
        over.set()
        await crowd
    return {"slices": importer.slices}


async def tell(root: Path, name: str, content: bytes) -> None:
    """The slices of one import beside other work, told as JSON."""
    print(json.dumps(await beside(root, name, content)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("command", "beside"))
    parser.add_argument("root", type=Path)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    if given.what == "command":
        print(json.dumps(command(given.root, given.file)))
    else:
        run_to_the_end(tell(given.root, given.file.name, given.file.read_bytes()))
