"""What DingTalk tells us, by either road, is stored before it is acknowledged: messages, events, clicks."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.dingtalk.callback import dedupe_key
from bot.dingtalk.parse import PLATFORM, lane_of, stored
from bot.pipeline import receive
from store.db import Store

FREE = ("user_", "org_", "label_", "check_url")  # events that do not count towards the monthly quota (page 用量说明)


class Intake:
    """Stores what came in; `on_message` learns each new robot message, `on_counted` what counts towards the quota."""

    def __init__(
        self,
        store: Store,
        client_id: str,
        now: Callable[[], datetime],
        *,
        on_message: Callable[[Mapping[str, Any]], None],
        on_counted: Callable[[], None],
    ) -> None:
        self._store = store
        self._client_id = client_id
        self._now = now
        self._on_message = on_message
        self._on_counted = on_counted

    async def robot(self, content: Mapping[str, Any]) -> bool:
        """Keep a robot message; False when it is here already. Returning means that it may be acknowledged."""
        self._on_message(content)
        return await self._keep("robot", content)

    async def click(self, content: Mapping[str, Any], push: str) -> tuple[str, bool]:
        """Keep a card click; returns the row's key, and False when it is here already."""
        new = await self._keep("card", content, push)
        return self.key("card", content, push), new

    async def event(self, content: Mapping[str, Any]) -> bool:
        """Keep an event; one that names several people becomes one row for each of them."""
        fields = {name.lower(): value for name, value in content.items()}
        name = str(fields.get("eventtype") or "")
        if name.startswith("check_"):
            return True
        people = fields.get("userid")
        if not isinstance(people, list) or len(people) < 2:
            return await self._keep("event", content)
        rest = {key: value for key, value in content.items() if key.lower() != "userid"}
        new = [await self._keep("event", {**rest, "userId": [person]}, str(person)[:64]) for person in people[:1000]]
        return any(new)

    def key(self, kind: str, content: Mapping[str, Any], push: str = "") -> str:
        """The key of the row that this is kept under."""
        return dedupe_key(kind, content, client_id=self._client_id, push=push)

    async def _keep(self, kind: str, content: Mapping[str, Any], push: str = "") -> bool:
        new = await receive(
            self._store, platform=PLATFORM, key=self.key(kind, content, push), lane=lane_of(kind, content),
            body=stored(kind, content), now=self._now(),
        )  # fmt: skip
        if new and not (kind == "event" and _event_type(content).startswith(FREE)):
            self._on_counted()
        return new


def _event_type(content: Mapping[str, Any]) -> str:
    return str(next((value for name, value in content.items() if name.lower() == "eventtype"), ""))
