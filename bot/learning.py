"""Every night the bot looks at what was won and lost, and learns from it which of the open leads will buy."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog

import leads
from bot.context import Context
from config.rules import Rules
from leads.odds.learning import Learning
from leads.odds.model import FLOOR, Value, from_json
from leads.odds.traits import traits_of
from store.db import Store
from store.odds import begin, finish, latest, list_closed, list_worked_on, remember_chance
from store.tables import Lead
from store.tx import Tx

log = structlog.get_logger()

HOUR = 2  # of the night
MOST = 20_000  # closed leads that are learned from, the newest ones
SLICE = 500
LONGEST = timedelta(minutes=10)  # after which whoever began is taken for dead
COMMON = 20  # closed leads of a source from which its own share is told
CLOSER = 0.005  # a chance that moves less than this is left as it is


@dataclass
class Closed:
    """What is learned from, newest first."""

    traits: list[dict[str, Value]] = field(default_factory=list)
    won: list[bool] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def add(self, lead: Lead, rules: Rules) -> None:
        """One more."""
        self.traits.append(traits_of(lead, rules=rules))
        self.won.append(lead.stage == "won")
        self.sources.append(lead.source)

    def shares(self) -> dict[str, float]:
        """The share won of each source that has enough closed leads."""
        closed, won = Counter(self.sources), Counter(s for s, was in zip(self.sources, self.won, strict=True) if was)
        return {source: won[source] / count for source, count in closed.items() if count >= COMMON}


class Learner:
    """Learns once a night, on one server, and knows what was learned last, here or by another server."""

    def __init__(self, store: Store, context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._context = context
        self._known = Learning()
        self._row = 0

    @property
    def known(self) -> Learning:
        """What cards and lists tell now."""
        return self._known

    async def run_once(self) -> int:
        """Take what was learned meanwhile; at night learn. Returns 0: there is never more to do at once."""
        await self.load()
        ctx = await self._context()
        local = ctx.now.astimezone(ctx.rules.zone)
        night = str(local.date() if local.hour >= HOUR else local.date() - timedelta(days=1))
        if await self._store.transaction(partial(begin, night=night, again=LONGEST, now=ctx.now)):
            await self._learn(night, ctx)
            await self.load()
            await self._reckon(ctx)
        return 0

    async def load(self) -> None:
        """Take the newest learning."""
        async with self._store.read() as tx:
            row = await latest(tx)
        if row is None or row.id == self._row:
            return
        self._row = row.id or 0
        model = from_json(row.body["model"]) if row.state == "learned" else None
        self._known = Learning(model, row.body.get("sources", {}), row.closed, row.won)

    async def _learn(self, night: str, ctx: Context) -> None:
        closed = Closed()
        before: int | None = None
        while len(closed.won) < MOST:
            async with self._store.read() as tx:
                found = await list_closed(tx, before=before, limit=SLICE)
            for lead in found:
                closed.add(lead, ctx.rules)
            if len(found) < SLICE:
                break
            before = found[-1].id
            await asyncio.sleep(0)
        state = "short"
        body: dict[str, Any] = {}
        if len(closed.won) >= FLOOR and len(set(closed.won)) == 2:
            model = await _learned(closed)
            state = "learned" if model else "failed"
            body = {"model": model, "sources": closed.shares()} if model else {}
            log.info("learned from closed leads", state=state, closed=len(closed.won), **_quality(model))
        await self._store.transaction(
            lambda tx: finish(
                tx, night, state=state, at=ctx.now, closed=len(closed.won), won=sum(closed.won), body=body
            )
        )

    async def _reckon(self, ctx: Context) -> None:
        """The chance of every lead that somebody works on, as it is by the new learning."""
        after = 0
        while True:
            async with self._store.read() as tx:
                found = await list_worked_on(tx, after=after, limit=SLICE)
            if not found:
                return
            after = found[-1].id or 0
            moved = [(lead, chance) for lead in found if _moved(lead.chance, chance := self._chance(lead, ctx.rules))]
            if moved:
                await self._store.transaction(partial(_remember, moved=moved))
            await asyncio.sleep(0)

    def _chance(self, lead: Lead, rules: Rules) -> float | None:
        odds = self._known.odds(lead, rules=rules)
        return odds.chance if odds is not None else None


def _quality(model: dict[str, Any]) -> dict[str, float]:
    return {name: round(model[name], 3) for name in ("auc", "gap") if name in model}


def _moved(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(before - after) >= CLOSER


async def _remember(tx: Tx, moved: list[tuple[Lead, float | None]]) -> None:
    for lead, chance in moved:
        await remember_chance(tx, lead.id or 0, chance)


async def _learned(closed: Closed) -> dict[str, Any]:
    """What a program of its own learns; {} when it could not."""
    root = Path(leads.__file__).parents[1]
    learning = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "leads.odds.learn", cwd=root,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    asked = json.dumps({"leads": closed.traits[::-1], "won": closed.won[::-1]}).encode()
    try:
        told, complaint = await asyncio.wait_for(learning.communicate(asked), LONGEST.total_seconds() / 2)
    except TimeoutError:
        learning.kill()
        await learning.wait()
        log.error("learning from closed leads took too long and was given up", closed=len(closed.won))
        return {}
    if learning.returncode:
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        log.error("learning from closed leads failed", cause=last.partition(":")[0])  # its kind; its words hold values
        return {}
    found: dict[str, Any] = json.loads(told)
    return found
