"""Carrying orders over to another system: signed, under one key, again until it answers or a person must look."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import structlog

from bot.channels import value_at
from bot.connected import prefix_of
from bot.context import Context
from bot.fetching import NotAllowed, NotFetched, exchange
from bot.outgoing import refresh, ring
from bot.pipeline import apply
from config.connector import Connector, Orders
from leads.facts import Fact
from leads.ordering import accepted, stuck
from store import crash, lease, pulse
from store import order as orders
from store.db import Store
from store.leads import find_lead
from store.members import list_members
from store.queues import ConnectorCall
from store.tx import Tx

log = structlog.get_logger()

BATCH = 4  # calls at a time: a slow system holds up nothing else
LATER = (408, 409, 425, 429)
DOWN = timedelta(hours=1)  # after which the administrators hear of it
TOLD = "down"


@dataclass(frozen=True)
class Accepted:
    """The other system has it, under this number."""

    number: str


@dataclass(frozen=True)
class Later:
    """It has not said, or says: not now."""

    cause: str


@dataclass(frozen=True)
class Refused:
    """It will not take this; a person must look."""

    cause: str


Outcome = Accepted | Later | Refused


class Connecting:
    """Takes calls that are due, four at a time, each in its own lane."""

    def __init__(
        self,
        store: Store,
        connectors: Mapping[str, Connector],
        context: Callable[[], Awaitable[Context]],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._connectors = connectors
        self._context = context
        self._now = now

    async def run_once(self) -> int:
        """Make what is due; returns how many calls were taken."""
        now = self._now()
        rows = await self._store.transaction(
            lambda tx: lease.take(tx, ConnectorCall, now=now, limit=BATCH), ordered=False
        )
        await asyncio.gather(*(self._carry(row) for row in rows))
        return len(rows)

    async def _carry(self, row: ConnectorCall) -> None:
        connector = self._connectors.get(row.connector)
        try:
            if connector is None or connector.orders is None:
                outcome: Outcome = Refused("leadbot.yaml 里没有这个连接了")
            else:
                outcome = await self._call(row, connector, connector.orders)
        except Exception:
            log.exception("an error of ours while an order was carried over", call=row.id)
            outcome = Later("机器人自己出了错,原因在日志里")
        ctx = await self._context()
        crash.point("connector_before_commit")
        await self._store.transaction(lambda tx: self._settle(tx, row, connector, outcome, ctx))
        crash.point("connector_after_commit")

    async def _call(self, row: ConnectorCall, connector: Connector, there: Orders) -> Outcome:
        if row.attempts > 1 and there.find is not None:
            found = await self._look(row, connector, there)
            if found is not None:
                return found
        body = json.dumps(shaped(row.body, there), ensure_ascii=False, separators=(",", ":")).encode()
        headers = {name: value.get_secret_value() for name, value in there.headers.items()}
        headers |= {"Content-Type": "application/json; charset=utf-8", there.key_header: row.key}
        headers |= signed(there, body, at=self._now())
        crash.point("connector_before_call")
        try:
            status, raw = await exchange(
                "POST", there.url.get_secret_value(), headers=headers, body=body,
                allow_private=connector.allow_private, patience=connector.timeout_s,
            )  # fmt: skip
        except NotAllowed as error:
            return Refused(f"{error}(connectors.{row.connector}.orders.url)")
        except NotFetched as error:
            return Later(str(error))
        crash.point("connector_after_call")
        return verdict(status, raw, there)

    async def _look(self, row: ConnectorCall, connector: Connector, there: Orders) -> Outcome | None:
        """Whether the other system has it already, though we never heard; None: it has not."""
        template = there.find.get_secret_value() if there.find is not None else ""
        url = template.replace("{order}", quote(str(row.body["order"]), safe=""))
        headers = {name: value.get_secret_value() for name, value in there.headers.items()} | signed(
            there, b"", at=self._now()
        )
        try:
            status, raw = await exchange(
                "GET", url, headers=headers, allow_private=connector.allow_private, patience=connector.timeout_s
            )
        except (NotAllowed, NotFetched) as error:
            return Later(str(error))
        if status == 404:
            return None
        if status != 200:
            return Later(f"对方回答 {status}")
        try:
            number = value_at(json.loads(raw), there.find_number)
        except (ValueError, RecursionError):
            return Later("对方的回答不是 JSON")
        return Accepted(str(number)) if number not in (None, "") else None

    async def _settle(
        self, tx: Tx, row: ConnectorCall, connector: Connector | None, outcome: Outcome, ctx: Context
    ) -> None:
        """Write down what came of it, and what follows: all or nothing."""
        now, channel = ctx.now, prefix_of(row.connector).rstrip(":")
        over = connector is not None and now - row.created_at > timedelta(hours=connector.give_up_hours)
        if isinstance(outcome, Later) and not over:
            again = lease.retry_at(row.attempts, now=now, most=10_000) or now + timedelta(minutes=5)
            if await lease.settle(tx, row, run_at=again, error=outcome.cause):
                await self._not_now(tx, row, outcome.cause, channel, ctx)
            return
        state = "done" if isinstance(outcome, Accepted) else "parked"
        cause = "" if isinstance(outcome, Accepted) else outcome.cause
        if not await lease.settle(tx, row, state=state, error=cause):
            return
        order = await orders.find_order(tx, row.subject_id)
        facts: list[Fact] = []
        if order is not None and isinstance(outcome, Accepted):
            facts = await accepted(tx, order, outcome.number, now=now)
        elif order is not None:
            facts = await stuck(tx, order, cause, now=now)
        if isinstance(outcome, Later):
            await pulse.save_state(tx, channel, failing_since=now, cause=cause)
        else:  # it lives, whatever it said
            await self._lives(tx, row, channel, ctx)
        await apply(tx, facts, ctx, origin=f"call:{row.id}:{row.attempts}")

    async def _not_now(self, tx: Tx, row: ConnectorCall, cause: str, channel: str, ctx: Context) -> None:
        order = await orders.find_order(tx, row.subject_id)
        if order is not None and order.error != cause:
            await orders.change_order(tx, order.id or 0, states=("waiting",), error=cause[:200])
            lead = await find_lead(tx, order.lead_id)
            if lead is not None:
                await refresh(tx, ctx, lead, origin=f"call:{row.id}:{row.attempts}", card=f"quote:{order.quote_id}")
        state = await pulse.state_of(tx, channel)
        since = state.failing_since or ctx.now
        told = state.told
        if ctx.now - since >= DOWN and told != TOLD:
            told = TOLD
            text = f"{_label(ctx, row.connector)}一个小时没接住订单了:{cause}。"
            text += "单子都留着,恢复后自动补上;发「连接」看积压。"
            for admin in await list_members(tx, role="admin"):
                await ring(tx, ctx, admin, "note", key=f"{channel}:down:{since.isoformat()}:{admin.id}", text=text)
        await pulse.save_state(tx, channel, failing_since=since, cause=cause, told=told)

    async def _lives(self, tx: Tx, row: ConnectorCall, channel: str, ctx: Context) -> None:
        state = await pulse.state_of(tx, channel)
        if state.told == TOLD:
            for admin in await list_members(tx, role="admin"):
                key = f"{channel}:back:{state.failing_since}:{admin.id}"
                text = f"{_label(ctx, row.connector)}恢复了,积压的订单正在补。"
                await ring(tx, ctx, admin, "note", key=key, text=text)
        await pulse.save_state(tx, channel, fetched_at=ctx.now, failing_since=None, cause="", told="")


def _label(ctx: Context, name: str) -> str:
    connector = ctx.connectors.get(name)
    return connector.label if connector is not None else name


def shaped(told: Mapping[str, Any], there: Orders) -> dict[str, Any]:
    """An order in the other system's words, by the ways that the settings name."""
    body: dict[str, Any] = {}
    for way, word in there.fields.items():
        _put(body, way, told[word])
    if there.lines:
        lines: list[dict[str, Any]] = []
        for line in told["lines"]:
            one: dict[str, Any] = {}
            for way, name in there.line_fields.items():
                _put(one, way, line[name])
            lines.append(one)
        _put(body, there.lines, lines)
    return body


def _put(body: dict[str, Any], way: str, value: Any) -> None:
    *above, last = way.split(".")
    for part in above:
        body = body.setdefault(part, {})
    body[last] = value


def signed(there: Orders, body: bytes, *, at: datetime) -> dict[str, str]:
    """The headers of the signature; none where none is declared."""
    if there.sign is None:
        return {}
    stamp = str(int(at.timestamp()))
    text = there.sign.signed.encode().replace(b"{timestamp}", stamp.encode()).replace(b"{body}", body)
    mac = hmac.new(there.sign.secret.get_secret_value().encode(), text, hashlib.sha256).hexdigest()
    return {there.sign.header: mac, there.sign.timestamp: stamp}


def verdict(status: int, raw: bytes, there: Orders) -> Outcome:
    """What an answer means: a 200 with an error in it is none, and a 200 without a number is no acceptance."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    said = str(value_at(body, there.message) or "")[:120] if there.message and body is not None else ""
    if status >= 500 or status in LATER:
        return Later(f"对方回答 {status}" + (f":{said}" if said else ""))
    if not 200 <= status < 300:
        why = "令牌或签名不对" if status in (401, 403) else f"对方不收({status})"
        return Refused(f"{why}:{said}" if said else why)
    if body is None:
        return Later("对方的回答不是 JSON")
    if there.ok_at:
        found = str(value_at(body, there.ok_at))
        if found in there.busy:
            return Later(said or f"对方说现在不行({found})")
        if found != there.ok_is:
            return Refused(said or f"对方说不行({found})")
    number = value_at(body, there.number)
    if number in (None, "") or isinstance(number, bool | dict | list):
        return Refused(said or f"对方的回答里没有单号({there.number}),可能改了格式")
    return Accepted(str(number)[:60])
