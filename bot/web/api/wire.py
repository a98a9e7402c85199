"""How answers are written: JSON in UTF-8, instants with the offset of the company's time zone."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


def dumps(value: Any) -> bytes:
    """JSON bytes; a broken character in old data becomes "?" instead of an error."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode("utf-8", "replace")


def local(at: datetime | None, *, zone: ZoneInfo) -> datetime | None:
    """The instant as the company's clocks show it."""
    return at.astimezone(zone) if at is not None else None


def instants(data: Mapping[str, Any], *, zone: ZoneInfo) -> dict[str, Any]:
    """The same data with every instant (`at`, `…_at`) in the company's zone."""
    return {name: _told(name, value, zone) for name, value in data.items()}


def _told(name: str, value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, Mapping):
        return instants(value, zone=zone)
    if isinstance(value, list):
        return [_told(name, item, zone) for item in value]
    if isinstance(value, str) and (name == "at" or name.endswith("_at")):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return value
        return at.astimezone(zone).isoformat() if at.tzinfo else value
    return value
