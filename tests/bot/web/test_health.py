"""Operations can tell whether the server lives, whether it will keep what it is told, and how it is doing."""

import asyncio
import os
import sqlite3
from datetime import datetime, timedelta
from typing import Any

import pytest
from yarl import URL

from bot.metrics import Metrics
from store import due, outbox, webhook
from store.engine import sqlite_path
from store.inbox import Arrived, store_events
from store.queues import Outbox
from store.tx import Tx
from store.webhook import Webhook


async def test_alive_and_ready(office: Any) -> None:
    answer = await office.ask("GET", "/healthz", key=None)
    assert answer.status == 200 and (await answer.text()) == "ok"
    assert await office.get("/readyz", key=None) == {"ready": True, "causes": []}


@pytest.mark.only("sqlite")
async def test_not_ready_while_another_program_holds_the_file(office: Any) -> None:
    holder = sqlite3.connect(sqlite_path(office.store.url), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        body = await office.get("/readyz", key=None, status=503)
        assert body["causes"][0]["cause"] == "store"
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    for _ in range(100):
        if (await office.ask("GET", "/readyz", key=None)).status == 200:
            return
        await asyncio.sleep(0.1)
    pytest.fail("it never became ready again")


@pytest.mark.failure("11")
@pytest.mark.only("sqlite")
async def test_not_ready_without_room_on_the_disk_or_when_stopping(office: Any) -> None:
    office.health.least_free = 2**62
    assert (await office.get("/readyz", key=None, status=503))["causes"][0]["cause"] == "disk"
    office.health.least_free = 0
    await office.get("/readyz", key=None)
    office.health.stopping = True
    assert (await office.get("/readyz", key=None, status=503))["causes"][0]["cause"] == "stopping"
    assert (await office.ask("GET", "/healthz", key=None)).status == 200


@pytest.mark.parametrize("what", ["clock", "event", "message"])
async def test_not_ready_when_something_is_left_lying_for_too_long(office: Any, what: str) -> None:
    """The office has no workers: whatever is put down there is left lying."""
    steady = 0.0
    office.health.watchdog.monotonic = lambda: steady

    async def leave(tx: Tx) -> None:
        at = office.time.now()
        if what == "clock":
            await due.keep(tx, kind="clock", key="k", at=at, lead_id=1, payload={})
        elif what == "event":
            await store_events(tx, [Arrived("wecom", "k", "l", b"{}", at)])
        else:
            await outbox.ask(tx, platform="wecom", place="li", lane="l", card="note", key="k", now=at)

    await office.store.transaction(leave)
    assert await office.get("/readyz", key=None) == {"ready": True, "causes": []}, "it may take a while"
    office.time.pass_by(timedelta(minutes=11))
    await office.get("/readyz", key=None)
    steady = 61.0
    (cause,) = (await office.get("/readyz", key=None, status=503))["causes"]
    assert cause["cause"] == what and "11 分钟" in cause["detail"] and "重启服务" in cause["detail"]


async def _untold(tx: Any, now: datetime) -> None:
    """Another system has not taken three facts; one of them was given up."""
    hook = Webhook(id=1, corp=tx.corp, name="BI", url="http://bi", secret="s", key_name="k", created_at=now)
    await tx.add(hook)
    for number, ago in enumerate((3000, 90, 20)):
        await webhook.keep(
            tx, hook, event_id=f"evt_{number}", kind="claimed", lead_id=number, text="", told={},
            now=now - timedelta(seconds=ago),
        )  # fmt: skip
        if number == 0:
            await webhook.park_all(tx, 1, error="503")


async def test_the_figures_tell_what_waits(office: Any) -> None:
    no = await office.lead()
    await office.post(f"/api/v1/leads/{no}/claim", {"by": "li"})
    now = office.time.now()
    await office.store.transaction(
        lambda tx: store_events(tx, [Arrived("wecom", "k", "l", b"{}", now - timedelta(seconds=40))])
    )
    await office.store.transaction(lambda tx: _untold(tx, now))
    metrics: Metrics = office.health.metrics
    metrics.callback(platform="wecom", outcome="refused: signature")
    metrics.call(platform="wecom", api="message/send", code="45009")
    metrics.late(what="message", by=timedelta(seconds=3))
    answer = await office.ask("GET", "/metrics", key=None)
    text = await answer.text()
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    for line in (
        'leadbot_callbacks_total{outcome="refused: signature",platform="wecom"} 1.0',
        'leadbot_platform_calls_total{api="message/send",code="45009",platform="wecom"} 1.0',
        'leadbot_inbox{state="open"} 1.0', 'leadbot_inbox{state="parked"} 0.0', "leadbot_inbox_oldest_seconds 40.0",
        'leadbot_webhooks{state="waiting"} 2.0', 'leadbot_webhooks{state="parked"} 1.0',
        "leadbot_webhooks_oldest_seconds 90.0",
        'leadbot_clocks{state="met"} 1.0', 'leadbot_clocks{state="running"} 1.0', "leadbot_store_up 1.0",
        'leadbot_late_seconds_bucket{le="5.0",what="message"} 1.0',
        'leadbot_http_answers_total{method="POST",route="/api/v1/leads/{no}/claim",status="200"} 1.0',
    ):  # fmt: skip
        assert line in text, line
    waiting = next(line for line in text.splitlines() if line.startswith('leadbot_outbox{state="queued"}'))
    assert float(waiting.split()[-1]) >= 1


async def test_what_a_practice_was_told_alarms_nobody(office: Any) -> None:
    at = office.time.now()

    async def practise(tx: Tx) -> None:
        for state in ("failed", "unknown", "queued"):
            await tx.add(
                Outbox(
                    corp=tx.corp, platform="wecom", place="li", lane="l", card="note", purpose="ring", key=state,
                    room="acme/practice/li", state=state, run_at=at, created_at=at - timedelta(minutes=5),
                )
            )  # fmt: skip

    await office.store.transaction(practise)
    text = await (await office.ask("GET", "/metrics", key=None)).text()
    for state in ("failed", "unknown", "queued"):
        assert f'leadbot_outbox{{state="{state}"}} 0.0' in text
    assert "leadbot_outbox_oldest_seconds 0.0" in text


async def test_figures_have_no_room_for_endless_labels(office: Any) -> None:
    for number in range(500):
        office.health.metrics.callback(platform="wecom", outcome=f"made up {number}")
    text = await (await office.ask("GET", "/metrics", key=None)).text()
    assert text.count("leadbot_callbacks_total{") <= 61 and 'outcome="other"' in text


async def test_two_servers_in_one_process_count_apart() -> None:
    one, two = Metrics(), Metrics()
    one.callback(platform="wecom", outcome="accepted")
    assert one.count("leadbot_callbacks_total", platform="wecom", outcome="accepted") == 1
    assert two.count("leadbot_callbacks_total", platform="wecom", outcome="accepted") == 0


async def test_domain_proofs_are_served_at_the_root_and_nothing_else_is(office: Any) -> None:
    (office.public / "WW_verify_abc123.txt").write_text("abc123")
    (office.public / "proof.html").write_text("<p>ok</p>")
    (office.public / ".hidden").write_text("no")
    (office.public / "sub").mkdir()
    (office.public.parent / "secret.txt").write_text("no")
    os.symlink(office.public.parent / "secret.txt", office.public / "link.txt")
    answer = await office.ask("GET", "/WW_verify_abc123.txt", key=None)
    assert answer.status == 200 and (await answer.text()) == "abc123" and answer.content_type == "text/plain"
    page = await office.ask("GET", "/proof.html", key=None)
    assert page.status == 200 and "script-src 'self'" in page.headers["Content-Security-Policy"]
    for path in (
        "/.hidden", "/sub", "/link.txt", "/nothing.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/sub/x", "/..",
        "/WW_verify_abc123.txt%00", "/WW_verify_abc123.txt/", "/%57W_verify_abc123.txt%20", "/",
    ):  # fmt: skip
        raw = URL(f"http://127.0.0.1:{office.client.port}{path}", encoded=True)
        answer = await office.client.session.get(raw)
        assert answer.status == 404, path
    assert (await office.ask("POST", "/WW_verify_abc123.txt", key=None)).status == 405
