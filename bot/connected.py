"""What another system tells, pushed or fetched, becomes an event: once each, however often it came."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.channels import value_at
from bot.events import ConnectorTold, Event
from bot.platform import Unreadable
from config.connector import NEEDED, Connector
from store.inbox import Arrived

PLATFORM = "connector"
LONGEST = 500  # characters of a value


def arrived(name: str, connector: Connector, feed: str, item: Any, *, at: datetime) -> Arrived:
    """One item as a row of the inbox; of a push (`feed` "") the item itself says which feed it is for."""
    feed = feed or connector.feed_of(str(value_at(item, connector.kind) or "") if connector.kind else "")
    number = value_at(item, connector.feeds[feed].id) if feed else None
    told = str(number) if number not in (None, "") else json.dumps(item, sort_keys=True)
    mark = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:40]
    key = f"{prefix_of(name)}{feed}:{mark}"
    body = {"connector": name, "feed": feed, "key": key, "at": at.isoformat(), "item": item}
    raw = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Arrived(PLATFORM, key, key, raw, at)


def prefix_of(name: str) -> str:
    """How the keys of a system's rows begin."""
    return f"connector:{name}:"


class Connectors:
    """Reads what was stored of the systems that leadbot.yaml declares."""

    def __init__(self, connectors: Mapping[str, Connector]) -> None:
        self._connectors = connectors

    def parse(self, body: bytes) -> Event:
        """The item as an event. Raises Unreadable when it is of no declared kind, or its fields are not there."""
        told: dict[str, Any] = json.loads(body)
        name, item = told["connector"], told["item"]
        connector = self._connectors.get(name)
        if connector is None:
            raise Unreadable(name, f"connectors.{name} 已经不在 leadbot.yaml 里了")
        feed = connector.feeds.get(told["feed"])
        if feed is None:
            raise Unreadable(name, f"不认识这种推送({str(value_at(item, connector.kind))[:40]}),feeds 里没有声明")
        fields = {field: _text(value_at(item, way)) for field, way in feed.fields.items()}
        missing = [feed.fields[field] for field in NEEDED[feed.kind] if not fields[field]]
        if missing or value_at(item, feed.id) in (None, ""):
            raise Unreadable(name, f"找不到字段 {'、'.join(missing or [feed.id])},对方可能改了名字")
        return ConnectorTold(
            PLATFORM, "", datetime.fromisoformat(told["at"]), connector=name, label=connector.label, kind=feed.kind,
            key=told["key"], fields=fields,
        )  # fmt: skip

    async def fetch(self, event: Event) -> Event:
        """Nothing is missing."""
        return event


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return "".join(c for c in str(value)[:LONGEST] if c.isprintable()).strip()
