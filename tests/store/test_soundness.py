"""A damaged file is never served: broken pages, indexes, an end that is gone are found before anything is done."""

import asyncio
import random
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from config.rules import load_rules
from leads.capture import Person, capture
from store.db import Store
from store.soundness import Damaged, look_over, read_mark, write_mark
from tests.conftest import KEYS, NOW, ROOT

pytestmark = [pytest.mark.failure("C9"), pytest.mark.only("sqlite")]
PAGE = 4096


@pytest.fixture(scope="module")
def filled(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of four hundred leads, closed."""
    path = tmp_path_factory.mktemp("filled") / "leadbot.db"
    shutil.copy(template, path)
    rules = load_rules((ROOT / "config" / "templates" / "default" / "rules.yaml").read_text("utf-8"), "rules.yaml")

    async def fill(tx):
        for number in range(400):
            person = Person("官网", name=f"客户{number}", phone=f"139{number:08}", need="三十台工业相机,下周要报价" * 4)
            await capture(tx, person, rules=rules, now=NOW + timedelta(seconds=number))

    async def work():
        store = Store(f"sqlite:///{path}", "acme", KEYS)
        await store.open()
        await store.transaction(fill)
        await store.close()

    asyncio.run(work())
    return path


@pytest.fixture
def whole(filled: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copy(filled, tmp_path / "leadbot.db"))


def shape(path: Path) -> dict[str, int]:
    """How many rows every table gives when all of them are read."""
    connection = sqlite3.connect(path)
    connection.text_factory = bytes
    names = [name.decode() for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
    found = {name: len(connection.execute(f"select * from {name}").fetchall()) for name in names}  # noqa: S608
    connection.close()
    return found


def flip(content: bytes, page: int, chance: random.Random) -> bytes:
    """One bit of one byte of a page, the other way round."""
    changed = bytearray(content)
    changed[page * PAGE + chance.randrange(PAGE)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def test_a_byte_in_two_hundred_pages_is_refused_and_one_alone_never_costs_a_row_unseen(
    whole: Path, tmp_path: Path, record_property
) -> None:
    chance, content, rows = random.Random(9), whole.read_bytes(), shape(whole)
    pages = chance.sample(range(len(content) // PAGE), 200)
    copy = tmp_path / "copy" / "leadbot.db"
    copy.parent.mkdir()
    found = 0
    for page in pages:
        copy.write_bytes(flip(content, page, chance))
        try:
            look_over(copy)
        except Damaged:
            found += 1
        else:
            assert shape(copy) == rows, "what goes unseen is in the words of a cell or in free space"
    together = content
    for page in pages:
        together = flip(together, page, chance)
    copy.write_bytes(together)
    with pytest.raises(Damaged, match=r"is damaged \(.*nothing was changed\. To go on, copy \.env"):
        look_over(copy)
    assert copy.read_bytes() == together and found > 0
    record_property("R-C9", f"200 pages: refused together; alone, {found} refused and no row lost in the others")


@pytest.mark.parametrize("part", [0.95, 0.5, 0.1])
def test_a_file_that_was_cut_off_is_refused(whole: Path, part: float) -> None:
    cut = whole.read_bytes()[: int(whole.stat().st_size * part)]
    whole.write_bytes(cut)
    with pytest.raises(Damaged):
        look_over(whole)
    assert whole.read_bytes() == cut


def test_looking_changes_nothing_and_leaves_the_wal(whole: Path, tmp_path: Path) -> None:
    left = committed_after(whole, tmp_path / "killed")
    before = {path.name: path.read_bytes() for path in left.parent.iterdir()}
    assert look_over(left)
    assert {path.name: path.read_bytes() for path in left.parent.iterdir()} == before
    assert look_over(whole) and [path.name for path in whole.parent.glob("leadbot.db*")] == ["leadbot.db"]


def committed_after(whole: Path, folder: Path) -> Path:
    """The files as a kill -9 leaves them after one more callback: it stands in the -wal only."""
    connection = sqlite3.connect(whole)
    connection.execute("pragma journal_mode=wal")
    connection.execute(
        "insert into inbox (corp, platform, key, lane, body, received_at, run_at, state, attempts, fence, error) "
        "values ('acme', 'wecom', 'm1', 'a', x'00', '2026-03-18', '2026-03-18', 'new', 0, 0, '')"
    )
    connection.commit()
    folder.mkdir()
    for name in ("leadbot.db", "leadbot.db-wal"):
        shutil.copy(whole.parent / name, folder / name)
    connection.close()
    return folder / "leadbot.db"


def test_a_store_without_its_end_is_refused_until_somebody_decides(whole: Path, tmp_path: Path) -> None:
    left = committed_after(whole, tmp_path / "killed")
    write_mark(left)
    mark = read_mark(left)
    assert mark is not None and (mark.callbacks, mark.leads) == (1, 1400)
    assert look_over(left)
    (left.parent / "leadbot.db-wal").rename(tmp_path / "moved")
    (left.parent / "leadbot.db-shm").unlink(missing_ok=True)
    with pytest.raises(
        Damaged, match=r"it ends at callback 0 and lead L1400, but had come to callback 1 .*-wal was moved"
    ):
        look_over(left)
    (tmp_path / "moved").rename(left.parent / "leadbot.db-wal")
    assert look_over(left), "put back, all is well"
    (left.parent / "leadbot.db-wal").unlink()
    (left.parent / "leadbot.db-mark").unlink()
    assert look_over(left), "deleted, the store goes on with what is there"


def test_a_store_that_is_gone_is_not_begun_anew_unasked(whole: Path) -> None:
    write_mark(whole)
    whole.unlink()
    with pytest.raises(Damaged, match="the file is gone or empty"):
        look_over(whole)
    assert not whole.exists()


def test_the_wal_of_another_store_is_refused_or_ignored(whole: Path, template: Path, tmp_path: Path) -> None:
    left = committed_after(whole, tmp_path / "killed")
    rows = shape(whole)
    other = tmp_path / "other" / "leadbot.db"
    other.parent.mkdir()
    shutil.copy(template, other)
    theirs = committed_after(other, tmp_path / "theirs")
    shutil.copy(theirs.parent / "leadbot.db-wal", left.parent / "leadbot.db-wal")
    before = left.read_bytes()
    with pytest.raises(Damaged):
        look_over(left)
    assert left.read_bytes() == before
    assert shape(whole) == rows


def test_a_file_too_large_for_the_time_is_not_called_damaged(whole: Path) -> None:
    assert not look_over(whole, longest=-1)
