"""kill -9 around an approval and around the call to an ERP: decided once, ordered once, the number on the card."""

import asyncio
import contextlib

import aiohttp
import pytest
from aiohttp import web

from config.settings import load_settings
from sandbox.erp import Erp
from tests.acceptance.erp import GOODS, SETTINGS
from tests.acceptance.test_products import PRODUCTS
from tests.town import MQL

pytestmark = [pytest.mark.kill, pytest.mark.feature("J2", "P7"), pytest.mark.only("sqlite")]


@pytest.fixture
async def erp(doomed):
    """Beside the company whose bot dies; it forgets the keys of orders, so that only looking prevents a second one."""
    made = Erp("erp-token", "a-secret-of-the-erp", dict(GOODS))
    made.manner.forgets = True
    runner = web.AppRunner(made.application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    folder = doomed.folders[0]
    text = folder.settings.read_text("utf-8") + SETTINGS.format(port=runner.addresses[0][1])
    folder.settings.write_text(text, "utf-8")
    load_settings(folder, {})
    folder.products.write_text(PRODUCTS, "utf-8")
    with folder.members.open("a", encoding="utf-8") as file:
        file.write("\nboss,主管,manager,华东,boss\n")
    doomed.standin.company.members["boss"] = "主管"
    yield made
    await runner.cleanup()


async def api(doomed, path, **body):
    async with doomed.http.post(f"/api/v1{path}", json=body) as answer:
        assert answer.status < 300, await answer.text()
        return await answer.json()


@pytest.mark.failure("2", "3")
async def test_an_approval_and_an_order_happen_once_whatever_the_moment(doomed, erp):
    await doomed.start(crash_at="pipeline_after_handle")
    for post in doomed.standin.posts.values():
        post.manner.retries, post.manner.pause = 100, 0.1
    no = (await api(doomed, "/leads", **MQL))["lead"]
    await api(doomed, f"/leads/{no}/claim", by="rep000")
    await api(doomed, f"/leads/{no}/qualify", by="rep000")
    deal = (await api(doomed, "/opportunities", lead=no, product="工业相机", by="rep000"))["no"]
    quote = await api(doomed, "/quotes", opportunity=deal, text="相机×30 85折", by="rep000")
    said = asyncio.create_task(doomed.standin.text("boss", f"同意 {quote['approval']}"))
    assert await doomed.died() == -9, "before the word was written down"

    await doomed.start(crash_at="connector_after_call")
    await said
    await doomed.quiet()
    with contextlib.suppress(aiohttp.ClientError):  # the order is kept before it is answered
        await api(doomed, f"/quotes/{quote['quote']}/order", by="rep000")
    assert await doomed.died() == -9, "the ERP has it, and we have not noted its number"
    assert len(erp.orders) == 1

    await doomed.start(crash_at="connector_before_commit")
    assert await doomed.died() == -9, "it was found there, and not noted again"
    await doomed.start()
    await doomed.quiet(also="select count(*) from connector_call where state = 'new'")
    story = await doomed.story(no)
    once = ("approval_asked", "approval_decided", "order_placed", "order_accepted")
    assert {kind: story[kind] for kind in once} == dict.fromkeys(once, 1)
    assert len(erp.orders) == 1 and doomed.rows("select state, theirs from sales_order") == [("accepted", "XSD00001")]
