"""Customers whose callback never came are found again: what WeCom lists is compared with what we know.

WeCom gives an event up after a few tries (developer page 90930) and says itself that one should not rely on callbacks
alone. Whoever is found enters as the same event would have, so that there is no second road.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from xml.sax.saxutils import escape

import structlog

from bot.context import Context
from bot.missed import plan_comparison
from bot.pipeline import receive
from bot.wecom.client import WeComClient
from store import channels
from store.access import get_property, set_property
from store.db import Store
from store.members import list_members
from store.tx import Tx

log = structlog.get_logger()

MOST = 500  # found customers a run: each of them costs a call for the profile
PAGES = 10  # of a link's customers a run


class Contacts:
    """Compares every member's customers, and every link's, with those that we have seen."""

    def __init__(self, store: Store, client: WeComClient, context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._client = client
        self._context = context

    async def compare(self) -> int:
        """One call for each member and link, bounded; returns how many customers were found. Raises WeComError …

        A member's first comparison only notes whom they have: those were customers before we came.
        """
        ctx = await self._context()
        async with self._store.read() as tx:
            accounts = [m.wecom.lower() for m in await list_members(tx) if m.wecom]
            links = [
                (row.name, row.config_id)
                for row in await channels.list_ways(tx)
                if row.config_id and (way := ctx.rules.contact_ways.get(row.name)) and way.kind == "link"
            ]
        found = 0
        for name, link_id in links:
            for account, customer in await self._client.link_customers(link_id, pages=PAGES):
                if found < MOST and await self._is_new(account, customer):
                    found += await self._bring_in(account, customer, name, ctx.now)
        for account in accounts:
            if found < MOST:
                found += await self._compare_member(account, MOST - found, ctx)
        if found:
            log.warning("customers were found whose callback never came", found=found)
        return found

    async def _compare_member(self, account: str, most: int, ctx: Context) -> int:
        there = await self._client.contact_list(account)
        mark = f"contacts:{account}"
        async with self._store.read() as tx:
            begun = await get_property(tx, mark)
            new = await channels.unseen_contacts(tx, account, there)
        if begun is not None:
            return sum([await self._bring_in(account, customer, "", ctx.now) for customer in new[:most]])

        async def note(tx: Tx) -> None:
            for begin in range(0, len(new), 100):
                await channels.note_contacts(tx, account, new[begin : begin + 100])
            await set_property(tx, mark, ctx.now.isoformat(timespec="seconds"))
            await plan_comparison(tx, ctx)  # sooner, now that there are customers

        await self._store.transaction(note)
        return 0

    async def _is_new(self, account: str, customer: str) -> bool:
        async with self._store.read() as tx:
            return bool(await channels.unseen_contacts(tx, account, [customer]))

    async def _bring_in(self, account: str, customer: str, state: str, now: datetime) -> bool:
        """Put what the callback would have said into the inbox, once; its instant is the profile's to say."""
        body = (
            "<xml><FromUserName>sys</FromUserName>"
            f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType>event</MsgType>"
            "<Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType>"
            f"<UserID>{escape(account)}</UserID><ExternalUserID>{escape(customer)}</ExternalUserID>"
            f"<State>{escape(state)}</State><Source>COMPARED</Source></xml>"
        )
        mark = hashlib.sha256(f"{account}|{customer}".encode()).hexdigest()
        key = f"wecom:found:{now:%Y%m%d%H%M}:{mark}"
        return await receive(
            self._store, platform="wecom", key=key, lane=f"wecom:{account[:64]}", body=body.encode(), now=now
        )
