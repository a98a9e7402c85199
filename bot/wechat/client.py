"""Calling WeChat for an official account: its token, and a message to a follower who has just written (客服消息)."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.calling import Line, NotReached, OutcomeUnknown
from bot.platform import RoadClosed, SendRefused, SendUnknown
from bot.token import Token
from bot.wechat.errors import ALARM, FINAL, LATER, STALE
from config.telling import Tellable

LARGEST = 64 * 1024


@dataclass(frozen=True)
class Account:
    """One account that may send."""

    app_id: str
    secret: str = field(repr=False)
    api_base: str = "https://api.weixin.qq.com"


class WeChatError(Tellable):
    """WeChat answered with an error number; no secret, token or body is ever part of it."""

    def __init__(self, code: int) -> None:
        self.code = code
        told = ALARM.get(code) or FINAL.get(code) or LATER.get(code, ("微信不接受这条消息", None))[0]
        super().__init__(f"{told}(公众号 {code})")


class AccountClient:
    """The two calls that Leadbot makes."""

    def __init__(self, account: Account, *, monotonic: Callable[[], float]) -> None:
        self._account = account
        self._line = Line("微信公众平台", "wechat 的 api_base")
        self._token = Token(
            self._fetch_token,
            monotonic=monotonic,
            hopeless=lambda error: isinstance(error, WeChatError) and error.code in ALARM,
            busy=lambda: WeChatError(-1),
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self._line.close()

    async def send(self, body: bytes) -> None:
        """POST message/custom/send. WeChat has no name for a message, so none is ever sent again by itself.

        Raises RoadClosed (nothing went out, later perhaps), SendRefused, SendUnknown.
        """
        try:
            token = await self._token.get()
            try:
                await self._post(token, body)
            except WeChatError as stale:
                if stale.code not in STALE:
                    raise
                await self._post(await self._token.get(instead_of=token), body)
        except NotReached as error:
            raise RoadClosed(str(error)) from None
        except OutcomeUnknown as error:
            raise SendUnknown(str(error)) from None
        except WeChatError as error:
            if error.code in LATER:
                raise RoadClosed(str(error), LATER[error.code][1]) from None
            raise SendRefused(str(error), alarm=error.code in ALARM or error.code in STALE) from None
        self._token.accept()

    async def _post(self, token: str, body: bytes) -> None:
        status, _, raw = await self._line.exchange(
            "POST", self._address("message/custom/send"), params={"access_token": token}, body=body, largest=LARGEST
        )
        _read(status, raw)

    async def _fetch_token(self) -> tuple[str, float]:
        params = {
            "grant_type": "client_credential", "appid": self._account.app_id, "secret": self._account.secret,
        }  # fmt: skip
        try:
            status, _, raw = await self._line.exchange("GET", self._address("token"), params=params, largest=LARGEST)
            answer = _read(status, raw)
        except OutcomeUnknown as error:
            raise NotReached(str(error)) from None  # without a token nothing was asked for, so nothing has happened
        return str(answer.get("access_token") or ""), float(answer.get("expires_in") or 7200)

    def _address(self, endpoint: str) -> str:
        return f"{self._account.api_base.rstrip('/')}/cgi-bin/{endpoint}"


def _read(status: int, raw: bytes) -> dict[str, Any]:
    """The answer; the one to a token has no errcode when all is well. Raises WeChatError, OutcomeUnknown."""
    try:
        answer = json.loads(raw)
        code = int(answer.get("errcode", 0))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise OutcomeUnknown(f"微信的回答看不懂(HTTP {status})") from None
    if code:
        raise WeChatError(code)
    if status != 200:
        raise OutcomeUnknown(f"微信的回答看不懂(HTTP {status})")
    return dict(answer)
