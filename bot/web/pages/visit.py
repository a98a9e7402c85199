"""Who is looking at a page: asked of the store with every request, so that who has left sees nothing more."""

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import quote, urlsplit

import structlog
from aiohttp import web
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.web.api.problem import Problem
from bot.web.desk import Desk
from bot.web.pages.frame import Reader, sorry
from config.telling import place_of
from leads.errors import NoRight, NotFound, Refused
from leads.rights import Who
from store.members import find_member
from store.session import SEEN_EVERY, find_session, see_session
from store.writer import OutcomeInDoubt, StoreUnavailable

log = structlog.get_logger()

OWN_PATH = re.compile(r"/app/[A-Za-z0-9_\-./?=&%~,:]{0,800}")
HOME = {"to": "/app/", "label": "回首页"}
LARGEST = 64 * 1024  # bytes of one form

Answer = Callable[[web.Request, Reader], Awaitable[web.Response]]


def own_path(text: str) -> str:
    """A path of our pages as it was asked for, or the first page: whoever logs in is never sent to somebody else."""
    return text if OWN_PATH.fullmatch(text) and "//" not in text and not text.startswith("/app/log") else "/app/"


class Visits:
    """Reads cookies; wraps pages so that only members see them and only their own forms change anything."""

    def __init__(self, desk: Desk, public_url: str) -> None:
        self._desk = desk
        self.secure = public_url.startswith("https:")
        self.cookie = "__Host-leadbot" if self.secure else "leadbot"
        self._host = urlsplit(public_url).netloc

    async def reader(self, request: web.Request) -> Reader | None:
        """The member behind the request; None without a living session of somebody who is here."""
        secret = request.cookies.get(self.cookie, "")
        if not 20 <= len(secret) <= 100:
            return None
        now = self._desk.now()
        async with self._desk.store.read() as tx:
            session = await find_session(tx, secret, now=now)
            member = await find_member(tx, session.member_id) if session is not None else None
        if session is None or member is None or member.state != "active":
            return None
        if now - session.seen_at > SEEN_EVERY:
            await self._desk.store.transaction(lambda tx: see_session(tx, session, now=now))
        return Reader(Who.of(member), self._desk.store.keys.blind("page form", secret).hex())

    def page(self, answer: Answer, *, roles: tuple[str, ...] = ()) -> Callable[[web.Request], Awaitable[web.Response]]:
        """A page for members (of these roles); others are sent to the login and come back here."""

        async def show(request: web.Request) -> web.Response:
            reader = await self.reader(request)
            if reader is None:
                to = quote(own_path(request.rel_url.raw_path_qs), safe="")
                return web.Response(status=303, headers={"Location": f"/app/login?to={to}"})
            return await self._told(request, reader, answer, roles)

        return show

    def act(self, answer: Answer, *, roles: tuple[str, ...] = ()) -> Callable[[web.Request], Awaitable[web.Response]]:
        """What a member's own form changes: with the word of their session, from a page of ours."""

        async def take(request: web.Request) -> web.Response:
            reader = await self.reader(request)
            if reader is None:
                return sorry("请先登录", "登录已经结束了,什么都没有改。", status=401, to="/app/login", label="去登录")
            if not await self._is_own(request, reader):
                return sorry("没有执行", "这个请求不是从线索助手的页面发出的,什么都没有改。", reader, status=403)
            return await self._told(request, reader, answer, roles)

        return take

    async def _is_own(self, request: web.Request, reader: Reader) -> bool:
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc not in (request.host, self._host):
            return False
        if request.content_type != "application/x-www-form-urlencoded" or (request.content_length or 0) > LARGEST:
            return False
        given = str((await request.post()).get("csrf", ""))
        return hmac.compare_digest(given.encode("utf-8", "replace"), reader.csrf.encode())

    async def _told(self, request: web.Request, reader: Reader, answer: Answer, roles: tuple[str, ...]) -> web.Response:
        """Whatever goes wrong, the reader gets a page with a sentence."""
        if roles and reader.who.role not in roles:
            return sorry("这一页不对你开放", "要看的话,请找主管或管理员。", reader, status=403, **HOME)
        try:
            return await answer(request, reader)
        except NotFound:
            return sorry("没有找到", "没有这一条,或者它不在你能看的范围里。", reader, status=404, **HOME)
        except NoRight as refused:
            return sorry("没有这个权限", refused.sentence, reader, status=403, **HOME)
        except Refused as refused:
            return sorry("没有执行", refused.sentence, reader, status=422)
        except Problem as problem:
            return sorry("没有读懂", problem.detail, reader, status=problem.status, **HOME)
        except web.HTTPException:
            raise
        except OutcomeInDoubt as error:
            sentence = "保存时数据库断开了,不知道有没有存上。请先回上一页看一眼,没有再做一次。"
            return _broken(request, reader, error, sentence, 503)
        except (OperationalError, InterfaceError, PoolTimeout, StoreUnavailable) as error:
            return _broken(request, reader, error, "暂时读不到数据,请过几秒刷新。", 503)
        except Exception as error:
            return _broken(request, reader, error, "这一页出错了,请把参考号告诉管理员。", 500)


def _broken(request: web.Request, reader: Reader, error: Exception, sentence: str, status: int) -> web.Response:
    reference = secrets.token_hex(4)
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else ""
    log.error("a page failed", reference=reference, route=route, error=type(error).__name__, where=place_of(error))
    return sorry("没有打开", f"{sentence}参考号 {reference}。", reader, status=status)
