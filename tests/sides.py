"""The two sides a town may lie on: each platform's stand-in, its settings, and how its messages look to a reader."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from config.settings import Settings
from sandbox.dingtalk.chat import PAGE
from sandbox.dingtalk.chat import Message as DingTalkMessage
from sandbox.dingtalk.company import Group
from sandbox.dingtalk.standin import DingTalkStandIn
from sandbox.wecom.chat import Message as WeComMessage
from sandbox.wecom.standin import WeComStandIn

Message = WeComMessage | DingTalkMessage
TEMPLATE = "leadbot.schema"
PARAMS = ("title", "subtitle", "source", "quote_title", "quote", "text", "fields", "choice", "buttons", "done", "page")
TWINS = str.maketrans("［］＊＿｀〈〉＃～｜＼", "[]*_`<>#~|\\")
GROUP_KEY = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"
PAGE_OF_WECOM = re.compile(r'<a href="([^"]+)">([^<]+)</a>')
LINK = re.compile(r"\[([^\]]*)\]\(dtmd://[^)]*\)")
DINGTALK = """
dingtalk:
  corp_id: ding0123
  client_id: dingabc
  client_secret: a-secret-of-dingtalk
  agent_id: 123
  robot_code: dingrobot
  mode: {mode}
  api_base: {base}
  oapi_base: {base}
  login_base: {base}
  card_template_id: "{template}"
  card_secret: a-secret-of-cards
  events: {{token: eventtoken, aes_key: 4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij}}
  quota: {{api: 1000000, webhook: 1000000, qps: 10000}}
"""


class WeComSide:
    """A self-built app of WeCom."""

    column = "wecom"
    sending = "message/send"  # the API by which new messages go out
    asking = "gettoken"  # the one that gives tokens

    def __init__(self, members: dict[str, str], now: Callable[[], float]) -> None:
        self.standin = WeComStandIn(
            corp_id="ww0000000000000000", agent_id=1000002, secret="请填入应用的Secret", members=members, now=now
        )

    def application(self) -> web.Application:
        return self.standin.application()

    def settings(self, text: str, port: int) -> str:
        base = f"http://127.0.0.1:{port}"
        bases = "".join(f"  {name}_base: {base}\n" for name in ("api", "oauth", "sso"))
        return text.replace("  callbacks:", f"{bases}  callbacks:", 1)

    def connect(self, settings: Settings, port: int) -> None:
        assert settings.wecom is not None
        self.standin.api.login.trusted = urlsplit(settings.server.public_url).netloc
        for name, callback in settings.wecom.callbacks.items():
            post = self.standin.connect(
                name, f"http://127.0.0.1:{port}/callback/wecom/{name}", token=callback.token.get_secret_value(),
                aes_key=callback.aes_key.get_secret_value(),
            )  # fmt: skip
            post.manner.retries = 0

    @property
    def inbound(self) -> Any:
        """How a member's words come to the bot."""
        return self.standin.posts["app"]

    def open_group(self, name: str) -> str:
        """A group that the bot may tell; returns what the settings name it by."""
        self.standin.groups.open(name, GROUP_KEY)
        return GROUP_KEY

    def close_group(self, name: str) -> None:
        """Somebody takes the bot out of it."""
        self.standin.groups.close(GROUP_KEY)

    def told(self, name: str) -> list[str]:
        """What can be read in a group."""
        return list(self.standin.groups.messages[name])

    def fail(self) -> None:
        """No message goes out until the faults are cleared."""
        for sending in (self.sending, "webhook/send"):
            self.standin.faults.add(sending, "errcode", errcode=-1)

    def button(self, user: str, button: str, choice: dict[str, str]) -> tuple[Any, str, dict[str, list[str]]]:
        """The newest card with this button, the button's key, and what is chosen with it."""
        message = self.standin.last_card(user, button)
        return message, message.buttons()[button], {question: [option] for question, option in choice.items()}


class DingTalkSide:
    """An internal app of DingTalk; `template` "" makes it speak in words with links."""

    column = "dingtalk"
    sending = "robot/sendBySession"  # the address by which questions are answered while their conversation is fresh
    asking = "oauth2/accessToken"

    def __init__(
        self, members: dict[str, str], now: Callable[[], float], *, mode: str = "http", template: str = TEMPLATE
    ) -> None:
        self.mode = mode
        self.template = template
        self._groups: dict[str, Group] = {}
        self.standin = DingTalkStandIn(
            corp_id="ding0123", client_id="dingabc", client_secret="a-secret-of-dingtalk", agent_id=123,
            robot_code="dingrobot", members=members, now=now,
        )  # fmt: skip
        self.standin.quota.api_limit = self.standin.quota.push_limit = 10**6
        self.standin.add_template(TEMPLATE, *PARAMS)

    def application(self) -> web.Application:
        return self.standin.application()

    def settings(self, text: str, port: int) -> str:
        self.standin.base = f"http://127.0.0.1:{port}"
        dingtalk = DINGTALK.format(base=self.standin.base, mode=self.mode, template=self.template)
        return text[: text.index("wecom:")] + dingtalk.lstrip()

    def connect(self, settings: Settings, port: int) -> None:
        dingtalk = settings.dingtalk
        assert dingtalk is not None and dingtalk.events is not None
        self.standin.login.allowed = f"{settings.server.public_url}/app/"
        if self.mode == "stream":
            return
        address, keys = f"http://127.0.0.1:{port}/callback/dingtalk", dingtalk.events
        self.standin.connect_robot(f"{address}/robot")
        self.standin.connect_events(f"{address}/events", keys.token.get_secret_value(), keys.aes_key.get_secret_value())
        self.standin.connect_card(f"{address}/card", dingtalk.card_secret.get_secret_value())
        for post in self.standin.posts.values():
            post.manner.retries, post.manner.pauses = 3, (0.2, 0.5, 1.0)  # what could not be stored in time comes again
            post.manner.patience = 10.0  # a busy machine is no failure; tests of the limit itself set their own

    @property
    def inbound(self) -> Any:
        """How a member's words come to the bot."""
        return self.standin.posts["robot"]

    def open_group(self, name: str) -> str:
        """A group that the bot may tell; returns what the settings name it by."""
        self._groups[name] = self.standin.company.open_group(name, *self.standin.company.members)
        return self._groups[name].id

    def close_group(self, name: str) -> None:
        """Somebody takes the robot out of it."""
        self._groups[name].has_robot = False

    def told(self, name: str) -> list[str]:
        """What can be read in a group."""
        return [seen(message) for message in self.standin.chat(self._groups[name].id)]

    def fail(self) -> None:
        """No message goes out until the faults are cleared."""
        for endpoint in ("card/instances/createAndDeliver", "robot/oToMessages/batchSend", "robot/groupMessages/send"):
            self.standin.faults.add(endpoint, "code", code="system.busy", errcode=500)
        self.standin.faults.add("robot/sendBySession", "errcode", errcode=-1)

    def button(self, user: str, button: str, choice: dict[str, str]) -> tuple[Any, str, dict[str, list[str]]]:
        """The newest card with this button and its key; what is chosen elsewhere has a button of its own here."""
        if not choice and not button.startswith("确定"):
            message = self.standin.last_card(user, button)
            return message, message.buttons(user)[button], {}
        for message in reversed(self.standin.chat(user)):
            named = button.startswith("确定")
            keys = [
                key
                for label, key in message.buttons(user).items()
                if ("?" in key or "%3F" in key) and (named or label.endswith(f"·{button}"))
            ]
            wanted = [key for key in keys if all(f"={value}" in _plain(key) for value in choice.values())]
            if wanted:
                return message, wanted[0], {}
        raise AssertionError(f"{user} has no card to choose {choice} from")


def _plain(key: str) -> str:
    return key.replace("%3D", "=")


def seen(message: Any) -> str:
    """What a person reads in one message, as it is now."""
    if isinstance(message, DingTalkMessage):
        return _seen_in_dingtalk(message)
    if message.kind != "card":
        return PAGE_OF_WECOM.sub(r"\2", str(message.text))
    card = message.card
    quote = card.get("quote_area") or {}
    labels = [button["text"] for button in card["button_list"]]
    parts = [
        card["source"]["desc"], card["main_title"]["title"], card["main_title"].get("desc", ""),
        quote.get("title", ""), quote.get("quote_text", ""), card.get("sub_title_text", ""),
        *(f"{row['keyname']} {row['value']}" for row in card.get("horizontal_content_list", [])),
        *(option["text"] for option in (card.get("button_selection") or {}).get("option_list", [])),
        *(f"[{label}]" for label in labels), message.replaced * (message.replaced not in labels),
    ]  # fmt: skip
    return "\n".join(part for part in parts if part)


def page_of(message: Any) -> str:
    """The address that a message leads to; "" without one."""
    if isinstance(message, DingTalkMessage):
        if message.instance is not None:
            return str(message.card.get("page", ""))
        found = PAGE.search(message.text) or re.search(r"(\n打开[^\n]* )(https?://\S+)$", message.text)
        return found[2] if found else ""
    if message.kind == "card":
        return str((message.card.get("card_action") or {}).get("url", ""))
    found = PAGE_OF_WECOM.search(message.text)
    return found[1] if found else ""


def title(message: Any) -> str:
    """The first line of a card."""
    if isinstance(message, DingTalkMessage):
        return str(message.card["title"])
    return str(message.card["main_title"]["title"])


def first_title(message: Any) -> str:
    """The first line of a card as it was when it came."""
    return str(message.first["title"] if isinstance(message, DingTalkMessage) else message.first["main_title"]["title"])


def _seen_in_dingtalk(message: DingTalkMessage) -> str:
    if message.kind == "file" and not message.mine:
        return str(message.content["fileName"])
    if message.kind != "card":
        return message.text
    labels = [f"[{label}]" for label in message.buttons()]
    if message.instance is None:
        text = PAGE.sub("", LINK.sub("", message.text)).removeprefix("#### ").replace("  \n", "\n").translate(TWINS)
        return "\n".join([text.strip(" ·\n"), *labels])
    card = message.card
    rows = [f"{row['name']} {row['value']}" for row in json_list(card["fields"])]
    parts = [*(card[name] for name in ("source", "title", "subtitle", "quote_title", "quote", "text")), *rows]
    return "\n".join(part for part in (*parts, card["choice"], *labels, card["done"]) if part)


def json_list(text: str) -> list[dict[str, str]]:
    """A value of cardParamMap that is a list."""
    found = json.loads(text)
    assert isinstance(found, list)
    return found
