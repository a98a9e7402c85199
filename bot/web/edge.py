"""The outermost layer: whatever happens inside, the caller gets a readable answer and nothing of ours."""

import asyncio
import secrets
import sys

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.memory import load
from bot.metrics import Metrics
from bot.web.api.problem import Problem
from config.telling import place_of
from store.writer import OutcomeInDoubt, StoreUnavailable

log = structlog.get_logger()

DRAWING = "jinja2"  # with it pages are drawn; many companies work in chat for days before one of them opens a page
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
}


def layer(metrics: Metrics) -> Middleware:
    """The middleware: refusals become problem+json, errors a reference number, pages get their security headers."""

    @web.middleware
    async def outermost(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if DRAWING not in sys.modules and "text/html" in request.headers.get("Accept", ""):
                await asyncio.to_thread(load, DRAWING)  # the first browser waits for it, and nobody else
            response = await handler(request)
        except Problem as problem:
            response = problem.response()
        except web.HTTPException as raised:
            if raised.status < 400:
                raise
            response = _of_http(raised)
        except ConnectionError:  # the caller hung up while we read their body: nobody is left to answer
            response = Problem("refused", "连接中断了。", status=400).response()
        except OutcomeInDoubt as error:  # whoever asks again at once may do it twice
            reference = _noted(request, error)
            detail = f"数据库在保存时断开了,不知道这一步有没有做成;请先查一下结果,没有再重试。参考号 {reference}。"
            response = Problem("in_doubt", detail, more={"reference": reference}).response()
        except (OperationalError, InterfaceError, PoolTimeout, StoreUnavailable) as error:
            reference = _noted(request, error)
            response = Problem(
                "store_unavailable",
                f"暂时无法读写,请稍后重试。参考号 {reference}。",
                headers={"Retry-After": "5"},
                more={"reference": reference},
            ).response()
        except Exception as error:
            reference = _noted(request, error)
            detail = f"服务器出错了,管理员可以用参考号 {reference} 在日志里找到原因。"
            response = Problem("broken", detail, more={"reference": reference}).response()
        metrics.answered(method=request.method, route=_route(request), status=response.status)
        if not response.prepared:
            is_page = response.content_type == "text/html" and "Content-Security-Policy" not in response.headers
            for name, value in (HEADERS | (PAGE_HEADERS if is_page else {})).items():  # or a page has its own policy
                response.headers.setdefault(name, value)
        return response

    return outermost


def _of_http(raised: web.HTTPException) -> web.Response:
    """aiohttp's own refusals, in our words."""
    if isinstance(raised, web.HTTPMethodNotAllowed):
        allowed = sorted(raised.allowed_methods)
        detail = f"这个地址只接受 {'、'.join(allowed)}。"
        return Problem(
            "wrong_method", detail, headers={"Allow": ", ".join(allowed)}, more={"allowed": allowed}
        ).response()
    if raised.status == 404:
        return Problem("no_route", "没有这个地址,可用的见 /api/docs。").response()
    if raised.status == 408:
        return Problem("too_slow", "请求体太久没有传完,请重新发送。", headers={"Connection": "close"}).response()
    if raised.status == 413:
        return Problem("too_large", "请求体最大 1 MiB。").response()
    return Problem("refused", "请求无法处理。", status=raised.status).response()


def _route(request: web.Request) -> str:
    """The route's pattern, never the path: paths may hold what is nobody's business."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"


def _noted(request: web.Request, error: Exception) -> str:
    """One line in the log, with the error's type and our own place only: messages of errors may quote personal data."""
    reference = secrets.token_hex(4)
    log.error(
        "a request failed",
        reference=reference,
        method=request.method,
        route=_route(request),
        error=type(error).__name__,
        where=place_of(error),
    )
    return reference
