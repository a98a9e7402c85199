"""Where numbers go wrong elsewhere: midnight, refunds, deals opened again, leads put together, people erased."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.lists import cli
from tests.reports.asked import rest
from tests.reports.forward import Forward, forward
from tests.reports.half_year import lines
from tests.reports.telling import differs
from tests.reports.test_numbers_agree import brought
from tests.reports.truth import truth
from tests.town import Town, words

DAYS = tuple(
    (date.fromisoformat(first), date.fromisoformat(last))
    for first, last in (
        ("2026-01-31", "2026-01-31"), ("2026-02-01", "2026-02-01"), ("2026-02-01", "2026-02-28"),
        ("2026-03-01", "2026-03-31"), ("2025-12-01", "2026-03-31"),
    )
)  # fmt: skip
PAST = (
    {"type": "source", "at": "2025-12-01T09:00:00+08:00", "name": "抖音"},
    {"type": "campaign", "at": "2025-12-01T09:00:00+08:00", "ref": "c1", "name": "展会一", "source": "展会"},
    # before the days in question, won in them: a customer of February who is no lead of February
    {"type": "lead", "at": "2025-12-20T10:00:00+08:00", "ref": "old", "phone": "13900000001", "source": "抖音"},
    {"type": "cost", "at": "2026-01-31T15:59:59+00:00", "campaign": "c1", "amount": 100},  # the last second of January
    {"type": "lead", "at": "2026-01-31T15:59:59+00:00", "ref": "last", "phone": "13900000002", "source": "官网"},
    {"type": "cost", "at": "2026-01-31T16:00:00+00:00", "campaign": "c1", "amount": 900},  # the first of February
    {"type": "lead", "at": "2026-01-31T16:00:00+00:00", "ref": "first", "phone": "13900000003", "source": "展会",
     "campaign": "c1"},
    {"type": "claim", "at": "2026-02-02T10:00:00+08:00", "lead": "old", "by": "lina"},
    {"type": "followup", "at": "2026-02-02T10:30:00+08:00", "lead": "old", "by": "lina", "kind": "note",
     "text": "备注"},
    {"type": "followup", "at": "2026-02-03T10:00:00+08:00", "lead": "old", "by": "lina", "kind": "call",
     "text": "通了"},
    {"type": "opportunity", "at": "2026-02-03T11:00:00+08:00", "ref": "d1", "lead": "old", "by": "lina",
     "amount": 80000},
    # asks again of another source, then buys: first, last and linear differ
    {"type": "enquiry", "at": "2026-02-04T10:00:00+08:00", "lead": "old", "source": "官网", "text": "再问"},
    {"type": "stage", "at": "2026-02-05T10:00:00+08:00", "lead": "first", "to": "mql"},
    {"type": "claim", "at": "2026-02-05T11:00:00+08:00", "lead": "first", "by": "wanglei"},
    {"type": "followup", "at": "2026-02-05T12:00:00+08:00", "lead": "first", "by": "wanglei", "kind": "visit",
     "text": "拜访"},
    {"type": "stage", "at": "2026-02-06T10:00:00+08:00", "lead": "first", "to": "invalid",
     "by": "wanglei"},  # after it was an MQL
    {"type": "opportunity", "at": "2026-02-09T10:00:00+08:00", "ref": "d2", "lead": "last", "by": "wanglei",
     "amount": 10000.5},
    {"type": "close", "at": "2026-02-10T10:00:00+08:00", "opportunity": "d1", "result": "won", "by": "lina"},
    # another owner before the close gets the deal, one after it does not
    {"type": "transfer", "at": "2026-02-11T10:00:00+08:00", "opportunity": "d1", "to": "zhaoqiang", "by": "chenjing"},
    {"type": "transfer", "at": "2026-02-11T11:00:00+08:00", "opportunity": "d2", "to": "lina", "by": "chenjing"},
    {"type": "payment", "at": "2026-02-12T10:00:00+08:00", "opportunity": "d1", "amount": 50000},
    {"type": "payment", "at": "2026-02-13T10:00:00+08:00", "opportunity": "d1", "amount": -20000.25},  # a refund
    # what was lost is won after all, and what was won is lost: the last result counts, on its day
    {"type": "close", "at": "2026-02-20T10:00:00+08:00", "opportunity": "d2", "result": "lost", "by": "lina"},
    {"type": "opportunity", "at": "2026-02-20T11:00:00+08:00", "ref": "d3", "lead": "first", "by": "wanglei",
     "amount": 300},
    {"type": "close", "at": "2026-02-21T10:00:00+08:00", "opportunity": "d3", "result": "won", "by": "wanglei"},
    {"type": "close", "at": "2026-02-28T15:59:59+00:00", "opportunity": "d2", "result": "won", "by": "lina"},
    {"type": "payment", "at": "2026-02-28T16:00:00+00:00", "opportunity": "d2", "amount": 10000.5},  # in March
    {"type": "close", "at": "2026-03-02T10:00:00+08:00", "opportunity": "d3", "result": "lost", "by": "wanglei"},
)  # fmt: skip


class Living(Forward):
    """The same, with what a history's file cannot say."""

    def _merge(self, deed: dict[str, Any], at: datetime) -> None:
        one, two = self.people[deed["lead"]], self.people[deed["with"]]
        kept, gone = self.leads[one], self.leads.pop(two)
        self.people |= {ref: one for ref, lead in self.people.items() if lead == two}
        for deal in gone["deals"]:
            deal["lead"] = one
        kept["deals"] += gone["deals"]
        kept["touches"] = sorted(kept["touches"] + gone["touches"])
        kept["source"] = kept["touches"][0][1]
        kept["campaign"] = min(kept, gone, key=lambda lead: lead["at"][0])["campaign"]
        for step, reached in gone["at"].items():
            kept["at"][step] = min(kept["at"].get(step, reached), reached)
        contacts = [lead["contact"] for lead in (kept, gone) if lead["contact"]]
        kept["contact"] = min(contacts) if contacts else None

    def _erase(self, deed: dict[str, Any], at: datetime) -> None:
        pass  # the person is gone; what the company sold stays


async def agrees(acme: Town, deeds: list[dict[str, Any]]) -> list[str]:
    found = []
    for first, last in DAYS:
        oracle = Living(deeds)
        table = truth(oracle, first, last, team=None, now=acme.at) | forward(oracle, team=None, now=acme.at)
        told = await rest(acme, f"from={first}&to={last}")
        found += [f"{first} to {last}, {wrong}" for one in told if (wrong := differs(one, table))]
    return found


@pytest.mark.feature("M2", "M4", "M6")
@pytest.mark.platforms("wecom")
async def test_the_odd_cases_are_counted_as_they_are_defined(acme: Town) -> None:
    deeds: list[dict[str, Any]] = [{"name": "客户", **deed} for deed in PAST]
    assert (await brought(acme, "past.ndjson", lines(deeds)))["bad"] == []
    assert await agrees(acme, deeds) == []

    def no(ref: str) -> str:
        key = f"history:{ref}"
        query = "select id, lead_id from opportunity where corp = 'acme' and key = :key"
        return f"O{acme.database.rows(query, key=key)[0][0]}"

    async def happens(user: str, said: str, told: str, **deed: Any) -> None:
        assert told in words(await acme.text(user, said)), said
        deeds.append({"at": acme.at.astimezone(UTC).isoformat(), **deed})
        assert await agrees(acme, deeds) == [], said
        await acme.later(minutes=1)

    await happens(
        "zhaoqiang", f"回款 {no('d1')} -5000元 退款", "记下了", type="payment", opportunity="d1", amount=-5000
    )
    await happens("lina", f"重开 {no('d2')}", "重新", type="reopen", opportunity="d2")
    await happens("lina", f"赢单 {no('d2')} 10000.5元", "赢单", type="close", opportunity="d2", result="won", by="lina")
    leads = [item["no"] for item in (await acme.api("GET", "/leads"))[1]["items"]]
    assert len(leads) == 3
    by_phone = {ref: (await acme.api("GET", f"/leads?phone={phone}"))[1]["items"][0]["no"]
                for ref, phone in (("old", "13900000001"), ("last", "13900000002"))}  # fmt: skip
    await happens(
        "admin", f"合并 {by_phone['old']} {by_phone['last']}", "合并", type="merge", lead="old", **{"with": "last"}
    )
    merged = deeds.pop()
    assert await agrees(acme, deeds) != [], "two leads that are one move numbers"
    assert "撤销" in words(await acme.text("admin", f"撤销合并 {by_phone['last']}"))
    assert await agrees(acme, deeds) == [], "taken back, as if it had never been"
    assert merged["type"] == "merge"
    status, _, error = await cli("erase", acme.folder.root, "--phone", "13900000003")
    assert status == 0, error
    await acme.settle()
    assert await agrees(acme, [*deeds, {"type": "erase", "at": acme.at.isoformat(), "lead": "first"}]) == []
