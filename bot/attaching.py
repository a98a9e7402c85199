"""What was dropped into the chat is fetched from the platform and put on its lead, once; its sender hears of it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.context import Answer, Context, say
from bot.pipeline import apply, origin_of
from bot.platform import Platform, SendRefused
from leads.attachment import FileAdded, flaw_of, safe_name
from leads.facts import Fact
from store import attachments
from store.db import Store
from store.merges import current
from store.tx import Tx

GONE = "这个文件取不到了,可能已经过期。请重新发一次。"


class Attaching:
    """Takes what waits at a platform."""

    def __init__(
        self, store: Store, platforms: Mapping[str, Platform], context: Callable[[], Awaitable[Context]]
    ) -> None:
        self._store = store
        self._platforms = platforms
        self._context = context

    async def attach(self, payload: Mapping[str, Any]) -> None:
        """Fetch and keep the one that a job names; raises SendLater to be tried again."""
        attachment_id = int(payload["attachment"])
        async with self._store.read() as tx:
            row = await attachments.find(tx, attachment_id)
        if row is None or row.state != "waiting":
            return
        name = safe_name(row.name, row.kind)
        platform = self._platforms.get(row.platform)
        try:
            content = await platform.fetch_picture(row.media_id) if platform is not None else b""
            flaw = flaw_of(name, row.kind, content) if platform is not None else GONE
        except SendRefused:
            content, flaw = b"", GONE
        ctx = await self._context()
        kept = row

        async def keep(tx: Tx) -> None:
            changes = {"state": "gone", "cause": flaw} if flaw else {"state": "kept", "body": content}
            if not await attachments.settle(tx, attachment_id, name=name, size=len(content), **changes):
                return
            lead_id = await current(tx, kept.lead_id)
            facts: list[Fact] = []
            told = say(f"没放进 L{lead_id}:{flaw}")
            if not flaw:
                facts = [
                    FileAdded(
                        lead_id=lead_id, at=ctx.now, by=kept.member_id, number=attachment_id, what=kept.kind, name=name,
                        size=len(content),
                    )
                ]  # fmt: skip
                told = Answer("attached", lead_id, {"attachment": attachment_id})
            await apply(tx, [*facts, told], ctx, origin=origin_of("attach", kept.key), to=kept.member_id)

        await self._store.transaction(keep)
