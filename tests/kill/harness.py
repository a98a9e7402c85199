"""A bot as one or two processes, killed and started again, beside a WeCom stand-in that keeps running."""

import asyncio
import re
import shutil
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
from tests import postgres
from tests.database import Database
from tests.kill.living import Living
from tests.ports import free_port
from tests.sides import seen
from tests.wire import Wire

TAKEOVER = 15  # seconds until a server takes over what a dead one held
START = 90.0  # seconds a start may take on a very busy machine
QUIET = 90.0  # seconds until nothing may be left to do after the last start
WAITING = (
    "select (select count(*) from inbox where state = 'new')"
    " + (select count(*) from outbox where state in ('queued', 'sending', 'unknown'))"
)


class KillTown:
    """One company whose servers die; the stand-in, the folders and the database live on.

    The servers share one address, as behind a load balancer that asks the next when one does not answer.
    """

    def __init__(self, root: Path, reps: int, database: Database, servers: int = 1, *, wired: bool = False) -> None:
        self.root = root
        self.database = database
        self.reps = [f"rep{number:03}" for number in range(reps)]
        self.standin = WeComStandIn(
            corp_id="ww0000000000000000", agent_id=1000002, secret="请填入应用的Secret",
            members={rep: f"销售{rep[3:]}" for rep in self.reps},
        )  # fmt: skip
        self.wire = Wire(*(free_port() for _ in range(servers)))
        self.wired = wired  # database and platform are reached through wires that can break
        self.store_wire, self.platform_wire = Wire(), Wire()
        self.environment: dict[str, str] = {}
        self.kills = 0
        self._processes: list[Living | None] = [None] * servers

    async def open(self, *, claim_within: str = "2h", claim_step: int = 50) -> None:
        """Make the folder and start the stand-in; the bot is started by `start`."""
        runner = web.AppRunner(self.standin.application(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._runner = runner
        await self.wire.open()
        self.base = f"http://127.0.0.1:{self.wire.port}"
        folder = create_folder(self.root / "acme").folder
        text = folder.settings.read_text(encoding="utf-8")
        platform, url = runner.addresses[0][1], self.database.url
        if self.wired:
            server = postgres.shared_server(migrate)
            self.store_wire.ends, self.platform_wire.ends = [server.port], [platform]
            platform = (await self.platform_wire.open()).port
            name = url.partition("@/")[2].partition("?")[0]
            url = server.tcp_url(name, port=(await self.store_wire.open()).port)
        api = f"  api_base: http://127.0.0.1:{platform}\n  callbacks:"
        text = text.replace("  callbacks:", api, 1).replace("8080", str(self.wire.ends[0]))
        url = f"{url}\n  takeover_seconds: {TAKEOVER}"
        folder.settings.write_text(text.replace("sqlite:///data/leadbot.db", url, 1), encoding="utf-8")
        rules = folder.rules.read_text(encoding="utf-8")
        rules = re.sub(r"  hours:.*?  holidays: china[^\n]*\n", ALWAYS_OPEN, rules, flags=re.DOTALL)
        rules = rules.replace("within: 2h", f"within: {claim_within}", 1).replace("at: 50", f"at: {claim_step}", 1)
        rules = rules.replace("per_minute: 10", "per_minute: 10000").replace("per_day: 50", "per_day: 100000")
        rules = rules.replace("holding: 200", "holding: 100000")
        rules += "\ndigest: {to: []}\n"  # two hundred digests of the morning are another test
        folder.rules.write_text(rules, encoding="utf-8")
        lines = ["id,name,role,team,wecom", *(f"{rep},销售{rep[3:]},rep,华东,{rep}" for rep in self.reps)]
        folder.members.write_text("\n".join(lines), encoding="utf-8")
        self.folders = [folder]
        for number, port in enumerate(self.wire.ends[1:], start=2):
            other = Folder(shutil.copytree(folder.root, self.root / f"acme{number}"))
            text = folder.settings.read_text(encoding="utf-8").replace(str(self.wire.ends[0]), str(port), 1)
            other.settings.write_text(text, encoding="utf-8")
            self.folders.append(other)
        self.settings = load_settings(folder, {})
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
        for process in self._processes:
            if process is not None and process.poll() is None:
                process.kill()
        await self.http.close()
        for wire in (self.wire, self.store_wire, self.platform_wire):
            await wire.close()
        await self.standin.close()
        await self._runner.cleanup()

    async def start(self, server: int = 0, *, crash_at: str = "") -> None:
        """Start a server; with `crash_at` it may die before it is ready."""
        environment = {**self.environment, **({"CRASH_AT": crash_at} if crash_at else {})}
        process = Living(self.folders[server].root, self.root / "bot.log", environment)
        self._processes[server] = process
        ready = f"http://127.0.0.1:{self.wire.ends[server]}/readyz"
        async with asyncio.timeout(START):
            while process.poll() is None:
                try:
                    async with self.http.get(ready) as answer:
                        if answer.status == 200:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    pass
                await asyncio.sleep(0.02)
        if not crash_at:
            raise AssertionError(f"the bot did not start:\n{(self.root / 'bot.log').read_text()[-2000:]}")

    async def until_ready(self, status: int = 200) -> float:
        """Wait until /readyz says that callbacks will be stored (or 503: will not); returns the seconds that took."""
        begun = time.monotonic()
        async with asyncio.timeout(QUIET):
            while True:
                try:
                    async with self.http.get("/readyz") as answer:
                        if answer.status == status:
                            return time.monotonic() - begun
                except (aiohttp.ClientError, TimeoutError):
                    pass
                await asyncio.sleep(0.05)

    def kill(self, server: int = 0) -> None:
        """kill -9."""
        process = self._processes[server]
        assert process is not None
        process.kill()
        self.kills += 1

    def pid(self, server: int = 0) -> int:
        """The number of a server's process."""
        process = self._processes[server]
        assert process is not None and process.poll() is None
        return process.pid

    async def died(self, server: int = 0) -> int:
        """Wait until the process has ended by itself; returns its code (-9: killed)."""
        process = self._processes[server]
        assert process is not None
        async with asyncio.timeout(START):
            while (code := process.poll()) is None:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
        return code

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database answers, whether the bot runs or not."""
        return self.database.rows(query)

    async def quiet(self, *, also: str = "select 0") -> float:
        """Wait until the bot has nothing left to do, nor what `also` counts; returns the seconds that took."""
        waiting = f"{WAITING} + ({also})"
        begun = time.monotonic()
        while (left := self.rows(waiting)[0][0]) and time.monotonic() < begun + QUIET:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
        rest = self.rows("select state, card, attempts, error, count(*) from outbox group by 1, 2, 3, 4")
        assert left == 0, (f"{left} rows were still to do after {QUIET} s", rest)
        return time.monotonic() - begun

    async def story(self, lead: str) -> Counter[str]:
        """How often each kind of fact has happened to a lead."""
        async with self.http.get(f"/api/v1/leads/{lead}/timeline", params={"limit": "200"}) as answer:
            return Counter(item["kind"] for item in (await answer.json())["items"])

    def told(self, rep: str, part: str) -> list[Message]:
        """The bot's messages in a chat that contain these words."""
        return [m for m in self.standin.chat(rep) if not m.mine and part in seen(m)]
