"""Links that we hand to customers: plain ones into the open internet, never into a network of the company."""

import ipaddress
import re
import socket
from ipaddress import IPv4Network, IPv6Network
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

NAT64 = ipaddress.ip_network("64:ff9b::/96")
# What Python takes for global: IPv4 inside IPv6 as it was written once, local NAT64, site-local addresses.
LOCAL = tuple(map(ipaddress.ip_network, ("::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "fec0::/10")))
OWN_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "localdomain", "test")
# Names that stand for the number in them, such as 127.0.0.1.nip.io.
NUMBERS_AS_NAMES = re.compile(r"(^|\.)(nip\.io|sslip\.io|xip\.io|localtest\.me|lvh\.me)$")


def is_public(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is one of the open internet, also where an IPv4 address hides in an IPv6 one."""
    if isinstance(number, ipaddress.IPv6Address):
        if any(number in network for network in LOCAL):
            return False
        inner = number.ipv4_mapped or number.sixtofour or (number.teredo or (None, None))[1]
        if number in NAT64:
            inner = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
        if inner is not None and not is_public(inner):
            return False
    return number.is_global and not number.is_multicast


def flaw_of_link(url: str) -> str:
    """Why a link must not be handed out (in English, as problems of files are told); "" when it may."""
    if any(ord(c) <= 32 or ord(c) == 127 or c in '\\<>"`' for c in url):
        return "has blanks or signs that no link has"
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
        port = parts.port
    except (ValueError, UnicodeError):
        return "is not written as a link"
    if parts.scheme not in ("http", "https") or not host:
        return "must begin with https:// or http:// and name a host"
    if "@" in parts.netloc:
        return "must not carry a user name"
    if port is not None and port not in (80, 443) and port < 1024:
        return f"leads to port {port}, which is no web page's"
    number = _number(host)
    if number is not None:
        return "" if is_public(number) else "leads into a private network; customers cannot open it"
    name = host.rstrip(".").lower()
    if "." not in name or name.rpartition(".")[2] in OWN_NAMES or NUMBERS_AS_NAMES.search(name):
        return "leads into a private network; customers cannot open it"
    return ""


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host is, in every spelling that programs read as one (2130706433, 0x7f.1, 0177.0.0.1)."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    if re.fullmatch(r"[0-9a-fx.]+", host, re.IGNORECASE) and re.match(r"[0-9]", host.rpartition(".")[2]):
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except (OSError, ValueError):
            return ipaddress.IPv4Address(0)  # looks like a number and is none: not public
    return None
