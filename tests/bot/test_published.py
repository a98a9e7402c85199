"""Files that are changed while rules are published: free days hold at once, anything else waits to be published."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.commands.pricing import publish_first
from bot.published import Rulebook
from config.document import BadDocument
from config.folder import create_folder
from store.db import Store

NOW = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)
NOTICE = "date,kind\n2027-01-01,free\n2027-01-04,free\n2027-01-09,补班\n2027-05-01,free\n2027-10-01,free\n"


@pytest.mark.feature("H3")
@pytest.mark.only("sqlite")
async def test_days_that_are_added_to_the_list_hold_at_once_and_a_wrong_line_changes_nothing(
    store: Store, tmp_path: Path
) -> None:
    folder = create_folder(tmp_path / "acme").folder
    own = folder.root / "holidays.csv"
    own.write_text("date,kind\n2027-03-01,free\n", "utf-8")
    text = folder.rules.read_text("utf-8").replace("holidays: china", "holidays: china\n  override: holidays.csv")
    folder.rules.write_text(text, "utf-8")
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
