"""A journey that would go wrong is refused before anybody sets out: with file, line and a picture of the place."""

import asyncio
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from bot.admin import CommandFailed, ask_server
from tests.customers import publish_texts, without_journeys
from tests.town import Town

pytestmark = [pytest.mark.feature("K1"), pytest.mark.only("sqlite"), pytest.mark.platforms("wecom")]
SVG = "{http://www.w3.org/2000/svg}"
ROADS = ["mail", "hand"]
HEAD = """
journeys:
  paper:
    label: 白皮书
    start: {behaviour: [download]}
    steps:
"""
FLAWS: dict[str, tuple[list[str], int, str]] = {  # its steps, which of them is wrong, what is said
    "a loop without a wait": (
        ["{wait: 1d}", "{name: here, tell: marketing}", "{name: there, tell: owner, next: here}"], 2,
        "a loop without a wait: here -> there -> here",
    ),
    "a step that no way leads to": (
        ["{wait: 1d, next: last}", "{name: here, tell: owner}", "{name: last, give: sales}"], 2,
        "no way leads to this step",
    ),
    "a content that is not there": (
        ["{wait: 1d}", "{name: here, send: mail, content: nowhere, topic: service}"], 2, "there is no content 'nowhere'"
    ),
    "a content that was taken out": (
        ["{wait: 1d}", "{name: here, send: mail, content: old, topic: service}"], 2, "the content 'old' is retired"
    ),
    "a content that has expired": (
        ["{wait: 1d}", "{name: here, send: mail, content: march, topic: service}"], 2, "until 2026-03-18 only"
    ),
    "a variable that some leads lack": (
        ["{name: here, send: mail, content: gap, topic: service}"], 1, "gap.md:4:1: {姓名} is unknown of 1 leads"
    ),
    "the same of a published text": (
        ["{name: here, send: mail, content: since, topic: service}"], 1, "{姓名} is unknown of 1 leads"
    ),
    "a channel that is not set up": (
        ["{name: here, send: [sms, mp], content: welcome, topic: service}"], 1, "sms or mp"
    ),
    "a link to a private address": (
        ["{wait: 1d}", "{name: here, send: mail, content: inside, topic: service}"], 2, "inside.md:4:1: the link http"
    ),
}  # fmt: skip


async def office(place: Town, command: str, **given: Any) -> Any:
    return await asyncio.to_thread(ask_server, place.folder.sock, command, given)


async def test_every_flaw_is_refused_with_file_line_and_a_picture_of_the_place(acme: Town) -> None:
    texts = acme.folder.content
    (texts / "since.md").write_text("---\ntitle: 以前发过\n---\n{姓名}您好\n", "utf-8")
    (texts / "march.md").write_text("---\ntitle: 三月\nexpires: 2026-03-18\n---\n您好\n", "utf-8")
    await office(acme, "content publish", folder=str(texts), by="linda")
    await publish_texts(acme, old="旧的")
    await office(acme, "content retire", name="old", by="linda")
    for name in ("since", "march"):
        (texts / f"{name}.md").unlink()
    await acme.later(days=1)
    await acme.capture(name="", phone="13900139000", need="要报价")
    (texts / "gap.md").write_text("---\ntitle: 新品\n---\n{姓名}您好\n", "utf-8")
    (texts / "inside.md").write_text("---\ntitle: 新品\n---\n看 http://10.0.0.8/price\n", "utf-8")
    base = without_journeys(acme.folder.rules.read_text("utf-8"))
    for flaw, (steps, wrong, said) in FLAWS.items():
        text = base + HEAD + "".join(f"      - {step}\n" for step in steps)
        line = len((base + HEAD).splitlines()) + wrong
        with pytest.raises(CommandFailed) as refused:
            await office(
                acme, "rules publish", text=text, file=str(acme.folder.rules), members=[], groups=[], roads=ROADS
            )
        told = str(refused.value)
        assert re.search(rf"rules\.yaml:{line}:\d+: journeys\.paper\.steps", told), (flaw, told)
        assert said in told and "◀ 这里不对" in told, (flaw, told)
        picture = acme.folder.root / "journey-paper.svg"
        assert f"picture: {picture}" in told, flaw
        tree = ElementTree.fromstring(picture.read_text("utf-8"))  # noqa: S314 - drawn by ourselves
        picture.unlink()
        (red,) = [box for box in tree.iter(f"{SVG}rect") if box.get("stroke") == "#c62828"]
        boxes = [box for box in tree.iter(f"{SVG}rect") if box.get("rx") == "8"]
        assert boxes.index(red) == wrong - 1, flaw
        top, foot = int(red.get("y", 0)), int(red.get("y", 0)) + int(red.get("height", 0))
        inside = [one.text or "" for one in tree.iter(f"{SVG}text") if top < int(one.get("y", 0)) < foot]
        assert any(words.startswith("here:") for words in inside), (flaw, inside)
        assert any(one.text == "这里" for one in tree.iter(f"{SVG}text")), flaw
    assert [one["version"] for one in await office(acme, "rules history")] == [1], "nothing was published"
