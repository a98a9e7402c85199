"""Work that waits for somebody outside and may be tried again: the app's menu, the register, the card's address,
customers who change hands."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.clock import Now
from bot.dingtalk.parts import DingTalkParts
from bot.enrich import enrich
from bot.inherit import pass_on
from bot.trial import Trial
from bot.wecom.client import WeComClient
from bot.wecom.contacts import Contacts
from bot.wecom.kf import Kf
from bot.wecom.menu import MENU
from bot.wecom.ways import Ways
from config.settings import Enrichment
from config.telling import told
from store import due, lease
from store.db import Store
from store.queues import Job
from store.tx import Tx

log = structlog.get_logger()


async def ask_for_menu(tx: Tx, *, now: datetime) -> None:
    """Have the menu put into the app, once for each version of it."""
    mark = hashlib.sha256(json.dumps(MENU, ensure_ascii=False).encode()).hexdigest()[:12]
    await due.do_once(tx, kind="menu", key=f"menu:{mark}", now=now)


class Jobs:
    """Takes jobs that are due and does them; what fails is tried again after growing pauses."""

    def __init__(
        self,
        store: Store,
        enrichment: Enrichment | None,
        wecom: WeComClient | None,
        dingtalk: DingTalkParts | None,
        ways: Ways | None,
        contacts: Contacts | None,
        kf: Kf | None,
        trial: Trial,
        others: Mapping[str, Callable[[Mapping[str, Any]], Awaitable[None]]],
        now: Now,
    ) -> None:
        self._store = store
        self._enrichment = enrichment
        self._wecom = wecom
        self._dingtalk = dingtalk
        self._ways = ways
        self._contacts = contacts
        self._kf = kf
        self._trial = trial
        self._others = others
        self._now = now

    async def run_once(self) -> int:
        """Do what is due; returns how many jobs were taken."""
        now = self._now()
        rows = await self._store.transaction(lambda tx: lease.take(tx, Job, now=now, limit=5), ordered=False)
        for row in rows:
            await self._try(row, now)
        return len(rows)

    async def _try(self, row: Job, now: datetime) -> None:
        try:
            if row.kind == "menu" and self._wecom is not None:
                await self._wecom.menu_create(MENU)
            if row.kind == "contact_way" and self._ways is not None:
                await self._ways.put(str(row.payload["way"]))
            if row.kind == "contacts" and self._contacts is not None:
                await self._contacts.compare()
            if row.kind == "inherit" and self._wecom is not None:
                bequest, turn = int(row.payload["bequest"]), int(row.payload["turn"])
                await pass_on(self._store, self._wecom, bequest, turn, now=now)
            if row.kind == "kf" and self._kf is not None:
                sealed = bytes.fromhex(str(row.payload["token"]))
                token = self._store.keys.open(sealed, "job.kf").decode() if sealed else ""
                await self._kf.read(str(row.payload["account"]), token)
            if row.kind in self._others:
                await self._others[row.kind](row.payload)
            if row.kind == "rehearse":
                await self._trial.answer(row.payload)
            if row.kind == "enrich" and self._enrichment is not None:
                await enrich(self._store, self._enrichment, int(row.payload["lead"]), now=now)
            if row.kind == "card_route" and self._dingtalk is not None:
                await self._dingtalk.register_route()
        except Exception as error:
            again = lease.retry_at(row.attempts, now=now, most=1000) or now + timedelta(minutes=5)
            cause = told(error)
            log.warning("a job will be tried again", job=row.kind, cause=cause)
            await self._store.transaction(lambda tx: lease.settle(tx, row, run_at=again, error=cause))
        else:
            await self._store.transaction(lambda tx: lease.settle(tx, row, state="done", error=""))
