"""Coming in and going out: the chat tool is asked who somebody is, once, for the browser that asked."""

import base64
import hmac
import secrets
from collections.abc import Mapping

import structlog
from aiohttp import web

from bot.entrance import Entrance, NotLetIn
from bot.web.desk import Desk
from bot.web.pages.frame import Reader, page, sorry
from bot.web.pages.visit import Visits, own_path
from store.members import find_by_platform
from store.session import LONGEST, end_session, open_session
from store.timeline import audit
from store.tx import Tx

log = structlog.get_logger()

PATIENCE = 600  # seconds between the button and the chat tool's answer
NOT_A_MEMBER = (
    "你的{label}账号({user})不在线索助手的成员名单里。请管理员在 members.csv 的 {name} 一列填上它,再点一次登录。"
)
OLD = "这次登录用过了,或者等得太久了,或者换了浏览器。请在这里再点一次登录。"


class LoginDoors:
    """GET /app/login, GET /app/login/{way} and …/done, POST /app/logout."""

    def __init__(self, desk: Desk, visits: Visits, entrances: Mapping[str, Entrance], public_url: str) -> None:
        self._desk = desk
        self._visits = visits
        self._entrances = entrances
        self._public_url = public_url.rstrip("/")
        self._cookie = "__Host-leadbot-login" if visits.secure else "leadbot-login"

    def add_routes(self, app: web.Application) -> None:
        """Serve them; a code must not be spent by a HEAD."""
        app.router.add_get("/app/login", self.choose)
        app.router.add_get("/app/login/{way:[a-z]{1,20}}", self.go, allow_head=False)
        app.router.add_get("/app/login/{way:[a-z]{1,20}}/done", self.done, allow_head=False)
        app.router.add_post("/app/logout", self._visits.act(self.leave))

    async def choose(self, request: web.Request) -> web.Response:
        """Where to log in; inside a chat tool there is nothing to choose."""
        to = own_path(request.query.get("to", ""))
        if await self._visits.reader(request) is not None:
            return web.Response(status=303, headers={"Location": to})
        agent = request.headers.get("User-Agent", "")[:500]
        inside = next((one for one in self._entrances.values() if one.is_inside(agent)), None)
        if inside is not None:
            return self._sent(inside, to, inside=True)
        return page("login.html", None, title="登录", entrances=list(self._entrances.values()), to=to)

    async def go(self, request: web.Request) -> web.Response:
        """Off to the chat tool, with a word that only this browser can bring back."""
        entrance = self._entrances.get(request.match_info["way"])
        if entrance is None:
            return sorry("没有这种登录方式", "请回到登录页重新选。", status=404, to="/app/login", label="去登录")
        agent = request.headers.get("User-Agent", "")[:500]
        return self._sent(entrance, own_path(request.query.get("to", "")), inside=entrance.is_inside(agent))

    def _sent(self, entrance: Entrance, to: str, *, inside: bool) -> web.Response:
        """To the chat tool's login; inside an app that can be asked directly, to a page that does so."""
        began = int(self._desk.now().timestamp())
        path = base64.urlsafe_b64encode(to.encode()).decode().rstrip("=")
        ticket = f"{secrets.token_hex(16)}.{began}.{entrance.name}.{path}"
        back = f"{self._public_url}/app/login/{entrance.name}/done"
        address = entrance.address(back, self._state(ticket), inside=inside)
        if inside and entrance.asks_inside:
            done = f"/app/login/{entrance.name}/done?inside=1&state={self._state(ticket)}&code="
            response = page(
                "login_inside.html", None, title="登录", label=entrance.label, corp=entrance.asks_inside, done=done,
                other=address,
            )  # fmt: skip
        else:
            response = web.Response(status=302, headers={"Location": address})
        self._set(response, self._cookie, ticket, PATIENCE)
        return response

    def _state(self, ticket: str) -> str:
        """Letters and digits that belong to the ticket in the browser's cookie, and that nobody else can make."""
        return self._desk.store.keys.blind("page login", ticket).hex()

    async def done(self, request: web.Request) -> web.Response:
        """Back from the chat tool: the word fits the browser, the code is good, and its owner is a member."""
        entrance = self._entrances.get(request.match_info["way"])
        ticket, state = request.cookies.get(self._cookie, "")[:2000], request.query.get("state", "")[:200]
        to = self._to(ticket, state, entrance)
        if entrance is None or to is None:
            return self._refused("没有登录成功", OLD, status=400)
        try:
            user = await entrance.recognise(request.query)
        except NotLetIn as error:
            log.info("a login was refused", way=entrance.name)
            return self._refused("没有登录成功", str(error), status=403)
        secret = secrets.token_urlsafe(32)
        opened = await self._desk.store.transaction(lambda tx: self._open(tx, entrance, user, secret, state))
        if opened is None:
            sentence = NOT_A_MEMBER.format(label=entrance.label, user=user[:64], name=entrance.name)
            return self._refused("还不能进来", sentence, status=403)
        if not opened:
            return self._refused("没有登录成功", OLD, status=400)
        response = web.Response(status=303, headers={"Location": to})
        self._set(response, self._visits.cookie, secret, int(LONGEST.total_seconds()))
        self._drop(response, self._cookie)
        return response

    def _to(self, ticket: str, state: str, entrance: Entrance | None) -> str | None:
        """Where the reader wanted to go, if this answer belongs to what this browser asked a moment ago."""
        parts = ticket.split(".")
        if entrance is None or len(parts) != 4 or not parts[1].isdecimal() or parts[2] != entrance.name:
            return None
        if not hmac.compare_digest(self._state(ticket).encode(), state.encode("utf-8", "replace")):
            return None
        if not 0 <= self._desk.now().timestamp() - int(parts[1][:12]) <= PATIENCE:
            return None
        try:
            return own_path(base64.urlsafe_b64decode(parts[3] + "=" * (-len(parts[3]) % 4)).decode())
        except ValueError:
            return "/app/"

    async def _open(self, tx: Tx, entrance: Entrance, user: str, secret: str, state: str) -> bool | None:
        """None for somebody who is no member (any more); False for a login that was used before."""
        now = self._desk.now()
        member = await find_by_platform(tx, entrance.name, user)
        if member is None:
            return None
        if not await open_session(tx, secret, member.id, way=entrance.name, login=state, now=now):
            return False
        await audit(tx, act="login", by=member.id, subject=entrance.name, at=now)
        return True

    async def leave(self, request: web.Request, reader: Reader) -> web.Response:
        """Sign out: the session is gone, here and in the store."""
        secret = request.cookies.get(self._visits.cookie, "")
        await self._desk.store.transaction(lambda tx: end_session(tx, secret))
        response = web.Response(status=303, headers={"Location": "/app/login"})
        self._drop(response, self._visits.cookie)
        return response

    def _refused(self, title: str, sentence: str, *, status: int) -> web.Response:
        response = sorry(title, sentence, status=status, to="/app/login", label="再登录一次")
        self._drop(response, self._cookie)
        return response

    def _set(self, response: web.Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=self._visits.secure, httponly=True, samesite="Lax"
        )

    def _drop(self, response: web.Response, name: str) -> None:
        response.del_cookie(name, path="/", secure=self._visits.secure, httponly=True, samesite="Lax")
