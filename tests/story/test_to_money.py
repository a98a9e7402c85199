"""From an enquiry to money, as everybody lives it: one lead, two deals, a boss, an ERP with a bad hour."""

import io
import re
from datetime import timedelta

import aiohttp
import pytest

from sandbox.wecom.approval import Control
from tests.acceptance.erp import company, minutes
from tests.acceptance.test_quote import in_chat
from tests.town import words

OA = """
approvals:
  discount: {kind: discount, label: 折扣超过 10% 要主管同意, over: 10, by: team_lead, process: PROC-DISCOUNT,
    template: 3TkaDiscount, fields: {编号: no, 客户: customer, 金额: amount, 优惠: discount, 明细: lines, 理由: reason}}
  contract: {kind: contract, label: 10 万以上的合同要主管同意, over: 100000, by: team_lead}
"""


@pytest.mark.only("sqlite")
@pytest.mark.feature("J1", "J2", "J3", "J4", "R3", "S4")
async def test_from_an_enquiry_to_money(tmp_path, platform, database):
    async with company(tmp_path, platform, database, rules=lambda text: text + OA) as acme:
        if acme.lies_on == "wecom":
            fields = ("编号", "客户", "金额", "优惠", "明细", "理由")
            controls = [Control(f"Text-{place}", name, required=True) for place, name in enumerate(fields)]
            acme.standin.api.approvals.publish("3TkaDiscount", "特价", *controls)
        no = await acme.mql(company="杭州云栖智能科技有限公司")
        await acme.press("wanglei", "领取")
        await acme.text("wanglei", f"跟进 {no} 打通了,要三十台相机和一批镜头,下周要报价")
        await acme.text("wanglei", f"合格 {no}")
        camera, lens = [
            re.search(r"O\d+", words(await acme.text("wanglei", f"转商机 {no} {product}")))[0]
            for product in ("工业相机", "镜头")
        ]
        await acme.text("wanglei", f"跟进 {no} 上门聊了方案,对方要 85 折")

        shown = words(await acme.text("wanglei", f"报价 {camera} 相机×30 85折 原因 首单,后面还有镜头"))
        assert "= ¥224,400" in shown and "等陈静同意" in shown
        assert "还在等陈静审批" in words(await acme.text("wanglei", "下单 Q2")), "nothing goes before the boss agrees"
        await agreed(acme)
        assert "审批 陈静已同意" in in_chat(acme, "wanglei")
        await acme.press("wanglei", "发给客户")
        assert "报价单-Q2-第1版.pdf" in in_chat(acme, "wanglei")
        await acme.text("wanglei", f"报价 {lens} 镜头 10个")

        assert "已提给陈静(10 万以上的合同要主管同意" in words(await acme.text("wanglei", f"合同 {camera} HT-2026-001"))
        await acme.press("chenjing", "同意")
        page = "/app/contract/" + words(await acme.text("wanglei", f"合同 {camera}")).partition("/app/contract/")[2]
        await signed(acme, page.split()[0], b"%PDF-1.7 signed")
        assert "HT-2026-001 ¥224,400,已签,文件 HT-2026-001.pdf" in words(await acme.text("wanglei", f"合同 {camera}"))

        acme.erp.manner.down = True
        await acme.text("wanglei", "下单 Q2")
        assert "D2 正在交给ERP" in in_chat(acme, "wanglei") and "会再试 连不上对方" in in_chat(acme, "wanglei")
        assert words(await acme.text("wanglei", f"赢单 {camera} 价格合适"))
        await minutes(acme, 60, step=5)
        acme.erp.manner.down = False
        await minutes(acme, 10, step=5)
        assert "订单 D2,ERP单号 XSD00001" in in_chat(acme, "wanglei") and len(acme.erp.orders) == 1
        assert acme.erp.orders["XSD00001"]["body"]["contract"] == "HT-2026-001"

        shown = words(await acme.text("wanglei", f"商机 {camera}"))
        assert "单据 HT-2026-001 已签 · D2 XSD00001" in shown, "number, signature and order are on the opportunity"
        receipt = acme.erp.paid("XSD00001", 100000.0)
        assert [await acme.erp.tell(receipt) for _ in range(2)] == [200, 200]
        await acme.settle()
        assert "回款 ¥100,000 / ¥224,400" in in_chat(acme, "wanglei")
        _, found = await acme.api("GET", "/orders")
        (order,) = found["items"]
        assert (order["amount"], order["paid"], order["number"], order["contract"]) == (
            224400, 100000, "XSD00001", "HT-2026-001",
        )  # fmt: skip
        day = (acme.at + timedelta(hours=8)).date().isoformat()
        _, numbers = await acme.api("GET", f"/reports/numbers?from={day}&to={day}")
        (whole,) = numbers["rows"]
        assert (whole["won"], whole["signed"], whole["paid"]) == (1, 224400, 100000), "paid is not signed"
        told = [item["kind"] for item in await acme.story(no)]
        once = (
            "quote_sent",
            "order_placed",
            "order_accepted",
            "contract_signed",
            "payment_received",
            "opportunity_won",
        )
        assert {kind: told.count(kind) for kind in once} == dict.fromkeys(once, 1)


async def agreed(acme):
    """The boss agrees, where the company does it: in the OA of its chat tool, which tells by callback."""
    if acme.lies_on == "wecom":
        (number,) = acme.standin.api.approvals.sheets
        acme.standin.api.approvals.decide(number, "chenjing", agreed=True)
        await acme.standin.approval_moved(number, 2)
        await acme.settle()
        return
    (instance,) = acme.standin.office.approvals
    acme.standin.office.decide(instance, "agree")
    common = {"processInstanceId": instance, "processCode": "PROC-DISCOUNT", "title": "王磊提交的折扣申请"}
    await acme.standin.event("bpms_task_change", type="finish", result="agree", staffId="chenjing", **common)
    await acme.standin.event("bpms_instance_change", type="finish", result="agree", staffId="wanglei", **common)
    await acme.settle()


async def signed(acme, page, content):
    """Somebody hands the signed file in; a file of another kind is refused and changes nothing."""
    for name, raw, status in (("a.exe", b"MZ", 422), ("合同.pdf", content, 200)):
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(raw), filename=name)
        async with acme.http.post(page, data=form, headers={"Authorization": ""}) as answer:
            assert answer.status == status, await answer.text()
    await acme.settle()
    async with acme.http.get(f"{page}/file", headers={"Authorization": ""}) as answer:
        assert await answer.read() == content
