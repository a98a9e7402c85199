"""The company's numbers over REST are those that a plain computation over the raw history gives, to the last digit."""

from datetime import date

import pytest

from tests.lists import counts, import_file, undo_import, upload
from tests.reports.half_year import half_year, lines
from tests.reports.oracle import Oracle

PERIODS = (
    (date(2025, 9, 1), date(2026, 2, 28)),
    (date(2025, 10, 1), date(2025, 10, 31)),
    (date(2026, 1, 7), date(2026, 1, 7)),
    (date(2024, 1, 1), date(2024, 1, 31)),
)


async def brought(town, name, text):
    """The report of an import: over REST, or in the terminal where a file is large."""
    if len(text) > 500_000:
        return await import_file(town, name, text)
    status, report = await upload(town, name, text, confirm="true")
    assert status == 201, report
    _, report = await town.api("GET", f"/imports/{report['batch']}")
    assert report["state"] == "done", report
    return report


async def told(town, first, last, by):
    status, found = await town.api("GET", f"/reports/numbers?from={first}&to={last}&by={by or ''}")
    assert status == 200, found
    return {row["key"]: row for row in found["rows"]}


async def differences(town, oracle, periods=PERIODS):
    """Every field in which the bot and the oracle differ."""
    found = []
    for first, last in periods:
        for by in (None, "source", "rep"):
            rows = await told(town, first, last, by)
            for key, expected in oracle.numbers(first, last, by).items():
                row = rows.get(key, {})
                found += [
                    (str(first), str(last), by, key, name, row.get(name), value)
                    for name, value in expected.items()
                    if (name not in row)
                    or (row[name] != value if value is None or row[name] is None else abs(row[name] - value) > 1e-9)
                ]
    return found


HELD_OUT = 20_260_318  # a seed that nobody developed against


@pytest.mark.feature("M6")
@pytest.mark.feature("M3")
@pytest.mark.platforms("wecom")
async def test_the_numbers_of_a_half_year_are_those_that_plain_arithmetic_gives(acme, soak):
    deeds = half_year(12, 50_000 if soak else 1_500)
    report = await brought(acme, "history.ndjson", lines(deeds))
    assert counts(report)[0] == len(deeds) and report["bad"] == [], report["bad"][:3]
    oracle = Oracle(deeds)
    assert await differences(acme, oracle) == []
    whole = oracle.numbers(*PERIODS[0], None)[None]
    promised = ("claim_rate", "first_contact_rate")  # a history starts no clock
    assert all(value for name, value in whole.items() if name not in promised), "the half year has everything in it"
    assert (await acme.api("GET", "/clocks"))[1]["items"] == [] and acme.standin.chat("lina") == []


@pytest.mark.feature("M6")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_one_event_more_moves_the_numbers_and_an_import_taken_back_leaves_none(acme, soak):
    deeds = half_year(HELD_OUT, 20_000 if soak else 300)
    first = await brought(acme, "history.ndjson", lines(deeds))
    won = next(deed for deed in deeds if deed["type"] == "close" and deed["result"] == "won")
    more = [
        {"type": "payment", "at": "2026-02-20T10:00:00+08:00", "opportunity": won["opportunity"], "amount": 777.77},
        {"type": "transfer", "at": "2026-02-21T10:00:00+08:00", "opportunity": won["opportunity"], "to": "lina"},
    ]
    second = await brought(acme, "more.ndjson", lines(more))
    assert second["bad"] == []
    assert await differences(acme, Oracle(deeds + more), PERIODS[:1]) == []
    assert await differences(acme, Oracle(deeds), PERIODS[:1]) != [], "one payment is seen"
    again = await brought(acme, "again.ndjson", "\n" + lines(deeds + more))
    assert (again["new"], again["bad"]) == (0, [])
    assert await differences(acme, Oracle(deeds + more), PERIODS[:1]) == []
    for batch in (second, first):
        assert (await undo_import(acme, batch["batch"]))["left"] == []
        if batch is second:
            assert await differences(acme, Oracle(deeds), PERIODS[:1]) == []
    row = (await told(acme, *PERIODS[0], None))[None]
    assert {row[name] for name in ("leads", "mql", "won", "paid", "signed", "cost", "pipeline", "customers")} == {0}
