"""Is the server alive, will it keep what it is told, and what do its figures say: for those who operate it."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.clock import monotonic
from bot.metrics import Metrics
from bot.watchdog import Watchdog
from bot.web.api.wire import dumps
from store.access import set_property
from store.db import Store
from store.engine import sqlite_path
from store.tx import Tx

FRESH = 2.0  # seconds for which a trial write counts
PATIENCE = 2.0  # seconds that a trial write may take
LEAST_FREE = 64 * 2**20  # bytes on the disk; below that the next callbacks may find no room


@dataclass
class Health:
    """What /healthz, /readyz and /metrics tell; the server sets `stopping` when it no longer takes callbacks."""

    store: Store
    metrics: Metrics
    now: Callable[[], datetime]
    monotonic: Callable[[], float] = monotonic
    least_free: int = LEAST_FREE
    stopping: bool = False
    watchdog: Watchdog = field(init=False)
    _written_at: float | None = field(default=None, init=False)
    _trial: "asyncio.Task[None] | None" = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.watchdog = Watchdog(self.store, self.now, lambda: self.monotonic())

    async def causes(self) -> list[dict[str, str]]:
        """Why callbacks would not be stored, or are left lying, each with its cure; empty when all is well."""
        if self.stopping:
            return [{"cause": "stopping", "detail": "服务器正在停止,不再接收新的回调。"}]
        found = []
        full = await asyncio.to_thread(self._disk_full)
        if full is not None:
            found.append({"cause": "disk", "detail": f"磁盘只剩 {full // 2**20} MiB,请清理或扩容。"})
        if not await self._writes():
            detail = "数据库写不进去:检查磁盘空间、文件权限,以及是否有别的程序锁住了数据库文件。"
            return [*found, {"cause": "store", "detail": detail}]
        return found + await self.watchdog.causes()

    async def _writes(self) -> bool:
        """Whether a trial write succeeds within two seconds; one trial serves everyone who asks meanwhile."""
        if self._written_at is not None and self.monotonic() - self._written_at < FRESH:
            return True
        if self._trial is None or self._trial.done():
            self._trial = asyncio.create_task(self._write(), name="readyz-trial")
        done, _ = await asyncio.wait({self._trial}, timeout=PATIENCE)
        return bool(done) and not self._trial.cancelled() and self._trial.exception() is None

    async def _write(self) -> None:
        async def touch(tx: Tx) -> None:
            await set_property(tx, "ready_at", self.now().isoformat())

        await self.store.transaction(touch, ordered=False)
        self._written_at = self.monotonic()

    def _disk_full(self) -> int | None:
        path = sqlite_path(self.store.url)
        if path is None:
            return None
        try:
            free = shutil.disk_usage(path.resolve().parent).free
        except OSError:
            return 0
        return free if free < self.least_free else None


def add_health(app: web.Application, health: Health) -> None:
    """Serve /healthz, /readyz and /metrics."""

    async def healthz(request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def readyz(request: web.Request) -> web.Response:
        causes = await health.causes()
        body: dict[str, Any] = {"ready": not causes, "causes": causes}
        return web.Response(body=dumps(body), status=503 if causes else 200, content_type="application/json")

    async def metrics(request: web.Request) -> web.Response:
        content = await health.metrics.exposition(health.store, now=health.now())
        return web.Response(body=content, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
