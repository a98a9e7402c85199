"""Asking an address that stands in the settings, in such a way that it can never lead into our own network."""

import asyncio
import ipaddress
import socket
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from config.address import Network, is_public
from config.telling import Tellable

LARGEST = 4 * 1024 * 1024  # bytes of an answer
PATIENCE = 20.0  # seconds for a whole answer


class NotAllowed(Tellable):
    """The address leads into a private network."""


class NotFetched(Tellable):
    """Nothing usable came back; the text names the cause without the address."""


async def fetch(url: str, *, headers: Mapping[str, str], allow_private: bool = False) -> tuple[int, bytes]:
    """Status and body of a GET. Raises NotAllowed, NotFetched."""
    return await exchange("GET", url, headers=headers, allow_private=allow_private)


async def exchange(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    allow_private: bool = False,
    inner: Sequence[Network] = (),
    patience: float = PATIENCE,
    reads: bool = True,
) -> tuple[int, bytes]:
    """Status and body of an answer; no redirect is followed, the address that was checked is the one that is asked.

    `inner`: networks of our own that may be asked; without `reads` nothing of the answer's body is looked at.
    Raises NotAllowed, NotFetched; after the latter nobody knows whether the other side has acted.
    """
    target = checked(url, allow_private=allow_private, inner=inner)
    resolver = _Checked(allow_private=allow_private, inner=inner)
    connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False)
    timeout = aiohttp.ClientTimeout(total=patience)
    try:
        async with aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as http:
            async with http.request(method, target, headers=headers, data=body, allow_redirects=False) as answer:
                if not reads:
                    return answer.status, b""
                body = await answer.content.read(LARGEST + 1)
                while len(body) <= LARGEST and (more := await answer.content.read(LARGEST + 1 - len(body))):
                    body += more
    except NotAllowed:
        raise
    except TimeoutError:
        unsure = ",不知道收到没有" if method == "POST" else ""
        raise NotFetched(f"对方 {patience:g} 秒没有回答{unsure}") from None
    except (aiohttp.ClientError, ValueError, OSError) as error:
        if isinstance(cause := error.__cause__, NotAllowed):
            raise cause from None
        raise NotFetched(f"连不上对方{_why(error)}") from None
    if len(body) > LARGEST:
        raise NotFetched("对方的回答太大")
    return answer.status, body


def _why(error: Exception) -> str:
    """What to look at, where that is known."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "(找不到这个地址)"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "(对方的证书不对)"
    return ""


def checked(url: str, *, allow_private: bool = False, inner: Sequence[Network] = ()) -> URL:
    """The address, if it is a plain one and its host no private number. Raises NotAllowed."""
    if any(ord(c) <= 32 or ord(c) == 127 for c in url):
        raise NotAllowed("地址里有空格或控制字符")
    try:
        target = URL(url)
        host = target.host
    except ValueError:
        raise NotAllowed("地址写得不对") from None
    if target.scheme not in ("http", "https") or not host or target.user is not None or target.password is not None:
        raise NotAllowed("只能用 http:// 或 https:// 的地址,不能带账号")
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return target
    if not allow_private and not _may(number, inner):
        raise NotAllowed("地址指向内部网络")
    return target


def _may(number: IPv4Address | IPv6Address, inner: Sequence[Network]) -> bool:
    return is_public(number) or any(number in network for network in inner)


class _Checked(AbstractResolver):
    """Resolves a name once, and gives only addresses that may be asked."""

    def __init__(self, *, allow_private: bool, inner: Sequence[Network] = ()) -> None:
        self._allow_private = allow_private
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found: list[Any] = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        for *_, address in found:
            number = ipaddress.ip_address(address[0].partition("%")[0])
            if not self._allow_private and not _may(number, self._inner):
                raise NotAllowed("地址指向内部网络")
        return [
            ResolveResult(
                hostname=host, host=address[0], port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST
            )
            for kind, _, proto, _, address in found
        ]

    async def close(self) -> None:
        """Nothing is held."""
