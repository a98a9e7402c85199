"""What an old system knows comes over with its authors and its days, and nothing is lost of what has no place yet."""

import json

import pytest

from bot.opening import check
from leads.imports.history import HistorySource
from tests.lists import counts, import_file, undo_import

DEEDS = (
    {"type": "source", "at": "2025-01-01T09:00:00+08:00", "name": "展会"},
    {"type": "campaign", "at": "2025-01-01T09:00:00+08:00", "ref": "c1", "name": "春季展", "source": "展会"},
    {"type": "cost", "at": "2025-01-02T09:00:00+08:00", "campaign": "c1", "amount": 5000},
    {"type": "lead", "at": "2025-01-03T10:00:00+08:00", "ref": "a", "name": "李雷", "phone": "138-0013-8001",
     "company": "杭州云栖", "city": "浙江杭州", "source": "展会", "campaign": "c1"},
    {"type": "stage", "at": "2025-01-03T10:30:00+08:00", "lead": "a", "to": "mql", "by": "linda"},
    {"type": "claim", "at": "2025-01-03T11:00:00+08:00", "lead": "a", "by": "lina"},
    {"type": "followup", "at": "2025-01-03T14:00:00+08:00", "lead": "a", "by": "lina", "kind": "call",
     "text": "要报价"},
    {"type": "followup", "at": "2025-01-04T14:00:00+08:00", "lead": "zz", "by": "lina", "kind": "call", "text": "谁"},
    {"type": "release", "at": "2025-01-05T09:00:00+08:00", "lead": "a", "by": "lina", "reason": "没空"},
    {"type": "enquiry", "at": "2025-02-01T09:00:00+08:00", "lead": "a", "source": "官网", "text": "还要一台"},
    {"type": "claim", "at": "2025-02-01T10:00:00+08:00", "lead": "a", "by": "wanglei"},
    {"type": "stage", "at": "2025-02-02T10:00:00+08:00", "lead": "a", "to": "sql", "by": "wanglei"},
    {"type": "opportunity", "at": "2025-02-03T10:00:00+08:00", "ref": "o1", "lead": "a", "by": "wanglei",
     "amount": 80000},
    {"type": "close", "at": "2025-03-01T10:00:00+08:00", "opportunity": "o1", "result": "won", "by": "wanglei"},
    {"type": "payment", "at": "2025-03-05T10:00:00+08:00", "opportunity": "o1", "amount": 80000},
)  # fmt: skip


def ndjson(deeds=DEEDS, *broken: str) -> str:
    return "".join(json.dumps(deed, ensure_ascii=False) + "\n" for deed in deeds) + "".join(
        line + "\n" for line in broken
    )


@pytest.mark.feature("Q2")
@pytest.mark.ask("AS24")
async def test_a_history_keeps_its_authors_and_times_and_wakes_nobody(acme):
    report = await import_file(acme, "history.ndjson", ndjson(DEEDS, "{oops", '{"type": "lead", "ref": "b"}'))
    assert counts(report) == (17, 1, 13, 3)
    assert [bad["row"] for bad in report["bad"]] == [8, 16, 17]
    assert report["kept"] == {}, "everything has a place"
    lead = await acme.lead("L1001")
    told = (lead["name"], lead["stage"], lead["owner"], lead["enquiries"], lead["created_at"], sorted(lead["sources"]))
    assert told == ("李雷", "won", "wanglei", 2, "2025-01-03T10:00:00+08:00", ["官网", "展会"])
    story = [(item["kind"], item["by"], item["at"]) for item in await acme.story("L1001") if item["kind"] != "scored"]
    assert story == [
        ("captured", None, "2025-01-03T10:00:00+08:00"),
        ("mql", "linda", "2025-01-03T10:30:00+08:00"),
        ("claimed", "lina", "2025-01-03T11:00:00+08:00"),
        ("followup_logged", "lina", "2025-01-03T14:00:00+08:00"),
        ("released", "lina", "2025-01-05T09:00:00+08:00"),
        ("enquired", None, "2025-02-01T09:00:00+08:00"),
        ("claimed", "wanglei", "2025-02-01T10:00:00+08:00"),
        ("qualified", "wanglei", "2025-02-02T10:00:00+08:00"),
        ("opportunity_opened", "wanglei", "2025-02-03T10:00:00+08:00"),
        ("opportunity_won", "wanglei", "2025-03-01T10:00:00+08:00"),
        ("payment_received", None, "2025-03-05T10:00:00+08:00"),
    ]
    assert (await acme.api("GET", "/clocks"))[1]["items"] == []
    assert all(acme.standin.chat(user) == [] for user in ("wanglei", "lina", "chenjing"))


@pytest.mark.feature("Q3")
async def test_a_history_again_changes_nothing_and_can_be_taken_back(acme):
    first = await import_file(acme, "history.ndjson", ndjson())
    before = (await acme.lead("L1001"), await acme.story("L1001"))
    again = await import_file(acme, "again.ndjson", ndjson())
    assert counts(again) == (15, 0, 14, 1)
    assert (await acme.lead("L1001"), await acme.story("L1001")) == before
    assert (await undo_import(acme, first["batch"]))["left"] == []
    assert (await acme.api("GET", "/leads"))[1]["items"] == []


WRONG = (
    {"type": "cost", "at": "2025-03-06T09:00:00+08:00", "campaign": "c9", "amount": 5},
    {"type": "cost", "at": "2025-03-06T09:00:00+08:00", "campaign": "c1", "amount": "a lot"},
    {"type": "claim", "at": "2025-03-06T10:00:00+08:00", "lead": "a", "by": "nobody"},
    {"type": "opportunity", "at": "2025-03-06T10:00:00+08:00", "ref": "o2", "lead": "a", "by": "nobody", "amount": 1},
    {"type": "opportunity", "at": "2025-03-06T10:00:00+08:00", "ref": "o3", "lead": "a", "amount": "a lot"},
    {"type": "opportunity", "at": "2025-03-06T10:00:00+08:00", "ref": "o1", "lead": "a", "amount": 1},
    {"type": "close", "at": "2025-03-06T10:00:00+08:00", "opportunity": "o1", "result": "won"},
    {"type": "close", "at": "2025-03-06T10:00:00+08:00", "opportunity": "o9", "result": "lost"},
    {"type": "payment", "at": "2025-03-06T10:00:00+08:00", "opportunity": "o1", "amount": "a lot"},
    {"type": "payment", "at": "2025-03-06T10:00:00+08:00", "lead": "a", "opportunity": "o9", "amount": 5},
    {"type": "transfer", "at": "2025-03-06T10:00:00+08:00", "opportunity": "o1", "to": "nobody"},
    {"type": "payment", "at": "2025-03-07T10:00:00+08:00", "opportunity": "o1", "amount": 5},
)  # fmt: skip


@pytest.mark.only("sqlite")
@pytest.mark.feature("Q2")
async def test_looking_first_tells_of_every_line_what_the_import_will_say_and_writes_nothing(acme):
    text = ndjson((*DEEDS, *WRONG, DEEDS[6]), "{oops")
    for again in ("", "once more"):
        looked = await check(acme.bot.store, HistorySource("history.ndjson", text.encode()))
        assert again or acme.database.rows("select count(*) from lead where corp = 'acme'") == [(0,)]
        report = await import_file(acme, f"history{again}.ndjson", text)
        assert (looked.rows, looked.new, looked.updated, looked.skipped) == counts(report), again
        assert [(line, why) for line, why, _ in looked.flaws] == [(bad["row"], bad["reason"]) for bad in report["bad"]]
        assert len(report["bad"]) == 13
