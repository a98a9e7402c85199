"""Files that are changed while rules are published: free days hold at once, anything else waits to be published."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.commands.pricing import publish_first
from bot.published import Rulebook
from config.document import BadDocument
from config.folder import Folder, create_folder
from store.db import Store

NOW = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)
NOTICE = "date,kind\n2027-01-01,free\n2027-01-04,free\n2027-01-09,补班\n2027-05-01,free\n2027-10-01,free\n"


def own_days(folder: Folder, days: str) -> Path:
    """The company names a list of its own; returns where it lies."""
    own = folder.root / "holidays.csv"
    own.write_text(days, "utf-8")
    text = folder.rules.read_text("utf-8").replace("holidays: china", "holidays: china\n  override: holidays.csv")
    folder.rules.write_text(text, "utf-8")
    return own


@pytest.mark.feature("H3")
@pytest.mark.only("sqlite")
async def test_days_that_are_added_to_the_list_hold_at_once_and_a_wrong_line_changes_nothing(
    store: Store, tmp_path: Path
) -> None:
    folder = create_folder(tmp_path / "acme").folder
    own = own_days(folder, "date,kind\n2027-03-01,free\n")
    book = Rulebook(store, folder, lambda: NOW)
    await book.publish_first()
    await book.load()
    before = book.running(NOW).calendar
    assert before.is_workday(date(2027, 1, 4)) and not before.is_workday(date(2027, 3, 1))
    assert 2027 not in before.known_years, "a day of the company's is no notice of the State Council"

    own.write_text(NOTICE, "utf-8")
    assert await book.follow() is None, "no other rules"
    after = book.running(NOW).calendar
    assert not after.is_workday(date(2027, 1, 4)) and after.is_workday(date(2027, 1, 9)) and 2027 in after.known_years

    own.write_text(NOTICE + "2027-01-11,放\n", "utf-8")
    assert await book.follow() is None
    assert book.running(NOW).calendar == after, "the days known so far"
    own.unlink()
    assert await book.follow() is None
    assert book.running(NOW).calendar == after
    own.write_text("date,kind\n", "utf-8")
    await book.follow()
    assert book.running(NOW).calendar.is_workday(date(2027, 1, 4))


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("left", ["pools: [\n", "nonsense: 1\n", None])
async def test_a_file_in_the_midst_of_a_change_does_not_keep_the_server_from_starting_again(
    store: Store, tmp_path: Path, left: str | None
) -> None:
    folder = create_folder(tmp_path / "acme").folder
    (folder.products).write_text("sku,name,price\nA1,相机,100\n", "utf-8")
    first = Rulebook(store, folder, lambda: NOW)
    await first.publish_first()
    await first.load()
    await publish_first(store, folder, today=NOW.date(), now=NOW)
    published = first.running(NOW).rules

    if left is None:
        folder.rules.unlink()
    else:
        folder.rules.write_text(left, "utf-8")
    folder.products.write_text("sku\nA1\n", "utf-8")
    again = Rulebook(store, folder, lambda: NOW)
    await again.publish_first()
    assert await again.load() and again.running(NOW).rules == published
    await publish_first(store, folder, today=NOW.date(), now=NOW)


@pytest.mark.only("sqlite")
async def test_a_first_start_without_sound_rules_says_what_is_wrong(store: Store, tmp_path: Path) -> None:
    folder = create_folder(tmp_path / "acme").folder
    folder.rules.unlink()
    with pytest.raises(BadDocument, match=r"rules\.yaml:1:1: is missing; put it back"):
        await Rulebook(store, folder, lambda: NOW).publish_first()


@pytest.mark.feature("H3")
@pytest.mark.failure("T3")
@pytest.mark.only("sqlite")
async def test_a_year_begins_while_the_list_is_broken_and_work_goes_on(store: Store, tmp_path: Path) -> None:
    folder = create_folder(tmp_path / "acme").folder
    own = own_days(folder, NOTICE)
    at = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    book = Rulebook(store, folder, lambda: at)
    await book.publish_first()
    await book.load()
    own.write_text(NOTICE + "2027-01-11,放\n", "utf-8")
    at = datetime(2027, 1, 1, 0, 0, tzinfo=UTC)
    calendar = book.running(at).calendar
    assert not calendar.is_workday(date(2027, 1, 4)) and calendar.is_workday(date(2027, 1, 11)), "the days known so far"
    own.write_text(NOTICE + "2027-01-11,放假\n", "utf-8")
    await book.follow()
    assert not book.running(at).calendar.is_workday(date(2027, 1, 11)), "as soon as it is mended"
    at = datetime(2029, 1, 1, 0, 0, tzinfo=UTC)
    assert not book.running(at).calendar.is_workday(date(2031, 5, 1)), "the calendar reaches on"


@pytest.mark.feature("H3")
@pytest.mark.only("sqlite")
async def test_a_list_that_is_broken_or_gone_keeps_nobody_from_starting_again(store: Store, tmp_path: Path) -> None:
    folder = create_folder(tmp_path / "acme").folder
    own = own_days(folder, NOTICE + "2027-01-11,放\n")
    first = Rulebook(store, folder, lambda: NOW)
    with pytest.raises(BadDocument, match=r"holidays\.csv:7: kind '放' is unknown"):
        await first.publish_first()
    assert not await first.load(), "a company's first rules are published when all of them can be read"
    own.write_text(NOTICE, "utf-8")
    await first.publish_first()
    await first.load()

    own.unlink()
    again = Rulebook(store, folder, lambda: NOW)
    await again.load()
    assert again.running(NOW).calendar.is_workday(date(2027, 1, 4)), "the official days alone"
    own.write_text(NOTICE, "utf-8")
    assert await again.follow() is None
    assert not again.running(NOW).calendar.is_workday(date(2027, 1, 4)), "as soon as it is back"
