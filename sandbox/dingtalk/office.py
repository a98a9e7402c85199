"""What the office does beside chat: to-dos, approvals, uploaded media, and the list of events that were not taken."""

import secrets
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.dingtalk.call import Call, Endpoint
from sandbox.dingtalk.company import Company
from sandbox.dingtalk.refusal import Refused
from sandbox.dingtalk.token import Tokens

MEDIA = {"image": 20, "voice": 2, "video": 20, "file": 20}  # MiB
PRIORITIES = (10, 20, 30, 40)
LISTED_AFTER = 180.0  # a failed event is listed three to five minutes after its last try


class Office:
    """To-dos by id, approvals by id, media by id. `failed` are (instant, type, event) of events nobody took."""

    def __init__(self, company: Company, tokens: Tokens, failed: list[tuple[float, str, dict[str, Any]]]) -> None:
        self.company = company
        self.todos: dict[str, dict[str, Any]] = {}
        self.approvals: dict[str, dict[str, Any]] = {}
        self.media: dict[str, bytes] = {}
        self._tokens = tokens
        self._failed = failed

    def endpoints(self) -> list[Endpoint]:
        """The addresses."""
        tasks = "/v1.0/todo/users/{union}/tasks"
        return [
            Endpoint("POST", tasks, self._todo),
            Endpoint("PUT", tasks + "/{task}", self._todo_change),
            Endpoint("PUT", tasks + "/{task}/executorStatus", self._todo_done),
            Endpoint("DELETE", tasks + "/{task}", self._todo_delete),
            Endpoint("POST", "/v1.0/workflow/processInstances", self._approval),
            Endpoint("GET", "/v1.0/workflow/processInstances", self._approval_get),
            Endpoint("POST", "/v1.0/workflow/processInstances/terminate", self._approval_end),
            Endpoint("GET", "/call_back/get_call_back_failed_result", self._failed_events, free=True),
        ]

    def routes(self, around: Callable[..., Any]) -> list[web.RouteDef]:
        """media/upload, which is no JSON."""

        async def upload(request: web.Request) -> web.Response:
            async def answer() -> web.Response:
                return web.json_response(await self._upload(request))

            done: web.Response = await around("media/upload", request, answer)
            return done

        return [web.post("/media/upload", upload)]

    def decide(self, instance: str, result: str) -> None:
        """The approver agrees or refuses (agree, refuse)."""
        if self.approvals[instance]["status"] == "TERMINATED":
            raise ValueError("this approval was ended; nobody can decide about it")
        self.approvals[instance] |= {"status": "COMPLETED", "result": result}

    def _member(self, union: Any, name: str) -> str:
        if not isinstance(union, str) or self.company.user_of_union(union) is None:
            raise Refused("invalidParameter.unionId", f"{name}: no user with unionId {union!r}")
        return union

    def _todo(self, call: Call) -> dict[str, Any]:
        body = call.body
        owner = self._member(call.part("union"), "unionId")
        self._member(call.query.get("operatorId"), "operatorId")
        self._check_todo(body)
        if not isinstance(body.get("detailUrl"), dict) or not {"appUrl", "pcUrl"} & set(body["detailUrl"]):
            raise Refused("miss.param.detailUrl", "detailUrl.appUrl and detailUrl.pcUrl are needed")
        if not isinstance(body.get("subject"), str) or not body["subject"]:
            raise Refused("miss.param.subject", "subject is missing")
        task = secrets.token_hex(12)
        self.todos[task] = {"id": task, "done": False, "owner": owner, **body}
        return {"id": task, "subject": body["subject"], "creatorId": body.get("creatorId"), "done": False,
                "executorIds": body.get("executorIds") or [owner], "sourceId": body.get("sourceId"),
                "createdTime": int(call.now * 1000)}  # fmt: skip

    def _check_todo(self, body: dict[str, Any]) -> None:
        if len(str(body.get("subject") or "")) > 1024:
            raise Refused("invalidParameter.subject.tooLong", "subject has more than 1024 characters")
        for name in ("executorIds", "participantIds"):
            for one in body.get(name) or []:
                self._member(one, name)
        if body.get("dueTime") is not None and not isinstance(body["dueTime"], int):
            raise Refused("invalidParameter.dueTime", "dueTime must be milliseconds")
        if body.get("priority") is not None and body["priority"] not in PRIORITIES:
            raise Refused("invalidParameter.priority", "priority must be 10, 20, 30 or 40")

    def _known(self, call: Call) -> dict[str, Any]:
        self._member(call.part("union"), "unionId")
        task = self.todos.get(call.part("task"))
        if task is None:
            raise Refused("resource.not.found", "the task does not exist", status=404)
        return task

    def _todo_change(self, call: Call) -> dict[str, Any]:
        task = self._known(call)
        self._check_todo(call.body)
        task.update(call.body)
        return {"result": True, "requestId": secrets.token_hex(6)}

    def _todo_done(self, call: Call) -> dict[str, Any]:
        task = self._known(call)
        for one in call.body.get("executorStatusList") or []:
            task.setdefault("executor_done", {})[self._member(one.get("id"), "id")] = bool(one.get("isDone"))
        return {"result": True, "requestId": secrets.token_hex(6)}

    def _todo_delete(self, call: Call) -> dict[str, Any]:
        del self.todos[self._known(call)["id"]]
        return {"result": True, "requestId": secrets.token_hex(6)}

    def _approval(self, call: Call) -> dict[str, Any]:
        body = call.body
        if body.get("originatorUserId") not in self.company.members:
            raise Refused("staffId.notExisted", "originatorUserId")
        values = body.get("formComponentValues")
        if not body.get("processCode") or not isinstance(values, list) or not 1 <= len(values) <= 150:
            raise Refused(
                "invalidParameter.formComponentValues", "processCode and 1 to 150 formComponentValues are needed"
            )
        for one in values:
            if not isinstance(one, dict) or not one.get("name") or not isinstance(one.get("value"), str):
                raise Refused("invalidParameter.formComponentValues", f"{one!r}: name and a text as value are needed")
        instance = secrets.token_urlsafe(16)
        self.approvals[instance] = {"status": "RUNNING", "result": "", **body}
        return {"instanceId": instance}

    def _approval_of(self, instance: Any) -> dict[str, Any]:
        found = self.approvals.get(str(instance or ""))
        if found is None:
            raise Refused("processInstance.notExist", "no such approval", status=404)
        return found

    def _approval_get(self, call: Call) -> dict[str, Any]:
        found = self._approval_of(call.query.get("processInstanceId"))
        kept = {name: found.get(name) for name in ("status", "result", "originatorUserId", "formComponentValues")}
        return {"result": {**kept, "operationRecords": [], "tasks": []}, "success": True}

    def _approval_end(self, call: Call) -> dict[str, Any]:
        found, by = self._approval_of(call.body.get("processInstanceId")), call.body.get("operatingUserId")
        if call.body.get("isSystem") is not True and by != found["originatorUserId"]:
            raise Refused("invalidParameter.operatingUserId", "only the originator may end it, or isSystem")
        if found["status"] != "RUNNING":
            raise Refused("processInstance.ended", "the approval is not running")
        found["status"] = "TERMINATED"
        return {"result": True, "success": True}

    def _failed_events(self, call: Call) -> dict[str, Any]:
        """What was not taken, once: reading takes the entries away."""
        ready = [entry for entry in self._failed if entry[0] <= call.now - LISTED_AFTER][:200]
        for entry in ready:
            self._failed.remove(entry)
        listed = []
        for at, kind, event in ready:
            data = {"corpid": self.company.corp_id, **event}
            listed.append({kind: data, "call_back_tag": kind, "event_time": int(at * 1000)})
        return {"errcode": 0, "errmsg": "ok", "has_more": False, "failed_list": listed}

    async def _upload(self, request: web.Request) -> dict[str, Any]:
        try:
            self._tokens.check(request)
        except Refused as error:
            return {"errcode": error.code, "errmsg": error.message}
        form = await request.post()
        field, kind = form.get("media"), str(form.get("type") or request.query.get("type") or "")
        if kind not in MEDIA:
            return {"errcode": 40004, "errmsg": "不合法的媒体文件类型"}
        if not isinstance(field, web.FileField) or not field.filename:
            return {"errcode": 41005, "errmsg": "缺少多媒体文件数据"}
        content = field.file.read()
        if not 0 < len(content) <= MEDIA[kind] * 2**20:
            return {"errcode": 40006, "errmsg": "不合法的文件大小"}
        name = "@" + secrets.token_urlsafe(24)
        self.media[name] = content
        return {
            "errcode": 0,
            "errmsg": "ok",
            "media_id": name,
            "created_at": int(self._tokens.now() * 1000),
            "type": kind,
        }
