"""kill -9 between two pages of a vendor's feed: the cursor never runs ahead of the leads, and no lead comes twice."""

import asyncio

import pytest
from aiohttp import web

from config.settings import load_settings

pytestmark = [pytest.mark.kill, pytest.mark.feature("A2", "P7"), pytest.mark.ask("AS7"), pytest.mark.only("sqlite")]
LEADS = [{"id": number, "tel": f"1380013{number:04}", "name": f"客户{number}"} for number in range(1, 8)]
CHANNEL = """
channels:
  feed:
    source: 聚光
    id: id
    fields: {{name: name, phone: tel}}
    poll: {{url: "http://127.0.0.1:{port}/leads?after={{cursor}}", items: list, next: cursor, allow_private: true}}
"""


@pytest.fixture
async def feed():
    """The vendor: two leads a page."""

    async def page(request: web.Request) -> web.Response:
        after = int(request.query["after"] or 0)
        items = LEADS[after : after + 2]
        return web.json_response({"list": items, "cursor": after + len(items)})

    app = web.Application()
    app.router.add_get("/leads", page)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest.mark.parametrize("point", ["poll_before_commit", "poll_after_commit"])
async def test_a_fetch_that_dies_goes_on_where_its_leads_end(doomed, feed, point):
    settings = doomed.folders[0].settings
    settings.write_text(settings.read_text("utf-8") + CHANNEL.format(port=feed), "utf-8")
    load_settings(doomed.folders[0], {})
    await doomed.start(crash_at=f"{point}:2")
    assert await doomed.died() == -9
    kept = doomed.rows("select count(*) from inbox where platform = 'channel'")[0][0]
    assert kept == (2 if point == "poll_before_commit" else 4)
    assert doomed.rows("select cursor from channel_state where channel = 'feed'") == [(str(kept),)]
    await doomed.start()
    async with asyncio.timeout(30):
        while doomed.rows("select count(*) from enquiry where source = '聚光'")[0][0] < len(LEADS):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await doomed.quiet()
    assert doomed.rows("select count(*), max(enquiries) from lead where source = '聚光'") == [(len(LEADS), 1)]
