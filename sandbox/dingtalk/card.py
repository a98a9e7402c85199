"""Interactive cards: a template from the console, an instance per outTrackId, and what DingTalk checks of both.

Source: DingTalk's 互动卡片 pages (createAndDeliver, update, callback): every value is a string, keys up to 100 bytes,
values up to 1 KB, an update without the byKey options overwrites everything.
"""

from dataclasses import dataclass, field
from typing import Any

from sandbox.dingtalk.refusal import Refused

KEY_BYTES, VALUE_BYTES = 100, 1024


@dataclass(frozen=True)
class Template:
    """What the card platform knows of a template: its variables, public ones and those marked 私有."""

    id: str
    public: frozenset[str]
    private: frozenset[str] = frozenset()
    published: bool = True


@dataclass
class Instance:
    """One card: the same for everybody (`public`) but for what is each person's own (`private`)."""

    out_track_id: str
    template: Template
    callback_type: str
    route_key: str
    public: dict[str, str]
    private: dict[str, dict[str, str]] = field(default_factory=dict)
    spaces: list[tuple[str, str]] = field(default_factory=list)

    def view(self, user: str) -> dict[str, str]:
        """What one person sees."""
        return {**self.public, **self.private.get(user, {})}

    def change_public(self, new: dict[str, str], *, by_key: bool) -> None:
        """New public data; without `by_key` what is not named is gone."""
        self.public = {**self.public, **new} if by_key else dict(new)

    def change_private(self, user: str, new: dict[str, str], *, by_key: bool) -> None:
        """New data for one person."""
        self.private[user] = {**self.private.get(user, {}), **new} if by_key else dict(new)


def public_map(data: Any, template: Template) -> dict[str, str]:
    """cardData of a request; raises Refused."""
    found = data.get("cardParamMap") if isinstance(data, dict) else None
    if not isinstance(found, dict) or not found:
        raise Refused("param.cardPublicDataEmpty", "cardData.cardParamMap is empty")
    return _strings(found, template.public | template.private, "cardData", template)


def private_map(data: Any, template: Template) -> dict[str, str]:
    """One person's private data of a request; raises Refused."""
    found = data.get("cardParamMap") if isinstance(data, dict) else None
    if not isinstance(found, dict):
        raise Refused("param.invalid", "privateData: every person needs a cardParamMap")
    return _strings(found, template.private, "privateData", template)


def by_key(body: dict[str, Any], name: str) -> bool:
    """One of the cardUpdateOptions; the default overwrites."""
    return (body.get("cardUpdateOptions") or {}).get(name) is True


def _strings(found: dict[Any, Any], known: frozenset[str], where: str, template: Template) -> dict[str, str]:
    for key, value in found.items():
        if not isinstance(key, str) or not 0 < len(key.encode()) <= KEY_BYTES:
            raise Refused("param.invalid", f"{where}: key {str(key)[:40]!r} is empty or longer than {KEY_BYTES} bytes")
        if not isinstance(value, str):
            raise Refused("param.invalid", f"{where}.{key}: {type(value).__name__} is not a string")
        if len(value.encode()) > VALUE_BYTES:
            raise Refused("param.invalid", f"{where}.{key}: {len(value.encode())} bytes, {VALUE_BYTES} are allowed")
        if key not in known:
            raise Refused("param.invalid", f"{where}.{key}: template {template.id} has no such variable here")
    return dict(found)
