"""A field that a company adds is on card, chat, form, REST, filter, import and export as soon as it is published."""

import asyncio
import csv

import pytest

from tests.acceptance.test_rules import publish
from tests.bot.commands.test_office import done
from tests.lists import counts, csv_text, import_file, undo_import
from tests.town import town, words

FIELDS = """
fields:
  area: {label: 面积, type: number}
  decider: {label: 决策人, type: select, options: [是, 否]}
  interest: {label: 关注点, type: multi, options: [价格, 交期, 售后]}
  handover: {label: 竣工日期, type: date}
  idcard: {label: 证件号, personal: true}
"""


def with_fields(text):
    return text + FIELDS


@pytest.mark.feature("R1")
async def test_a_field_that_was_just_published_is_everywhere(acme):
    await publish(acme, "undo_minutes: 10", "undo_minutes: 10" + FIELDS)
    told = words(await acme.text("wanglei", "新线索 张三 13800138000 面积=300,决策人:是 想要报价"))
    assert "L1001 已录入" in told and "面积 300" in told and "决策人 是" in told
    lead = await acme.lead("L1001")
    assert (lead["name"], lead["fields"]["area"], lead["fields"]["interest"]) == ("张三", 300, None)
    await acme.text("wanglei", "字段 L1001 关注点=价格、交期 竣工日期=下周三")
    assert (await acme.lead("L1001"))["fields"]["interest"] == ["价格", "交期"]
    assert (await acme.lead("L1001"))["fields"]["handover"] == "2026-03-25"
    assert "[改面积]" in words([acme.card("wanglei", "改面积")])
    await acme.press("wanglei", "改面积")
    assert "面积已记好" in words(await acme.text("wanglei", "1.5万平"))
    assert (await acme.lead("L1001"))["fields"]["area"] == 15000
    edited = [item["data"]["fields"] for item in await acme.story("L1001") if item["kind"] == "edited"]
    assert edited == [["fields.interest", "fields.handover"], ["fields.area"]]
    file = acme.root / "out.csv"
    await asyncio.to_thread(done, "export", acme.folder.root, "-o", file)
    (row,) = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    assert (row["面积"], row["决策人"], row["关注点"], row["竣工日期"]) == ("15000", "是", "价格、交期", "2026-03-25")


@pytest.mark.feature("R1")
async def test_programs_and_forms_fill_filter_and_are_told_what_does_not_fit(tmp_path, platform, database):
    async with town(tmp_path, platform=platform, database=database, rules=with_fields) as acme:
        for number, (area, interest) in enumerate([(80, ["价格"]), (300, ["价格", "售后"]), (900, [])]):
            fields = {"area": area, "interest": interest, "handover": f"2026-0{number + 4}-01"}
            body = {"name": "客户", "phone": f"1390000000{number}", "fields": fields}
            assert (await acme.api("POST", "/leads", **body))[0] == 201
        form = {"name": "表单", "phone": "13900000009", "fields.面积": "500", "fields.decider": "否"}
        async with acme.http.post("/capture/官网", data=form | {"fields.handover": "以后"}) as answer:
            assert await answer.json() == {"lead": "L1004", "new": True, "ignored": ["fields.handover"]}

        async def found(query):
            status, page = await acme.api("GET", f"/leads?fields={query}")
            assert status == 200, page
            return [lead["fields"]["area"] for lead in page["items"]]

        assert await found("area=300") == [300]
        assert await found("面积>=300;area<=500") == [500, 300]
        assert await found("interest=价格") == [300, 80]
        assert await found("interest=价格;interest=售后") == [300]
        assert await found("handover>=2026-05-01") == [900, 300]
        assert await found("decider=否") == [500]
        for query, why in (
            ("floor=3", "没有叫「floor」的字段。自己加的字段有:面积、决策人、关注点、竣工日期、证件号"),
            ("area~3", "看不懂,要写成 字段=值"),
            ("decider>=是", "不是数字或日期,只能用 ="),
            ("idcard=1", "是个人信息,加密存放,不能用来筛选"),
        ):
            status, refused = await acme.api("GET", f"/leads?fields={query}")
            assert status == 422 and why in refused["detail"], refused
        for fields, why in (
            ({"area": "很大"}, "「面积」要填数字"),
            ({"decider": "也许"}, "「决策人」只能是:是、否"),
            ({"handover": "以后"}, "「竣工日期」要填一个日期"),
            ({"floor": 3}, "没有叫「floor」的字段"),
            ({"area": {"a": 1}}, "要是文字、数字或文字的列表"),
        ):
            status, refused = await acme.api("PATCH", "/leads/L1001", city="苏州", fields=fields)
            assert status == 422 and why in refused["detail"], refused
        assert (await acme.lead("L1001"))["city"] != "苏州", "what was refused has changed nothing"
        assert (await acme.api("PATCH", "/leads/L1001", fields={"area": None}))[1]["fields"]["area"] is None


@pytest.mark.feature("R1")
async def test_what_is_personal_rests_sealed_and_is_masked_until_somebody_owns_the_lead(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=with_fields) as acme:
        no = await acme.mql(fields={"证件号": "330106199001011234"})
        assert acme.database.rows("select own from lead where corp = 'acme'")[0][0] in ("{}", {})
        told = words(await acme.text("wanglei", f"看 {no}"))
        assert "证件号 3***" in told and "330106199001011234" not in told
        await acme.text("wanglei", f"领取 {no}")
        assert "330106199001011234" in words(await acme.text("wanglei", f"看 {no}"))
        assert (await acme.lead(no))["fields"]["idcard"] == "330106199001011234"


@pytest.mark.feature("R1", "Q2")
async def test_a_list_fills_own_fields_by_their_names_tells_what_does_not_fit_and_is_taken_back(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=with_fields) as acme:
        known = await acme.capture(name="李雷", phone="13800138001", fields={"area": 50})
        head = ("姓名", "手机", "面积", "关注点", "是否拍板")
        rows = (("李雷", "13800138001", "80", "价格", "是"), ("韩梅梅", "13900139002", "很大", "售后/交期", "否"))
        report = await import_file(acme, "old.csv", csv_text(head, *rows), "--map", "是否拍板=fields.decider")
        assert counts(report) == (2, 1, 1, 0)
        assert any("「面积」要填数字" in doubt for doubt in report["doubts"]), report
        lead, new = await acme.lead(known), await acme.lead("L1002")
        assert (lead["fields"]["area"], lead["fields"]["decider"]) == (50, "是"), "what is known stays"
        assert (new["fields"]["area"], new["fields"]["interest"]) == (None, ["售后", "交期"])
        await undo_import(acme, report["batch"])
        assert (await acme.lead(known))["fields"]["decider"] is None


@pytest.mark.feature("R1")
async def test_a_merge_keeps_both_leads_fields_and_its_undo_gives_each_its_own(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=with_fields) as acme:
        one = await acme.capture(name="王总", phone="13800138001", fields={"area": 80, "idcard": "A1"})
        two = await acme.capture(name="王建国", phone="13800138002", fields={"area": 300, "decider": "是"})
        await acme.text("chenjing", f"合并 {one} {two}")
        fields = (await acme.lead(one))["fields"]
        assert (fields["area"], fields["decider"], fields["idcard"]) == (80, "是", "A1")
        await acme.api("PATCH", f"/leads/{one}", fields={"interest": ["交期"]})
        await acme.text("chenjing", f"撤销合并 {two}")
        first, second = (await acme.lead(one))["fields"], (await acme.lead(two))["fields"]
        assert (first["area"], first["decider"], first["interest"]) == (80, None, ["交期"])
        assert (second["area"], second["decider"], second["idcard"]) == (300, "是", None)
