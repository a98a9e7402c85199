"""The signatures of made-up vendors: each scheme takes its own push, and nothing that was changed on the way."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bot.web.capture.signature import is_signed
from config.channel import Webhook

NOW = datetime(2026, 3, 18, 2, 20, tzinfo=UTC)
KEY = "a-secret-of-both"
BODY = b'{"id": 7, "tel": "13800138000"}'
PARAMS = {"id": "7", "tel": "13800138000", "remark": "", "z": "末"}


def webhook(signature: str, **more: Any) -> Webhook:
    return Webhook(signature=signature, secret=SecretStr(KEY), **more)  # type: ignore[arg-type]


def signed(hook: Webhook, headers: dict[str, str], params: dict[str, str] | None = None, body: bytes = BODY) -> bool:
    return is_signed(hook, headers=headers, params=params or {}, body=body, now=NOW)


def test_a_mac_in_hex_or_base64_over_the_body() -> None:
    hook, mac = webhook("hmac-sha256"), hmac.digest(KEY.encode(), BODY, "sha256")
    for text in (mac.hex(), mac.hex().upper(), "sha256=" + mac.hex(), base64.b64encode(mac).decode()):
        assert signed(hook, {"X-Signature": text})
    for text in ("", "sha256=", mac.hex()[:-2], mac.hex()[:-1] + "g", "0" * 64, "é" * 64):
        assert not signed(hook, {"X-Signature": text})
    assert not signed(hook, {"X-Signature": mac.hex()}, body=BODY + b" ")


def test_a_timestamp_must_be_fresh_and_signed() -> None:
    hook = webhook("hmac-sha256", timestamp="X-Time", signed="{timestamp}.{body}")
    for by, taken in ((0, True), (9, True), (-9, True), (11, False), (-11, False)):
        stamp = str(int((NOW + timedelta(minutes=by)).timestamp()))
        mac = hmac.digest(KEY.encode(), f"{stamp}.".encode() + BODY, "sha256").hex()
        assert signed(hook, {"X-Signature": mac, "X-Time": stamp}) is taken
    for stamp in ("", "abc", "９" * 10, "1" * 40):
        assert not signed(hook, {"X-Signature": mac, "X-Time": stamp})


@pytest.mark.parametrize("name", ["md5", "sha1", "sha256"])
def test_sorted_parameters_with_the_secret_behind_them(name: str) -> None:
    hook = webhook(f"sorted-{name}")
    told = f"id=7&tel=13800138000&z=末&key={KEY}"  # sorted, empty ones left out
    sign = hashlib.new(name, told.encode()).hexdigest()
    assert signed(hook, {}, PARAMS | {"sign": sign}) and signed(hook, {}, PARAMS | {"sign": sign.upper()})
    for changed in ({"tel": "13900139000"}, {"more": "1"}, {"sign": ""}):
        assert not signed(hook, {}, PARAMS | {"sign": sign} | changed)


def test_a_bearer_is_the_secret_itself() -> None:
    assert signed(webhook("bearer"), {"Authorization": f"Bearer {KEY}"})
    for header in ("", KEY, "Bearer ", f"Basic {KEY}", f"Bearer {KEY}x"):
        assert not signed(webhook("bearer"), {"Authorization": header})


@pytest.mark.parametrize("wrong", [{"signed": "{timestamp}"}, {"signed": "{timestamp}.{body}"}, {"suffix": "&key=x"}])
def test_a_declaration_that_would_sign_nothing_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        webhook("hmac-sha256", **wrong)
