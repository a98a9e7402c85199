"""What the provider of text messages pushes: whether a message arrived, and what customers answer."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.channels import value_at
from bot.events import Event, Ignored, LetterReported
from bot.platform import Unreadable
from config.road import Sms
from store.inbox import Arrived

PLATFORM = "sms"
LONGEST = 2000  # characters of an answer


class SmsDesk:
    """Reads what was pushed and stored."""

    def __init__(self, settings: Sms) -> None:
        self._settings = settings

    def parse(self, body: bytes) -> Event:
        """A pushed item as an event; raises Unreadable when it is not as was declared."""
        told = json.loads(body)
        at = datetime.fromisoformat(told["at"])
        return self._receipt(told["item"], at) if told["what"] == "receipt" else self._reply(told["item"], at)

    def _receipt(self, item: Any, at: datetime) -> Event:
        declared = self._settings.receipt
        if declared is None:
            return Ignored(PLATFORM, "", at, "receipts are not declared")
        ref = _text(value_at(item, declared.ref)) if declared.ref else ""
        number = _text(value_at(item, declared.id)) if declared.id else ""
        state = _text(value_at(item, declared.state))
        if not state or not (ref or number):
            raise Unreadable(PLATFORM, f"短信回执里找不到 {declared.state} 或消息的编号,服务商可能改了名字")
        outcome = "delivered" if state in declared.delivered else "returned"
        return LetterReported(
            PLATFORM, "", at, road=PLATFORM, outcome=outcome, ref=ref, number=number, dead=state in declared.dead,
            words=state[:60],
        )  # fmt: skip

    def _reply(self, item: Any, at: datetime) -> Event:
        declared = self._settings.reply
        if declared is None:
            return Ignored(PLATFORM, "", at, "replies are not declared")
        phone, words = _text(value_at(item, declared.phone)), _text(value_at(item, declared.text))
        if not phone:
            raise Unreadable(PLATFORM, f"短信回复里找不到 {declared.phone},服务商可能改了名字")
        return LetterReported(
            PLATFORM, "", at, road=PLATFORM, outcome="replied", phone=phone, words=words[:LONGEST].strip()
        )

    async def fetch(self, event: Event) -> Event:
        """Nothing is missing."""
        return event


def arrived(settings: Sms, what: str, items: Iterable[Any], *, at: datetime) -> list[Arrived]:
    """Pushed items as rows of the inbox; one that is pushed again has the same key."""
    found = []
    for item in items:
        number = value_at(item, settings.reply.id) if what == "reply" and settings.reply and settings.reply.id else item
        mark = hashlib.sha256(json.dumps(number, sort_keys=True, ensure_ascii=True).encode()).hexdigest()[:40]
        key = f"sms:{what}:{mark}"
        body = json.dumps({"what": what, "at": at.isoformat(), "item": item}, ensure_ascii=False)
        found.append(Arrived(PLATFORM, key, key, body.encode("utf-8", "replace"), at))
    return found


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return "".join(c for c in str(value) if c.isprintable() or c == "\n")
