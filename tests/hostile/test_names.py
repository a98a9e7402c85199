"""R-H8: whatever somebody calls themselves is read as text: on cards of both platforms, at the API, in a browser."""

import json
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from bot.cards.card import Card, Message
from bot.cards.legible import UNSEEN
from bot.dingtalk.render import new_card, talk
from bot.packing import unpack
from bot.platform import Place
from bot.wecom.render import message_body
from sandbox.dingtalk.card import Template, public_map
from sandbox.dingtalk.words import robot_message
from sandbox.wecom.card import flaw
from tests.bot.web.conftest import office, rules, time
from tests.chromium import MISSING, chromium, find_chromium
from tests.golden.states import OF_THE_LEAD, STATES
from tests.guided import phone, running_demo, say
from tests.hostile.words import HTML, NAMES
from tests.sides import LINK, PARAMS, TEMPLATE

__all__ = ["office", "rules", "time"]
SAID = (
    "王建国",
    "杭州云栖智能科技有限公司",
    "急需三十台工业相机,下周要报价",
    "采购总监",
    "客户0",
    "客户1",
)  # by customers
TEMPLATES = Template(TEMPLATE, frozenset(PARAMS))
OWN = f'\n<a href="{OF_THE_LEAD.url}">{OF_THE_LEAD.text}</a>'  # the way to our own page
OWN_IN_WORDS = f"[{OF_THE_LEAD.text}]({OF_THE_LEAD.url})"
MARKS = set("[]*`<>#~|")


def keys_on_dingtalk(message: Card, kind: str) -> list[str]:
    """What the buttons of an interactive card do."""
    to = Place("dingtalk", "lina", kind)
    card = new_card(message, to, ref="card-1", space="lina", template=TEMPLATE, robot="dingrobot", http=True, route="")
    return [button["action"] for button in json.loads(public_map(card["cardData"], TEMPLATES)["buttons"])]


def called(value: Any, name: str) -> Any:
    """A message in which the customers' words are others; what buttons do stays as it is."""
    if isinstance(value, str):
        for word in SAID:
            value = value.replace(word, name)
        return value
    if isinstance(value, tuple):
        return tuple(called(inner, name) for inner in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: called(getattr(value, f.name), name) for f in fields(value) if f.name != "action"}
        return replace(value, **changed)
    return value


def seen_of(body: Any) -> list[str]:
    """Every text of a request."""
    if isinstance(body, str):
        return [body]
    inner = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    return [text for one in inner for text in seen_of(one)]


def is_text(text: str) -> bool:
    """Whether nothing invisible stands in it that could turn or hide what is read."""
    return UNSEEN.search(text) is None and all(c == "\n" or ord(c) >= 32 for c in text)


def flaws_on_wecom(message: Message, kind: str) -> list[str]:
    """What WeCom would refuse, or show as something else than text."""
    body = json.loads(message_body(message, Place("wecom", "lina", kind), ref="card-1", agent_id=1000002))
    found = [text for text in seen_of(body) if not is_text(text)]
    if "template_card" in body:
        found += [str(flaw(body["template_card"]) or "")]
    else:
        content = str((body.get("text") or body["message"].get("text") or {"content": ""})["content"])
        content = content.removesuffix(OWN)
        found += [content] if "<" in content or ">" in content else []
    return [one for one in found if one]


def flaws_on_dingtalk(message: Message, kind: str) -> list[str]:
    """What DingTalk would refuse, or show as a link, a picture or bold print."""
    to = Place("dingtalk", "lina", kind)
    words = talk(message, to)
    robot_message(words["msgKey"], json.dumps(words["msgParam"], ensure_ascii=False))
    found = [text for text in seen_of(words["msgParam"]) if not is_text(text)]
    if words["msgKey"] != "sampleText":
        lines = LINK.sub("", words["msgParam"]["text"]).removeprefix("#### ").replace(OWN_IN_WORDS, "")
        found += [lines] if MARKS & set(lines) else []
    if isinstance(message, Card) and message.buttons:
        card = new_card(
            message, to, ref="card-1", space="lina", template=TEMPLATE, robot="dingrobot", http=True, route=""
        )
        public = public_map(card["cardData"], TEMPLATES)
        found += [text for text in public.values() if not is_text(text)]
    return found


@pytest.mark.failure("H8")
def test_on_no_card_a_name_is_more_than_text() -> None:
    """Every name on a tenth of the cards, so that every card has had thirty of them."""
    states = list(STATES)
    for number, name in enumerate(NAMES):
        for state in states[number % 10 :: 10]:
            message = called(STATES[state], name)
            kind = "group" if state.startswith("group") else "member"
            assert flaws_on_wecom(message, kind) == [], (state, name)
            assert flaws_on_dingtalk(message, kind) == [], (state, name)


@pytest.mark.failure("H8")
def test_a_name_changes_no_button() -> None:
    pressed = {name: message for name, message in STATES.items() if isinstance(message, Card) and message.buttons}
    assert len(pressed) > 20
    for number, state in enumerate(pressed):
        kind = "group" if state.startswith("group") else "member"
        plain = keys_on_dingtalk(pressed[state], kind)
        assert all(unpack(key.partition("?")[0]) for key in plain)
        for name in NAMES[number % 10 :: 10]:
            assert keys_on_dingtalk(called(pressed[state], name), kind) == plain, (state, name)


@pytest.mark.failure("H8")
async def test_at_the_api_a_name_comes_back_as_json_and_nothing_else(office: Any) -> None:
    for number, name in enumerate(NAMES):
        sent = {"name": name, "company": name, "need": name, "phone": f"1371{number:07}"}
        answer = await office.ask("POST", "/api/v1/leads", json=sent)
        assert answer.status in (200, 201, 422), (name, await answer.text())
        if answer.status == 422:
            assert len(name) > 200 or not is_text(name), "only what is too long or no text is refused"
            continue
        answer = await office.ask("GET", f"/api/v1/leads/{(await answer.json())['lead']}")
        assert answer.status == 200 and answer.content_type == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        lead = await answer.json()
        assert is_text(lead["name"] or "") and is_text(lead["company"] or ""), name
        if name.isprintable() and len(name) < 100 and name == " ".join(name.split()):
            assert (lead["name"] or "") in name, "as it was, without the signs at its ends"


@pytest.mark.failure("H8")
@pytest.mark.browser
@pytest.mark.skipif(find_chromium() is None, reason=MISSING)
async def test_in_a_browser_nothing_runs_and_nothing_is_built_from_a_name(tmp_path: Path) -> None:
    """Forty names in the chats of both looks: the page's elements are the same kinds as before."""
    async with running_demo(tmp_path / "demo") as address, chromium() as browser:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        problems: list[str] = []
        page.on("dialog", lambda dialog: problems.append(dialog.message))
        page.on("request", lambda request: problems.append(request.url) if address[:20] not in request.url else None)
        await page.goto(address)
        await expect(phone(page, "wanglei").locator(".card").first).to_be_visible()
        kinds = await page.evaluate("[...new Set([...document.querySelectorAll('*')].map(e => e.tagName))].sort()")
        for number in range(5):
            words = " ".join(HTML[number * 40 : number * 40 + 40 : 5])
            await say(page, "lina", f"新线索 {words} 1390013{number:04}")
            card = phone(page, "lina").locator(".card", has_text=f"1390013{number:04}")
            await expect(card).to_contain_text("这样录入?", timeout=30_000)
        found = await page.evaluate(
            """() => ({
                kinds: [...new Set([...document.querySelectorAll('*')].map(e => e.tagName))].sort(),
                handlers: [...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())
                    .filter(name => name.startsWith('on')),
                links: [...document.querySelectorAll('a')].map(e => e.getAttribute('href') || '')
                    .filter(href => !/^(#|\\/|$)/.test(href)),
                scripts: document.querySelectorAll('script:not([src])').length,
                pwned: window.pwned ?? null,
            })"""
        )
        assert found["pwned"] is None and problems == []
        assert set(found["kinds"]) <= {*kinds, "INPUT", "SELECT", "OPTION"}, set(found["kinds"]) - set(kinds)
        assert found["handlers"] == [] and found["scripts"] == 0 and found["links"] == []
