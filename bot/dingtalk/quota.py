"""How far the month's quota of DingTalk reaches: counted, shown, and told to the administrators before it ends.

The standard edition gives an organisation 5000 API calls and 3000 pushes (Webhook and Stream) a month (page 用量说明).
"""

import calendar
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bot.context import Context
from bot.metrics import Metrics
from bot.outgoing import ring
from store import usage
from store.db import Store
from store.members import list_members
from store.tx import Tx

PLATFORM = "dingtalk"
LABELS = {"api": "接口调用", "webhook": "收消息"}
TOLD_AT = (70, 90)  # percent
TIGHT = 0.9


class Quota:
    """Counts in memory and adds to the store every few seconds; `limits` are the edition's, by kind (api, webhook)."""

    def __init__(
        self,
        store: Store,
        limits: Mapping[str, int],
        metrics: Metrics,
        context: Callable[[], Awaitable[Context]],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._limits = dict(limits)
        self._metrics = metrics
        self._context = context
        self._now = now
        self._fresh: Counter[str] = Counter()
        self._used: dict[str, int] = {}
        self._month = ""
        self._told: set[tuple[str, str, int]] = set()

    def count(self, kind: str) -> None:
        """One more call (api) or push (webhook)."""
        self._fresh[kind] += 1

    def used(self, kind: str) -> int:
        """This month's count as far as known."""
        return self._used.get(kind, 0) + self._fresh[kind]

    def tight(self) -> bool:
        """Whether API calls must be saved: nine tenths of the month's are used."""
        return self.used("api") >= TIGHT * self._limits["api"]

    async def keep(self) -> int:
        """Add what was counted to the store, and tell the administrators at 70 and 90 percent; returns 0: all done."""
        ctx = await self._context()
        month = month_of(self._now(), ctx)
        counts = dict(self._fresh)
        if counts or month != self._month:
            self._used = await self._store.transaction(
                lambda tx: usage.add_usage(tx, platform=PLATFORM, month=month, counts=counts)
            )
            self._fresh.subtract(counts)
            self._fresh = +self._fresh
            self._month = month
        for kind, limit in self._limits.items():
            self._metrics.quota(platform=PLATFORM, kind=kind, used=self.used(kind), limit=limit)
            for percent in TOLD_AT:
                if self.used(kind) * 100 >= percent * limit and (month, kind, percent) not in self._told:
                    await self._tell(kind, percent, month, ctx)
        return 0

    async def _tell(self, kind: str, percent: int, month: str, ctx: Context) -> None:
        text = (
            f"钉钉本月{LABELS[kind]}的额度已用 {self.used(kind)} / {self._limits[kind]}(超过 {percent}%),"
            f"本月还有 {_days_left(self._now(), ctx)} 天。{_CURES[kind]}"
        )

        async def ring_admins(tx: Tx) -> None:
            for admin in await list_members(tx, role="admin"):
                await ring(tx, ctx, admin, "note", key=f"quota:{kind}:{month}:{percent}:{admin.id}", text=text)

        await self._store.transaction(ring_admins)
        self._told.add((month, kind, percent))


_CURES = {
    "api": "用到九成后,卡片会改成文字加链接,一次发给大家。额度不够请升级钉钉版本或买加量包,见 docs/dingtalk.md。",
    "webhook": "用完后大家发来的话我就看不到了。额度不够请升级钉钉版本或买加量包,见 docs/dingtalk.md。",
}


def month_of(now: datetime, ctx: Context) -> str:
    """The company's month, such as 2026-11."""
    return f"{now.astimezone(ctx.rules.zone):%Y-%m}"


def _days_left(now: datetime, ctx: Context) -> int:
    today = now.astimezone(ctx.rules.zone).date()
    return calendar.monthrange(today.year, today.month)[1] - today.day
