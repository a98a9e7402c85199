"""The card platform's API: create, deliver into chats, update, and where clicks are sent."""

import re
import secrets
from typing import Any

from sandbox.chat import Chats
from sandbox.dingtalk.call import Call, Endpoint
from sandbox.dingtalk.card import Instance, Template, by_key, private_map, public_map
from sandbox.dingtalk.chat import Message
from sandbox.dingtalk.company import Company
from sandbox.dingtalk.refusal import Refused

SPACE = re.compile(r"(IM_GROUP|IM_ROBOT|IM_SINGLE|ONE_BOX)\.(.+)")
MODELS = {
    "IM_GROUP": ("imGroupOpenSpaceModel", "imGroupOpenDeliverModel"),
    "IM_ROBOT": ("imRobotOpenSpaceModel", "imRobotOpenDeliverModel"),
    "IM_SINGLE": ("imSingleOpenSpaceModel", "imSingleOpenDeliverModel"),
    "ONE_BOX": ("topOpenSpaceModel", "topOpenDeliverModel"),
}


class Cards:
    """All card instances of the app. `addresses` are the HTTP callbacks by route key: (url, secret)."""

    def __init__(self, company: Company, chats: Chats[Message]) -> None:
        self.company = company
        self.chats = chats
        self.templates: dict[str, Template] = {}
        self.instances: dict[str, Instance] = {}
        self.addresses: dict[str, tuple[str, str]] = {}
        self.console: tuple[str, str] | None = None  # the callback that the template itself names

    def endpoints(self) -> list[Endpoint]:
        """The addresses of /v1.0/card."""
        card = "/v1.0/card"
        return [
            Endpoint("POST", f"{card}/instances/createAndDeliver", self._create_and_deliver),
            Endpoint("POST", f"{card}/instances", self._create),
            Endpoint("POST", f"{card}/instances/deliver", self._deliver),
            Endpoint("PUT", f"{card}/instances", self._update),
            Endpoint("POST", f"{card}/callbacks/register", self._register),
        ]

    def _create_and_deliver(self, call: Call) -> dict[str, Any]:
        spaces = self._spaces(call.body, with_space_models=True)
        instance = self._new(call.body)
        results = self._hang(instance, spaces, call.body)
        return {"success": True, "result": {"outTrackId": instance.out_track_id, "deliverResults": results}}

    def _create(self, call: Call) -> dict[str, Any]:
        instance = self._new(call.body)
        return {"success": True, "result": instance.out_track_id}

    def _deliver(self, call: Call) -> dict[str, Any]:
        instance = self._known(call.body)
        spaces = self._spaces(call.body, with_space_models=False)
        return {"success": True, "result": self._hang(instance, spaces, call.body)}

    def _update(self, call: Call) -> dict[str, Any]:
        body = call.body
        instance = self._known(body)
        public = public_map(body["cardData"], instance.template) if body.get("cardData") is not None else None
        private = self._private(body, instance.template)
        if public is None and not private:
            raise Refused("param.invalid", "cardData or privateData is needed")
        if public is not None:
            instance.change_public(public, by_key=by_key(body, "updateCardDataByKey"))
        for user, new in private.items():
            instance.change_private(user, new, by_key=by_key(body, "updatePrivateDataByKey"))
        self.touched(instance)
        return {"success": True, "result": True}

    def _register(self, call: Call) -> dict[str, Any]:
        key, url = call.body.get("callbackRouteKey"), call.body.get("callbackUrl")
        if (
            not isinstance(key, str)
            or not key
            or not isinstance(url, str)
            or not url.startswith(("http://", "https://"))
        ):
            raise Refused("param.invalid", "callbackRouteKey and callbackUrl are needed")
        if key in self.addresses and call.body.get("forceUpdate") is not True:
            raise Refused("param.callbackRouteKeyExist", "callbackRouteKey exists", status=500)
        secret = str(call.body.get("apiSecret") or secrets.token_hex(16))
        self.addresses[key] = (url, secret)
        return {"success": True, "result": {"callbackUrl": url, "apiSecret": secret}}

    def touched(self, instance: Instance) -> None:
        """A card looks different now: tell whoever sees it."""
        for chat in self.chats.messages.values():
            for message in chat:
                if message.instance is instance:
                    message.updated_at = self.chats.now()
                    self.chats.changed(message.user)

    def _known(self, body: dict[str, Any]) -> Instance:
        track = body.get("outTrackId")
        if not isinstance(track, str) or not track:
            raise Refused("param.outTrackIdEmpty", "outTrackId is empty")
        if track not in self.instances:
            raise Refused("param.cardNotExist", f"no card {track}")
        return self.instances[track]

    def _new(self, body: dict[str, Any]) -> Instance:
        track = body.get("outTrackId")
        if not isinstance(track, str) or not track:
            raise Refused("param.outTrackIdEmpty", "outTrackId is empty")
        if not body.get("cardTemplateId"):
            raise Refused("param.cardTemplateIdEmpty", "cardTemplateId is empty")
        template = self.templates.get(str(body["cardTemplateId"]))
        if template is None:
            raise Refused("param.templateNotExist", f"no template {body['cardTemplateId']}")
        if not template.published:
            raise Refused("param.templateUnpublished", "the template was not published")
        if track in self.instances:
            raise Refused("param.cardAlreadyExist", f"the card {track} exists")
        kind, route = body.get("callbackType"), str(body.get("callbackRouteKey") or "")
        if kind not in (None, "STREAM", "HTTP"):
            raise Refused("param.invalid", "callbackType must be STREAM or HTTP")
        if kind == "HTTP" and route not in self.addresses and (route or self.console is None):
            raise Refused("param.invalid", f"callbackRouteKey {route!r} was not registered")
        if body.get("userIdType", 1) not in (1, 2):
            raise Refused("param.invalid", "userIdType must be 1 or 2")
        public = public_map(body.get("cardData"), template)
        instance = Instance(track, template, kind or "HTTP", route, public, self._private(body, template))
        self.instances[track] = instance
        return instance

    def _private(self, body: dict[str, Any], template: Template) -> dict[str, dict[str, str]]:
        given = body.get("privateData")
        if given is None:
            return {}
        if not isinstance(given, dict):
            raise Refused("param.invalid", "privateData must be an object")
        found = {}
        for name, data in given.items():
            user = self.company.user_of_union(name) if body.get("userIdType") == 2 else name
            if user not in self.company.members:
                raise Refused("param.userIdNotExist", f"no user {name}")
            found[user] = private_map(data, template)
        return found

    def _spaces(self, body: dict[str, Any], *, with_space_models: bool) -> list[tuple[str, str]]:
        whole = body.get("openSpaceId")
        if not isinstance(whole, str) or not whole.startswith("dtv1.card//"):
            raise Refused("param.openSpaceIdInvalid", "openSpaceId must begin with dtv1.card//")
        found: list[tuple[str, str]] = []
        for part in whole.removeprefix("dtv1.card//").split(";"):
            match = SPACE.fullmatch(part)
            if match is None:
                raise Refused("param.openSpaceIdInvalid", f"openSpaceId: {part!r}")
            found.append((match[1], match[2]))
        for kind, _ in found:
            space, deliver = MODELS[kind]
            if with_space_models and not isinstance((body.get(space) or {}).get("supportForward"), bool):
                raise Refused("param.invalid", f"{space} with supportForward is needed for {kind}")
            model = body.get(deliver)
            if not isinstance(model, dict):
                raise Refused("param.openDeliverModelEmpty", f"{deliver} is needed for {kind}")
            if kind == "IM_GROUP" and model.get("robotCode") != self.company.robot_code:
                raise Refused("param.openDeliverModelError", f"{deliver}.robotCode")
            if kind == "IM_ROBOT" and model.get("spaceType") != "IM_ROBOT":
                raise Refused("param.openDeliverModelError", f"{deliver}.spaceType must be IM_ROBOT")
            if kind == "IM_ROBOT" and model.get("robotCode", self.company.robot_code) != self.company.robot_code:
                raise Refused("param.openDeliverModelError", f"{deliver}.robotCode")
        return found

    def _hang(self, instance: Instance, spaces: list[tuple[str, str]], body: dict[str, Any]) -> list[dict[str, Any]]:
        results = []
        for kind, name in spaces:
            flaw = self._unreachable(kind, name)
            result: dict[str, Any] = {"spaceType": kind, "spaceId": name, "success": not flaw}
            if flaw:
                result["errorMsg"] = flaw
            else:
                key = secrets.token_urlsafe(14)
                result["carrierId"] = key
                instance.spaces.append((kind, name))
                only = (body[MODELS[kind][1]].get("recipients") or []) if kind == "IM_GROUP" else []
                self.chats.put(
                    name, kind="card", instance=instance, first=dict(instance.public), msgid=key, via="card",
                    only=frozenset(only),
                )  # fmt: skip
            results.append(result)
        return results

    def _unreachable(self, kind: str, name: str) -> str:
        if kind in ("IM_ROBOT", "IM_SINGLE"):
            if self.company.robot_stopped:
                return "robot.oto.notExist"
            return "" if name in self.company.visible() else "staffId.notExisted"
        group = self.company.groups.get(name)
        if group is None or not group.has_robot:
            return "invalid.openConversationId"
        return "group.disbanded" if group.disbanded else ""
