"""A bot as a process of its own, killed and started again, beside a WeCom stand-in that keeps running."""

import asyncio
import re
import socket
import sqlite3
import time
from collections import Counter
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from config.folder import Folder, create_folder
from config.settings import load_settings
from sandbox.sample import ALWAYS_OPEN
from sandbox.wecom.chat import Message
from sandbox.wecom.standin import WeComStandIn
from store.migrate import migrate
from tests.kill.living import Living
from tests.sides import seen

START = 30.0  # seconds a start may take on a busy machine
QUIET = 60.0  # seconds until nothing may be left to do after the last start


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class KillTown:
    """One company whose bot dies; the stand-in and the folder live on."""

    def __init__(self, root: Path, reps: int) -> None:
        self.root = root
        self.reps = [f"rep{number:03}" for number in range(reps)]
        self.standin = WeComStandIn(
            corp_id="ww0000000000000000", agent_id=1000002, secret="请填入应用的Secret",
            members={rep: f"销售{rep[3:]}" for rep in self.reps},
        )  # fmt: skip
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.kills = 0
        self._process: Living | None = None

    async def open(self, *, claim_within: str = "2h", claim_step: int = 50) -> None:
        """Make the folder and start the stand-in; the bot is started by `start`."""
        runner = web.AppRunner(self.standin.application(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._runner = runner
        folder = create_folder(self.root / "acme").folder
        text = folder.settings.read_text(encoding="utf-8")
        api = f"  api_base: http://127.0.0.1:{runner.addresses[0][1]}\n  callbacks:"
        folder.settings.write_text(
            text.replace("  callbacks:", api, 1).replace("8080", str(self.port)), encoding="utf-8"
        )
        rules = folder.rules.read_text(encoding="utf-8")
        rules = re.sub(r"  hours:.*?  holidays: china[^\n]*\n", ALWAYS_OPEN, rules, flags=re.DOTALL)
        rules = rules.replace("within: 2h", f"within: {claim_within}", 1).replace("at: 50", f"at: {claim_step}", 1)
        rules = rules.replace("per_minute: 10", "per_minute: 10000").replace("per_day: 50", "per_day: 100000")
        rules = rules.replace("holding: 200", "holding: 100000")
        folder.rules.write_text(rules, encoding="utf-8")
        lines = ["id,name,role,team,wecom", *(f"{rep},销售{rep[3:]},rep,华东,{rep}" for rep in self.reps)]
        folder.members.write_text("\n".join(lines), encoding="utf-8")
        self.folder: Folder = folder
        self.settings = load_settings(folder, {})
        migrate(self.settings.store_url(folder))
        key = self.settings.security.admin_key.get_secret_value()
        self.http = aiohttp.ClientSession(
            base_url=self.base, headers={"Authorization": f"Bearer {key}"}, timeout=aiohttp.ClientTimeout(total=10)
        )
        for name, callback in self.settings.wecom.callbacks.items():
            self.standin.connect(
                name, f"{self.base}/callback/wecom/{name}", token=callback.token.get_secret_value(),
                aes_key=callback.aes_key.get_secret_value(),
            )  # fmt: skip

    async def close(self) -> None:
        """Take everything down."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
        await self.http.close()
        await self.standin.close()
        await self._runner.cleanup()

    async def start(self, *, crash_at: str = "") -> None:
        """Start the bot; with `crash_at` it may die before it is ready."""
        environment = {"CRASH_AT": crash_at} if crash_at else {}
        self._process = Living(self.folder.root, self.root / "bot.log", environment)
        async with asyncio.timeout(START):
            while self._process.poll() is None:
                try:
                    async with self.http.get("/readyz") as answer:
                        if answer.status == 200:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    pass
                await asyncio.sleep(0.02)
        if not crash_at:
            raise AssertionError(f"the bot did not start:\n{(self.root / 'bot.log').read_text()[-2000:]}")

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self.kills += 1

    async def died(self) -> int:
        """Wait until the process has ended by itself; returns its code (-9: killed)."""
        assert self._process is not None
        async with asyncio.timeout(START):
            while (code := self._process.poll()) is None:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
        return code

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the store's file, whether the bot runs or not."""
        with sqlite3.connect(f"file:{self.folder.root / 'data' / 'leadbot.db'}?mode=ro", uri=True, timeout=10) as file:
            return file.execute(query).fetchall()

    async def quiet(self) -> None:
        """Wait until the bot has nothing left to do that is due."""
        waiting = (
            "select (select count(*) from inbox where state = 'new')"
            " + (select count(*) from outbox where state in ('queued', 'sending', 'unknown'))"
        )
        ended = time.monotonic() + QUIET
        while (left := self.rows(waiting)[0][0]) and time.monotonic() < ended:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
        rest = self.rows("select state, card, attempts, error, count(*) from outbox group by 1, 2, 3, 4")
        assert left == 0, (f"{left} rows were still to do after {QUIET} s", rest)

    async def story(self, lead: str) -> Counter[str]:
        """How often each kind of fact has happened to a lead."""
        async with self.http.get(f"/api/v1/leads/{lead}/timeline", params={"limit": "200"}) as answer:
            return Counter(item["kind"] for item in (await answer.json())["items"])

    def told(self, rep: str, part: str) -> list[Message]:
        """The bot's messages in a chat that contain these words."""
        return [m for m in self.standin.chat(rep) if not m.mine and part in seen(m)]
