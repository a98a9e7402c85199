"""The shapes in which programs say what webhooks they want, and read what became of each delivery."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from bot.web.api.fields import Words
from bot.web.api.paging import Page
from bot.web.api.route import Call
from bot.web.api.shape import Shape
from bot.web.api.wire import local
from config.words import FACT_LABELS
from store.webhook import EVERYTHING, Webhook, WebhookDelivery

STATES = {"new": "queued", "done": "sent", "parked": "failed"}
State = Literal["queued", "sent", "failed"]


def _events(value: Any) -> Any:
    """Kinds of facts, or "*"; one word alone is a list of one. Raises ValueError for a kind that does not exist."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
        raise ValueError('要是事件的列表,例如 ["claimed", "qualified"];全部就写 "*"')
    unknown = [one for one in given if one != EVERYTHING and one not in FACT_LABELS]
    if unknown:
        named = str(unknown[0])[:40].encode("utf-8", "replace").decode()
        raise ValueError(f"没有叫 {named} 的事件;名字和线索经过里的 kind 一样,全部就写 *")
    return [EVERYTHING] if EVERYTHING in given else sorted(set(given))


Events = Annotated[list[str], BeforeValidator(_events)]
Url = Annotated[Words, Field(min_length=1, max_length=2000, description="收事件的地址,建议用 https")]


class NewWebhook(Shape):
    """Where to send what."""

    model_config = ConfigDict(extra="forbid")

    url: Url
    events: Annotated[Events, Field(description='事件的名字,和线索经过里的 kind 一样;"*" 是全部')] = [EVERYTHING]  # noqa: RUF012 - each shape gets its own
    name: Annotated[Words, Field(max_length=60, description="叫它什么")] = ""
    active: Annotated[bool, Field(description="false:先建好,不收集事件")] = True
    masked: Annotated[bool, Field(description="true:号码、邮箱都打码")] = False


class ChangedWebhook(Shape):
    """What to change; only what is given changes."""

    model_config = ConfigDict(extra="forbid")

    url: Url = ""
    events: Events = [EVERYTHING]  # noqa: RUF012 - each shape gets its own
    name: Annotated[Words, Field(max_length=60)] = ""
    active: Annotated[bool, Field(description="false:停用;true:启用,停用前没送到的一起补发")] = True
    masked: bool = False
    new_secret: Annotated[bool, Field(description="true:换一个签名密钥,旧的再签一天")] = False


class WebhookShown(Shape):
    """A webhook. `secret` is shown only when it was made or changed; `queued` and `failed` count deliveries."""

    id: str
    name: str
    url: str
    events: list[str]
    active: bool
    masked: bool
    secret: str | None
    created_at: datetime
    created_by: str
    failing_since: datetime | None
    error: str
    queued: int
    failed: int


class WebhookPage(Shape):
    """All webhooks that the key may see."""

    items: list[WebhookShown]
    next_cursor: str | None


class DeliveryShown(Shape):
    """One event for one webhook: `at` is when it happened, `tried_at` the last try, `status` what was answered then."""

    id: int
    event: str
    type: str
    lead: str | None
    at: datetime
    state: State
    attempts: int
    status: int | None
    error: str
    created_at: datetime
    tried_at: datetime | None
    next_try_at: datetime | None


class DeliveryPage(Shape):
    """A page of a webhook's log."""

    items: list[DeliveryShown]
    next_cursor: str | None


class DeliveryFilter(Page):
    """Which deliveries to list, newest first."""

    state: Annotated[Literal["", "queued", "sent", "failed"], Field(description="状态")] = ""


class Asked(Shape):
    """Nothing more is needed."""

    model_config = ConfigDict(extra="forbid")


class Deleted(Shape):
    """It is gone, with its log."""

    deleted: bool = True


def webhook_shown(
    row: Webhook, counts: dict[int, dict[str, int]], call: Call, *, secret: str | None = None
) -> WebhookShown:
    """A webhook as a key may see it; `secret` only when it was just made."""
    zone, open_ = call.context.rules.zone, counts.get(row.id or 0, {})
    return WebhookShown.model_construct(
        id=row.no, name=row.name, url=row.url, events=row.events, active=row.state == "active", masked=row.masked,
        secret=secret, created_at=local(row.created_at, zone=zone), created_by=row.key_name,
        failing_since=local(row.failing_since, zone=zone), error=row.error, queued=open_.get("new", 0),
        failed=open_.get("parked", 0),
    )  # fmt: skip


def delivery_shown(row: WebhookDelivery, call: Call) -> DeliveryShown:
    """One line of a webhook's log."""
    zone = call.context.rules.zone
    return DeliveryShown.model_construct(
        id=row.id, event=row.event_id, type=row.kind, lead=f"L{row.lead_id}" if row.lead_id else None,
        at=datetime.fromisoformat(row.told["at"]), state=STATES[row.state], attempts=row.attempts,
        status=row.status, error=row.error,
        created_at=local(row.created_at, zone=zone), tried_at=local(row.tried_at, zone=zone),
        next_try_at=local(row.run_at, zone=zone) if row.state == "new" else None,
    )  # fmt: skip
