"""A deal's group is opened once: under a name chosen before, and looked for when nobody knows whether it was."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog

from bot.calling import OutcomeUnknown
from bot.context import Answer, Context, say
from bot.pipeline import Outcome, apply, origin_of
from bot.wecom import appchat
from bot.wecom.client import WeComClient
from bot.wecom.errors import WeComError
from leads.facts import Fact
from leads.group_facts import DealGroupOpened
from store import crash, deal_groups
from store.db import Store
from store.deal_groups import DealGroup
from store.deals import find_deal
from store.members import find_member
from store.merges import current
from store.tables import Member
from store.tx import Tx

log = structlog.get_logger()

LATER = ("retry", "limit", "token")


class Grouping:
    """Opens groups that are wanted; without WeCom there are none to open."""

    def __init__(self, store: Store, client: WeComClient | None, context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._client = client
        self._context = context

    async def open(self, payload: Mapping[str, Any]) -> None:
        """Open the group that a job names, unless it is there; raises what is worth another try."""
        number = int(payload["opportunity"])
        async with self._store.read() as tx:
            row = await deal_groups.of_deal(tx, number)
            deal = await find_deal(tx, number)
            people = [await find_member(tx, str(member_id)) for member_id in row.people] if row is not None else []
        if self._client is None or row is None or deal is None or row.state not in ("wanted", "opening"):
            return
        found = [one for one in people if one is not None and one.state == "active" and one.wecom]
        if row.state == "opening" and await appchat.is_there(self._client, row.chat):
            await self._opened(row, found)
            return
        await self._store.transaction(lambda tx: deal_groups.settle(tx, number, states=("wanted",), state="opening"))
        ids = [str(one.wecom) for one in found]
        owner = next((str(one.wecom) for one in found if one.id == deal.owner_id), ids[0] if ids else "")
        crash.point("group_before_call")
        try:
            await appchat.begin(self._client, chat=row.chat, name=f"{deal.no} 商机", owner=owner, people=ids)
        except OutcomeUnknown:
            log.warning("nobody knows whether a deal's group was opened: it will be looked for", deal=deal.no)
            raise
        except WeComError as error:
            if error.meaning.decision in LATER:
                raise
            if not await appchat.is_there(self._client, row.chat):
                await self._failed(row, appchat.cure_of(error))
                return
        crash.point("group_after_call")
        await self._opened(row, found)

    async def _opened(self, row: DealGroup, people: Sequence[Member]) -> None:
        ctx = await self._context()

        async def work(tx: Tx) -> None:
            if not await deal_groups.settle(tx, row.opportunity_id, states=("opening",), state="open", cause=""):
                return
            lead_id = await current(tx, row.lead_id)
            names = tuple(one.name for one in people)
            opened = DealGroupOpened(
                lead_id=lead_id, at=ctx.now, by=row.by_id, opportunity_id=row.opportunity_id, people=names
            )
            no = f"O{row.opportunity_id}"
            told = f"{no} 的群建好了:{'、'.join(names)}。群里说定的事,私聊我发「记 {no} …」。"
            await self._apply(tx, row, [opened, say(told)], ctx)

        await self._store.transaction(work)

    async def _failed(self, row: DealGroup, cause: str) -> None:
        ctx = await self._context()

        async def work(tx: Tx) -> None:
            number = row.opportunity_id
            if await deal_groups.settle(tx, number, states=("opening",), state="failed", cause=cause[:200]):
                told = f"O{number} 的群没建成:{cause}。改好以后再发一次「拉群 O{number}」。"
                await self._apply(tx, row, [say(told)], ctx)

        await self._store.transaction(work)

    async def _apply(self, tx: Tx, row: DealGroup, outcome: list[Fact | Answer], ctx: Context) -> None:
        found: Outcome = outcome
        await apply(tx, found, ctx, origin=origin_of("deal_group", row.chat), to=row.by_id)
