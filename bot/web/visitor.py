"""From where a stranger comes: their address behind our own proxy, and as much of it as may be kept."""

import ipaddress

from aiohttp import web


def address_of(request: web.Request) -> str:
    """The caller's IP address; the last hop's word for it counts only when that hop is on a private network of ours."""
    peer = request.remote or ""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    if told and _is_ours(peer) and _parsed(told) is not None:
        return told
    return peer


def masked_address(address: str) -> str:
    """203.0.113.*, 2001:db8:1:*: enough for a proof, too little to find somebody."""
    found = _parsed(address)
    if found is None:
        return ""
    if found.version == 4:
        return f"{found.exploded.rpartition('.')[0]}.*"
    return ":".join(found.exploded.split(":")[:3]) + ":*"


def _is_ours(peer: str) -> bool:
    found = _parsed(peer)
    return found is not None and (found.is_private or found.is_loopback)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
