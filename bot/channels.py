"""What a declared channel delivers, pushed or fetched, becomes an event: its fields are found where it was said."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.events import ChannelDelivered, Event
from bot.platform import Unreadable
from config.channel import CONTACTS, Channel
from store.inbox import Arrived

PLATFORM = "channel"
LONGEST = 4000  # characters of a value


def arrived(name: str, channel: Channel, item: Any, *, at: datetime) -> Arrived:
    """One delivered item as a row of the inbox: the same item has the same key, whichever way it came."""
    number = value_at(item, channel.id)
    if number in (None, ""):
        mark = hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()[:40]
    else:
        mark = hashlib.sha256(str(number).encode("utf-8", "replace")).hexdigest()[:40]
    key = f"{prefix_of(name)}{mark}"
    body = json.dumps({"channel": name, "key": key, "at": at.isoformat(), "item": item}, ensure_ascii=False)
    return Arrived(PLATFORM, key, key, body.encode("utf-8", "replace"), at)


def prefix_of(name: str) -> str:
    """How the keys of a channel's rows begin."""
    return f"channel:{name}:"


class Channels:
    """Reads what was stored of the channels that leadbot.yaml declares."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels

    def parse(self, body: bytes) -> Event:
        """The delivery as an event. Raises Unreadable when its fields are not where they should be."""
        told: dict[str, Any] = json.loads(body)
        name, item = told["channel"], told["item"]
        channel = self._channels.get(name)
        if channel is None:
            raise Unreadable(name, f"channels.{name} 已经不在 leadbot.yaml 里了")
        missing = [way for way in (channel.id,) if value_at(item, way) in (None, "")]
        contacts = [channel.fields[kind] for kind in CONTACTS if kind in channel.fields]
        if not any(_is_there(item, way) for way in contacts):
            missing += contacts
        if missing:
            raise Unreadable(name, f"找不到字段 {'、'.join(missing)},对方可能改了名字")
        fields = {field: _text(value_at(item, way)) for field, way in channel.fields.items()}
        return ChannelDelivered(
            PLATFORM, "", datetime.fromisoformat(told["at"]), channel=name, source=channel.source, key=told["key"],
            fields={field: text for field, text in fields.items() if text},
        )  # fmt: skip

    async def fetch(self, event: Event) -> Event:
        """Nothing is missing."""
        return event


def value_at(item: Any, way: str) -> Any:
    """What stands at data.list.0.phone; None where there is nothing, "" as a way is the whole."""
    for part in way.split(".") if way else ():
        if isinstance(item, Mapping):
            item = item.get(part)
        elif isinstance(item, list) and part.isdigit() and int(part) < len(item):
            item = item[int(part)]
        else:
            return None
    return item


def _is_there(item: Any, way: str) -> bool:
    """Whether the field itself is there; it may be empty, when somebody has not filled it in."""
    above, _, last = way.rpartition(".")
    inner = value_at(item, above)
    if isinstance(inner, Mapping):
        return last in inner
    return isinstance(inner, list) and last.isdigit() and int(last) < len(inner)


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | dict):
        return ""
    if isinstance(value, list):
        return "、".join(_text(one) for one in value)[:LONGEST]
    return "".join(c for c in str(value)[:LONGEST] if c.isprintable() or c == "\n").strip()
