"""A message is filled in for one customer: their name in the text, and addresses in it that only they have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from config.content import ADDRESS, HOLE, OF_LEAD
from config.rules import Rules
from leads.errors import Unusable
from leads.own import values_of
from leads.understand.phone import normal_phone
from store.content import Content, find_piece
from store.links import Link, keep_link, token_of
from store.members import find_member
from store.tables import Lead
from store.tx import Tx

NAMED = re.compile(r"\[([^\]\n]{1,60})\]\($")  # the words of a link, before its address


@dataclass(frozen=True)
class Message:
    """What is to be filled in. `key` names it for ever; `content` is a piece of the library ("": `variables` hold the

    text). `by` is the colleague in whose name it goes.
    """

    key: str
    channel: str
    topic: str
    content: str
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    by: str | None = None


@dataclass(frozen=True)
class Filled:
    """What goes out; `stop` and `seen` are "" where the server has no public address."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    stop: str = field(default="", repr=False)
    seen: str = field(default="", repr=False)


async def fill(tx: Tx, message: Message, lead: Lead, *, rules: Rules, public_url: str, now: datetime) -> Filled:
    """The message in the words for this customer. Raises Unusable: it can never go as it is."""
    given = {str(name): str(value) for name, value in message.variables.items()}
    piece = await sendable(tx, message.content, rules=rules, now=now) if message.content else None
    subject = given.pop("subject", "") or (piece.subject or piece.title if piece is not None else "")
    text = given.pop("text", "") or (piece.text if piece is not None else "")
    if not text and piece is None:
        raise Unusable("这条消息没有内容。")
    values = {**await names_of(tx, lead, rules=rules), **given}
    # one task of 群发 takes the same words to many: an address of one's own would make a task of each message
    base = public_url.rstrip("/") if message.channel != "mass" else ""
    subject, told = filled_in(subject, values, lead.no), filled_in(text, values, lead.no)
    kept = _Kept(tx, message, lead.id or 0, base, now)
    told = await kept.text(told)
    if piece is not None:
        told += await kept.attachments(piece)
    stop = await kept.address("u", "message", "message")
    return Filled(
        subject=subject,
        text=told,
        stop=stop,
        seen=f"{base}/o/{token_of(tx, message.key, 'message')}.gif" if base and message.channel == "mail" else "",
    )


async def sendable(tx: Tx, name: str, *, rules: Rules, now: datetime) -> Content:
    """A piece that may be sent today. Raises Unusable, with what is wrong with it."""
    piece = await find_piece(tx, name)
    if piece is None:
        raise Unusable(f"素材库里没有「{name[:40]}」。发「素材」看看有哪些。")
    if piece.retired_at is not None:
        raise Unusable(f"素材「{piece.title}」已经下架,不能再发。")
    if not piece.is_current(now.astimezone(rules.zone).date()):
        raise Unusable(f"素材「{piece.title}」{piece.expires_on} 就过期了,不能再发。请市场更新后再发。")
    return piece


async def names_of(tx: Tx, lead: Lead, *, rules: Rules) -> dict[str, str]:
    """What a text may name of a customer, by the words that marketing writes: 姓名, 公司, 顾问, own fields."""
    owner = await find_member(tx, lead.owner_id) if lead.owner_id else None
    phone = normal_phone(owner.mobile) if owner is not None and owner.mobile else None
    values = {word: str(getattr(lead, name) or "") for word, name in OF_LEAD.items()}
    values |= {"顾问": owner.name if owner is not None else "", "顾问电话": phone.written if phone is not None else ""}
    own = values_of(lead)
    for key, one in rules.fields.items():
        value = own.get(key)
        values[one.label] = "、".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return values


def filled_in(text: str, values: Mapping[str, str], no: str) -> str:
    """A text with its holes filled. Raises Unusable for one that nobody can fill and that has no default."""
    for hole in HOLE.finditer(text):
        name, bar, _ = (part.strip() for part in hole[1].partition("|"))
        if not values.get(name) and not bar and name not in ("顾问", "顾问电话"):
            raise Unusable(f"{no} 没有填「{name[:20]}」,素材里也没有写默认的说法。补上资料再发。")
    return HOLE.sub(lambda hole: as_words(values.get(hole[1].partition("|")[0].strip(), "")) or _default(hole), text)


def as_words(value: str) -> str:
    """What somebody typed into a form, as words of one line: it can be no link and no heading in our text."""
    return " ".join(value.split()).replace("](", "] (").replace("**", "*")


def _default(hole: re.Match[str]) -> str:
    return hole[1].partition("|")[2]


class _Kept:
    """The addresses of one message: made once, and the same with every try."""

    def __init__(self, tx: Tx, message: Message, lead_id: int, base: str, now: datetime) -> None:
        self._tx = tx
        self._message = message
        self._lead_id = lead_id
        self._base = base
        self._now = now

    async def address(self, door: str, kind: str, which: str, *, url: str = "", label: str = "") -> str:
        """The address behind one of our doors (u, t, v); "" without a public address of ours."""
        token = token_of(self._tx, self._message.key, which)
        await keep_link(
            self._tx,
            Link(
                corp=self._tx.corp, token=token, kind=kind, lead_id=self._lead_id, message=self._message.key,
                channel=self._message.channel, topic=self._message.topic, content=self._message.content, url=url,
                label=label[:60], by=self._message.by, made_at=self._now,
            ),
        )  # fmt: skip
        return f"{self._base}/{door}/{token}" if self._base else ""

    async def text(self, text: str) -> str:
        """The text with its links led through our door; pictures stay where they are."""
        found, at = [], 0
        for number, match in enumerate(ADDRESS.finditer(text)):
            found.append(text[at : match.start()])
            at = match.end()
            is_picture = text[: match.start()].endswith("](") and "![" in text[: match.start()].rpartition("\n")[2]
            words = NAMED.search(text[: match.start()])
            which, label = f"click:{number}:{match[0]}", words[1] if words is not None else ""
            led = "" if is_picture else await self.address("t", "click", which, url=match[0], label=label)
            found.append(led or match[0])
        return "".join([*found, text[at:]])

    async def attachments(self, piece: Content) -> str:
        """What hangs on a piece: its link, and the page on which its file is looked at."""
        more = ""
        if piece.link:
            led = await self.address("t", "click", f"link:{piece.link}", url=piece.link, label=piece.title)
            more += f"\n\n[{piece.title}]({led or piece.link})"
        if (piece.file_name or piece.pages) and self._base:
            which = f"page:{piece.name}:{piece.version}"
            led = await self.address("v", "page", which, url=f"{piece.name}/{piece.version}", label=piece.title)
            more += f"\n\n[{piece.title}]({led})"
        return more
