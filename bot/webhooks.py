"""Telling other systems what has happened to a lead: each fact is kept for each webhook that wants it, then sent on."""

import asyncio
import base64
import hashlib
import hmac
import json
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.context import Context
from bot.fetching import NotAllowed, NotFetched, exchange
from bot.outgoing import ring
from config.address import Network
from leads.facts import Fact
from leads.mask import said
from store import crash, lease, webhook
from store.db import Store
from store.members import list_members
from store.tx import Tx
from store.webhook import Webhook, WebhookDelivery

log = structlog.get_logger()

BATCH = 8  # deliveries at a time
PATIENCE = 10.0  # seconds for a whole answer
GIVE_UP = timedelta(days=3)  # after which a delivery is parked, and a webhook that never answered is paused
LONGEST = timedelta(hours=4)  # between two tries of one delivery
IN_A_ROW = 3  # failures after which an address is left alone for a while
REST, LONGEST_REST = timedelta(seconds=10), timedelta(minutes=15)
GONE = 410  # the receiver's word for: never again (Standard Webhooks)
PREFIX = "whsec_"


async def tell_webhooks(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Every webhook that wants to hear of such a fact will: the row is written together with the fact."""
    wanting = await webhook.list_wanting(tx, fact.kind)
    event_id = webhook.new_event_id() if wanting else ""
    for one in wanting:
        reveal = not one.masked
        told = {
            "at": fact.at.astimezone(ctx.rules.zone).isoformat(),
            "by": fact.by,
            "data": {name: _shown(name, value, ctx, reveal=reveal) for name, value in fact.data().items()},
        }
        await webhook.keep(
            tx, one, event_id=event_id, kind=fact.kind, lead_id=fact.lead_id, text=said(fact.text(), reveal=reveal),
            told=told, now=ctx.now,
        )  # fmt: skip
    return ()


def _shown(name: str, value: Any, ctx: Context, *, reveal: bool) -> Any:
    """A value of a fact as the timeline of the interface shows it."""
    if isinstance(value, dict):
        return {key: _shown(key, inner, ctx, reveal=reveal) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(name, inner, ctx, reveal=reveal) for inner in value]
    if isinstance(value, str) and (name == "at" or name.endswith("_at")):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return said(value, reveal=reveal)
        return at.astimezone(ctx.rules.zone).isoformat() if at.tzinfo else value
    return said(value, reveal=reveal) if isinstance(value, str) else value


def body_of(row: WebhookDelivery) -> bytes:
    """What is sent, the same with every try and every replay."""
    told = {
        "id": row.event_id, "type": row.kind, "corp": row.corp, "lead": f"L{row.lead_id}" if row.lead_id else None,
        "text": row.text, **row.told,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "replace")


def headers_of(one: Webhook, row: WebhookDelivery, body: bytes, *, now: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks (standardwebhooks.com): v1 is the base64 of an HMAC-SHA256.

    For a day after a change of the secret the old one signs too.
    """
    stamp = str(int(now.timestamp()))
    secrets = [one.secret]
    if one.old_secret and one.old_until is not None and now < one.old_until:
        secrets.append(one.old_secret)
    content = f"{row.event_id}.{stamp}.".encode() + body
    return {
        "Content-Type": "application/json; charset=utf-8", "User-Agent": "Leadbot", "webhook-id": row.event_id,
        "webhook-timestamp": stamp, "webhook-signature": " ".join(_signature(secret, content) for secret in secrets),
    }  # fmt: skip


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def pause_before(attempts: int) -> timedelta:
    """How long after so many failed tries the next one comes: 1 s, 2 s, 4 s … at most four hours, a little astray."""
    seconds: float = min(2 ** min(attempts - 1, 20), LONGEST.total_seconds())
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))


def rest_after(failures: int) -> timedelta:
    """How long an address is left alone after so many failures in a row: not at all, then 10 s, 20 s … a quarter."""
    if failures < IN_A_ROW:
        return timedelta(0)
    doubled: int = 2 ** min(failures - IN_A_ROW, 10)
    return min(REST * doubled, LONGEST_REST)


class Webhooks:
    """Sends what is due, a few at a time; those about one lead in order."""

    def __init__(
        self,
        store: Store,
        inner: Sequence[Network],
        context: Callable[[], Awaitable[Context]],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._inner = inner
        self._context = context
        self._now = now

    async def run_once(self) -> int:
        """Send what is due; returns how many deliveries were taken."""
        now = self._now()
        rows = await self._store.transaction(
            lambda tx: lease.take(tx, WebhookDelivery, now=now, limit=BATCH), ordered=False
        )
        await asyncio.gather(*(self._carry(row) for row in rows))
        return len(rows)

    async def _carry(self, row: WebhookDelivery) -> None:
        async with self._store.read() as tx:
            one = await webhook.find_webhook(tx, row.webhook_id)
        status, cause = None, ""
        if one is not None and (one.state == "active" or row.kind == webhook.TEST):
            try:
                status, cause = await self._send(one, row)
            except Exception:
                log.exception("an error of ours while a webhook was called", delivery=row.id)
                cause = "机器人自己出了错,原因在日志里"
        ctx = await self._context()
        crash.point("webhook_before_commit")
        await self._store.transaction(lambda tx: self._settle(tx, row, status, cause, ctx))
        crash.point("webhook_after_commit")

    async def _send(self, one: Webhook, row: WebhookDelivery) -> tuple[int | None, str]:
        """The answer's status, and why that is not enough ("" when it is)."""
        body = body_of(row)
        crash.point("webhook_before_call")
        try:
            status, _ = await exchange(
                "POST", one.url, headers=headers_of(one, row, body, now=self._now()), body=body, inner=self._inner,
                patience=PATIENCE, reads=False,
            )  # fmt: skip
        except (NotAllowed, NotFetched) as error:
            return None, str(error)
        crash.point("webhook_after_call")
        return status, flaw_of(status)

    async def _settle(self, tx: Tx, row: WebhookDelivery, status: int | None, cause: str, ctx: Context) -> None:
        """Write down what came of it, and what that says of the address: all or nothing."""
        one, now = await webhook.find_webhook(tx, row.webhook_id), ctx.now
        if one is None:
            return  # deleted meanwhile, with its log
        if status is None and not cause:
            await lease.settle(tx, row, state="parked", error=one.error or "已停用", attempts=row.attempts - 1)
            return
        tried = {"status": status, "tried_at": now, "error": cause}
        if not cause:
            if await lease.settle(tx, row, state="done", **tried):
                await self._works(tx, one, now)
            return
        over = now - row.queued_at >= GIVE_UP or row.kind == webhook.TEST
        if over:
            held = await lease.settle(tx, row, state="parked", **tried)
        else:
            again = max(now + pause_before(row.attempts), one.rest_until or now)
            held = await lease.settle(tx, row, run_at=again, **tried)
        if held and row.kind != webhook.TEST and one.state == "active":
            await self._fails(tx, one, cause, status, ctx)

    async def _works(self, tx: Tx, one: Webhook, now: datetime) -> None:
        if one.failures or one.failing_since is not None:
            healthy = {"failures": 0, "failing_since": None, "rest_until": None, "error": ""}
            await webhook.change_webhook(tx, one.id or 0, **healthy)
            await webhook.hurry(tx, one.id or 0, now=now)

    async def _fails(self, tx: Tx, one: Webhook, cause: str, status: int | None, ctx: Context) -> None:
        now, since = ctx.now, one.failing_since or ctx.now
        if status == GONE or now - since >= GIVE_UP:
            await pause(tx, one, cause, now=now)
            await self._tell(tx, one, cause, ctx)
            return
        changes: dict[str, Any] = {"failing_since": since, "error": cause}
        if one.rest_until is None or one.rest_until <= now:  # not one of several that were under way together
            failures = one.failures + 1
            until = now + rest_after(failures)
            changes |= {"failures": failures, "rest_until": until}
            if until > now:
                await webhook.put_off(tx, one.id or 0, until=until)
        await webhook.change_webhook(tx, one.id or 0, **changes)

    async def _tell(self, tx: Tx, one: Webhook, cause: str, ctx: Context) -> None:
        text = f"Webhook {one.no}{f'({one.name})' if one.name else ''}停用了:{cause}。没送到的都留着,"
        text += "对方好了以后在网页的「Webhook」里点「启用」,会一起补发。"
        for admin in await list_members(tx, role="admin"):
            await ring(tx, ctx, admin, "note", key=f"webhook:{one.no}:{ctx.now.isoformat()}:{admin.id}", text=text)


async def pause(tx: Tx, one: Webhook, cause: str, *, now: datetime) -> None:
    """Nothing more is collected for a webhook; what waits is kept, and goes out when it is resumed."""
    await webhook.change_webhook(tx, one.id or 0, state="paused", error=cause)
    await webhook.park_all(tx, one.id or 0, error=cause)


async def resume(tx: Tx, one: Webhook, *, now: datetime) -> int:
    """Begin anew: what was given up goes out; returns how many deliveries."""
    healthy = {"state": "active", "failures": 0, "failing_since": None, "rest_until": None, "error": ""}
    await webhook.change_webhook(tx, one.id or 0, **healthy)
    return await webhook.replay(tx, one.id or 0, now=now)


async def try_out(tx: Tx, one: Webhook, *, ctx: Context) -> int:
    """Have a message sent that is about no lead, once; returns the number of its delivery."""
    told: dict[str, Any] = {"at": ctx.now.astimezone(ctx.rules.zone).isoformat(), "by": None, "data": {}}
    event_id = webhook.new_event_id()
    await webhook.keep(
        tx, one, event_id=event_id, kind=webhook.TEST, lead_id=None, text="这是一条测试消息。", told=told, now=ctx.now
    )
    rows = await webhook.list_deliveries(tx, one.id or 0, limit=1)
    return rows[0].id or 0


def flaw_of(status: int) -> str:
    """Why an answer does not count as received; "" when it does."""
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"对方回答 {status} 要转到别的地址,不会跟过去;把最终的地址填进来"
    if status in (401, 403):
        return f"对方回答 {status},不让进"
    if status == GONE:
        return "对方回答 410,不再收了"
    return f"对方回答 {status}"
