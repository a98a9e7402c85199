"""How a webhook is signed, how long it waits after failures, and what counts as received."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot import webhooks
from store.webhook import Webhook, WebhookDelivery

AT = datetime.fromtimestamp(1614265330, UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def hook(**more: object) -> Webhook:
    values = {"id": 1, "corp": "acme", "name": "", "url": "https://bi.example.com", "secret": SECRET, "key_name": "k"}
    return Webhook(**{**values, "created_at": AT, **more})


def delivery(**more: object) -> WebhookDelivery:
    values = {"id": 7, "corp": "acme", "webhook_id": 1, "event_id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "kind": "claimed"}
    rest = {"lead_id": 1024, "lane": "1:1024", "run_at": AT, "created_at": AT, "queued_at": AT}
    return WebhookDelivery(**{**values, **rest, **more})


def test_the_signature_is_that_of_the_published_example() -> None:
    """The example of the Standard Webhooks libraries (github.com/standard-webhooks/standard-webhooks)."""
    headers = webhooks.headers_of(hook(), delivery(), b'{"test": 2432232314}', now=AT)
    assert headers["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek" and headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_old_secret_signs_beside_the_new_one_until_its_day_is_over() -> None:
    changed = hook(old_secret="whsec_AAAA", old_until=AT + timedelta(days=1))
    first, second = webhooks.headers_of(changed, delivery(), b"{}", now=AT)["webhook-signature"].split(" ")
    assert first.startswith("v1,") and second.startswith("v1,") and first != second
    later = webhooks.headers_of(changed, delivery(), b"{}", now=AT + timedelta(days=1))
    assert " " not in later["webhook-signature"]


def test_a_body_has_the_same_bytes_however_the_database_orders_it() -> None:
    told = {"at": "2026-03-18T10:20:00+08:00", "by": "wanglei", "data": {"b": 1, "a": [2]}}
    turned = {name: told[name] for name in ("data", "by", "at")} | {"data": {"a": [2], "b": 1}}
    body = webhooks.body_of(delivery(told=told, text="要报价"))
    assert body == webhooks.body_of(delivery(told=turned, text="要报价"))
    assert json.loads(body) == {
        "id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "type": "claimed", "corp": "acme", "lead": "L1024", "text": "要报价",
        **told,
    }  # fmt: skip


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 1), (2, 2), (5, 16), (12, 2048), (15, 14400), (40, 14400)])
def test_a_delivery_is_tried_again_after_growing_pauses_of_at_most_four_hours(attempts: int, seconds: int) -> None:
    pauses = [webhooks.pause_before(attempts).total_seconds() for _ in range(50)]
    assert all(seconds * 0.8 <= pause <= seconds * 1.2 for pause in pauses) and len(set(pauses)) > 1


@pytest.mark.parametrize(("failures", "seconds"), [(1, 0), (2, 0), (3, 10), (4, 20), (8, 320), (10, 900), (99, 900)])
def test_an_address_that_fails_in_a_row_rests(failures: int, seconds: int) -> None:
    assert webhooks.rest_after(failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_every_2xx_is_received(status: int) -> None:
    assert webhooks.flaw_of(status) == ""


@pytest.mark.parametrize("status", [100, 301, 302, 304, 400, 401, 404, 410, 429, 500, 503])
def test_everything_else_is_not_and_says_what_was_answered(status: int) -> None:
    assert str(status) in webhooks.flaw_of(status)
