"""The address book of the old API (free of the month's quota), and who is behind a login."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from sandbox.dingtalk.call import Call, Endpoint
from sandbox.dingtalk.company import Company
from sandbox.dingtalk.refusal import Refused

CODE_LIVES = 300.0
INSIDE = "inside-"  # how the codes of 免登 begin here, so that neither call takes the other's
ROOT = 1


class Directory:
    """Users, departments, login codes."""

    def __init__(self, company: Company, now: Callable[[], float]) -> None:
        self.company = company
        self._now = now
        self._codes: dict[str, tuple[str, float]] = {}
        self._people: dict[str, str] = {}
        self._ticket = (secrets.token_hex(20), 0.0)

    def endpoints(self) -> list[Endpoint]:
        """The addresses, all of them free."""
        old = [
            ("v2/user/get", self._user), ("user/getbyunionid", self._by_union),
            ("v2/user/getbymobile", self._by_mobile),
            ("v2/user/list", self._users), ("user/listid", self._ids), ("v2/department/listsub", self._departments),
            ("v2/department/listsubid", self._department_ids), ("v2/department/get", self._department),
            ("v2/user/getuserinfo", self._user_info), ("user/getuserinfo", self._user_info),
        ]  # fmt: skip
        return [
            *(Endpoint("POST", f"/topapi/{path}", handler, free=True) for path, handler in old),
            Endpoint("POST", "/v1.0/oauth2/userAccessToken", self._user_token, free=True, open=True),
            Endpoint("GET", "/v1.0/contact/users/{who}", self._me, free=True, open=True),
            Endpoint("POST", "/v1.0/oauth2/jsapiTickets", self._jsapi, free=True),
        ]

    def login_code(self, user: str, *, inside: bool = False) -> str:
        """The code of 免登 (`inside` the app) or of the login page: once, for five minutes, each for its own call."""
        code = f"{INSIDE if inside else ''}{secrets.token_hex(16)}"
        self._codes[code] = (user, self._now() + CODE_LIVES)
        return code

    def _who(self, code: Any, *, inside: bool) -> str | None:
        user, until = self._codes.pop(str(code or ""), ("", 0.0))
        return user if user and self._now() < until and str(code).startswith(INSIDE) == inside else None

    def _user_info(self, call: Call) -> dict[str, Any]:
        user = self._who(call.body.get("code"), inside=True)
        if user is None:
            raise Refused(88, "不存在的临时授权码", sub_code="40078")
        level = 1 if user in self.company.admins else 0
        return _ok(
            {"userid": user, "unionid": self.company.union_id(user), "name": self.company.name_of(user),
             "device_id": _short(user), "sys": bool(level), "sys_level": level}
        )  # fmt: skip

    def _user_token(self, call: Call) -> dict[str, Any]:
        body, company = call.body, self.company
        if body.get("clientId") != company.client_id or body.get("clientSecret") != company.client_secret:
            raise Refused("invalidClientIdOrSecret", "无效的clientId或者clientSecret")
        if body.get("grantType") != "authorization_code":
            raise Refused("invalidGrantType", "grantType")
        user = self._who(body.get("code"), inside=False)
        if user is None:
            raise Refused("invalidCode", "不合法的临时授权码")
        token = secrets.token_hex(16)
        self._people[token] = user
        return {
            "accessToken": token,
            "refreshToken": secrets.token_hex(16),
            "expireIn": 7200,
            "corpId": company.corp_id if user in company.members else "dingother",
        }

    def _me(self, call: Call) -> dict[str, Any]:
        user = self._people.get(call.request.headers.get("x-acs-dingtalk-access-token", ""))
        if user is None or call.part("who") != "me":
            raise Refused("InvalidAuthentication", "不合法的access_token")
        found = {"nick": self.company.name_of(user), "unionId": self.company.union_id(user), "openId": _short(user)}
        mobile = self.company.mobiles.get(user)
        return {**found, "mobile": mobile, "stateCode": "86"} if mobile else found

    def _jsapi(self, call: Call) -> dict[str, Any]:
        if self._ticket[1] <= call.now:
            self._ticket = (secrets.token_hex(20), call.now + 7200)
        return {"jsapiTicket": self._ticket[0], "expireIn": int(self._ticket[1] - call.now)}

    def _profile(self, user: str) -> dict[str, Any]:
        company = self.company
        found = {
            "userid": user, "unionid": company.union_id(user), "name": company.members[user], "title": "", "avatar": "",
            "dept_id_list": [company.department_of.get(user, ROOT)], "leader_in_dept": [], "role_list": [],
            "admin": user in company.admins, "boss": False, "active": True,
        }  # fmt: skip
        return {**found, "mobile": company.mobiles[user]} if user in company.mobiles else found

    def _user(self, call: Call) -> dict[str, Any]:
        user = str(call.body.get("userid") or "")
        if user not in self.company.members:
            raise Refused(60121, "找不到该用户")
        if user in self.company.hidden:
            raise Refused(50002, "请求的员工userid不在授权范围内")
        return _ok(self._profile(user))

    def _by_union(self, call: Call) -> dict[str, Any]:
        user = self.company.user_of_union(str(call.body.get("unionid") or ""))
        if user is None:
            raise Refused(60121, "找不到该用户")
        return _ok({"contact_type": 0, "userid": user})

    def _by_mobile(self, call: Call) -> dict[str, Any]:
        mobile = str(call.body.get("mobile") or "")
        if not mobile.isdigit():
            raise Refused(40104, "手机号不合法")
        user = next((user for user, number in self.company.mobiles.items() if number == mobile), None)
        if user is None:
            raise Refused(60121, "找不到该用户")
        return _ok({"userid": user})

    def _in(self, call: Call) -> list[str]:
        department = _number(call.body.get("dept_id"))
        if department != ROOT and department not in self.company.departments:
            raise Refused(60003, "部门不存在")
        place = self.company.department_of
        return [user for user in sorted(self.company.visible()) if place.get(user, ROOT) == department]

    def _users(self, call: Call) -> dict[str, Any]:
        size, cursor = _number(call.body.get("size")), _number(call.body.get("cursor") or 0)
        if not 1 <= size <= 100:
            raise Refused(40035, "不合法的参数: size must be 1 to 100")
        listed = self._in(call)
        page = [self._profile(user) for user in listed[cursor : cursor + size]]
        more = cursor + size < len(listed)
        return _ok({"has_more": more, **({"next_cursor": cursor + size} if more else {}), "list": page})

    def _ids(self, call: Call) -> dict[str, Any]:
        return _ok({"userid_list": self._in(call)})

    def _below(self, call: Call) -> list[int]:
        above = _number(call.body.get("dept_id") or ROOT)
        if above != ROOT and above not in self.company.departments:
            raise Refused(60003, "部门不存在")
        return [number for number, (_, parent) in sorted(self.company.departments.items()) if parent == above]

    def _departments(self, call: Call) -> dict[str, Any]:
        known = self.company.departments
        return _ok([{"dept_id": n, "name": known[n][0], "parent_id": known[n][1]} for n in self._below(call)])

    def _department_ids(self, call: Call) -> dict[str, Any]:
        return _ok({"dept_id_list": self._below(call)})

    def _department(self, call: Call) -> dict[str, Any]:
        number = _number(call.body.get("dept_id"))
        if number == ROOT:
            return _ok({"dept_id": ROOT, "name": self.company.name})
        if number not in self.company.departments:
            raise Refused(60003, "部门不存在")
        name, parent = self.company.departments[number]
        return _ok({"dept_id": number, "name": name, "parent_id": parent})


def _ok(result: Any) -> dict[str, Any]:
    return {"errcode": 0, "errmsg": "ok", "result": result, "request_id": secrets.token_hex(6)}


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Refused(40035, f"不合法的参数: {value!r} is no number") from None


def _short(user: str) -> str:
    return hashlib.sha256(user.encode()).hexdigest()[:12]
