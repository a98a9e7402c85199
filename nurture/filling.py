"""A message is filled in for one customer: their name in the text, and addresses in it that only they have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from config.rules import Rules
from leads.errors import Unusable
from store.links import Link, keep_link, token_of
from store.queues import Outbox
from store.tables import Lead
from store.tx import Tx

HOLE = re.compile(r"\{([^{}\n]{1,40})\}")
ADDRESS = re.compile(r"https?://[^\s)\]>\"'，。；、！？]+")


@dataclass(frozen=True)
class Filled:
    """What goes out; `stop` and `seen` are "" where the server has no public address."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    stop: str = field(default="", repr=False)
    seen: str = field(default="", repr=False)


async def fill(tx: Tx, row: Outbox, lead: Lead, *, rules: Rules, public_url: str, now: datetime) -> Filled:
    """The message of an outbox row in the words for this customer. Raises Unusable: it can never go as it is."""
    variables = {str(name): str(value) for name, value in (row.params.get("variables") or {}).items()}
    subject, text = variables.pop("subject", ""), variables.pop("text", "")
    if not text:
        raise Unusable("这条消息没有内容。")
    base = public_url.rstrip("/")
    link = Link(
        corp=tx.corp, token="", kind="message", lead_id=lead.id or 0, message=row.key, channel=row.platform,
        topic=str(row.params.get("topic", "")), content=str(row.params.get("content", "")), by=row.member_id,
        made_at=now,
    )  # fmt: skip
    token = await keep_link(tx, _like(link, token_of(tx, row.key, "message")))
    values = {**names_of(lead, rules=rules), **variables}
    return Filled(
        subject=filled_in(subject, values),
        text=filled_in(text, values),
        stop=f"{base}/u/{token}" if base else "",
        seen=f"{base}/o/{token}.gif" if base and row.platform == "mail" else "",
    )


def names_of(lead: Lead, *, rules: Rules) -> dict[str, str]:
    """What a text may name of a customer, by the words that marketing writes: {姓名}, {公司} …"""
    return {"姓名": lead.name, "公司": lead.company, "职位": lead.title, "城市": lead.city, "产品": lead.product}


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """A text with its holes filled; what nobody knows is left out."""
    return HOLE.sub(lambda hole: values.get(hole[1].partition("|")[0].strip()) or hole[1].partition("|")[2], text)


def _like(link: Link, token: str, **more: str) -> Link:
    values = {name: value for name, value in link.__dict__.items() if not name.startswith("_")}
    return Link(**{**values, "token": token, **more})
