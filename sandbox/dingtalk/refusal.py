"""How DingTalk says no: the new API with a status and a code in words, the old one with 200 and a number."""

import json
import secrets
import uuid
from typing import Any

from aiohttp import web


class Refused(Exception):
    """A call that DingTalk answers with an error of the new API (`code` in words) or the old one (a number)."""

    def __init__(self, code: str | int, message: str, *, status: int = 400, sub_code: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.sub_code = sub_code


def refusal(error: Refused) -> web.Response:
    """The error as it goes over the wire."""
    if isinstance(error.code, str):
        body = {"code": error.code, "requestid": str(uuid.uuid4()).upper(), "message": error.message}
        return web.json_response(body, status=error.status, dumps=_dumps)
    if error.sub_code:
        return web.json_response(wrapped(error.sub_code, error.message), dumps=_dumps)
    return web.json_response(
        {"errcode": error.code, "errmsg": error.message, "request_id": secrets.token_hex(6)}, dumps=_dumps
    )


def wrapped(sub_code: str, message: str) -> dict[str, Any]:
    """The old gateway's shape: number 88, the true cause inside."""
    return {
        "errcode": 88,
        "sub_code": sub_code,
        "sub_msg": message,
        "errmsg": f"ding talk error[subcode={sub_code},submsg={message}]",
        "request_id": secrets.token_hex(6),
    }


def success(body: Any) -> web.Response:
    """A good answer."""
    return web.json_response(body, dumps=_dumps)


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
