"""What a pool asks of whoever takes or opens a lead, and how a free lead comes into another pool."""

from datetime import datetime, timedelta

from config.pool import Pool, plain_time
from config.rules import Rules
from leads.errors import ClaimLimit, NoRight, Unusable
from leads.owner_facts import LeadPlaced
from leads.rights import Who, is_free, pools_of
from store import leads, timeline
from store.tables import Lead
from store.tx import Tx

LOST = ("released", "recycled", "transferred")


async def refuse_by_pool(tx: Tx, lead: Lead, who: Who, *, rules: Rules, now: datetime) -> None:
    """Raise NoRight or ClaimLimit when the lead's pool does not let this person take it now."""
    pool = rules.pools.get(lead.pool)
    if pool is None:
        return
    if not pool.claim and who.role == "rep":
        raise NoRight(f"{pool.label}里的线索由主管分配,不能自己领取。想要 {lead.no},请跟主管说一声。")
    if pool.freeze is not None and now < (free_at := lead.created_at + plain_time(pool.freeze)):
        raise ClaimLimit(f"{lead.no} 是新线索,{pool.label}规定先留给市场确认", _from(free_at, rules), free_at)
    if pool.cool_down is not None and (lost_at := await _lost_at(tx, lead, who)) is not None:
        again = lost_at + plain_time(pool.cool_down)
        if now < again:
            raise ClaimLimit(f"{lead.no} 刚从你手上离开,{pool.label}规定先让别人试试", _from(again, rules), again)


def _from(at: datetime, rules: Rules) -> str:
    return f"{at.astimezone(rules.zone):%m-%d %H:%M} 之后可以领"


async def _lost_at(tx: Tx, lead: Lead, who: Who) -> datetime | None:
    """When this person last stopped owning the lead."""
    for item in await timeline.list_last(tx, lead.id or 0, LOST, limit=20):
        if who.id in (item.data.get("owner"), item.data.get("from")):
            return item.at
    return None


async def move_to_pool(tx: Tx, lead: Lead, who: Who, pool: str, *, rules: Rules, now: datetime) -> LeadPlaced:
    """Put a free lead into another pool, by whoever leads both. Raises NoRight, Unusable."""
    target = rules.pools[pool].label
    if who.role == "rep" or not {lead.pool, pool} <= set(pools_of(who, rules=rules)):
        raise NoRight(f"{lead.no} 还没有人领,换到{target}要由管这两个线索池的主管、市场或管理员来做。")
    if lead.pool == pool:
        raise Unusable(f"{lead.no} 已经在{target}里了。")
    await leads.change(tx, lead.id or 0, pool=pool)
    return LeadPlaced(
        lead_id=lead.id or 0, at=now, by=who.id, pool=pool, rule="", number=0, rules_version=rules.version
    )


async def note_view(tx: Tx, lead: Lead, who: Who, *, rules: Rules, now: datetime) -> None:
    """Log that somebody opens a lead; raises ClaimLimit when they have opened enough of its pool today."""
    waiting = is_free(lead) and who.role == "rep"
    pool = rules.pools.get(lead.pool)
    if waiting and pool is not None and pool.views_per_day is not None:
        await _refuse_over_views(tx, lead, who, pool, pool.views_per_day, rules=rules, now=now)
    await timeline.audit(tx, act="view", by=who.id, subject=lead.no, at=now, **({"pool": lead.pool} if waiting else {}))


async def _refuse_over_views(
    tx: Tx, lead: Lead, who: Who, pool: Pool, most: int, *, rules: Rules, now: datetime
) -> None:
    midnight = now.astimezone(rules.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    seen = await timeline.pool_views(tx, who.id or "", since=midnight)
    if lead.no not in seen and len(seen) >= most:
        tomorrow = midnight + timedelta(days=1)
        raise ClaimLimit(f"今日查看已满({pool.label}一天看 {most} 条)", "明天 00:00 再看", tomorrow)


async def reveal_logged(tx: Tx, lead: Lead, who: Who, *, now: datetime) -> None:
    """From now on this person reads the number in full: that is kept in the log of who saw what."""
    await timeline.audit(tx, act="reveal", by=who.id, subject=lead.no, at=now)
