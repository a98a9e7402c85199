"""A program brings a list in: sent, looked at, confirmed, followed, and taken back."""

import pytest

from tests.lists import counts, csv_text, upload, workbook
from tests.town import MQL, words

HEAD = ("姓名", "手机", "公司", "备注")
LI = ("李雷", "138-0013-8001", "杭州云栖", "要报价")
HAN = ("韩梅梅", "13900139002", "苏州微光", "")
BAD = ("赵六", "1380013", "某公司", "")


@pytest.mark.feature("Q1", "Q4")
async def test_nothing_is_written_before_it_is_confirmed_and_the_counts_reconcile(acme):
    status, batch = await upload(acme, "客户.csv", csv_text(HEAD, LI, HAN, BAD), source="展会")
    assert (status, batch["state"], counts(batch)) == (201, "asked", (3, 2, 0, 1))
    assert [(c["title"], c["label"]) for c in batch["columns"]][:2] == [("姓名", "姓名"), ("手机", "电话")]
    assert [bad["row"] for bad in batch["bad"]] == [4] and "位数不对" in batch["bad"][0]["reason"]
    assert (await acme.api("GET", "/leads"))[1]["items"] == []
    status, done = await acme.api("POST", f"/imports/{batch['batch']}/confirm", by="linda")
    assert (status, done["state"], counts(done), done["bad"]) == (200, "done", (3, 2, 0, 1), batch["bad"])
    assert [lead["sources"] for lead in (await acme.api("GET", "/leads"))[1]["items"]] == [["展会"], ["展会"]]
    status, again = await acme.api("POST", f"/imports/{batch['batch']}/confirm")
    assert (status, again["code"]) == (409, "stage") and "已经导入过了" in again["detail"]
    assert [one["batch"] for one in (await acme.api("GET", "/imports"))[1]["items"]] == [batch["batch"]]


@pytest.mark.feature("Q1")
async def test_the_lines_to_be_mended_come_back_as_the_kind_of_file_that_was_sent(acme):
    _, batch = await upload(acme, "客户.xlsx", workbook(HEAD, LI, BAD))
    async with acme.http.get(f"/api/v1/imports/{batch['batch']}/bad") as answer:
        content, name = await answer.read(), answer.headers["Content-Disposition"]
    assert "%E9%9C%80%E4%BF%AE%E6%94%B9.xlsx" in name
    status, again = await upload(acme, "again.xlsx", content)
    assert (status, counts(again)) == (201, (1, 0, 0, 1)), "what was given back can be sent again"
    _, clean = await upload(acme, "clean.csv", csv_text(HEAD, LI))
    assert (await acme.api("GET", f"/imports/{clean['batch']}/bad"))[0] == 404


@pytest.mark.feature("Q3")
async def test_a_batch_is_taken_back_except_what_was_touched_since(acme):
    _, batch = await upload(acme, "客户.csv", csv_text(HEAD, LI, HAN), confirm="true")
    assert batch["state"] == "done"
    await acme.text("wanglei", "领取 L1001")
    status, undone = await acme.api("POST", f"/imports/{batch['batch']}/undo", by="chenjing")
    assert (status, undone["state"]) == (200, "undone")
    assert [left["lead"] for left in undone["left"]] == ["L1001"] and "王磊" in undone["left"][0]["reason"]
    assert [lead["no"] for lead in (await acme.api("GET", "/leads"))[1]["items"]] == ["L1001"]
    assert (await acme.api("POST", f"/imports/{batch['batch']}/undo"))[0] == 409


@pytest.mark.feature("Q6")
async def test_automations_begin_only_when_the_box_is_ticked(acme):
    head = ("姓名", "手机", "公司", "职位", "需求", "预算")
    row = (MQL["name"], MQL["phone"], MQL["company"], MQL["title"], MQL["need"].replace(",", ";"), MQL["budget"])
    _, quiet = await upload(acme, "a.csv", csv_text(head, row))
    await acme.api("POST", f"/imports/{quiet['batch']}/confirm")
    assert all(acme.standin.chat(user) == [] for user in ("wanglei", "lina", "chenjing"))
    _, loud = await upload(acme, "b.csv", csv_text(head, (row[0], "13900139000", *row[2:])))
    await acme.api("POST", f"/imports/{loud['batch']}/confirm", start=True)
    assert "L1002" in words(acme.standin.chat("wanglei"))


@pytest.mark.feature("Q1")
async def test_a_rep_may_not_and_a_dropped_list_is_forgotten(acme):
    status, refused = await upload(acme, "客户.csv", csv_text(HEAD, LI), by="wanglei")
    assert (status, refused["code"]) == (403, "no_right")
    _, batch = await upload(acme, "客户.csv", csv_text(HEAD, LI))
    assert (await acme.api("POST", f"/imports/{batch['batch']}/confirm", by="wanglei"))[0] == 403
    assert (await acme.api("POST", f"/imports/{batch['batch']}/drop", by="linda"))[1]["state"] == "dropped"
    assert (await acme.api("POST", f"/imports/{batch['batch']}/confirm"))[0] == 409
    assert acme.database.rows("select count(*) from import_part where corp = 'acme'")[0][0] == 0
    assert (await acme.api("GET", "/imports/I99"))[0] == 404
    assert (await acme.api("GET", "/leads"))[1]["items"] == []


async def test_columns_are_named_by_a_program(acme):
    text = csv_text(("A栏", "B栏"), ("李雷", "13800138001"))
    for columns in ("A栏=姓名,B栏=电话", '{"A栏": "name", "B": "phone"}'):
        _, batch = await upload(acme, "a.csv", text, map=columns)
        assert [c["field"] for c in batch["columns"]] == ["name", "phone"]
    status, refused = await upload(acme, "a.csv", text, map="A栏=姓名,C栏=电话")
    assert (status, refused["code"]) == (422, "bad_file") and "没有叫「C栏」的列" in refused["detail"]


async def test_a_form_without_a_file_is_refused_with_what_is_missing(acme):
    async with acme.http.post("/api/v1/imports", json={"source": "x"}) as answer:
        assert answer.status == 415 and "multipart/form-data" in (await answer.json())["detail"]
    async with acme.http.post(
        "/api/v1/imports", data=b"junk", headers={"Content-Type": "multipart/form-data"}
    ) as answer:
        assert answer.status == 400
    status, refused = await upload(acme, "a.csv", csv_text(HEAD, LI), sourc="展会")
    assert (status, refused["errors"][0]["field"]) == (422, "sourc")
