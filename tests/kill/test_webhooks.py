"""kill -9 around a webhook's call: every fact arrives at least once, always with the same bytes under the same id."""

import contextlib

import aiohttp
import pytest
from aiohttp import web

from config.settings import load_settings
from sandbox.receiver import Receiver
from tests.acceptance.test_webhooks import INNER
from tests.town import MQL

pytestmark = [pytest.mark.kill, pytest.mark.feature("S3"), pytest.mark.only("sqlite")]


@pytest.fixture
async def receiver(doomed):
    """A system beside the company whose bot dies."""
    made = Receiver()
    runner = web.AppRunner(made.application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    folder = doomed.folders[0]
    folder.settings.write_text(folder.settings.read_text("utf-8") + INNER, "utf-8")
    load_settings(folder, {})
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/events"
    yield made
    await runner.cleanup()


async def api(doomed, path, **body):
    async with doomed.http.post(f"/api/v1{path}", json=body) as answer:
        assert answer.status < 300, await answer.text()
        return await answer.json()


@pytest.mark.failure("3")
async def test_nothing_is_lost_and_a_repeat_is_known_by_its_id(doomed, receiver):
    for point in ("webhook_before_call", "webhook_after_call", "webhook_before_commit"):
        await doomed.start(crash_at=point)
        if not receiver.secrets:
            receiver.secrets = [(await api(doomed, "/webhooks", url=receiver.url))["secret"]]
        with contextlib.suppress(aiohttp.ClientError):
            await api(doomed, "/leads", **MQL)
        assert await doomed.died() == -9, point
    await doomed.start()
    await doomed.quiet(also="select count(*) from webhook_delivery where state = 'new'")
    facts = doomed.rows("select event_id, kind from webhook_delivery order by id")
    assert [kind for _, kind in facts] == [row[0] for row in doomed.rows("select kind from timeline order by id")]
    assert set(receiver.bodies) == {event for event, _ in facts} and receiver.refused == []
    assert all(len(different) == 1 for different in receiver.bodies.values())
    assert len(receiver.told) > len(facts), "what was heard and not noted was told again"
