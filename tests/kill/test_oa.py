"""kill -9 around handing a form over to an OA: one form, one word, whichever OA it is."""

import contextlib

import aiohttp
import pytest
from aiohttp import web

from config.settings import load_settings
from sandbox.dingtalk.standin import DingTalkStandIn
from sandbox.wecom.approval import Control
from tests.acceptance.test_products import PRODUCTS
from tests.kill.test_order import api
from tests.sides import DINGTALK
from tests.town import MQL

pytestmark = [pytest.mark.kill, pytest.mark.feature("J4", "P7"), pytest.mark.only("sqlite")]
RULES = """
approvals:
  discount: {{kind: discount, label: 折扣超过 10% 要主管同意, over: 10, {form}, fields: {{编号: no, 金额: amount}}}}
"""


async def prepared(doomed, form):
    """A price list, a boss, and a rule that asks in an OA."""
    folder = doomed.folders[0]
    folder.rules.write_text(folder.rules.read_text("utf-8") + RULES.format(form=form), "utf-8")
    folder.products.write_text(PRODUCTS, "utf-8")
    with folder.members.open("a", encoding="utf-8") as file:
        file.write("\nboss,主管,manager,华东,boss\n")
    doomed.standin.company.members["boss"] = "主管"
    for post in doomed.standin.posts.values():
        post.manner.retries, post.manner.pause = 100, 0.1


async def quoted(doomed):
    """A quote over the line, by a program; returns its lead and the question's number. The answer may be cut off."""
    no = (await api(doomed, "/leads", **MQL))["lead"]
    await api(doomed, f"/leads/{no}/claim", by="rep000")
    await api(doomed, f"/leads/{no}/qualify", by="rep000")
    deal = (await api(doomed, "/opportunities", lead=no, product="工业相机", by="rep000"))["no"]
    with contextlib.suppress(aiohttp.ClientError):
        await api(doomed, "/quotes", opportunity=deal, text="相机×30 85折", by="rep000")
    ((number,),) = doomed.rows("select id from approval")
    return no, f"A{number}"


async def once_agreed(doomed, no):
    story = await doomed.story(no)
    assert (story["approval_asked"], story["approval_decided"]) == (1, 1)
    assert doomed.rows("select state from quote") == [("ready",)]


@pytest.mark.failure("2", "3")
async def test_a_form_of_wecom_is_looked_for_and_handed_over_once(doomed):
    await prepared(doomed, "template: 3Tka")
    app = doomed.standin.api.approvals
    app.publish("3Tka", "特价", Control("Text-1", "编号", required=True), Control("Money-1", "金额", "Money"))
    await doomed.start(crash_at="oa_before_call")
    no, _ = await quoted(doomed)
    assert await doomed.died() == -9, "noted, and not handed over yet"
    assert app.sheets == {}
    await doomed.start(crash_at="oa_after_call")
    assert await doomed.died() == -9, "WeCom has it, and we have not noted its number"
    await doomed.start()
    await doomed.quiet(also="select count(*) from job where state = 'new' and kind = 'approval_oa'")
    (number,) = app.sheets
    assert doomed.standin.api.calls["oa/applyevent"] == 1
    app.decide(number, "boss", agreed=True)
    assert (await doomed.standin.approval_moved(number, 2)).status == 200
    await doomed.quiet(also="select count(*) from job where state = 'new' and kind = 'approval_look'")
    await once_agreed(doomed, no)


@pytest.fixture
async def dingtalk(doomed):
    """The same company's DingTalk, where its OA is."""
    names = dict.fromkeys((*doomed.reps, "boss"), "同事")
    made = DingTalkStandIn(
        corp_id="ding0123", client_id="dingabc", client_secret="a-secret-of-dingtalk", agent_id=123,
        robot_code="dingrobot", members=names,
    )  # fmt: skip
    made.quota.api_limit = made.quota.push_limit = 10**6
    runner = web.AppRunner(made.application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    folder = doomed.folders[0]
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    text = folder.settings.read_text("utf-8") + DINGTALK.format(mode="http", base=base, template="")
    folder.settings.write_text(text, "utf-8")
    settings = load_settings(folder, {})
    lines = folder.members.read_text("utf-8").splitlines()
    lines = [f"{lines[0]},dingtalk", *(f"{line},{line.partition(',')[0]}" for line in lines[1:])]
    folder.members.write_text("\n".join(lines), "utf-8")
    keys = settings.dingtalk.events
    address = f"{doomed.base}/callback/dingtalk/events"
    made.connect_events(address, keys.token.get_secret_value(), keys.aes_key.get_secret_value())
    yield made
    await made.close()
    await runner.cleanup()


@pytest.mark.failure("2", "3")
@pytest.mark.parametrize(("point", "forms"), [("oa_before_call", 0), ("oa_after_call", 1)])
async def test_a_form_of_dingtalk_is_never_handed_over_twice(doomed, dingtalk, point, forms):
    await prepared(doomed, "process: PROC-1")
    await doomed.start(crash_at=point)
    no, asked = await quoted(doomed)
    assert await doomed.died() == -9
    await doomed.start()
    await doomed.quiet(also="select count(*) from job where state = 'new' and kind = 'approval_oa'")
    assert len(dingtalk.office.approvals) == forms, "DingTalk cannot be asked for it, so it goes on by card"
    assert doomed.told("boss", asked) and doomed.told("rep000", "已改成请主管在卡片上批")
    for instance in dingtalk.office.approvals:  # the OA was quicker than the card
        dingtalk.office.decide(instance, "agree")
        told = {"processInstanceId": instance, "processCode": "PROC-1", "title": "特价"}
        await dingtalk.event("bpms_instance_change", type="finish", result="agree", staffId="rep000", **told)
    if not forms:
        await api(doomed, f"/approvals/{asked}/decide", agree=True, by="boss")
    await doomed.quiet(also="select count(*) from job where state = 'new' and kind = 'approval_look'")
    await once_agreed(doomed, no)
