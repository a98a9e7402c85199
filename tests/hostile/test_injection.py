"""R-H7: what looks like SQL is text: in every filter, field and word of chat it finds and changes nothing."""

from typing import Any

import pytest

from tests.bot.web.conftest import office, rules, time
from tests.hostile.words import SQL
from tests.town import Town

__all__ = ["office", "rules", "time"]
FILTERS = ("q", "company", "phone", "owner", "pool", "source")
FIELDS = ("name", "company", "title", "city", "need", "budget", "email", "wechat", "source")


@pytest.mark.failure("H7")
async def test_no_filter_is_more_than_text(office: Any) -> None:
    """Each of the payloads in a filter in turn: only what has these very characters is found, and that is nothing."""
    no = await office.lead()
    for number, payload in enumerate(SQL):
        name = FILTERS[number % len(FILTERS)]
        answer = await office.ask("GET", "/api/v1/leads", params={name: payload})
        body = await answer.json()
        assert answer.status == 200 and body["items"] == [], (name, payload, body)
    everything = await office.get("/api/v1/leads")
    assert [item["no"] for item in everything["items"]] == [no]


@pytest.mark.failure("H7")
@pytest.mark.parametrize("name", ["sort", "order_by", "order", "fields", "group_by", "limit", "cursor", "stage"])
async def test_there_is_no_way_to_name_a_column_or_an_operator(office: Any, name: str) -> None:
    await office.lead()
    for payload in (*SQL[::17], "phone", "name desc", "1;--", "corp", "id asc, (select 1)"):
        answer = await office.ask("GET", "/api/v1/leads", params={name: payload})
        assert answer.status == 422, (name, payload, await answer.text())


@pytest.mark.failure("H7")
async def test_no_field_is_more_than_text(office: Any) -> None:
    """Each payload in every field of a lead of its own; it is there afterwards, and so are all the others."""
    numbers = []
    for number, payload in enumerate(SQL):
        sent = dict.fromkeys(FIELDS, payload) | {"phone": f"1372{number:07}"}
        answer = await office.ask("POST", "/api/v1/leads", json=sent)
        assert answer.status == 201, (payload, await answer.text())
        numbers.append((await answer.json())["lead"])
        found = await office.get("/api/v1/leads", params={"phone": sent["phone"]})
        assert [item["no"] for item in found["items"]] == numbers[-1:], payload
    assert len(set(numbers)) == len(SQL)
    told = await office.get("/api/v1/duplicates", params={"company": SQL[0]})
    assert set(told) == {"same", "maybe"}


@pytest.mark.failure("H7")
async def test_no_word_of_chat_is_more_than_text(acme: Town) -> None:
    no = await acme.mql()
    before = await acme.lead(no)
    for payload in SQL[::9]:
        for word in ("看", "查重", "领取", "素材"):
            assert (await acme.standin.text("wanglei", f"{word} {payload}")).status == 200
        await acme.settle()
    assert await acme.lead(no) == before
    tables = {name for (name,) in acme.database.rows("select name from sqlite_master where type = 'table'")}
    assert {"lead", "member", "timeline", "inbox", "outbox"} <= tables
    states = dict(
        map(tuple, acme.database.rows("select state, count(*) from inbox where corp = 'acme' group by state"))
    )
    assert set(states) == {"done"}, "every line was understood or kindly refused"
