"""The stand-in as a whole: an organisation, its chats, the API for the bot, and people who write and press."""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from sandbox.chat import Chats, DeadButton, Delivery
from sandbox.cipher import Crypt
from sandbox.dingtalk.api import Api
from sandbox.dingtalk.card import Template
from sandbox.dingtalk.chat import Message, spoken
from sandbox.dingtalk.company import Company, Group
from sandbox.dingtalk.directory import Directory
from sandbox.dingtalk.fault import dingtalk_faults
from sandbox.dingtalk.gateway import Gateway
from sandbox.dingtalk.instances import Cards
from sandbox.dingtalk.login import Login
from sandbox.dingtalk.notice import Notices
from sandbox.dingtalk.office import Office
from sandbox.dingtalk.post import Post, card_post, event_post, robot_post
from sandbox.dingtalk.push import Pushes
from sandbox.dingtalk.quota import Quota
from sandbox.dingtalk.robot import Robot
from sandbox.dingtalk.scene import Scenes
from sandbox.dingtalk.session import Sessions
from sandbox.dingtalk.token import Tokens


class DingTalkStandIn:
    """A DingTalk with one internal app and its robot.

    `application()` serves api, oapi and the Stream gateway on one address. Pushes go to the addresses given with
    `connect_robot`, `connect_events` and `connect_card`; what has no address goes over Stream.
    """

    def __init__(
        self,
        *,
        corp_id: str,
        client_id: str,
        client_secret: str,
        agent_id: int,
        robot_code: str,
        members: Mapping[str, str],
        now: Callable[[], float] = time.time,
    ) -> None:
        self.company = Company(corp_id, client_id, client_secret, agent_id, robot_code, members=dict(members))
        self.now = now
        self.base = ""
        self.chats: Chats[Message] = Chats(now, Message)
        self.faults = dingtalk_faults()
        self.quota = Quota(now)
        tokens = Tokens(self.company, now)
        self.api = Api(self.faults, self.quota, tokens, now)
        self.robot = Robot(self.company, self.chats)
        self.sessions = Sessions(self.company, self.chats, self.quota, now)
        self.cards = Cards(self.company, self.chats)
        self.gateway = Gateway(self.company, now)
        self.posts: dict[str, Post] = {}
        self.pushes = Pushes(
            self.company, self.chats, self.cards, self.gateway, self.faults, self.quota, self.posts, now
        )
        self.notices = Notices(self.company, self.chats, self.quota)
        self.directory = Directory(self.company, now)
        self.login = Login(self.company, self.directory)
        self.office = Office(self.company, tokens, self.pushes.failed_events)
        self.scenes = Scenes(self.company)

    def application(self) -> web.Application:
        """An application that serves everything of DingTalk; it learns its own address from the first call."""

        @web.middleware
        async def learn(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
            self.base = self.base or f"http://{request.host}"
            response: web.StreamResponse = await handler(request)
            return response

        async def end(app: web.Application) -> None:
            await self.gateway.close()

        app = web.Application(client_max_size=32 * 2**20, middlewares=[learn])
        app.router.add_get("/oss/{code}.file", self._file)
        app.add_routes([*self.gateway.routes(), *self.login.routes()])
        parts = (
            self.robot, self.sessions, self.cards, self.gateway, self.notices, self.directory, self.office, self.scenes
        )  # fmt: skip
        app.add_routes(self.office.routes(self.faults.around))
        own = [endpoint for part in parts for endpoint in part.endpoints()]
        app.add_routes(self.api.routes([*self.api.own(), *own]))
        app.on_shutdown.append(end)
        return app

    def connect_robot(self, address: str) -> Post:
        """消息接收模式 = HTTP: where robot messages go."""
        self.posts["robot"] = robot_post(address, self.company.client_secret, self.now)
        return self.posts["robot"]

    def connect_events(self, address: str, token: str, aes_key: str) -> Post:
        """事件订阅 = HTTP推送: where events go, encrypted for the Client ID."""
        self.posts["events"] = event_post(address, Crypt(token, aes_key, self.company.client_id), self.now)
        return self.posts["events"]

    def connect_card(self, address: str, secret: str) -> Post:
        """The callback address that the template names in the console."""
        self.cards.console = (address, secret)
        self.posts["card"] = card_post(address, secret, self.now)
        return self.posts["card"]

    def add_template(self, name: str, *public: str, private: tuple[str, ...] = ()) -> Template:
        """A published template with its variables; `private` are those marked 私有."""
        self.cards.templates[name] = Template(name, frozenset(public), frozenset(private))
        return self.cards.templates[name]

    async def close(self) -> None:
        """Give all connections back."""
        await self.gateway.close()
        for post in self.posts.values():
            await post.close()
        await self.pushes.close()

    @property
    def dropped(self) -> list[Any]:
        """What was not shown and not told."""
        return self.chats.dropped

    def chat(self, user: str) -> list[Message]:
        """What hangs in a member's chat with the robot (or in a group, by its id), each card in its present state."""
        return [message for message in self.chats.messages[user] if not message.recalled]

    def last_card(self, user: str, button: str | None = None, *, chat: str | None = None) -> Message:
        """The newest card in a chat (that has a button of this text for this person); raises DeadButton."""
        for message in reversed(self.chat(chat or user)):
            hidden = message.only and user not in message.only
            if message.kind == "card" and not hidden and (button is None or button in message.buttons(user)):
                return message
        raise DeadButton(f"{user} has no card with a button {button}")

    async def verify_url(self) -> Delivery:
        """What the console does when the event address is saved."""
        return await self.posts["events"].deliver({"EventType": "check_url"})

    async def text(self, user: str, words: str) -> Delivery:
        """A member writes to the robot."""
        self.chats.put(user, kind="text", text=words, mine=True, sender=user)
        return await self._say(user, {"msgtype": "text", "text": {"content": words}})

    async def group_text(self, group: Group, user: str, words: str) -> Delivery:
        """Somebody writes @robot into a group; people of other organisations may be in it."""
        self.chats.put(group.id, kind="text", text=words, mine=True, sender=user)
        return await self._say(user, {"msgtype": "text", "text": {"content": f" {words}"}}, group)

    async def voice(self, user: str, recognition: str, *, seconds: float = 4.0) -> Delivery:
        """A member speaks; DingTalk writes down what it understood."""
        content = {"duration": int(seconds * 1000), "downloadCode": self._keep(b"AMR"), "recognition": recognition}
        self.chats.put(user, kind="audio", text=recognition, mine=True, sender=user)
        return await self._say(user, {"msgtype": "audio", "content": content})

    async def picture(self, user: str, image: bytes) -> Delivery:
        """A member sends a picture."""
        content = {"downloadCode": self._keep(image), "pictureDownloadCode": self._keep(image)}
        self.chats.put(user, kind="image", mine=True, sender=user)
        return await self._say(user, {"msgtype": "picture", "content": content})

    async def file(self, user: str, name: str, content: bytes) -> Delivery:
        """A member sends a file."""
        self.chats.put(user, kind="file", text=name, mine=True, sender=user)
        return await self._say(
            user, {"msgtype": "file", "content": {"downloadCode": self._keep(content), "fileName": name}}
        )

    async def rich_text(self, user: str, *parts: str | bytes) -> Delivery:
        """A member sends words and pictures in one message."""
        listed = [
            {"text": part}
            if isinstance(part, str)
            else {"downloadCode": self._keep(part), "pictureDownloadCode": self._keep(part), "type": "picture"}
            for part in parts
        ]
        text = "".join(part for part in parts if isinstance(part, str))
        self.chats.put(user, kind="text", text=text, mine=True, sender=user)
        return await self._say(user, {"msgtype": "richText", "content": {"richText": listed}})

    async def other(self, user: str, msgtype: str, content: Mapping[str, Any]) -> Delivery:
        """A member sends something of another kind, such as unknownMsgType."""
        self.chats.put(user, kind="text", text=f"[{msgtype}]", mine=True, sender=user)
        return await self._say(user, {"msgtype": msgtype, "content": dict(content)})

    async def press(
        self, user: str, button: str, *, selected: Mapping[str, list[str]] | None = None, chat: str | None = None
    ) -> Delivery:
        """A person presses the newest button of this text."""
        message = self.last_card(user, button, chat=chat)
        return await self.click(user, message, message.buttons(user)[button], selected=selected)

    async def click(
        self,
        user: str,
        message: Message,
        action: str,
        *,
        selected: Mapping[str, list[str]] | None = None,
        force: bool = False,
    ) -> Delivery:
        """A person presses a button of a card; a dtmd link makes them say its words. A dead one needs `force`."""
        if not force and action not in message.buttons(user).values():
            raise DeadButton(f"the button {action} of {message.id} is not live")
        if message.instance is not None:
            return await self.pushes.click(user, message.instance, message.user, action, selected or {})
        words = spoken(action)
        if words is None:
            return Delivery(200, action, 0, 0.0)  # a page opens; nobody is told
        group = self.company.groups.get(message.user)
        return await (self.text(user, words) if group is None else self.group_text(group, user, words))

    async def leave(self, user: str) -> Delivery:
        """A member leaves the organisation."""
        del self.company.members[user]
        return await self.event("user_leave_org", timeStamp=self._stamp(), userId=[user])

    async def join(self, user: str, name: str) -> Delivery:
        """Somebody joins the organisation."""
        self.company.members[user] = name
        return await self.event("user_add_org", timeStamp=self._stamp(), userId=[user])

    async def event(self, kind: str, **data: Any) -> Delivery:
        """Anything that can be subscribed to."""
        return await self.pushes.event(kind, data)

    def read(self, user: str) -> None:
        """A member looks into the chat."""
        for message in self.chats.messages[user]:
            message.read_by.add(user)

    async def _say(self, user: str, content: dict[str, Any], group: Group | None = None) -> Delivery:
        if not self.base:
            raise RuntimeError("the stand-in does not know its own address: set .base first")
        session, until = self.sessions.open(user if group is None else group.id)
        webhook = f"{self.base}/robot/sendBySession?session={session}"
        return await self.pushes.robot(user, content, group, webhook=webhook, until=until)

    def _keep(self, content: bytes) -> str:
        code = secrets.token_urlsafe(24)
        self.robot.files[code] = content
        return code

    def _stamp(self) -> str:
        return str(int(self.now() * 1000))

    async def _file(self, request: web.Request) -> web.StreamResponse:
        content = self.robot.files.get(request.match_info["code"])
        if content is None or float(request.query.get("Expires", "0")) < self.now():
            return web.Response(
                status=403, text="<Error><Code>AccessDenied</Code></Error>", content_type="application/xml"
            )
        return web.Response(body=content, content_type="application/octet-stream")
