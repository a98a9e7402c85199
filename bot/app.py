"""The only place where the parts are put together and taken down."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
from aiohttp import web

from bot import clock as real_clock
from bot.admin import AdminSocket, Handler
from bot.attaching import Attaching
from bot.channels import Channels
from bot.clock import Now
from bot.clockwatch import ClockWatch
from bot.commands.imports import IMPORTS
from bot.commands.office import OFFICE, Work, save_members
from bot.commands.pricing import publish_first
from bot.comparing import plan_night
from bot.connected import Connectors
from bot.connecting import Connecting
from bot.consent import look_after_forms
from bot.context import Context
from bot.counting import Counting, plan_check
from bot.courier import Courier
from bot.digest import plan_digests
from bot.dingtalk.login import DingTalkEntrance
from bot.dingtalk.parts import DingTalkParts
from bot.door import DOOR, Door
from bot.entrance import Entrance
from bot.erasing import JOURNAL
from bot.first_texts import publish_first_texts
from bot.forecasting import plan_forecast
from bot.forms import Forms
from bot.grouping import Grouping
from bot.guard import watch
from bot.handlers.office import tell_of_rules, warn_of_calendar
from bot.handlers.weekly import plan_week
from bot.importer import Importer
from bot.jobs import Jobs, ask_for_menu
from bot.journeys.nightly import plan_journeys
from bot.learning import Learner
from bot.metrics import Metrics
from bot.missed import plan_comparison
from bot.namecard.photos import Photos
from bot.namecard.reader import Reader, find_python
from bot.oa import Office
from bot.paper.press import Press
from bot.pipeline import Pipeline
from bot.platform import Place, Platform
from bot.poller import Poller
from bot.probe import Prober
from bot.published import Rulebook
from bot.recheck import Rechecker
from bot.refusal import Refusals
from bot.restored import catch_up
from bot.roads import Roads
from bot.schedule import Schedule, Worker
from bot.sender import Sender
from bot.server import WeComCallbacks, patience
from bot.sms.doors import add_sms
from bot.sweep import Sweep
from bot.trial import Trial
from bot.watch import Watch
from bot.ways import plan_ways
from bot.web.desk import Desk
from bot.web.health import Health
from bot.web.routes import add_routes
from bot.wechat.callback import AccountKeys
from bot.wechat.doors import WeChatCallbacks
from bot.wechat.followers import Followers
from bot.wecom.callback import CallbackKeys
from bot.wecom.client import WeComAccount, WeComClient
from bot.wecom.contacts import Contacts
from bot.wecom.kf import Kf
from bot.wecom.login import WeComEntrance
from bot.wecom.platform import WeCom
from bot.wecom.ways import Ways
from config.folder import Folder
from config.members import read_members
from config.settings import Settings
from store import lease, outbox, pulse
from store.access import get_property, set_property
from store.db import Store
from store.engine import sqlite_path
from store.keeping import sweep_out
from store.sealed import Keys
from store.soundness import write_mark
from store.timeshift import bring_forward
from store.tx import Tx

log = structlog.get_logger()

LARGEST_BODY = 1024 * 1024


class Leadbot:
    """One company's bot: built from its folder, started, stopped."""

    def __init__(
        self,
        folder: Folder,
        settings: Settings,
        *,
        now: Now = real_clock.now,
        monotonic: Callable[[], float] = real_clock.monotonic,
        patrols: bool = True,
    ) -> None:
        """`patrols`: channels are fetched and looked at by the minute, except where a test does that by hand."""
        self.folder = folder
        self.settings = settings
        self.now = now
        self.monotonic = monotonic
        self.metrics = Metrics()
        takeover = timedelta(seconds=settings.store.takeover_seconds)
        self.store = Store(settings.store_url(folder), settings.corp, Keys(settings.data_key()), takeover=takeover)
        self.platforms: dict[str, Platform] = {}
        self.entrances: dict[str, Entrance] = {}  # the chat tools by which members come to the pages
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
            oauth_base, sso_base = settings.wecom.oauth_base, settings.wecom.sso_base
            self.entrances["wecom"] = WeComEntrance(self.wecom, oauth_base=oauth_base, sso_base=sso_base)
        self.dingtalk: DingTalkParts | None = None
        if settings.dingtalk is not None:
            self.dingtalk = DingTalkParts(
                settings.dingtalk, self.store, self.metrics, self.context, public_url=settings.server.public_url,
                now=now, monotonic=monotonic,
            )  # fmt: skip
            self.platforms["dingtalk"] = self.dingtalk.platform
            login_base = settings.dingtalk.login_base
            self.entrances["dingtalk"] = DingTalkEntrance(self.dingtalk.client, login_base=login_base)
        self.roads = Roads(settings, self.store, self.wecom, self.context, now=now, monotonic=monotonic)
        followers = Followers({name: one.app_id for name, one in settings.wechat.items()})
        self.pipeline = Pipeline(
            self.store,
            {
                **self.platforms,
                **self.roads.tellers,
                "form": Forms(),
                "channel": Channels(settings.channels),
                "wechat": followers,
                "connector": Connectors(settings.connectors),
            },
            self.context,
            now,
        )
        self.sender = Sender(self.store, self.platforms, self.context, now)
        self.greeter = Sender(self.store, self.platforms, self.context, now, fast=True)
        self.courier = Courier(self.store, self.roads.channels, self.context, now)
        self.sweep = Sweep(self.store, self.context, now)
        self.importer = Importer(self.store, self.context, now, monotonic, parallel=folder.parallel)
        self.health = Health(self.store, self.metrics, now, monotonic)
        self.reader = Reader()
        self.photos = Photos(self.store, self.platforms, self.reader, self.context, now)
        self.desk = Desk(self.store, self.context, now, self.importer, self.reader)
        self.rulebook = Rulebook(self.store, folder, now)
        trial = Trial(self.store, folder, self.context)
        ways = Ways(self.store, self.wecom, self.context) if self.wecom is not None else None
        contacts = Contacts(self.store, self.wecom, self.context) if self.wecom is not None else None
        desk = Kf(self.store, self.wecom, self.context) if self.wecom is not None else None
        office = Office(self.store, self.dingtalk.client if self.dingtalk is not None else None, self.context)
        papers = Press(self.store, self.context)
        take_in = Attaching(self.store, self.platforms, self.context)
        others = {
            "attach": take_in.attach,
            "deal_group": Grouping(self.store, self.wecom, self.context).open,
            "quote_pdf": papers.print_quote,
            "approval_oa": office.ask,
            "approval_look": office.look,
            "approval_end": office.end,
        }
        self.jobs = Jobs(
            self.store, settings.enrichment, self.wecom, self.dingtalk, ways, contacts, desk, trial, others, now
        )
        self.learner = Learner(self.store, self.context)
        self.poller = Poller(self.store, settings.channels, now, settings.connectors)
        self.watch = Watch(self.store, self.context)
        self.prober = Prober(self.store, self.context, now, settings.server.public_url)
        self._channels = {name: channel.source for name, channel in settings.channels.items()}
        self._groups = tuple(
            Place(name, group, "group")
            for name, section in (("wecom", settings.wecom), ("dingtalk", settings.dingtalk))
            if section is not None
            for group in section.groups
        )
        workers = {Worker("quota", self.dingtalk.quota.keep): 5.0} if self.dingtalk is not None else {}
        if (embedded := sqlite_path(self.store.url)) is not None:
            workers[Worker("mark", partial(_remember, embedded))] = 5.0
        if patrols:
            workers |= self.roads.patrols | {
                Worker("channels", self.poller.run_once): 15.0,
                Worker("watch", self.watch.run_once): 60.0,
                Worker("probe", self.prober.run_once): 300.0,
            }
        connecting = Connecting(self.store, settings.connectors, self.context, now)
        self.schedule = Schedule(
            {
                **workers,
                Worker("inbox", self.pipeline.run_once): 1.0,
                Worker("outbox", self.sender.run_once): 1.0,
                Worker("welcome", self.greeter.run_once): 1.0,
                Worker("reach", self.courier.run_once): 2.0,
                Worker("due", self.sweep.run_once): 1.0,
                Worker("unknown", self.sender.repeat_unknown): 2.0,
                Worker("job", self.jobs.run_once): 5.0,
                Worker("connectors", connecting.run_once): 2.0,
                Worker("recheck", Rechecker(self.store, self.context).run_once): 30.0,
                Worker("imports", self.importer.run_once): 2.0,
                Worker("photos", self.photos.run_once): 5.0,
                Worker("rules", self._follow_rules): 3.0,
                Worker("counting", Counting(self.store, self.context).run_once): 30.0,
                Worker("odds", self.learner.run_once): 60.0,
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
        now = self.now()
        running = self.rulebook.running(now)
        return Context(
            rules=running.rules,
            calendar=running.calendar,
            others=running.others,
            now=now,
            platforms=tuple(self.platforms),
            public_url=self.settings.server.public_url,
            enriches=self.settings.enrichment is not None,
            learning=self.learner.known,
            reads_cards=lambda: find_python() is not None,
            groups=self._groups,
            channels=self._channels,
            connectors=self.settings.connectors,
        )

    async def open(self) -> None:
        """Open the store, publish the first rules, read the members: what every writer needs before it works."""
        await self.store.open()
        await self.store.transaction(self._recover)
        await self.store.transaction(self._import_members)
        await self.rulebook.publish_first()
        await self.rulebook.load()
        await publish_first_texts(self.store, self.folder, self.rulebook.running(self.now()).rules, self.now())
        now = self.now()
        today = now.astimezone(self.rulebook.running(now).rules.zone).date()
        await publish_first(self.store, self.folder, today=today, now=now)

    async def look_in(self) -> bool:
        """For looking only, beside whoever writes; False when the folder was never served and knows no rules yet."""
        return await self.rulebook.load()

    async def start(self) -> None:
        """Open everything and begin to work."""
        await self.open()
        await self.sender.start()
        if self.wecom is not None:
            await self.store.transaction(lambda tx: ask_for_menu(tx, now=self.now()))
        await self._plan_ways()
        ctx = await self.context()
        await self.store.transaction(lambda tx: plan_digests(tx, ctx))
        await catch_up(self.store, self.pipeline, self.sweep, self.now, journal=self.folder.data / JOURNAL)
        if self.dingtalk is not None:
            await self.dingtalk.start()
        self.store.listen()
        self.schedule.start()
        self.clock_watch.start()
        await self.door.start()
        late = ("jinja2", *(["bot.wecom.parse"] if self.wecom is not None else []))
        for name in late:  # else the first form, or the first event, would make the loop wait for libraries
            asyncio.get_running_loop().run_in_executor(None, importlib.import_module, name)

    async def stop(self) -> None:
        """Finish what is in hand and close everything."""
        self.health.stopping = True
        await self.door.stop()
        if self.dingtalk is not None:
            await self.dingtalk.stop()
        await self.clock_watch.stop()
        await self.schedule.stop()
        await self.reader.close()
        if self.dingtalk is not None:
            await self.dingtalk.close()
        if self.wecom is not None:
            await self.wecom.close()
        await self.roads.close()
        await self.store.close()

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
            door = app[DOOR] = Door(
                patience=partial(patience, self.store), answered=partial(self.metrics.answered, method="POST")
            )
            WeComCallbacks(self.store, keys, self.metrics, self.now, refusals).add_routes(app, door)
        if self.dingtalk is not None:
            self.dingtalk.add_routes(app, refusals)
        if self.settings.wechat:
            accounts = {
                name: AccountKeys(
                    one.app_id,
                    one.token.get_secret_value(),
                    one.aes_key.get_secret_value() if one.aes_key is not None else None,
                )
                for name, one in self.settings.wechat.items()
            }
            WeChatCallbacks(self.store, accounts, self.metrics, self.now, refusals).add_routes(app)
        add_routes(
            app,
            self.desk,
            admin_key=self.settings.security.admin_key.get_secret_value(),
            public_dir=self.folder.public,
            health=self.health,
            channels=self.settings.channels,
            entrances=self.entrances,
            settings=self.settings,
        )
        add_sms(app, self.desk, self.settings.sms)
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

    async def _follow_rules(self) -> int:
        """Another version was published, here or by another server: work by it from now on, and say so once."""
        before = await self.rulebook.follow()
        if before is None:
            return 0
        ctx = await self.context()
        await self.store.transaction(lambda tx: tell_of_rules(tx, ctx, before))
        await self._plan_ways()
        return 0

    async def _plan_ways(self) -> None:
        """Channel codes are answered by whom the rules and the rota name now."""
        ctx = await self.context()
        await self.store.transaction(lambda tx: plan_ways(tx, ctx))
        await self.store.transaction(lambda tx: plan_comparison(tx, ctx, at_once=True))

    async def _clock_was_set(self, by: timedelta) -> None:
        self.schedule.start_anew()
        await self.store.transaction(lambda tx: bring_forward(tx, now=self.now()))

    async def _recover(self, tx: Tx) -> None:
        """After a crash: nobody holds anything, and what was being sent is unknown, never queued."""
        alone = not self.store.shared  # other replicas may live: what they hold is theirs until its lease ends
        released = await lease.release_dead(tx) if alone else 0
        unknown = await outbox.orphan(tx, now=self.now(), all_rows=alone)
        await bring_forward(tx, now=self.now())
        await pulse.forget_turns(tx)
        if released or unknown:
            log.info("recovered after a stop", released=released, unknown=unknown)

    async def _import_members(self, tx: Tx) -> None:
        """Take members.csv in when it has changed: what `members import` has said since is not undone by a start."""
        rows = read_members(self.folder.members)
        mark = tx.keys.blind("members", repr(rows)).hex()
        if await get_property(tx, "members_read") == mark:
            return
        await save_members(tx, rows, str(self.folder.members))
        await set_property(tx, "members_read", mark)

    async def _keep_house(self) -> int:
        """Hourly: old rows go, and the administrators hear in time that a year has no holiday data."""
        ctx = await self.context()

        async def work(tx: Tx) -> int:
            await warn_of_calendar(tx, ctx)
            await plan_week(tx, ctx)
            await plan_forecast(tx, ctx)
            await plan_check(tx, ctx)
            await look_after_forms(tx, ctx)
            await plan_digests(tx, ctx)
            await plan_night(tx, ctx)
            await plan_journeys(tx, ctx)
            return await sweep_out(tx, now=ctx.now)

        return await self.store.transaction(work)


async def _remember(embedded: Path) -> int:
    """How far the store has come, so that a file that lost its end is known at the next start."""
    await asyncio.to_thread(write_mark, embedded)
    return 0
