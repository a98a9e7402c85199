"""What a card may bring along where the organisation wants it: a to-do of its reader, a DING that rings louder."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import structlog

from bot.calling import NotReached, OutcomeUnknown
from bot.cards.card import Card, Message
from bot.cards.legible import cut
from bot.dingtalk.client import DingTalkClient
from bot.dingtalk.errors import DingTalkError
from bot.platform import Place

log = structlog.get_logger()

SUBJECT = 100  # characters of a to-do or a DING; a to-do may have 1024
MOST = 2000  # to-dos that are remembered for being ticked; the oldest go first


class Extras:
    """Never in the way of the card itself: what fails here is logged with its cause, and the card has arrived."""

    def __init__(self, client: DingTalkClient, *, ding: bool, todo: bool, page: str) -> None:
        self._client = client
        self._ding = ding
        self._todo = todo
        self._page = page
        self._unions: dict[str, str] = {}
        self._tasks: OrderedDict[str, tuple[str, str]] = OrderedDict()  # card → (union id, task id)

    def wanted(self, message: Message, to: Place, *, ref: str) -> dict[str, Any]:
        """What goes with this message: {} for most."""
        if not isinstance(message, Card) or to.kind != "member" or not message.urgency or message.done:
            return {}
        subject = cut(message.title, SUBJECT)
        found = {}
        if self._ding and message.urgency == "alarm":
            found["ding"] = subject
        if self._todo:
            found["todo"] = subject
        return {"extras": {"to": to.id, "ref": ref, **found}} if found else {}

    async def bring(self, extras: Mapping[str, str]) -> None:
        """After the card has arrived: the DING and the to-do."""
        if "ding" in extras:
            await self._tried("ding", self._ring(extras["to"], extras["ding"]))
        if "todo" in extras:
            await self._tried("todo", self._add(extras["to"], extras["todo"], extras["ref"]))

    async def done(self, card: str) -> None:
        """The card's matter is settled: its to-do is ticked."""
        if card in self._tasks:
            union_id, task_id = self._tasks.pop(card)
            await self._tried("todo", self._client.finish_todo(union_id, task_id))

    async def _ring(self, person: str, words: str) -> None:
        await self._client.ding([person], words)

    async def _add(self, person: str, subject: str, ref: str) -> None:
        if person not in self._unions:
            self._unions[person] = str((await self._client.user_get(person)).get("unionid") or "")
        union_id = self._unions[person]
        body = {
            "sourceId": ref, "subject": subject, "creatorId": union_id, "executorIds": [union_id],
            "detailUrl": {"appUrl": self._page, "pcUrl": self._page}, "isOnlyShowExecutor": True,
        }  # fmt: skip
        self._tasks[ref] = (union_id, await self._client.create_todo(union_id, body))
        while len(self._tasks) > MOST:
            self._tasks.popitem(last=False)

    async def _tried(self, what: str, call: Any) -> None:
        try:
            await call
        except (DingTalkError, NotReached, OutcomeUnknown) as error:
            log.warning("a card arrived without its extra", extra=what, cause=str(error))
