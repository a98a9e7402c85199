"""A list of old leads comes in without a surprise, and goes out again as if it had never been."""

import json
import re
from datetime import datetime

import pytest

from tests.lists import cli, counts, csv_text, import_file, undo_import, workbook
from tests.town import MQL, words

HEAD = ("姓名", "手机", "公司", "来源", "负责人", "创建时间")
LI = ("李雷", "138-0013-8001", "杭州云栖", "展会", "王磊", "2026-02-03 09:30")
HAN = ("韩梅梅", "13900139002", "苏州微光", "官网", "", "2026/2/4")


@pytest.mark.feature("Q4", "Q2")
async def test_counts_reconcile_and_a_known_person_is_updated(acme):
    known = await acme.capture(name="李雷", phone="13800138001")
    report = await import_file(
        acme,
        "old.csv",
        csv_text(HEAD, LI, HAN, ("赵六", "1380013"), ("韩梅梅", "+86 13900139002")),
    )
    assert counts(report) == (4, 1, 2, 1) and re.fullmatch(r"I\d+", report["batch"])
    assert [bad["row"] for bad in report["bad"]] == [4] and "位数不对" in report["bad"][0]["reason"]
    lead = await acme.lead(known)
    assert (lead["company"], lead["owner"], lead["stage"]) == ("杭州云栖", "wanglei", "sal")
    new = await acme.lead("L1002")
    assert (new["name"], new["owner"], new["pool"]) == ("韩梅梅", None, "public")
    assert new["created_at"] == "2026-02-04T00:00:00+08:00"
    other = csv_text(("姓名", "手机", "备用电话"), ("李雷", "13800138001", "13700137001"))
    assert counts(await import_file(acme, "more.csv", other)) == (1, 0, 1, 0)
    file = acme.folder.root / "person.json"
    status, _, err = await cli("export", acme.folder.root, "--phone", "13800138001", "-o", file)
    assert status == 0, err
    [row] = json.loads(file.read_text("utf-8"))["tables"]["lead"]
    assert row["also"] == [["phone", "+8613700137001"]], "a second number of somebody who is known is kept and shown"


@pytest.mark.feature("Q2")
async def test_the_same_file_again_changes_nothing(acme):
    text = csv_text((*HEAD, "跟进记录", "跟进时间", "跟进人"), (*LI, "电话聊了报价", "2026-02-05 10:00", "李娜"))
    await import_file(acme, "old.csv", text)
    before = (await acme.lead("L1001"), await acme.story("L1001"))
    again = await import_file(acme, "again.csv", text)
    assert counts(again) == (1, 0, 1, 0)
    assert (await acme.lead("L1001"), await acme.story("L1001")) == before


@pytest.mark.feature("Q2")
@pytest.mark.ask("AS24")
async def test_imported_follow_ups_keep_their_author_and_their_day(acme):
    text = csv_text((*HEAD, "跟进记录", "跟进时间", "跟进人"), (*LI, "电话聊了报价", "2026-02-05 10:00", "李娜"))
    await import_file(acme, "old.csv", text)
    [note] = [item for item in await acme.story("L1001") if item["kind"] == "followup_logged"]
    assert (note["by"], note["at"], note["text"]) == ("lina", "2026-02-05T10:00:00+08:00", "电话聊了报价")
    assert note["data"]["kind"] == "call"


@pytest.mark.feature("Q6")
@pytest.mark.ask("AS24")
async def test_an_import_wakes_nobody_unless_it_is_asked_to(acme):
    ready = (MQL["name"], MQL["phone"], MQL["company"], "展会", "", "")
    head = (*HEAD, "职位", "需求", "预算")
    row = (*ready, MQL["title"], MQL["need"].replace(",", ";"), MQL["budget"])
    await import_file(acme, "old.csv", csv_text(head, row))
    assert (await acme.api("GET", "/clocks"))[1]["items"] == []
    assert all(acme.standin.chat(user) == [] for user in ("wanglei", "lina", "chenjing"))
    assert (await acme.lead("L1001"))["stage"] == "new" and (await acme.lead("L1001"))["score"] > 0
    woken = (row[0], "13900139000", *row[2:])
    await import_file(acme, "start.csv", csv_text(head, woken), "--start")
    assert (await acme.lead("L1002"))["stage"] == "mql"
    assert [clock["name"] for clock in (await acme.api("GET", "/clocks"))[1]["items"]] == ["claim"]
    assert "L1002" in words(acme.standin.chat("wanglei"))


@pytest.mark.feature("Q3")
@pytest.mark.ask("AS24")
async def test_two_touched_rows_stay_and_are_listed_when_a_batch_is_taken_back(acme):
    known = await acme.capture(name="李雷", phone="13800138001")
    before = (await acme.lead(known), await acme.story(known))
    people = [(f"客户{n}", f"1370013{n:04}", "某公司", "展会", "", "") for n in range(10, 20)]
    report = await import_file(acme, "old.csv", csv_text(HEAD, LI, *people))
    assert counts(report) == (11, 10, 1, 0)
    assert (await acme.lead(known))["company"] == "杭州云栖"
    await acme.text("wanglei", "领取 L1003")
    await acme.api("POST", "/leads/L1005/followups", kind="call", text="打过了")
    undone = await undo_import(acme, report["batch"])
    assert [left["lead"] for left in undone["left"]] == ["L1003", "L1005"]
    assert "领取" in undone["left"][0]["reason"] and "王磊" in undone["left"][0]["reason"]
    _, found = await acme.api("GET", "/leads?limit=50")
    assert sorted(lead["no"] for lead in found["items"]) == ["L1001", "L1003", "L1005"]
    assert (await acme.lead(known), await acme.story(known)) == before
    again = await import_file(acme, "again.csv", csv_text(HEAD, *people[:1]))
    assert counts(again) == (1, 1, 0, 0)


@pytest.mark.feature("Q1")
@pytest.mark.ask("AS24")
async def test_only_the_mended_rows_are_sent_again(acme):
    rows = (HEAD, LI, ("赵六", "1.38E+10", "某公司", "", "", ""), ("钱七", "", "某公司", "", "", ""))
    report = await import_file(acme, "客户.csv", csv_text(*rows).encode("gb18030"))
    assert counts(report) == (3, 1, 0, 2)
    back = (acme.root / "客户-需修改.csv").read_bytes().decode("gb18030").splitlines()
    assert back[0] == "姓名,手机,公司,来源,负责人,创建时间,问题" and len(back) == 3
    assert "第 3 行" in back[1] and "科学计数法" in back[1] and "第 4 行" in back[2]
    mended = "\r\n".join(back).replace("1.38E+10", "13811138222").replace("钱七,,", "钱七,0571-88886666,")
    assert counts(await import_file(acme, "mended.csv", mended)) == (2, 2, 0, 0)


@pytest.mark.feature("Q1")
async def test_a_dry_run_tells_the_same_and_writes_nothing(acme):
    text = csv_text(HEAD, LI, HAN, ("李雷", "13800138001", "", "", "", ""), ("赵六", "abc", "", "", "", ""))
    told = await import_file(acme, "old.csv", text, "--dry-run")
    assert told["batch"] is None and (await acme.api("GET", "/leads"))[1]["items"] == []
    assert list(acme.root.glob("*需修改*")) == []
    real = await import_file(acme, "old.csv", text)
    assert (counts(told), told["bad"]) == (counts(real), real["bad"]) == ((4, 2, 1, 1), real["bad"])


async def test_a_stopped_company_imports_as_well(acme):
    await acme.stop_bot()
    report = await import_file_stopped(acme, csv_text(HEAD, LI, HAN))
    assert counts(report) == (2, 2, 0, 0)
    await acme.start_bot()
    assert (await acme.lead("L1001"))["owner"] == "wanglei"


async def import_file_stopped(acme, text):
    path = acme.root / "old.csv"
    path.write_text(text, encoding="utf-8")
    status, out, err = await cli("import", acme.folder.root, path, "--json")
    assert status == 0, err
    return json.loads(out.splitlines()[-1])


async def test_an_excel_list_with_titles_totals_and_real_numbers(acme):
    content = workbook(
        ("2026 年深圳展会客户名单",), (), ("姓名", "手机号码(必填)", "单位", "登记时间"),
        ("李雷", 13800138001, "云栖", datetime(2026, 2, 3, 9, 30)), (),  # noqa: DTZ001 - as Excel keeps it
        ("韩梅梅", 1.3900139002e10, "微光", 46056.5), ("公式", "=A1", "某公司", None), ("合计", 3),
    )  # fmt: skip
    report = await import_file(acme, "展会.xlsx", content, "--source", "深圳展会")
    assert counts(report) == (3, 2, 0, 1)
    assert report["bad"][0]["row"] == 7 and "公式" in report["bad"][0]["reason"]
    lead = await acme.lead("L1001")
    assert (lead["sources"], lead["created_at"]) == (["深圳展会"], "2026-02-03T09:30:00+08:00")
    assert (await acme.lead("L1002"))["created_at"] == "2026-02-03T12:00:00+08:00"


async def test_columns_are_named_when_the_guess_is_wrong(acme):
    text = csv_text(("A栏", "B栏", "备注"), ("李雷", "13800138001", "要报价"))
    report = await import_file(acme, "old.csv", text, "--map", "A栏=姓名,B=phone", "--map", "备注=不导入")
    assert counts(report) == (1, 1, 0, 0)
    assert (await acme.lead("L1001"))["name"] == "李雷" and (await acme.story("L1001"))[0]["text"] == ""
