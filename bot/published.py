"""The rules by which the server works now: the newest published version, with the calendars made from it."""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.clock import Now
from config.document import BadDocument, read_text
from config.folder import Folder
from config.hours import Calendars, calendar_of, calendars_of
from config.rules import Rules, load_rules
from config.worktime import WorkCalendar
from store import rulebook
from store.db import Store
from store.tx import Tx

log = structlog.get_logger()


@dataclass(frozen=True)
class Running:
    """A published version, and the company's, teams' and people's hours by it; they reach a few years around `year`.

    `written`: when the company's own list of free days was last written, as far as anybody knows. `flaw`: which
    writing of it cannot be read, so that days known before are counted by; "" when it is sound.
    """

    rules: Rules
    calendar: WorkCalendar
    others: Calendars
    year: int
    written: tuple[int, int] | None
    flaw: str = ""


class Rulebook:
    """Knows the running version and follows what is published, here or by another server."""

    def __init__(self, store: Store, folder: Folder, now: Now) -> None:
        self._store = store
        self._folder = folder
        self._now = now
        self._running: Running | None = None
        self._unreadable = 0  # a version that only a newer Leadbot can read

    def running(self, now: datetime) -> Running:
        """What holds now. Raises RuntimeError before `load`."""
        if self._running is None:
            raise RuntimeError("not started")
        if self._running.year != now.year:
            self._running = self._at_work(self._running.rules)
        return self._running

    async def publish_first(self) -> None:
        """A company's first start publishes its rules.yaml; a later one does not ask whether the file is sound.

        Raises BadDocument when the first one cannot be read.
        """
        async with self._store.read() as tx:
            if await rulebook.latest_version(tx):
                return
        text = read_text(self._folder.rules)
        self._of(load_rules(text, str(self._folder.rules)))

        async def publish(tx: Tx) -> None:
            if await rulebook.latest_version(tx) == 0:
                await rulebook.publish_rules(tx, text, after=0, by="serve", now=self._now())

        await self._store.transaction(publish)

    async def load(self) -> bool:
        """Take the newest version; False when none was ever published.

        Raises BadDocument when this version of Leadbot cannot read it.
        """
        async with self._store.read() as tx:
            found = await rulebook.latest_rules(tx)
        if found is None:
            return False
        rules = load_rules(found.text, f"rules version {found.version}")
        self._running = self._at_work(rules.model_copy(update={"version": found.version}))
        self._compare(found.text, found.version)
        return True

    def _compare(self, text: str, version: int) -> None:
        """The file is only mentioned: whoever is in the midst of changing it must be able to start again."""
        try:
            same = read_text(self._folder.rules) == text
        except (BadDocument, OSError) as error:
            log.warning("rules.yaml cannot be read; the published version is used", version=version, cause=str(error))
            return
        if not same:
            log.info("rules.yaml differs from the published version; the published one is used", version=version)

    async def follow(self) -> Rules | None:
        """Take a version that was published since; returns the rules that held before, None when nothing changed.

        The company's own list of free days is a file beside them: what is added to it holds at once.
        """
        async with self._store.read() as tx:
            newest = await rulebook.latest_version(tx)
        if self._running is None:
            return None
        if newest in (self._running.rules.version, self._unreadable):
            self._follow_days(self._running)
            return None
        before = self._running.rules
        try:
            await self.load()
        except BadDocument as error:
            self._unreadable = newest
            log.error("the newest rules cannot be read; the running version stays", version=newest, cause=str(error))
            return None
        log.info("rules loaded", version=newest, before=before.version)
        return before

    def _follow_days(self, running: Running) -> None:
        if _written(running.rules, self._folder) != running.written:
            self._running = self._at_work(running.rules)
            log.info("the company's own free days were looked at anew", file=running.rules.calendar.override)

    def _at_work(self, rules: Rules) -> Running:
        """These rules with the days of this year; what cannot be read of the company's own list does not stop work.

        Then the days known so far stay, or, when none are known, the official ones, until the list is written again.
        """
        try:
            return self._of(rules)
        except BadDocument as error:
            log.error("the company's own free days cannot be read; those known so far stay", cause=str(error))
        if self._running is not None and self._running.rules.calendar == rules.calendar:
            known = self._running
        else:
            known = self._of(rules.model_copy(update={"calendar": rules.calendar.model_copy(update={"override": ""})}))
        written = _written(rules, self._folder)
        flaw = f"{rules.calendar.override} {written}"
        return replace(known, rules=rules, year=self._now().year, written=written, flaw=flaw)

    def _of(self, rules: Rules) -> Running:
        today, written = self._now().date(), _written(rules, self._folder)
        company = calendar_of(rules, self._folder, today=today)
        return Running(rules, company, calendars_of(rules, self._folder, today=today), today.year, written)


def _written(rules: Rules, folder: Folder) -> tuple[int, int] | None:
    """When the company's own list of free days was last written, and how long it is; None: there is none."""
    if not rules.calendar.override:
        return None
    try:
        found = (folder.root / rules.calendar.override).stat()
        return found.st_mtime_ns, found.st_size
    except OSError:
        return None
