"""Whatever a list says, taking it back leaves the store as it was; what people did since stays, and is listed."""

import asyncio
import csv
import io
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.context import Context
from bot.importer import Importer
from bot.opening import open_file
from config.folder import TEMPLATES, Folder
from config.hours import calendar_of
from config.rules import load_rules
from leads.capture import Person, capture
from leads.errors import BadFile, WrongStage
from leads.imports.decide import OPERATOR, take_back
from leads.imports.source import Options
from leads.reached import computed
from store import batches, leads
from store.db import Store
from store.reached import read_many
from store.tables import Member
from tests.conftest import KEYS, NOW

PHONES = ("13800138000", "+86 138 0013 8000", "13900139001", "0571-88886666", "13700137002", "12", "", "1.38E+10")
EMAILS = ("", "a@b.cn", "A@B.CN", "li.lei@yunqi.com", "no-mail")
HEAD = ("姓名", "手机", "邮箱", "微信", "公司", "需求", "来源", "负责人", "阶段", "预算", "跟进记录", "创建时间")
CELLS = (
    st.sampled_from(("", "李雷", "王总", "=1+1", "张三")),
    st.sampled_from(PHONES),
    st.sampled_from(EMAILS),
    st.sampled_from(("", "wx_lilei", "wx_han88")),
    st.sampled_from(("", "杭州云栖智能科技有限公司", "云栖智能", "苏州微光生物")),
    st.sampled_from(("", "要报价", "急需三十台")),
    st.sampled_from(("", "展会", "官网")),
    st.sampled_from(("", "lina", "李娜", "不在的人")),
    st.sampled_from(("", "跟进中", "无效", "成交", "怪阶段")),
    st.sampled_from(("", "50万", "看情况")),
    st.sampled_from(("", "电话聊了", "拜访过")),
    st.sampled_from(("", "2026-02-03 09:30", "2099-01-01", "昨天")),
)
ROWS = st.lists(st.tuples(*CELLS), min_size=1, max_size=12)
# What an import keeps of itself, and what only counts or remembers; everything else must be as it was.
OWN = {"import_batch", "import_part", "import_flaw", "import_lead", "import_mark", "import_return", "audit"}
TABLES = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
GROWS = {"version"}  # every change counts, also the one that takes another back


HISTORY = """\
{"type": "campaign", "at": "2026-01-01T10:00:00+08:00", "ref": "c", "name": "春展", "source": "展会"}
{"type": "lead", "at": "2026-01-02T10:00:00+08:00", "ref": "a", "name": "李雷", "phone": "13700137002", \
"source": "展会", "campaign": "c"}
{"type": "claim", "at": "2026-01-03T10:00:00+08:00", "lead": "a", "by": "lina"}
{"type": "stage", "at": "2026-01-04T10:00:00+08:00", "lead": "a", "to": "sql", "by": "lina"}
{"type": "opportunity", "at": "2026-01-05T10:00:00+08:00", "ref": "o", "lead": "a", "by": "lina", "amount": 100}
{"type": "payment", "at": "2026-01-06T10:00:00+08:00", "opportunity": "o", "amount": 50}
"""


class Office:
    """A store in which somebody is known already."""

    def __init__(self, folder: Path) -> None:
        self.rules = load_rules((TEMPLATES / "default" / "rules.yaml").read_text("utf-8"), "rules.yaml")
        calendar = calendar_of(self.rules, Folder(folder), today=NOW.date())
        self.ctx = Context(self.rules, calendar, NOW)
        self.store = Store(f"sqlite:///{folder / 'undo.db'}", "acme", KEYS)
        self.importer = Importer(self.store, self.context, lambda: NOW, monotonic)

    async def context(self) -> Context:
        return self.ctx

    async def open(self) -> None:
        await self.store.open()
        for source, phone, email in (("官网", PHONES[0], ""), ("展会", PHONES[2], EMAILS[1])):
            person = Person(source=source, name="老客户", phone=phone, email=email, company="杭州云栖")
            await self.store.transaction(lambda tx, p=person: capture(tx, p, rules=self.rules, now=NOW))
        await self.store.transaction(
            lambda tx: tx.add(Member(corp="acme", id="lina", name="李娜", role="rep", team="华东"))
        )

    async def bring_in(self, rows: list[tuple[str, ...]], **options: Any) -> int | None:
        """Import rows to the end; returns the batch, None when they are no list."""
        stream = io.StringIO()
        csv.writer(stream).writerows([HEAD, *rows])
        return await self.take_in("客户.csv", stream.getvalue().encode(), Options(**options))

    async def take_in(self, name: str, content: bytes, chosen: Options) -> int | None:
        """The same for a file as it is."""
        try:
            source = await open_file(self.store, self.ctx, name, content, wanted={}, options=chosen)
        except BadFile:
            return None
        batch = await self.importer.take_in(source, chosen, state="running", by=None, content=content)
        await self.work()
        return batch.id

    async def work(self) -> None:
        while await self.importer.run_once():
            pass

    async def undo(self, batch_id: int) -> dict[int, str]:
        """Take it back; returns what was left alone, with the reason."""
        await self.store.transaction(lambda tx: take_back(tx, batch_id, OPERATOR, now=NOW))
        await self.work()
        async with self.store.read() as tx:
            return {row.lead_id: row.kept for row in await batches.list_left(tx, batch_id)}

    async def picture(self) -> dict[str, list[Any]]:
        """Every row of every table that an import does not keep for itself, without its counters."""
        found: dict[str, list[Any]] = {}
        async with self.store.read() as tx:
            names = await tx.execute(
                text("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
            )
            for (name,) in names.all():
                if name in OWN:
                    continue
                rows = (await tx.execute(text(f'select * from "{name}"'))).mappings().all()  # noqa: S608
                shown = [{key: _plain(key, value) for key, value in row.items() if key not in GROWS} for row in rows]
                found[name] = sorted(map(repr, shown))
        return found


def _plain(name: str, value: Any) -> Any:
    """Sealed values look different each time they are written; of them only the length is compared."""
    return len(value) if isinstance(value, bytes) and name != "hash" else value


def tried(template: Path, work: Callable[[Office], Awaitable[None]]) -> None:
    """Do it in a store of its own."""

    async def run(folder: Path) -> None:
        office = Office(folder)
        await office.open()
        try:
            await work(office)
        finally:
            await office.store.close()

    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template, Path(folder) / "undo.db")
        asyncio.run(run(Path(folder)))


@pytest.mark.feature("Q3")
@pytest.mark.ask("AS24")
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, overwrite=st.booleans(), start=st.booleans())
def test_taking_a_list_back_leaves_the_store_as_it_was(template: Path, rows: Any, overwrite: bool, start: bool) -> None:
    async def work(office: Office) -> None:
        before = await office.picture()
        batch_id = await office.bring_in(rows, overwrite=overwrite, start=start)
        if batch_id is None:
            assert await office.picture() == before, "a file that is no list leaves nothing"
            return
        assert await office.undo(batch_id) == {}
        after = await office.picture()
        for table in before.keys() - {"due", "clock", "outbox", "act"}:
            assert after[table] == before[table], table

    tried(template, work)


@pytest.mark.feature("Q3")
@pytest.mark.ask("AS24")
@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, touched=st.sets(st.integers(0, 13), max_size=3))
def test_what_was_touched_since_stays_and_is_listed(template: Path, rows: Any, touched: set[int]) -> None:
    async def work(office: Office) -> None:
        batch_id = await office.bring_in(rows)
        if batch_id is None:
            return
        async with office.store.read() as tx:
            changed = {row.lead_id for row in await batches.list_untaken(tx, batch_id, limit=1000)}
            everyone = sorted(lead.id or 0 for lead in await leads.list_leads(tx, limit=100))
        hit = {everyone[n] for n in touched if n < len(everyone)}
        for lead_id in hit:
            await office.store.transaction(lambda tx, of=lead_id: leads.change(tx, of, name="后来改的"))
        left = await office.undo(batch_id)
        assert set(left) == hit & changed and all(left.values())
        async with office.store.read() as tx:
            for lead_id in hit & changed:
                lead = await leads.find_lead(tx, lead_id)
                assert lead is not None and lead.name == "后来改的"

    tried(template, work)


@pytest.mark.feature("Q3")
@pytest.mark.ask("AS24")
def test_what_a_later_list_held_goes_once_that_list_has_gone(template: Path) -> None:
    async def work(office: Office) -> None:
        row = ("李雷", "13700137002", "", "", "", "", "展会", "", "", "", "", "")
        before = await office.picture()
        first, second = await office.bring_in([row]), await office.bring_in([(*row[:5], "要报价", *row[6:])])
        assert first and second
        (left,) = (await office.undo(first)).values()
        assert f"导入 I{second}" in left
        with pytest.raises(WrongStage, match="已经撤销过了"):
            await office.undo(first)
        assert await office.undo(second) == {}
        assert await office.undo(first) == {}
        after = await office.picture()
        for table in before.keys() - {"due", "clock", "outbox", "act"}:
            assert after[table] == before[table], table
        with pytest.raises(WrongStage, match="已经撤销过了"):
            await office.undo(first)

    tried(template, work)


@pytest.mark.feature("Q3")
@pytest.mark.ask("AS24")
def test_what_a_later_list_held_of_a_history_goes_with_its_campaign_and_its_deal(template: Path) -> None:
    async def work(office: Office) -> None:
        before = await office.picture()
        history = await office.take_in("旧系统.ndjson", HISTORY.encode(), Options())
        row = ("李雷", "13700137002", "", "", "", "要报价", "展会", "", "", "", "", "")
        held = await office.bring_in([row])
        assert history and held and len(await office.undo(history)) == 1
        assert await office.undo(held) == {} and await office.undo(history) == {}
        after = await office.picture()
        for table in before.keys() - {"due", "clock", "outbox", "act"}:
            assert after[table] == before[table], table

    tried(template, work)


@pytest.mark.feature("Q1")
@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(first=ROWS, second=ROWS, start=st.booleans())
def test_reports_count_what_two_lists_told_of_somebody(template: Path, first: Any, second: Any, start: bool) -> None:
    """What follows from a second list is added to what is counted already; told anew, the stories say the same."""

    async def work(office: Office) -> None:
        for rows in (first, second):
            await office.bring_in(rows, start=start)
        async with office.store.read() as tx:
            everyone = [lead.id or 0 for lead in await leads.list_leads(tx, limit=100)]
            told = await computed(tx, everyone, office.ctx.calendar.worked)
            assert await read_many(tx, told) == told

    tried(template, work)
