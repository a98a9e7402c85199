"""The radar: whoever works on a customer hears that they are reading what was sent, once a session."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.context import Context
from bot.duty import on_duty
from bot.morning import told_at_work
from leads.behaviour import Seen, behave, belie
from leads.facts import Fact
from leads.heat import is_machine
from leads.reach_facts import PagesRead
from leads.rights import Who
from store import due, links, outbox
from store.behaviours import last_of
from store.leads import find_lead
from store.links import Link
from store.page_views import list_views
from store.queues import Due
from store.tx import Tx

READER = Who(None, "客户", "admin")
SESSION = timedelta(minutes=30)  # of silence end a session
PAGES_AFTER, STILL_READING, LONGEST = timedelta(minutes=3), timedelta(minutes=1), timedelta(minutes=12)


@dataclass(frozen=True)
class Visit:
    """Somebody came by one of our addresses. `burst`: keys of the visits to others of the same message in that second;

    with some, a program followed them all.
    """

    kind: str  # open, click
    user_agent: str
    burst: tuple[str, ...] = ()

    def key(self, token: str, now: datetime) -> str:
        """What counts once within a session."""
        return f"{self.kind}:{token}:{int(now.timestamp()) // int(SESSION.total_seconds())}"


async def visited(tx: Tx, link: Link, visit: Visit, ctx: Context) -> list[Fact]:
    """Count it, rate the customer anew, tell whoever works on them; a program's visit is shown and gives nothing."""
    lead = await find_lead(tx, link.lead_id)
    message = await outbox.find_by_key(tx, link.message)
    delivered_at = message.sent_at or message.first_sent_at if message is not None else None
    machine = bool(visit.burst) or is_machine(
        visit.kind, at=ctx.now, delivered_at=delivered_at, user_agent=visit.user_agent
    )
    await links.count_visit(tx, link.token, machine=machine, now=ctx.now)
    if lead is None or lead.id is None or visit.kind not in ctx.rules.scoring.behaviours:
        return []
    key = visit.key(link.token, ctx.now) + (":program" if machine else "")  # a person may come after a program
    before = await last_of(tx, lead.id, "click")
    facts: list[Fact] = []
    if visit.burst:
        facts += await belie(tx, lead.id, visit.burst, rules=ctx.rules, now=ctx.now)
    seen = Seen(
        visit.kind, ctx.now, url=_shown(link), key=key, delivered_at=delivered_at,
        user_agent=visit.user_agent, machine=machine, what=f"打开了「{what_of(link)}」",
    )  # fmt: skip
    facts += await behave(tx, lead.id, seen, READER, rules=ctx.rules, now=ctx.now)
    woke = any(fact.kind == "woke" for fact in facts)
    fresh = before is None or ctx.now - before >= SESSION
    if visit.kind == "click" and not machine and fresh and not woke:
        await _tell(tx, link, ctx)
    return facts


async def _tell(tx: Tx, link: Link, ctx: Context) -> None:
    """A plain link rings at once; a page rings when it is known how long it was looked at."""
    stamp = ctx.now.isoformat()
    if link.kind == "page":
        payload = {"token": link.token, "since": stamp}
        key = f"radar:{link.token}:{stamp}"
        await due.keep(tx, kind="radar", key=key, at=ctx.now + PAGES_AFTER, lead_id=link.lead_id, payload=payload)
        return
    lead = await find_lead(tx, link.lead_id)
    owner = await on_duty(tx, lead) if lead is not None else None
    if lead is not None and owner is not None:
        headline = f"{lead.name or '客户'}刚打开了「{what_of(link)}」"
        await told_at_work(tx, ctx, owner, headline, key=f"radar:{lead.id}:{stamp}", lead_id=lead.id or 0)


async def on_radar(tx: Tx, row: Due, ctx: Context) -> list[Fact]:
    """A customer has had a page open: once they are through, the owner reads which pages and how long."""
    link = await links.find_link(tx, str(row.payload["token"]))
    lead = await find_lead(tx, link.lead_id) if link is not None else None
    if link is None or lead is None or lead.id is None:
        return []
    since = datetime.fromisoformat(str(row.payload["since"]))
    views = await list_views(tx, link.token)
    lately = [view for view in views if view.last_at >= since]
    reading = any(ctx.now - view.last_at < STILL_READING for view in lately)
    if reading and ctx.now - since < LONGEST:
        key = f"{row.key}:{int(ctx.now.timestamp())}"
        await due.keep(
            tx, kind="radar", key=key, at=ctx.now + STILL_READING, lead_id=lead.id, payload=dict(row.payload)
        )
        return []
    seconds: dict[int, int] = {}
    for view in lately:
        seconds[view.page] = seconds.get(view.page, 0) + view.seconds
    read = PagesRead(
        lead_id=lead.id, at=ctx.now, title=what_of(link), seconds=seconds, devices=len({view.device for view in views})
    )
    owner = await on_duty(tx, lead)
    if owner is not None:
        headline = f"{lead.name or '客户'}刚看了{read.told()}"
        await told_at_work(tx, ctx, owner, headline, key=f"{row.key}:told", lead_id=lead.id)
    return [read] if seconds else []


def what_of(link: Link) -> str:
    """What a link leads to, as people call it."""
    return link.label or _shown(link) or "资料"


def _shown(link: Link) -> str:
    """The address without what follows the question mark, which may name somebody."""
    return link.url.partition("?")[0][:80] if link.kind == "click" else link.label
