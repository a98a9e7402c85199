"""The only place where the parts are put together and taken down; around them stands bot/site.py."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from bot import clock as real_clock
from bot.admin import AdminSocket, Handler
from bot.attaching import Attaching
from bot.channels import Channels
from bot.clock import Now
from bot.clockwatch import ClockWatch
from bot.commands.imports import IMPORTS
from bot.commands.office import OFFICE, Work, take_in_members
from bot.commands.pricing import publish_first
from bot.connected import Connectors
from bot.context import Context
from bot.courier import Courier
from bot.digest import plan_digests
from bot.dingtalk.parts import DingTalkParts
from bot.enrich import Enriching
from bot.entrance import Entrance
from bot.erasing import JOURNAL
from bot.first_texts import publish_first_texts
from bot.forms import Forms
from bot.grouping import Grouping, openers_of
from bot.handlers.office import tell_of_rules
from bot.hourly import keep_house
from bot.importer import Importer
from bot.jobs import Jobs, JobWork
from bot.learning import Learner
from bot.memory import load
from bot.metrics import Metrics
from bot.missed import plan_comparison
from bot.namecard.photos import Photos
from bot.namecard.reader import Reader, find_python
from bot.oa import Office, desks_of
from bot.paper.press import Press
from bot.pipeline import Pipeline
from bot.platform import Place, Platform
from bot.poller import Poller
from bot.probe import Prober
from bot.published import Rulebook
from bot.recovery import recover
from bot.restored import catch_up
from bot.roads import Roads
from bot.schedule import Schedule
from bot.sender import Sender
from bot.shelving import Shelving
from bot.sweep import Sweep
from bot.trial import Trial
from bot.watch import Watch
from bot.ways import plan_ways
from bot.web.desk import Desk
from bot.web.health import Health
from bot.wechat.followers import Followers
from bot.wecom.parts import WeComParts
from bot.workers import workers_of
from config.folder import Folder
from config.settings import Settings
from store.db import Store
from store.sealed import Keys
from store.timeshift import bring_forward


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
        self.wecom: WeComParts | None = None
        if settings.wecom is not None:
            self.wecom = WeComParts(
                settings.wecom, self.store, self.metrics, self.context, now=now, monotonic=monotonic
            )  # fmt: skip
            self.platforms["wecom"] = self.wecom.platform
            self.entrances["wecom"] = self.wecom.entrance
        self.dingtalk: DingTalkParts | None = None
        if settings.dingtalk is not None:
            self.dingtalk = DingTalkParts(
                settings.dingtalk, self.store, self.metrics, self.context, public_url=settings.server.public_url,
                now=now, monotonic=monotonic,
            )  # fmt: skip
            self.platforms["dingtalk"] = self.dingtalk.platform
            self.entrances["dingtalk"] = self.dingtalk.entrance
        wecom = self.wecom.client if self.wecom is not None else None
        self.roads = Roads(settings, self.store, wecom, self.context, now=now, monotonic=monotonic)
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
        dingtalk = self.dingtalk.client if self.dingtalk is not None else None
        template = settings.dingtalk.group_template_id if settings.dingtalk is not None else ""
        self._openers = openers_of(wecom, dingtalk, template)
        desks = desks_of(wecom, dingtalk)
        office = Office(self.store, desks, self.context)
        work: dict[str, JobWork] = {
            "rehearse": Trial(self.store, folder, self.context).answer,
            "attach": Attaching(self.store, self.platforms, self.context).attach,
            "shelve": Shelving(self.store, self.platforms, self.context).shelve,
            "deal_group": Grouping(self.store, self._openers, self.context).open,
            "quote_pdf": Press(self.store, self.context).print_quote,
            "approval_oa": office.ask,
            "approval_look": office.look,
            "approval_end": office.end,
        }
        if settings.enrichment is not None:
            work["enrich"] = Enriching(self.store, settings.enrichment, now).enrich
        for parts in (self.wecom, self.dingtalk):
            work |= parts.jobs if parts is not None else {}
        self.jobs = Jobs(self.store, work, now)
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
        self.schedule = Schedule(workers_of(self, patrols=patrols))
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
            days_flaw=running.flaw,
            now=now,
            platforms=tuple(self.platforms),
            public_url=self.settings.server.public_url,
            enriches=self.settings.enrichment is not None,
            learning=self.learner.known,
            reads_cards=lambda: find_python() is not None,
            groups=self._groups,
            opens_groups=tuple(self._openers),
            channels=self._channels,
            connectors=self.settings.connectors,
            inner=self.settings.webhooks.allow,
        )

    async def open(self) -> None:
        """Open the store, publish the first rules, read the members: what every writer needs before it works."""
        await self.store.open()
        alone = not self.store.shared
        await self.store.transaction(lambda tx: recover(tx, alone=alone, now=self.now()))
        await self.store.transaction(lambda tx: take_in_members(tx, self.folder.members))
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
            await self.wecom.start()
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
        if self.wecom is not None:  # the first event would make the loop wait for it
            asyncio.get_running_loop().run_in_executor(None, load, "bot.wecom.parse")

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

    def _office(self, work: Work) -> Handler:
        return lambda arguments: work(self.store, arguments, self.now())

    async def follow_rules(self) -> int:
        """Another version was published, here or by another server: work by it from now on, and say so once."""
        known = (await self.context()).days_flaw
        before = await self.rulebook.follow()
        ctx = await self.context()
        if ctx.days_flaw not in ("", known):
            self.schedule.hint("keeping")
        if before is None:
            return 0
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

    async def keep_house(self) -> int:
        """What is done every hour."""
        ctx = await self.context()
        return await self.store.transaction(lambda tx: keep_house(tx, ctx))
