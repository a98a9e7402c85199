"""The stand-in as a whole: a company, its chats, the API for the bot, and people who write and tap."""

import itertools
import time
from collections.abc import Callable, Mapping

from aiohttp import web

from sandbox.chat import Chats, DeadButton, Delivery
from sandbox.cipher import Crypt
from sandbox.wecom.api import Api
from sandbox.wecom.card import live_keys
from sandbox.wecom.chat import Memory, Message
from sandbox.wecom.company import Company, Contact
from sandbox.wecom.fault import wecom_faults
from sandbox.wecom.group import Groups
from sandbox.wecom.inherit import FULL, REFUSED
from sandbox.wecom.people import Post, event


class WeComStandIn:
    """A WeCom with one self-built app. `connect` tells it where the bot's callbacks are."""

    def __init__(
        self,
        *,
        corp_id: str,
        agent_id: int,
        secret: str,
        members: Mapping[str, str],
        now: Callable[[], float] = time.time,
    ) -> None:
        self.company = Company(corp_id, agent_id, secret, members={k.lower(): v for k, v in members.items()})
        self.now = now
        self.chats: Chats[Message] = Chats(now, Message)
        self.memory = Memory(now)
        self.faults = wecom_faults()
        self.api = Api(self.company, self.chats, self.memory, self.faults)
        self.groups = Groups(self.faults, now)
        self.posts: dict[str, Post] = {}
        self._ids = itertools.count(int(time.time_ns()))
        self._turns = itertools.count()

    def connect(self, name: str, address: str, *, token: str, aes_key: str) -> Post:
        """The address and keys of one callback ("app", "contact")."""
        agent = self.company.agent_id if name == "app" else None
        post = Post(address, Crypt(token, aes_key, self.company.corp_id), self.now, agent)
        self.posts[name] = post
        return post

    def application(self) -> web.Application:
        """An application that serves the API alone."""
        app = web.Application(client_max_size=32 * 2**20)
        app.router.add_post("/cgi-bin/webhook/send", self.groups.send)
        app.add_routes(self.api.routes())
        return app

    async def close(self) -> None:
        """Give all connections back."""
        for post in self.posts.values():
            await post.close()

    def chat(self, user: str) -> list[Message]:
        """What hangs in a member's chat, oldest first, each card in its present state."""
        return list(self.chats.messages[user.lower()])

    def last_card(self, user: str, button: str | None = None) -> Message:
        """The newest card in a chat (that has a button of this text); raises DeadButton."""
        for message in reversed(self.chat(user)):
            if message.kind == "card" and (button is None or button in message.buttons()):
                return message
        raise DeadButton(f"{user} has no card with a button {button}")

    async def text(self, user: str, words: str, *, on: str = "app", number: int | None = None) -> Delivery:
        """A member writes to the app; the message has the next number unless one is given."""
        self.chats.put(user.lower(), kind="text", text=words, mine=True)
        return await self.posts[on].deliver(
            event(
                {
                    **self._head(user),
                    "MsgType": "text",
                    "Content": words,
                    "MsgId": next(self._ids) if number is None else number,
                    **self._agent(),
                }
            )
        )

    async def other(self, user: str, msgtype: str, content: Mapping[str, object]) -> Delivery:
        """A member sends something of another kind, such as voice."""
        self.chats.put(user.lower(), kind="text", text=f"[{msgtype}]", mine=True)
        head = {**self._head(user), "MsgType": msgtype, **content, "MsgId": next(self._ids)}
        return await self.posts["app"].deliver(event({**head, **self._agent()}))

    async def picture(self, user: str, image: bytes) -> Delivery:
        """A member sends a picture, which WeCom keeps for three days."""
        media_id = self.api.keep(image)
        return await self.other(user, "image", {"PicUrl": "http://wework.example/p.jpg", "MediaId": media_id})

    async def click(
        self,
        user: str,
        message: Message,
        key: str,
        *,
        selected: Mapping[str, list[str]] | None = None,
        force: bool = False,
    ) -> Delivery:
        """A member presses a button of their copy; one that is not live any more needs `force`."""
        if not force and (message.replaced or key not in live_keys(message.card)):
            raise DeadButton(f"the button {key} of {message.id} is not live")
        code = self.memory.code_for([message])
        items = "".join(
            f"<SelectedItem><QuestionKey><![CDATA[{question}]]></QuestionKey><OptionIds>"
            + "".join(f"<OptionId><![CDATA[{option}]]></OptionId>" for option in options)
            + "</OptionIds></SelectedItem>"
            for question, options in self._selected(message, selected).items()
        )
        fields = {
            **self._head(user), "MsgType": "event", "Event": "template_card_event", "EventKey": key,
            "TaskId": message.task_id, "CardType": message.card["card_type"], "ResponseCode": code, **self._agent(),
        }  # fmt: skip
        extra = f"<SelectedItems>{items}</SelectedItems>" if items else ""
        return await self.posts["app"].deliver(event(fields, extra))

    async def press(self, user: str, button: str, *, selected: Mapping[str, list[str]] | None = None) -> Delivery:
        """A member presses the newest button of this text."""
        message = self.last_card(user, button)
        return await self.click(user, message, message.buttons()[button], selected=selected)

    async def menu(self, user: str, key: str) -> Delivery:
        """A member taps an entry of the app's menu."""
        return await self.posts["app"].deliver(
            event({**self._head(user), "MsgType": "event", "Event": "click", "EventKey": key, **self._agent()})
        )

    async def enter(self, user: str) -> Delivery:
        """A member opens the app."""
        return await self.posts["app"].deliver(
            event({**self._head(user), "MsgType": "event", "Event": "enter_agent", "EventKey": "", **self._agent()})
        )

    async def leave(self, user: str) -> Delivery:
        """A member leaves the app's visible range."""
        self.company.hidden.add(user.lower())
        return await self.posts["app"].deliver(
            event({**self._head(user), "MsgType": "event", "Event": "unsubscribe", "EventKey": "", **self._agent()})
        )

    async def dismiss(self, user: str) -> Delivery:
        """A member leaves the corp itself: their customers wait for somebody to take them over."""
        del self.company.members[user.lower()]
        self.company.gone[user.lower()] = self.now()
        return await self.posts["app"].deliver(
            event({**self._head(user), "MsgType": "event", "Event": "unsubscribe", "EventKey": "", **self._agent()})
        )

    async def take_over(self) -> list[Delivery]:
        """Customers who have waited a day are the taker's now, as a new contact of theirs."""
        fields = [
            {
                "ChangeType": "add_external_contact", "UserID": passing.taker, "ExternalUserID": passing.customer,
                "WelcomeCode": self.company.new_welcome_code(self.now()),
            }
            for passing in self.api.inheritance.pass_time()
        ]  # fmt: skip
        return [await self._contact_event(one) for one in fields]

    async def refuse(self, customer: str, *, full: bool = False) -> Delivery:
        """A customer does not want to be taken over, or (`full`) the taker may have no more of them."""
        passing = self.api.inheritance.end(customer, FULL if full else REFUSED)
        reason = "customer_limit_exceed" if full else "customer_refused"
        return await self._contact_event(
            {
                "ChangeType": "transfer_fail", "FailReason": reason, "UserID": passing.taker,
                "ExternalUserID": customer,
            }
        )  # fmt: skip

    async def _contact_event(self, fields: Mapping[str, object]) -> Delivery:
        head = {**self._head("sys"), "MsgType": "event", "Event": "change_external_contact"}
        return await self.posts["contact"].deliver(event({**head, **fields}))

    async def scan(self, state: str, external_id: str, name: str, **more: str) -> Delivery:
        """Somebody scans the code with that state: one of its users becomes their contact, who is one already first."""
        users = self.api.ways.of_state(state).users
        known = self.company.contacts.get(external_id)
        member = known.member if known is not None and known.member in users else users[next(self._turns) % len(users)]
        return await self.add_contact(Contact(external_id, member, name, state=state, **more))  # type: ignore[arg-type]

    async def follow(self, address: str, external_id: str, name: str, *, told: bool = True) -> Delivery:
        """Somebody opens a link of 获客助手 and adds whom it names; not `told`: the event never comes."""
        link, channel = self.api.links.of_address(address)
        member = link.users[next(self._turns) % len(link.users)]
        link.came.append((member, external_id, channel))
        return await self.add_contact(Contact(external_id, member, name, state=channel), told=told)

    async def start_chat(self, external_id: str) -> Delivery:
        """A customer of a link writes to their member for the first time."""
        contact = self.company.contacts[external_id]
        link = next(one for one in self.api.links.links.values() if external_id in [came[1] for came in one.came])
        fields = {
            **self._head("sys"), "MsgType": "event", "Event": "customer_acquisition",
            "ChangeType": "customer_start_chat", "UserID": contact.member, "ExternalUserID": external_id,
            "LinkId": link.link_id,
        }  # fmt: skip
        return await self.posts["contact"].deliver(event(fields))

    async def add_contact(
        self, contact: Contact, *, half: bool = False, told: bool = True, welcome: bool = True
    ) -> Delivery:
        """A customer and a member become contacts (`half`: the member has yet to confirm; not `told`: nobody is)."""
        self.company.contacts[contact.external_id] = contact
        contact.added_at = int(self.now())
        if not told:
            return Delivery(0, "", 0, 0.0)
        change = "add_half_external_contact" if half else "add_external_contact"
        fields: dict[str, object] = {
            "ChangeType": change, "UserID": contact.member, "ExternalUserID": contact.external_id,
        }  # fmt: skip
        if welcome:
            fields["WelcomeCode"] = self.company.new_welcome_code(self.now())
        if contact.state:
            fields["State"] = contact.state
        return await self._contact_event(fields)

    async def kf_write(
        self, account: str, customer: str, name: str, words: str, *, msgtype: str = "text", rings: bool = True
    ) -> Delivery:
        """A customer writes to an account of 微信客服, which rings (or whose ring is lost)."""
        content = {"content": words} if msgtype == "text" else {"media_id": words}
        self.api.kf.write(account, customer, name, msgtype, content)
        return await self.kf_ring(account) if rings else Delivery(0, "", 0, 0.0)

    async def kf_ring(self, account: str) -> Delivery:
        """The doorbell: it names no customer and holds no message."""
        fields = {
            "ToUserName": self.company.corp_id, "CreateTime": int(self.now()), "MsgType": "event",
            "Event": "kf_msg_or_event", "Token": self.api.kf.ring(), "OpenKfId": account,
        }  # fmt: skip
        return await self.posts["kf"].deliver(event(fields))

    async def approval_moved(self, number: str, change: int) -> Delivery:
        """WeCom tells that a form has moved (`change`: its StatuChangeEvent); the AgentID is that of 审批 itself."""
        head = {**self._head("sys"), "MsgType": "event", "Event": "sys_approval_change", "AgentID": 3010040}
        return await self.posts["app"].deliver(event(head, self.api.approvals.sheets[number].news(change)))

    def _selected(self, message: Message, selected: Mapping[str, list[str]] | None) -> Mapping[str, list[str]]:
        """What the card's list sends: the choice, or what stood there when nothing was chosen."""
        selection = message.card.get("button_selection")
        if selection is None or message.replaced:
            return selected or {}
        first = selection.get("selected_id") or selection["option_list"][0]["id"]
        return {selection["question_key"]: [first], **(selected or {})}

    def _head(self, user: str) -> dict[str, object]:
        return {"ToUserName": self.company.corp_id, "FromUserName": user, "CreateTime": int(self.now())}

    def _agent(self) -> dict[str, object]:
        return {"AgentID": self.company.agent_id}
