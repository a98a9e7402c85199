"""A stored callback of an official account becomes an event, as any platform's does."""

import json
from datetime import datetime

from bot.events import Event


class Followers:
    """Reads what bot/wechat/doors.py has stored."""

    def __init__(self, app_ids: dict[str, str]) -> None:
        self._app_ids = app_ids

    def parse(self, body: bytes) -> Event:
        """See bot/wechat/parse.py; wechatpy waits for the first event, as for WeCom."""
        from bot.wechat.parse import parse

        told = json.loads(body)
        return parse(
            str(told["xml"]).encode(), account=told["account"], app_id=self._app_ids.get(told["account"], ""),
            received_at=datetime.fromisoformat(told["at"]),
        )  # fmt: skip

    async def fetch(self, event: Event) -> Event:
        """Nothing is missing."""
        return event
