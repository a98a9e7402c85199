"""Who calls: every program shows its key, and a revoked key opens nothing half a second later."""

import hmac
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from bot.clock import monotonic
from bot.web.api.problem import Problem
from bot.web.desk import Desk
from leads.errors import Unusable
from leads.rights import Who
from store.access import find_key, hash_key
from store.members import find_member
from store.tx import Tx

MISSES = 60  # look-ups that found nothing, an hour: 10,000 guesses complete a masked number in a week, not in minutes
WINDOW = timedelta(hours=1)
TRUSTED = 0.5  # seconds for which a key that was found valid is not looked up again


@dataclass(frozen=True)
class Caller:
    """A program and what its key allows: admin and integration keys act and see numbers, readonly keys only look."""

    name: str
    role: str  # admin, integration, readonly
    source: str = ""

    @property
    def may_act(self) -> bool:
        """Whether the key may change anything."""
        return self.role in ("admin", "integration")

    @property
    def reveals(self) -> bool:
        """Whether numbers are shown in full to this key."""
        return self.role in ("admin", "integration")


class Keyring:
    """Knows the administrator's key of leadbot.yaml and the keys in the store."""

    def __init__(self, desk: Desk, admin_key: str, monotonic: Callable[[], float] = monotonic) -> None:
        self._desk = desk
        self._monotonic = monotonic
        self._lately: dict[bytes, tuple[float, Caller]] = {}  # by the key's hash; a burst asks the store once
        self._admin_key = admin_key.encode("utf-8", "surrogateescape")

    async def caller(self, request: web.Request) -> Caller:
        """The program behind `Authorization: Bearer …`; raises Problem (401) for anything but one valid key."""
        given = request.headers.getall("Authorization", [])
        scheme, _, token = given[0].strip().partition(" ") if len(given) == 1 else ("", "", "")
        token = token.strip()
        if scheme.lower() != "bearer" or not token or len(token) > 500:
            raise _unauthorized("请求头里要有 Authorization: Bearer <密钥>。密钥用 ./run key create 创建")
        if self._admin_key and hmac.compare_digest(token.encode("utf-8", "surrogateescape"), self._admin_key):
            return Caller("admin_key", "admin")
        mark, present = hash_key(token), self._monotonic()
        asked_at, caller = self._lately.get(mark, (0.0, None))
        if caller is not None and present - asked_at < TRUSTED:
            return caller
        async with self._desk.store.read() as tx:
            found = await find_key(tx, token)
        if found is None:
            raise _unauthorized("密钥无效或已被吊销。用 ./run key list 查看,用 ./run key create 创建新的")
        caller = Caller(found.name, found.role, found.source)
        if len(self._lately) >= 1000:
            self._lately.clear()
        self._lately[mark] = (present, caller)
        return caller


def _unauthorized(detail: str) -> Problem:
    return Problem("unauthorized", detail + "。", headers={"WWW-Authenticate": 'Bearer realm="leadbot"'})


async def acting(tx: Tx, by: str | None, caller: Caller) -> Who:
    """The member named in the body, with their own rights; without one the program itself, which may what an admin may.

    Raises Unusable for an id that nobody has, or that has left.
    """
    if by is None:
        return Who(None, caller.name, "admin")
    member = await find_member(tx, by)
    if member is None or member.state != "active":
        raise Unusable(f"by:没有编号为「{by[:40]}」的在职成员。用 GET /api/v1/members 查看编号。")
    return Who.of(member)


class Guesses:
    """Counts look-ups of contacts that found nobody, per readonly key: trying out numbers would undo the masking."""

    def __init__(self) -> None:
        self._misses: OrderedDict[str, deque[datetime]] = OrderedDict()

    def check(self, caller: Caller, *, now: datetime) -> None:
        """Raise Problem (429) when a readonly key has missed too often within the hour."""
        misses = self._misses.get(caller.name)
        while misses and misses[0] <= now - WINDOW:
            misses.popleft()
        if caller.reveals or not misses or len(misses) < MISSES:
            return
        wait = max(int((misses[0] + WINDOW - now).total_seconds()), 1)
        raise Problem(
            "too_many_guesses",
            f"只读密钥一小时内查不到的号码不能超过 {MISSES} 个,请在 {wait} 秒后再试,或改用 integration 密钥。",
            headers={"Retry-After": str(wait)},
        )

    def missed(self, caller: Caller, *, now: datetime) -> None:
        """A look-up of this caller found nobody."""
        if not caller.reveals:
            self._misses.setdefault(caller.name, deque(maxlen=MISSES)).append(now)
