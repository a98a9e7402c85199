"""Text messages as a road to customers: handed to the provider as leadbot.yaml declares its interface."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from bot.calling import Line, NotReached, OutcomeUnknown
from bot.channels import value_at
from bot.context import Context
from bot.letter import Letter
from bot.platform import AddressDead, Receipt, RoadClosed, SendRefused, SendUnknown
from bot.prose import blocks_of, plain_of
from bot.web.capture.signature import HASHES
from config.road import Sms, SmsRequest
from leads.errors import Unusable
from leads.understand.phone import normal_phone
from nurture.parts import parts_of, whole_text
from store.tx import Tx

LARGEST = 64 * 1024
BUSY = timedelta(minutes=1)


class SmsRoad:
    """The company's provider. A message's body is the complete request but for its instant and signature."""

    final = True
    repeatable = False

    def __init__(self, settings: Sms, *, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._line = Line("短信服务商", "sms.url")
        self.limits: Mapping[timedelta, int] = {timedelta(minutes=1): settings.per_minute} | (
            {timedelta(days=1): settings.per_day} if settings.per_day is not None else {}
        )

    async def render(self, tx: Tx, letter: Letter, ctx: Context) -> bytes:
        """What the provider gets. Raises Unusable for a number or a text that cannot go."""
        phone = normal_phone(letter.lead.phone)
        if phone is None or not phone.valid:
            raise Unusable("客户的手机号打不通,先核对再发。")
        topic = ctx.rules.nurture.topics.get(letter.topic)
        words = plain_of(blocks_of(letter.text))
        text = whole_text(words, sign=self._settings.sign, stoppable=topic is None or topic.consent)
        parts = parts_of(text)
        if parts > self._settings.most_parts:
            most = self._settings.most_parts
            raise Unusable(f"这条短信要算 {parts} 条钱,设置里最多 {most} 条(sms.most_parts)。把内容写短些再发。")
        template = self._settings.templates.get(letter.content, "")
        if self._settings.templates and not template:
            raise Unusable("这条内容还没有在短信平台报备模板:报备后把模板号写进 leadbot.yaml 的 sms.templates。")
        number = phone.number.removeprefix("+86")
        told = {
            "phone": number, "text": text, "words": " ".join(words.split()), "sign": self._settings.sign,
            "ref": letter.ref, "template": template,
        }  # fmt: skip
        fields = {name: _filled(value, told) for name, value in self._settings.request.fields.items()}
        return json.dumps({"fields": fields, "parts": parts}, ensure_ascii=False, separators=(",", ":")).encode()

    async def send(self, body: bytes) -> Receipt:
        """Hand it over; raises RoadClosed, SendRefused, AddressDead or SendUnknown."""
        content = json.loads(body)
        request = self._settings.request
        stamp = str(int(self._now().timestamp()))
        fields = {name: value.replace("{timestamp}", stamp) for name, value in content["fields"].items()}
        headers = {name: value.get_secret_value() for name, value in request.headers.items()}
        raw, headers = signed(request, fields, headers, stamp)
        url = self._settings.url.get_secret_value()
        try:
            status, _, answer = await self._line.exchange("POST", url, body=raw, headers=headers, largest=LARGEST)
        except NotReached as error:
            raise RoadClosed(str(error)) from None
        except OutcomeUnknown as error:
            raise SendUnknown(str(error)) from None
        return self._read(status, answer, int(content["parts"]))

    def _read(self, status: int, raw: bytes, parts: int) -> Receipt:
        response = self._settings.response
        if status == 429 or status == 503:
            raise RoadClosed(f"短信服务商说太快了(HTTP {status})", BUSY)
        if status in (401, 403):
            raise SendRefused(f"短信服务商不认账号或签名(HTTP {status}):检查 leadbot.yaml 的 sms", alarm=True)
        try:
            answer = json.loads(raw)
        except (ValueError, RecursionError):
            raise SendUnknown(f"短信服务商的回答看不懂(HTTP {status})") from None
        code = value_at(answer, response.code)
        told = "" if code is None or isinstance(code, dict | list) else str(code)
        if not told:
            raise SendUnknown(f"短信服务商的回答里没有 {response.code}(HTTP {status})")
        if told in response.ok:
            number = value_at(answer, response.id) if response.id else ""
            return Receipt(str(number or "")[:200], parts=parts)
        if told in response.later:
            raise RoadClosed(f"短信服务商说过会儿再发({told[:40]})", BUSY)
        if told in response.dead:
            raise AddressDead(f"号码是空号({told[:40]})")
        raise SendRefused(f"短信服务商不发这一条({told[:40]})")

    async def close(self) -> None:
        """Give the connections back."""
        await self._line.close()


def signed(
    request: SmsRequest, fields: Mapping[str, str], headers: Mapping[str, str], stamp: str
) -> tuple[bytes, dict[str, str]]:
    """The request's bytes and headers, with its signature where one was declared."""
    secret = request.secret.get_secret_value() if request.secret is not None else ""
    told = dict(fields)
    if request.signature in HASHES:
        listed = "&".join(f"{name}={told[name]}" for name in sorted(told) if told[name] != "")
        text = listed + request.suffix.replace("{secret}", secret)
        told[request.param] = hashlib.new(HASHES[request.signature], text.encode()).hexdigest()
    if request.body == "form":
        raw, kind = urlencode(told).encode(), "application/x-www-form-urlencoded; charset=utf-8"
    else:
        raw, kind = json.dumps(_nested(told), ensure_ascii=False, separators=(",", ":")).encode(), "application/json"
    found = {**headers, "Content-Type": kind}
    if request.signature == "hmac-sha256":
        what = request.signed.encode().replace(b"{timestamp}", stamp.encode()).replace(b"{body}", raw)
        found[request.header] = base64.b64encode(hmac.digest(secret.encode(), what, "sha256")).decode()
        found["X-Timestamp"] = stamp
    return raw, found


def _nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """{"a.b": 1} as {"a": {"b": 1}}."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        *above, last = name.split(".")
        inner = found
        for part in above:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return found


def _filled(value: str, told: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda hole: told.get(hole[1], hole[0]), value)
