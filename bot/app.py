"""The only place where the parts are put together and taken down."""

import asyncio
import contextlib
import gc
import hashlib
import importlib
import json
import resource
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from aiohttp import web

from bot import clock as real_clock
from bot.admin import AdminSocket, Handler
from bot.clock import Now
from bot.clockwatch import ClockWatch
from bot.commands.imports import IMPORTS
from bot.commands.office import OFFICE, Work, save_members
from bot.context import Context
from bot.dingtalk.parts import DingTalkParts
from bot.enrich import enrich
from bot.guard import listen, watch
from bot.handlers.office import tell_of_rules, warn_of_calendar
from bot.importer import Importer
from bot.metrics import Metrics
from bot.pipeline import Pipeline
from bot.platform import Place, Platform
from bot.recheck import Rechecker
from bot.refusal import Refusals
from bot.restored import catch_up
from bot.schedule import Schedule, Worker
from bot.sender import Sender
from bot.server import WeComCallbacks
from bot.sweep import Sweep
from bot.web.desk import Desk
from bot.web.health import Health
from bot.web.routes import add_routes
from bot.wecom.callback import CallbackKeys
from bot.wecom.client import WeComAccount, WeComClient
from bot.wecom.menu import MENU
from bot.wecom.platform import WeCom
from config.document import BadDocument, read_text
from config.folder import Folder
from config.hours import Calendars, calendar_of, calendars_of
from config.members import read_members
from config.rules import Rules, load_rules
from config.settings import Settings
from config.telling import told
from config.worktime import WorkCalendar
from store import due, lease, outbox, rulebook
from store.db import Store
from store.engine import sqlite_path
from store.keeping import sweep_out
from store.queues import Job
from store.sealed import Keys
from store.soundness import write_mark
from store.timeshift import bring_forward
from store.tx import Tx

log = structlog.get_logger()

LARGEST_BODY = 1024 * 1024
OPEN_FILES = 8192


@dataclass(frozen=True)
class Published:
    """The rules by which the server works now, with the calendar made from them."""

    rules: Rules
    calendar: WorkCalendar
    others: Calendars
    year: int  # the calendar reaches a few years around it


class Leadbot:
    """One company's bot: built from its folder, started, stopped."""

    def __init__(
        self,
        folder: Folder,
        settings: Settings,
        *,
        now: Now = real_clock.now,
        monotonic: Callable[[], float] = real_clock.monotonic,
    ) -> None:
        self.folder = folder
        self.settings = settings
        self.now = now
        self.monotonic = monotonic
        self.metrics = Metrics()
        takeover = timedelta(seconds=settings.store.takeover_seconds)
        self.store = Store(settings.store_url(folder), settings.corp, Keys(settings.data_key()), takeover=takeover)
        self.platforms: dict[str, Platform] = {}
        self.wecom: WeComClient | None = None
        if settings.wecom is not None:
            account = WeComAccount(
                settings.wecom.corp_id,
                settings.wecom.agent_id,
                settings.wecom.secret.get_secret_value(),
                settings.wecom.api_base,
            )
            self.wecom = WeComClient(account, monotonic=monotonic, on_answer=self._count_answer)
            groups = {name: key.get_secret_value() for name, key in settings.wecom.groups.items()}
            self.platforms["wecom"] = WeCom(self.wecom, now=now, groups=groups)
        self.dingtalk: DingTalkParts | None = None
        if settings.dingtalk is not None:
            self.dingtalk = DingTalkParts(
                settings.dingtalk, self.store, self.metrics, self.context, public_url=settings.server.public_url,
                now=now, monotonic=monotonic,
            )  # fmt: skip
            self.platforms["dingtalk"] = self.dingtalk.platform
        self.pipeline = Pipeline(self.store, self.platforms, self.context, now)
        self.sender = Sender(self.store, self.platforms, self.context, now)
        self.sweep = Sweep(self.store, self.context, now)
        self.desk = Desk(self.store, self.context, now)
        self.importer = Importer(self.store, self.context, now, monotonic)
        self.health = Health(self.store, self.metrics, now)
        self._published: Published | None = None
        self._unreadable = 0  # a version that only a newer Leadbot can read
        self._groups = tuple(
            Place(name, group, "group")
            for name, section in (("wecom", settings.wecom), ("dingtalk", settings.dingtalk))
            if section is not None
            for group in section.groups
        )
        workers = {Worker("quota", self.dingtalk.quota.keep): 5.0} if self.dingtalk is not None else {}
        if (embedded := sqlite_path(self.store.url)) is not None:
            workers[Worker("mark", partial(_remember, embedded))] = 5.0
        self.schedule = Schedule(
            {
                **workers,
                Worker("inbox", self.pipeline.run_once): 1.0,
                Worker("outbox", self.sender.run_once): 1.0,
                Worker("due", self.sweep.run_once): 1.0,
                Worker("unknown", self.sender.repeat_unknown): 2.0,
                Worker("job", self._do_jobs): 5.0,
                Worker("recheck", Rechecker(self.store, self.context).run_once): 30.0,
                Worker("imports", self.importer.run_once): 2.0,
                Worker("rules", self._follow_rules): 3.0,
                Worker("keeping", self._keep_house): 3600.0,
            }
        )
        self.store.on_hint(self.schedule.hint)
        self.clock_watch = ClockWatch(now, monotonic, self._clock_was_set)
        self.door = AdminSocket(
            folder.sock,
            {name: self._office(work) for name, work in OFFICE.items()}
            | {name: partial(act, self.importer) for name, act in IMPORTS.items()},
        )

    async def context(self) -> Context:
        """The present moment: published rules, their calendar, the time."""
        if self._published is None:
            raise RuntimeError("not started")
        if self._published.year != self.now().year:
            self._publish(self._published.rules)
        return Context(
            rules=self._published.rules,
            calendar=self._published.calendar,
            others=self._published.others,
            now=self.now(),
            platforms=tuple(self.platforms),
            public_url=self.settings.server.public_url,
            enriches=self.settings.enrichment is not None,
            groups=self._groups,
        )

    async def open(self) -> None:
        """Open the store, publish the first rules, read the members: what every writer needs before it works."""
        await self.store.open()
        await self.store.transaction(self._recover)
        await self.store.transaction(self._import_members)
        await self._publish_first_rules()
        await self.load_rules()

    async def look_in(self) -> bool:
        """For looking only, beside whoever writes; False when the folder was never served and knows no rules yet."""
        async with self.store.read() as tx:
            if await rulebook.latest_rules(tx) is None:
                return False
        await self.load_rules()
        return True

    async def start(self) -> None:
        """Open everything and begin to work."""
        await self.open()
        await self.sender.start()
        if self.wecom is not None:
            await self.store.transaction(
                lambda tx: due.do_once(tx, kind="menu", key=f"menu:{_menu_mark()}", now=self.now())
            )
        await catch_up(self.store, self.pipeline, self.sweep, self.now)
        if self.dingtalk is not None:
            await self.dingtalk.start()
        self.store.listen()
        self.schedule.start()
        self.clock_watch.start()
        await self.door.start()
        if self.wecom is not None:  # else the first event would make the loop wait for wechatpy and requests
            asyncio.get_running_loop().run_in_executor(None, importlib.import_module, "bot.wecom.parse")

    async def stop(self) -> None:
        """Finish what is in hand and close everything."""
        self.health.stopping = True
        await self.door.stop()
        if self.dingtalk is not None:
            await self.dingtalk.stop()
        await self.clock_watch.stop()
        await self.schedule.stop()
        if self.dingtalk is not None:
            await self.dingtalk.close()
        if self.wecom is not None:
            await self.wecom.close()
        await self.store.close()

    async def load_rules(self) -> None:
        """Take the newest published rules. Raises BadDocument when this version of Leadbot cannot read them."""
        async with self.store.read() as tx:
            found = await rulebook.latest_rules(tx)
        if found is None:
            raise RuntimeError("no rules are published")
        rules = load_rules(found.text, f"rules version {found.version}")
        self._publish(rules.model_copy(update={"version": found.version}))
        if read_text(self.folder.rules) != found.text:
            log.info("rules.yaml differs from the published version; the published one is used", version=found.version)

    async def _follow_rules(self) -> int:
        """Another version was published, here or by another server: work by it from now on, and say so once."""
        async with self.store.read() as tx:
            newest = await rulebook.latest_version(tx)
        if self._published is None or newest == self._published.rules.version or newest == self._unreadable:
            return 0
        before = self._published.rules
        try:
            await self.load_rules()
        except BadDocument as error:
            self._unreadable = newest
            log.error("the newest rules cannot be read; the running version stays", version=newest, cause=str(error))
            return 0
        log.info("rules loaded", version=newest, before=before.version)
        ctx = await self.context()
        await self.store.transaction(lambda tx: tell_of_rules(tx, ctx, before))
        return 0

    def _publish(self, rules: Rules) -> None:
        today = self.now().date()
        company = calendar_of(rules, self.folder, today=today)
        self._published = Published(rules, company, calendars_of(rules, self.folder, today=today), today.year)

    def web(self) -> web.Application:
        """The web application with all routes; starts and stops the bot with itself."""
        app = web.Application(client_max_size=LARGEST_BODY)
        refusals = Refusals(self.metrics, self.monotonic)
        if self.settings.wecom is not None:
            keys = {
                name: CallbackKeys(
                    token=callback.token.get_secret_value(),
                    aes_key=callback.aes_key.get_secret_value(),
                    receive_id=self.settings.wecom.corp_id,
                )
                for name, callback in self.settings.wecom.callbacks.items()
            }
            WeComCallbacks(self.store, keys, self.metrics, self.now, refusals).add_routes(app)
        if self.dingtalk is not None:
            self.dingtalk.add_routes(app, refusals)
        add_routes(
            app,
            self.desk,
            admin_key=self.settings.security.admin_key.get_secret_value(),
            public_dir=self.folder.public,
            health=self.health,
        )
        app.middlewares.insert(0, watch)

        async def running(_: web.Application) -> AsyncIterator[None]:
            await self.start()
            yield
            await self.stop()

        app.cleanup_ctx.append(running)
        return app

    def _office(self, work: Work) -> Handler:
        return lambda arguments: work(self.store, arguments, self.now())

    def _count_answer(self, endpoint: str, code: int) -> None:
        self.metrics.call(platform="wecom", api=endpoint, code=str(code))

    async def _clock_was_set(self, by: timedelta) -> None:
        self.schedule.start_anew()
        await self.store.transaction(lambda tx: bring_forward(tx, now=self.now()))

    async def _recover(self, tx: Tx) -> None:
        """After a crash: nobody holds anything, and what was being sent is unknown, never queued."""
        alone = not self.store.shared  # other replicas may live: what they hold is theirs until its lease ends
        released = await lease.release_dead(tx) if alone else 0
        unknown = await outbox.orphan(tx, now=self.now(), all_rows=alone)
        await bring_forward(tx, now=self.now())
        if released or unknown:
            log.info("recovered after a stop", released=released, unknown=unknown)

    async def _import_members(self, tx: Tx) -> None:
        await save_members(tx, read_members(self.folder.members), str(self.folder.members))

    async def _publish_first_rules(self) -> None:
        text = read_text(self.folder.rules)
        load_rules(text, str(self.folder.rules))

        async def publish(tx: Tx) -> None:
            if await rulebook.latest_version(tx) == 0:
                await rulebook.publish_rules(tx, text, after=0, by="serve", now=self.now())

        await self.store.transaction(publish)

    async def _do_jobs(self) -> int:
        now = self.now()
        rows = await self.store.transaction(lambda tx: lease.take(tx, Job, now=now, limit=5), ordered=False)
        for row in rows:
            await self._do_job(row, now)
        return len(rows)

    async def _do_job(self, row: Job, now: datetime) -> None:
        try:
            if row.kind == "menu" and self.wecom is not None:
                await self.wecom.menu_create(MENU)
            if row.kind == "enrich" and self.settings.enrichment is not None:
                await enrich(self.store, self.settings.enrichment, int(row.payload["lead"]), now=now)
            if row.kind == "card_route" and self.dingtalk is not None:
                await self.dingtalk.register_route()
        except Exception as error:
            again = lease.retry_at(row.attempts, now=now, most=1000) or now + timedelta(minutes=5)
            cause = told(error)
            log.warning("a job will be tried again", job=row.kind, cause=cause)
            await self.store.transaction(lambda tx: lease.settle(tx, row, run_at=again, error=cause))
        else:
            await self.store.transaction(lambda tx: lease.settle(tx, row, state="done", error=""))

    async def _keep_house(self) -> int:
        """Hourly: old rows go, and the administrators hear in time that a year has no holiday data."""
        ctx = await self.context()

        async def work(tx: Tx) -> int:
            await warn_of_calendar(tx, ctx)
            return await sweep_out(tx, now=ctx.now)

        return await self.store.transaction(work)


async def _remember(embedded: Path) -> int:
    """How far the store has come, so that a file that lost its end is known at the next start."""
    await asyncio.to_thread(write_mark, embedded)
    return 0


def _menu_mark() -> str:
    """Changes when the menu changes, so that it is put into the app once per version."""
    return hashlib.sha256(json.dumps(MENU, ensure_ascii=False).encode()).hexdigest()[:12]


def _allow_many_connections() -> None:
    """Many systems give a process 1024 open files and allow it more: slow callers alone may hold half of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < OPEN_FILES:
        with contextlib.suppress(ValueError, OSError):  # then it stays as it was
            most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


async def serve(folder: Folder, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stopped.set)
    bot = Leadbot(folder, settings)
    _allow_many_connections()
    runner = await listen(bot.web(), settings.server.host, settings.server.port)
    gc.freeze()  # what is here now stays; collecting would only look at it again and again
    gc.enable()
    log.info("serving", host=settings.server.host, port=settings.server.port)
    await stopped.wait()
    log.info("stopping")
    await runner.cleanup()
