"""Customers for tests: people who have agreed to hear from us, and a channel that only remembers what it was given."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.context import Context
from bot.letter import Letter
from bot.platform import Receipt
from config.content import piece_of
from config.folder import TEMPLATES, Folder
from config.hours import calendar_of
from config.rules import Rules, load_rules
from leads.capture import Person, capture
from leads.consent import Agreed, consent
from nurture.library import publish
from store.tx import Tx

DEFAULT = (TEMPLATES / "default" / "rules.yaml").read_text("utf-8")


def rules_with(nurture: str = "{}") -> Rules:
    """The default rules with a section of nurture in one line."""
    return load_rules(f"{DEFAULT}\nnurture: {nurture}\n", "rules.yaml")


def context_of(rules: Rules, now: Callable[[], datetime]) -> Callable[[], "asyncio.Future[Context]"]:
    """What a worker asks for the present moment."""
    calendar = calendar_of(rules, Folder(Path()), today=now().date())

    async def context() -> Context:
        return Context(rules, calendar, now(), public_url="https://crm.example.com")

    return context  # type: ignore[return-value]


async def customer(tx: Tx, number: int, *, topics: tuple[str, ...] = ("news",), rules: Rules, now: datetime) -> int:
    """Somebody with a mobile number and a mailbox, who has agreed to these topics; returns their lead's id."""
    person = Person(
        source="官网",
        name=f"客户{number}",
        phone=f"138{number:08}",
        email=f"buyer{number}@hengli.cn",
        company="恒力机械",
    )
    lead_id = (await capture(tx, person, rules=rules, now=now)).lead_id
    for topic in topics:
        agreed = Agreed("接收资讯", "1", "0" * 64, "contact", "203.0.113.*", now, topic=topic)
        await consent(tx, lead_id, agreed, now=now)
    return lead_id


class Recorder:
    """A channel that remembers what it was asked to send; `ends`: how the next calls end instead of well."""

    def __init__(self) -> None:
        self.limits: dict[timedelta, int] = {}
        self.final = True
        self.repeatable = False
        self.sent: list[str] = []  # the refs
        self.letters: list[Letter] = []
        self.ends: list[Exception] = []
        self.pause = 0.0

    async def render(self, tx: Tx, letter: Letter, ctx: Context) -> bytes:
        self.letters.append(letter)
        return json.dumps({"ref": letter.key, "to": letter.lead.no}).encode()

    async def send(self, body: bytes) -> Receipt:
        if self.pause:
            await asyncio.sleep(self.pause)
        if self.ends:
            raise self.ends.pop(0)
        self.sent.append(json.loads(body)["ref"])
        return Receipt(message_id=self.sent[-1])


async def publish_texts(place: Any, **titles: str) -> None:
    """Short texts for the content library of a town, by name and title."""
    ctx = await place.bot.context()
    pieces = [
        piece_of(f"---\ntitle: {title}\n---\n{{姓名|您}}好,{title}在这里。\n", name, f"content/{name}.md")
        for name, title in titles.items()
    ]
    await place.bot.store.transaction(lambda tx: publish(tx, pieces, by="linda", rules=ctx.rules, now=ctx.now))


def without_journeys(text: str) -> str:
    """Rules without the journeys that every template ends with, so that a test can write its own."""
    return text.partition("\njourneys:")[0] + "\n"
