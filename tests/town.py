"""A company for acceptance and story tests: the real bot over real HTTP, a platform's stand-in, hours that pass."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot import server
from bot.app import Leadbot
from bot.dingtalk import doors
from bot.guard import listen
from bot.site import site
from config.document import read_text
from config.folder import create_folder
from config.rules import load_rules
from config.settings import load_settings
from tests import compiled, decoys
from tests.conftest import NOW
from tests.database import Database
from tests.open_work import BESIDE, NEXT_DUE, OPEN_WORK
from tests.sides import TEMPLATE, DingTalkSide, WeComSide, seen

MEMBERS = {
    "wanglei": ("王磊", "rep", "华东"),
    "lina": ("李娜", "rep", "华东"),
    "zhaoqiang": ("赵强", "rep", "华北"),
    "chenjing": ("陈静", "manager", "华东"),
    "linda": ("林达", "marketing", ""),
    "admin": ("管理员", "admin", ""),
}
NO_HURRY = 30.0  # seconds: on a busy machine a slow answer of the store is no lost one
MQL = {
    "name": "王建国", "phone": "13800138000", "title": "采购总监", "company": "杭州云栖智能科技有限公司",
    "city": "杭州",
    "need": "急需三十台工业相机,下周要报价", "budget": "50万",
}  # fmt: skip


class Town:
    """One company with its bot and its chat platform: wecom, or dingtalk (with a card template or without)."""

    def __init__(
        self,
        root: Path,
        members: dict[str, tuple[str, str, str]],
        platform: str = "wecom",
        *,
        mode: str = "http",
        template: str = TEMPLATE,
        database: Database | None = None,
    ) -> None:
        self.root = root
        self.database = database or Database(f"sqlite:///{root / 'acme' / 'data' / 'leadbot.db'}")
        self.at = NOW
        self.set_by = timedelta(0)  # how far somebody has set the server's clock away from the true time
        self.members = members
        self.answers: list[str] = []  # all that the bot has answered to our HTTP calls
        self.statements: list[str] = []  # those that did not say whose rows they mean
        self.lies_on = platform
        names = {user: name for user, (name, _, _) in members.items()}
        self.side: Any = (
            WeComSide(names, self.steady)
            if platform == "wecom"
            else DingTalkSide(names, self.steady, mode=mode, template=template)
        )
        self.standin = self.side.standin
        self._runners: list[web.AppRunner] = []
        self.bot: Leadbot
        self.runner: web.AppRunner
        self.http: aiohttp.ClientSession
        self.admin_key = ""

    @property
    def platform(self) -> web.AppRunner:
        """The chat platform's server."""
        return self._runners[0]

    def now(self) -> datetime:
        """The town's time."""
        return self.at

    def steady(self) -> float:
        """Seconds that only pass, whatever is done to the clock."""
        return (self.at - self.set_by).timestamp()

    async def set_clock(self, by: timedelta) -> None:
        """Somebody sets the server's clock; the bot notices within seconds, and does what is due then."""
        self.at += by
        self.set_by += by
        await self.bot.clock_watch.look()
        await self.settle()

    async def open(self, *, rules: Any = None, settings: Any = None, group: str = "") -> None:
        """Make the folder, start both servers, connect the callbacks; the bot may be in a group.

        `rules(text)` and `settings(text)` may change rules.yaml and leadbot.yaml.
        """
        port = await self._listen(self.side.application())
        folder = create_folder(self.root / "acme").folder
        text = folder.settings.read_text(encoding="utf-8")
        text = self.side.settings(text, port)
        if group:
            text = text.replace("  api_base:", f"  groups: {{{group}: {self.side.open_group(group)}}}\n  api_base:", 1)
        text = text.replace("sqlite:///data/leadbot.db", self.database.url, 1)
        folder.settings.write_text(settings(text) if settings is not None else text, encoding="utf-8")
        written = folder.rules.read_text(encoding="utf-8")
        written = rules(written) if rules is not None else written
        if "digest:" not in written:  # a test hears what it is about; tests/acceptance/test_digest.py is about digests
            written += "\ndigest: {to: []}\n"
        folder.rules.write_text(written, encoding="utf-8")
        lines = [f"id,name,role,team,{self.side.column}"]
        lines += [f"{user},{name},{role},{team},{user}" for user, (name, role, team) in self.members.items()]
        folder.members.write_text("\n".join(lines), encoding="utf-8")
        self.folder = folder
        await self._prepare_store()
        self.admin_key = self.settings.security.admin_key.get_secret_value()
        await self.start_bot()

    async def _prepare_store(self) -> None:
        """Tables, and another company that lives in them, sealed with the same key."""
        members, pool = list(self.members), _default_pool(read_text(self.folder.rules))
        made = await decoys.planted(self.database.name, members, pool=pool, now=self.at)
        made.copy_to(self.database)
        env = self.folder.env
        env.write_text(decoys.in_env(env.read_text(encoding="utf-8"), made.data_key), encoding="utf-8")
        self._decoys = made.rows
        self.settings = load_settings(self.folder, {})

    def leave_decoys_behind(self) -> None:
        """The store is another one from now on, such as a restored company's: the second company is not in it."""
        self._decoys = {}

    async def nothing_leaked(self) -> None:
        """No chat, no call and no answer showed anything of the other company, and nothing touched its rows."""
        shown = [words(self.standin.chat(user)) for user in self.members]
        shown += [body.decode("utf-8", "replace") for _, body in self.standin.api.bodies] + self.answers
        assert not [text for text in shown if decoys.CANARY in text]
        now = decoys.picture(self.database)
        assert not self._decoys or {name: rows for name, rows in now.items() if rows != self._decoys[name]} == {}
        self._look_at_prepared()
        assert self.statements == [], f"every statement says whose rows it means: {self.statements[:2]}"

    def _look_at_prepared(self) -> None:
        """Prepared statements pass by whoever listens to SQLAlchemy; they say whose rows they mean too."""
        self.statements += [words for words in self.bot.store.prepared() if decoys.strays(words)]

    async def start_bot(self) -> None:
        """Start (or, after stop_bot, restart) the bot on the same folder.

        What is answered when the store takes too long is tried by tests/bot/wecom/test_door.py and tests/kill/.
        """
        server.SHORT = server.PATIENCE = doors.PATIENCE = NO_HURRY
        self.bot = Leadbot(self.folder, self.settings, now=self.now, monotonic=self.steady, patrols=False)
        self.runner = await listen(site(self.bot), "127.0.0.1", 0)
        self._runners.append(self.runner)
        port = int(self.runner.addresses[0][1])
        self.side.connect(self.settings, port)
        headers = {"Authorization": f"Bearer {self.admin_key}"}
        self.http = aiohttp.ClientSession(
            base_url=f"http://127.0.0.1:{port}", headers=headers, middlewares=(self._remember,)
        )
        await self.settle()

    async def _remember(
        self, request: aiohttp.ClientRequest, call: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        answer = await call(request)
        self.answers.append(await answer.text(errors="replace"))
        return answer

    async def stop_bot(self) -> None:
        """Stop the bot as SIGTERM does."""
        self._look_at_prepared()
        await self.http.close()
        await self._runners.pop().cleanup()
        if self.lies_on == "wecom":
            await self.standin.close()  # its posts are made anew with the next start

    async def close(self) -> None:
        """Take everything down."""
        await self.http.close()
        for runner in reversed(self._runners):
            await runner.cleanup()
        await self.standin.close()
        self.database.close()
        compiled.forget_handlers()

    async def _listen(self, app: web.Application) -> int:
        runner = web.AppRunner(app, access_log=None, auto_decompress=False)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._runners.append(runner)
        return int(runner.addresses[0][1])

    async def settle(self) -> None:
        """Wait until nothing that is due is left to do; who has something to do is told to look."""
        told: set[str] = set()
        async with asyncio.timeout(60):
            while found := self._open_work():  # the rows tell, no flag in memory
                for name in found - told:
                    for worker in BESIDE.get(name, (name,)):
                        self.bot.schedule.hint(worker)
                told = found
                await asyncio.sleep(0.003)

    def _open_work(self) -> set[str]:
        """Whose rows could be worked on now; one that waits for its pause holds back the rest of its lane."""
        return {name for (name,) in self.database.rows(OPEN_WORK, now=self.at)}

    async def later(self, **span: float) -> None:
        """Time passes, minute by minute where something is due; then everything that became due is done."""
        end = self.at + timedelta(**span)
        while self.at < end:
            due = self.database.instant(NEXT_DUE)
            self.at = min(end, max(due, self.at)) if due is not None and due <= end else end
            await self.settle()

    async def until(self, at: datetime) -> None:
        """Time passes until an instant."""
        await self.later(seconds=(at - self.at).total_seconds())

    async def text(self, user: str, words: str) -> list[Any]:
        """A member writes; returns what came into their chat because of it."""
        before = len(self.standin.chat(user)) + 1
        delivery = await self.standin.text(user, words)
        assert delivery.status == 200, delivery
        await self.settle()
        return self.standin.chat(user)[before:]

    async def press(self, user: str, button: str, **choice: str) -> list[Any]:
        """A member presses the newest button of that text; returns what came into their chat."""
        before = len(self.standin.chat(user))
        message, key, selected = self.side.button(user, button, choice)
        delivery = await self.standin.click(user, message, key, selected=selected)
        assert delivery.status == 200, delivery
        await self.settle()
        return self.standin.chat(user)[before:]

    async def capture(self, source: str = "官网", **fields: object) -> str:
        """A channel delivers a lead; returns its number."""
        async with self.http.post(f"/capture/{source}", json=fields) as answer:
            assert answer.status == 200, await answer.text()
            lead = str((await answer.json())["lead"])
        await self.settle()
        return lead

    async def mql(self, **fields: object) -> str:
        """A channel delivers a lead that is qualified at once."""
        return await self.capture(**{**MQL, **fields})  # type: ignore[arg-type]

    async def api(self, method: str, path: str, **body: object) -> tuple[int, Any]:
        """A program calls /api/v1; returns the status and the JSON."""
        json = body if method != "GET" else None
        async with self.http.request(method, f"/api/v1{path}", json=json) as answer:
            found = await answer.json()
        await self.settle()
        return answer.status, found

    async def lead(self, no: str) -> dict[str, Any]:
        """The lead as the API tells it."""
        status, found = await self.api("GET", f"/leads/{no}")
        assert status == 200, found
        return dict(found)

    async def story(self, no: str) -> list[dict[str, Any]]:
        """The lead's facts, oldest first."""
        items: list[dict[str, Any]] = []
        cursor = ""
        while cursor is not None:
            _, found = await self.api("GET", f"/leads/{no}/timeline?limit=200" + (cursor and f"&cursor={cursor}"))
            items += found["items"]
            cursor = found["next_cursor"]
        return items

    def card(self, user: str, button: str | None = None) -> Any:
        """The newest card in a chat (with that button)."""
        return self.standin.last_card(user) if button is None else self.side.button(user, button, {})[0]


@cache
def _default_pool(rules: str) -> str:
    """Where leads come in; nearly all towns have the same rules, and reading them takes longer than some tests."""
    return load_rules(rules, "rules.yaml").default_pool


def words(messages: list[Any]) -> str:
    """Everything that can be read in some messages, cards included."""
    return "\n".join(seen(message) for message in messages)


def shanghai(text: str) -> datetime:
    """An instant written in Shanghai time, such as 2026-03-18 10:20."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


@contextlib.asynccontextmanager
async def town(
    root: Path,
    *,
    members: dict[str, tuple[str, str, str]] | None = None,
    platform: str = "wecom",
    mode: str = "http",
    template: str = TEMPLATE,
    rules: Any = None,
    settings: Any = None,
    group: str = "",
    database: Database | None = None,
) -> AsyncIterator[Town]:
    """An open town, on its own embedded store unless a database is given."""
    place = Town(root, members or MEMBERS, platform, mode=mode, template=template, database=database)
    with decoys.watched() as place.statements:
        await place.open(rules=rules, settings=settings, group=group)
        try:
            yield place
            await place.nothing_leaked()
        finally:
            await place.close()
