"""Which addresses are told what happens to leads, what each was told, and telling it again."""

import base64
import re
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from bot import webhooks
from bot.context import Context
from bot.fetching import NotAllowed, checked
from bot.web.api.paging import Page, cut, start_of
from bot.web.api.problem import Problem
from bot.web.api.route import Call, Reply, Route
from bot.web.api.webhook_shown import (
    STATES,
    Asked,
    ChangedWebhook,
    Deleted,
    DeliveryFilter,
    DeliveryPage,
    DeliveryShown,
    NewWebhook,
    WebhookPage,
    WebhookShown,
    delivery_shown,
    webhook_shown,
)
from leads.errors import NotFound, Unusable
from store import webhook
from store.timeline import audit
from store.tx import Tx
from store.webhook import Webhook

OLD_SIGNS = timedelta(days=1)  # after a change of the secret
MOST = 20  # webhooks of a company


async def list_them(call: Call) -> Reply:
    """GET /webhooks."""
    page: Page = call.query
    after = start_of(page, "webhooks") or 0
    async with call.desk.store.read() as tx:
        own = None if call.caller.role == "admin" else call.caller.name
        rows = [one for one in await webhook.list_webhooks(tx, key_name=own) if (one.id or 0) > after]
        counts = await webhook.count_open(tx)
    shown, cursor = cut(rows[: page.limit + 1], page, "webhooks", lambda one: one.id or 0)
    items = [webhook_shown(one, counts, call) for one in shown]
    return Reply(WebhookPage.model_construct(items=items, next_cursor=cursor))


async def post(call: Call) -> Reply:
    """POST /webhooks: the secret is shown this once."""
    given: NewWebhook = call.body
    _check(given.url, call.context)
    secret = _secret()

    async def work(tx: Tx) -> Webhook:
        count = await tx.rows(select(func.count()).where(col(Webhook.corp) == tx.corp))
        if count[0][0] >= MOST:
            raise Unusable(f"最多 {MOST} 个 Webhook。先删掉不用的。")
        row = Webhook(
            corp=tx.corp, name=given.name, url=given.url, secret=secret, events=given.events, masked=given.masked,
            key_name=call.caller.name, state="active" if given.active else "paused", created_at=call.context.now,
        )  # fmt: skip
        await tx.add(row)
        await _note(tx, row, "create", call)
        return row

    row = await call.desk.store.transaction(work)
    return Reply(webhook_shown(row, {}, call, secret=secret), 201)


async def get(call: Call) -> Reply:
    """GET /webhooks/{webhook}."""
    return Reply(await _show(call))


async def patch(call: Call) -> Reply:
    """PATCH /webhooks/{webhook}."""
    given: ChangedWebhook = call.body
    changes: dict[str, Any] = {
        name: getattr(given, name) for name in ("url", "events", "name", "masked") if name in given.model_fields_set
    }
    if "url" in changes:
        _check(given.url, call.context)
    secret, now = _secret() if given.new_secret else None, call.context.now

    async def work(tx: Tx) -> None:
        row = await _find(tx, call)
        if secret is not None:
            changes.update(secret=secret, old_secret=row.secret, old_until=now + OLD_SIGNS)
        if "url" in changes:
            changes.update(failures=0, failing_since=None, rest_until=None, error="")
        if changes:
            await webhook.change_webhook(tx, row.id or 0, **changes)
        if "url" in changes:
            await webhook.hurry(tx, row.id or 0, now=now)
        if "active" in given.model_fields_set and given.active != (row.state == "active"):
            await (webhooks.resume(tx, row, now=now) if given.active else webhooks.pause(tx, row, "已停用", now=now))
        await _note(tx, row, "change", call)

    await call.desk.store.transaction(work)
    return Reply(await _show(call, secret=secret))


async def delete(call: Call) -> Reply:
    """DELETE /webhooks/{webhook}: nothing more goes there, also what waited for it."""

    async def work(tx: Tx) -> None:
        row = await _find(tx, call)
        await webhook.delete_webhook(tx, row.id or 0)
        await _note(tx, row, "delete", call)

    await call.desk.store.transaction(work)
    return Reply(Deleted())


async def test(call: Call) -> Reply:
    """POST /webhooks/{webhook}/test: one message of the type test, tried once; its end stands in the log."""

    async def work(tx: Tx) -> int:
        return await webhooks.try_out(tx, await _find(tx, call), ctx=call.context)

    delivery_id = await call.desk.store.transaction(work)
    return Reply(await _delivery(call, delivery_id), 202)


async def deliveries(call: Call) -> Reply:
    """GET /webhooks/{webhook}/deliveries."""
    wanted: DeliveryFilter = call.query
    before = start_of(wanted, "deliveries")
    state = next((own for own, shown in STATES.items() if shown == wanted.state), "")
    async with call.desk.store.read() as tx:
        row = await _find(tx, call)
        rows = await webhook.list_deliveries(tx, row.id or 0, state=state, before=before, limit=wanted.limit + 1)
    shown, cursor = cut(rows, wanted, "deliveries", lambda one: one.id or 0)
    items = [delivery_shown(one, call) for one in shown]
    return Reply(DeliveryPage.model_construct(items=items, next_cursor=cursor))


async def replay(call: Call) -> Reply:
    """POST /webhooks/{webhook}/deliveries/{delivery}/replay: the same bytes under the same id."""
    delivery_id = _number(call.path["delivery"], "")

    async def work(tx: Tx) -> None:
        row = await _find(tx, call)
        if await webhook.find_delivery(tx, row.id or 0, delivery_id) is None:
            raise NotFound(f"投递 {delivery_id}")
        if row.state != "active":
            raise Problem("refused", "这个 Webhook 停用了。先 PATCH active: true 启用,再重放。")
        if not await webhook.replay(tx, row.id or 0, delivery_id=delivery_id, now=call.context.now):
            raise Problem("refused", "这一条正在发,等一下再看结果。")
        await _note(tx, row, "replay", call)

    await call.desk.store.transaction(work)
    return Reply(await _delivery(call, delivery_id), 202)


def _secret() -> str:
    return webhooks.PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def _check(url: str, ctx: Context) -> None:
    """Raises Problem for an address that is never asked; what a name means is looked up with every call."""
    try:
        checked(url, inner=ctx.inner)
    except NotAllowed as error:
        cure = ";要连内网,管理员在 leadbot.yaml 的 webhooks.allow 里写上网段" if "内部" in str(error) else ""
        flaw = f"{error}{cure}"
        raise Problem(
            "invalid", f"url:{flaw}。", more={"in": "body", "errors": [{"field": "url", "problem": flaw}]}
        ) from None


def _number(text: str, letter: str) -> int:
    found = re.fullmatch(rf"[{letter}{letter.lower()}]?([0-9]{{1,18}})" if letter else r"([0-9]{1,18})", text)
    if found is None:
        raise NotFound(text[:20])
    return int(found[1])


async def _find(tx: Tx, call: Call) -> Webhook:
    """The webhook in the path; one of another key is not there for an integration. Raises NotFound."""
    row = await webhook.find_webhook(tx, _number(call.path["webhook"], "W"))
    if row is None or (call.caller.role != "admin" and row.key_name != call.caller.name):
        raise NotFound(call.path["webhook"][:20])
    return row


async def _show(call: Call, *, secret: str | None = None) -> WebhookShown:
    async with call.desk.store.read() as tx:
        row = await _find(tx, call)
        counts = await webhook.count_open(tx)
    return webhook_shown(row, counts, call, secret=secret)


async def _delivery(call: Call, delivery_id: int) -> DeliveryShown:
    async with call.desk.store.read() as tx:
        row = await webhook.find_delivery(tx, _number(call.path["webhook"], "W"), delivery_id)
    if row is None:
        raise NotFound(f"投递 {delivery_id}")
    return delivery_shown(row, call)


async def _note(tx: Tx, row: Webhook, what: str, call: Call) -> None:
    await audit(
        tx, act="webhook", by=None, subject=row.no, at=call.context.now, key=call.caller.name, what=what
    )  # fmt: skip


V1 = "/api/v1/webhooks"
ONE = V1 + "/{webhook}"
ROUTES = (
    Route("GET", V1, list_them, "查 Webhook", WebhookPage, "acting", query=Page, statuses={200: "全部 Webhook"}),
    Route("POST", V1, post, "建一个 Webhook,签名密钥只给这一次", WebhookShown, "acting", body=NewWebhook,
          statuses={201: "建好了"}),
    Route("GET", ONE, get, "看一个 Webhook", WebhookShown, "acting", statuses={200: "Webhook"}, refusals=(404,)),
    Route("PATCH", ONE, patch, "改 Webhook:地址、事件、停用、启用、换密钥", WebhookShown, "acting", body=ChangedWebhook,
          statuses={200: "改好了"}, refusals=(404,)),
    Route("DELETE", ONE, delete, "删掉一个 Webhook 和它的记录", Deleted, "acting", statuses={200: "删掉了"},
          refusals=(404,)),
    Route("POST", ONE + "/test", test, "发一条测试消息,结果看投递记录", DeliveryShown, "acting", body=Asked,
          statuses={202: "在发了"}, refusals=(404,)),
    Route("GET", ONE + "/deliveries", deliveries, "投递记录,不含正文", DeliveryPage, "acting", query=DeliveryFilter,
          statuses={200: "一页投递"}, refusals=(404,)),
    Route("POST", ONE + "/deliveries/{delivery}/replay", replay, "重放一条投递", DeliveryShown, "acting", body=Asked,
          statuses={202: "在发了"}, refusals=(404, 409)),
)  # fmt: skip
