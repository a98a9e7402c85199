"""What DingTalk pushes: a message, an event, a press on a card; to an address where one is set, else over Stream."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sandbox.chat import Chats, Delivery, Dropped
from sandbox.dingtalk.card import Instance, by_key, private_map, public_map
from sandbox.dingtalk.chat import Message
from sandbox.dingtalk.company import Company, Group
from sandbox.dingtalk.gateway import CARD, ROBOT, Gateway
from sandbox.dingtalk.instances import Cards
from sandbox.dingtalk.post import Post, card_post
from sandbox.dingtalk.quota import Quota
from sandbox.dingtalk.refusal import Refused
from sandbox.dingtalk.words import webhook_message
from sandbox.fault import Faults

FREE = ("user_", "org_dept_", "org_admin_", "label_")  # address-book events are not counted
OVER_QUOTA = "受调用量超量影响，当前我的消息服务已经暂停。请联系你所在的组织管理员并予以处理"
HELD = Delivery(0, "held back", 0, 0.0)


class Pushes:
    """All pushes of the app. `again` are the seconds before a robot frame that nobody acknowledged comes again."""

    def __init__(
        self,
        company: Company,
        chats: Chats[Message],
        cards: Cards,
        gateway: Gateway,
        faults: Faults,
        quota: Quota,
        posts: Mapping[str, Post],
        now: Callable[[], float],
    ) -> None:
        self.company = company
        self.chats = chats
        self.cards = cards
        self.gateway = gateway
        self.faults = faults
        self.quota = quota
        self.again: tuple[float, ...] = (60.0,)  # reported from the field; DingTalk's own page says: never
        self.event_again: tuple[float, ...] = (10.0, 30.0)
        self.failed_events: list[tuple[float, str, dict[str, Any]]] = []
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.card_patience = 2.0
        self._posts = posts
        self._routes: dict[str, Post] = {}
        self._now = now
        self._held: list[Callable[[], Awaitable[Delivery]]] = []

    async def close(self) -> None:
        """Give all connections back."""
        for post in self._routes.values():
            await post.close()

    async def robot(
        self, user: str, content: Mapping[str, Any], group: Group | None, *, webhook: str, until: int
    ) -> Delivery:
        """A message to the robot, in its own chat or with @ in a group."""
        body = {**self._envelope(user, group), "sessionWebhook": webhook, "sessionWebhookExpiredTime": until, **content}
        if self.faults.strikes("push/robot", "no_staff_id"):
            body.pop("senderStaffId", None)
        if not self.quota.pushes_left() or self.faults.strikes("push/robot", "over_quota"):
            body.pop("text", None)
            body.pop("content", None)
            body |= {"errorCode": 20001, "errorMessage": OVER_QUOTA}
        else:
            self.quota.count_push()
        place = user if group is None else group.id

        async def send() -> Delivery:
            return await self._robot_out(place, body)

        return await self._in_order("push/robot", send)

    async def _robot_out(self, place: str, body: dict[str, Any]) -> Delivery:
        self.sent.append(("robot", body))
        post = self._posts.get("robot")
        if post is not None:
            done = await post.deliver(body)
            self._answered(place, done)
            return done
        done = await self.gateway.push("CALLBACK", ROBOT, body)
        if done.attempts == 0:
            self.chats.dropped.append(Dropped(place, "no connection", body))
        elif done.status != 200 and self.again:
            self.gateway.spawn(self._once_more(self.again, lambda: self.gateway.push("CALLBACK", ROBOT, body)))
        return done

    def _answered(self, place: str, done: Delivery) -> None:
        """The body of an HTTP answer may be a message of its own."""
        if done.status != 200:
            return
        try:
            message = webhook_message(json.loads(done.body or '{"msgtype":"empty"}'))
        except (ValueError, Refused) as error:
            self.chats.dropped.append(Dropped(place, f"the robot's answer: {error}", {"body": done.body[:500]}))
            return
        if message is not None:
            self.chats.put(place, via="answer", **message)

    async def event(self, kind: str, data: Mapping[str, Any]) -> Delivery:
        """An event of the organisation; SUCCESS must be said, or it comes again."""
        if not kind.startswith(FREE):
            if not self.quota.pushes_left():
                self.chats.dropped.append(Dropped("", "quota", {"EventType": kind, **data}))
                return Delivery(0, "over quota", 0, 0.0)
            self.quota.count_push()
        at, event_id = int(self._now() * 1000), secrets.token_hex(15)
        flat = {"EventType": kind, "EventTime": at, "CorpId": self.company.corp_id, "BizId": str(at),
                "eventId": event_id, **data}  # fmt: skip

        async def send() -> Delivery:
            return await self._event_out(kind, dict(data), flat)

        return await self._in_order("push/event", send)

    async def _event_out(self, kind: str, data: dict[str, Any], flat: dict[str, Any]) -> Delivery:
        self.sent.append(("event", flat))
        post = self._posts.get("events")
        if post is not None:
            done = await post.deliver(flat)
            if not post.accepted(done):
                self.failed_events.append((self._now(), kind, flat))
            return done

        async def frame() -> Delivery:
            return await self.gateway.push(
                "EVENT", "*", data, eventType=kind, eventId=flat["eventId"], eventCorpId=self.company.corp_id,
                eventBornTime=str(flat["EventTime"]), eventUnifiedAppId=f"{self.company.client_id}-app",
            )  # fmt: skip

        done = await frame()
        if not taken(done):
            self.gateway.spawn(self._once_more(self.event_again, frame))
        return done

    async def click(
        self, user: str, instance: Instance, space: str, action: str, selected: Mapping[str, list[str]]
    ) -> Delivery:
        """A press on an interactive card; what comes back in time changes it at once."""
        if not self.quota.pushes_left():
            self.chats.dropped.append(Dropped(user, "quota", {"action": action}))
            return Delivery(0, "over quota", 0, 0.0)
        self.quota.count_push()
        params = {"action": action, **{key: options[0] for key, options in selected.items() if options}}
        private = {"cardPrivateData": {"actionIds": ["press"], "params": params}}
        body = {
            "type": "actionCallback", "outTrackId": instance.out_track_id, "corpId": self.company.corp_id,
            "userId": user, "userIdType": 1, "spaceType": "IM_GROUP" if space in self.company.groups else "IM_ROBOT",
            "spaceId": space, "extension": "{}", "content": json.dumps(private, ensure_ascii=False),
        }  # fmt: skip
        copies = 2 if self.faults.strikes("push/card", "twice") else 1
        self.sent.append(("card", body))
        if instance.callback_type == "HTTP":
            done = await self._card_post(instance).deliver(body, copies=copies if copies > 1 else None)
        else:
            name = self.gateway.new_name()
            for _ in range(copies):
                done = await self.gateway.push("CALLBACK", CARD, body, name=name)
        if done.status != 200 or done.seconds > self.card_patience:
            self.chats.dropped.append(Dropped(user, "no answer to a press in time", body))
            return done
        try:
            answer = json.loads(done.body or "{}")
            if instance.callback_type != "HTTP":
                answer = answer.get("response") or {}
            self._change(user, instance, answer)
        except (ValueError, AttributeError, TypeError, Refused) as error:
            self.chats.dropped.append(Dropped(user, f"the answer to a press: {error}", {"body": done.body[:2000]}))
        return done

    def _card_post(self, instance: Instance) -> Post:
        if not instance.route_key:
            return self._posts["card"]
        if instance.route_key not in self._routes:
            address, secret = self.cards.addresses[instance.route_key]
            self._routes[instance.route_key] = card_post(address, secret, self._now)
        return self._routes[instance.route_key]

    def _change(self, user: str, instance: Instance, answer: dict[str, Any]) -> None:
        public = public_map(answer["cardData"], instance.template) if answer.get("cardData") else None
        own = private_map(answer["userPrivateData"], instance.template) if answer.get("userPrivateData") else None
        if public is not None:
            instance.change_public(public, by_key=by_key(answer, "updateCardDataByKey"))
        if own is not None:
            instance.change_private(user, own, by_key=by_key(answer, "updatePrivateDataByKey"))
        if public is not None or own is not None:
            self.cards.touched(instance)

    async def _in_order(self, endpoint: str, send: Callable[[], Awaitable[Delivery]]) -> Delivery:
        """Send now, unless a fault holds it back until the next one has gone out, or sends it twice."""
        if self.faults.strikes(endpoint, "hold"):
            self._held.append(send)
            return HELD
        done = await send()
        if self.faults.strikes(endpoint, "twice"):
            done = await send()
        while self._held:
            await self._held.pop(0)()
        return done

    async def _once_more(self, pauses: tuple[float, ...], frame: Callable[[], Awaitable[Delivery]]) -> None:
        for pause in pauses:
            await asyncio.sleep(pause)
            if taken(await frame()):
                return

    def _envelope(self, user: str, group: Group | None) -> dict[str, Any]:
        company = self.company
        inside = user in company.members
        at = int(self._now() * 1000)
        conversation = group.id if group is not None else company.conversation_with(user)
        robot_id = company.encrypted_id("robot")
        body: dict[str, Any] = {
            "senderPlatform": "Mac", "conversationId": conversation, "chatbotCorpId": company.corp_id,
            "chatbotUserId": robot_id, "openThreadId": conversation, "msgId": f"msg{secrets.token_urlsafe(16)}==",
            "senderNick": company.name_of(user), "createAt": at,
            "senderCorpId": company.corp_id if inside else "dingoutside", "senderId": company.encrypted_id(user),
            "conversationType": "1" if group is None else "2", "robotCode": company.robot_code,
        }  # fmt: skip
        if company.published:
            body["isAdmin"] = user in company.admins
            if inside:
                body["senderStaffId"] = user
        if group is not None:
            body |= {"atUsers": [{"dingtalkId": robot_id}], "conversationTitle": group.name, "isInAtList": True}
        return body


def taken(done: Delivery) -> bool:
    """Whether a Stream push was acknowledged for good: code 200, and for events not LATER."""
    if done.status != 200:
        return False
    try:
        data = json.loads(done.body)
    except ValueError:
        return True
    return not (isinstance(data, dict) and data.get("status") == "LATER")
