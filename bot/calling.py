"""Calling a platform over HTTP: ten seconds a call, and no secret in any error."""

from collections.abc import Mapping
from typing import Any

import aiohttp

from config.telling import Tellable

PATIENCE = 10.0  # seconds for a whole call
CONNECTING = 5.0  # seconds of them until a connection must stand
CONNECTIONS = 16
JSON = "application/json; charset=utf-8"


class OutcomeUnknown(Tellable):
    """The call was made, and nobody knows whether the platform acted on it. The text never names the address."""


class NotReached(Tellable):
    """The platform could not be reached: nothing has happened there."""


class Line:
    """The connections to one platform; `name` is what people call it, `setting` where its address stands."""

    def __init__(self, name: str, setting: str) -> None:
        self._name = name
        self._setting = setting
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Give the connections back; a later call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def exchange(
        self,
        method: str,
        address: str,
        *,
        largest: int,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        patience: float | None = None,
    ) -> tuple[int, str, bytes]:
        """Status, content type and up to `largest` + 1 bytes of the answer; raises NotReached or OutcomeUnknown.

        Errors of aiohttp carry the address with the token, so none of them is passed on.
        """
        try:
            async with self.session().request(
                method,
                address,
                params=dict(params or {}),
                data=body,
                headers={**({"Content-Type": JSON} if isinstance(body, bytes) else {}), **(headers or {})},
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=patience or PATIENCE, sock_connect=CONNECTING),
            ) as answer:
                raw = await answer.content.read(largest + 1)
                while not answer.content.at_eof() and len(raw) <= largest:
                    raw += await answer.content.read(largest + 1 - len(raw))
                return answer.status, answer.content_type, raw
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise NotReached(f"连接不上{self._name},检查网络或 {self._setting}") from None
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise OutcomeUnknown(f"{self._name}没有完整回答({type(error).__name__})") from None

    def session(self) -> aiohttp.ClientSession:
        """The session, opened with the first call: it belongs to the running event loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=PATIENCE, sock_connect=CONNECTING),
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
            )
        return self._session
