"""A deal's group is opened once: under a name chosen before, and looked for when nobody knows whether it was."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import structlog

from bot.calling import OutcomeUnknown
from bot.context import Answer, Context, account_on, say
from bot.dingtalk.client import DingTalkClient
from bot.dingtalk.scene import SceneGroups
from bot.pipeline import Outcome, apply, origin_of
from bot.platform import SendRefused
from bot.wecom.appchat import AppChats
from bot.wecom.client import WeComClient
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


class Opener(Protocol):
    """One platform's way to open a group. Raises SendLater, SendRefused (with what helps) or OutcomeUnknown."""

    async def begin(self, *, chat: str, name: str, owner: str, people: Sequence[str]) -> str:
        """Open a group under the name `chat` that was chosen before; returns the platform's id of it."""

    async def is_there(self, chat: str) -> bool:
        """Whether a group of that name was opened; False where one asks by repeating the call."""


def openers_of(wecom: WeComClient | None, dingtalk: DingTalkClient | None, template: str) -> dict[str, Opener]:
    """Where groups can be opened: in DingTalk only by a template."""
    found: dict[str, Opener] = {"wecom": AppChats(wecom)} if wecom is not None else {}
    if dingtalk is not None and template:
        found["dingtalk"] = SceneGroups(dingtalk, template)
    return found


class Grouping:
    """Opens groups that are wanted."""

    def __init__(self, store: Store, openers: Mapping[str, Opener], context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._openers = openers  # by platform
        self._context = context

    async def open(self, payload: Mapping[str, Any]) -> None:
        """Open the group that a job names, unless it is there; raises what is worth another try."""
        number = int(payload["opportunity"])
        async with self._store.read() as tx:
            row = await deal_groups.of_deal(tx, number)
            deal = await find_deal(tx, number)
            people = [await find_member(tx, str(member_id)) for member_id in row.people] if row is not None else []
        opener = self._openers.get(row.platform) if row is not None else None
        if opener is None or row is None or deal is None or row.state not in ("wanted", "opening"):
            return
        found = [one for one in people if one is not None and one.state == "active" and account_on(row.platform, one)]
        if row.state == "opening" and await opener.is_there(row.chat):
            await self._opened(row, row.chat, found)
            return
        await self._store.transaction(lambda tx: deal_groups.settle(tx, number, states=("wanted",), state="opening"))
        ids = [account_on(row.platform, one) for one in found]
        owner = next((account_on(row.platform, one) for one in found if one.id == deal.owner_id), ids[0] if ids else "")
        crash.point("group_before_call")
        try:
            chat = await opener.begin(chat=row.chat, name=f"{deal.no} 商机", owner=owner, people=ids)
        except OutcomeUnknown:
            log.warning("nobody knows whether a deal's group was opened: it will be looked for", deal=deal.no)
            raise
        except SendRefused as error:
            await self._failed(row, str(error))
            return
        crash.point("group_after_call")
        await self._opened(row, chat, found)

    async def _opened(self, row: DealGroup, chat: str, people: Sequence[Member]) -> None:
        ctx = await self._context()

        async def work(tx: Tx) -> None:
            opened_as = {"state": "open", "cause": "", "chat": chat}
            if not await deal_groups.settle(tx, row.opportunity_id, states=("opening",), **opened_as):
                return
            lead_id = await current(tx, row.lead_id)
            names = tuple(one.name for one in people)
            opened = DealGroupOpened(
                lead_id=lead_id, at=ctx.now, by=row.by_id, opportunity_id=row.opportunity_id, people=names
            )
            no = f"O{row.opportunity_id}"
            how = "群里 @我 说「记:…」" if row.platform == "dingtalk" else f"私聊我发「记 {no} …」"
            told = f"{no} 的群建好了:{'、'.join(names)}。群里说定的事,{how}。"
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
