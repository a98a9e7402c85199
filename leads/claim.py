"""Taking a free lead: the first one wins, everyone else hears who and how long ago."""

from datetime import datetime, timedelta

from config.rules import Rules
from leads.errors import AWAY, AlreadyClaimed, AlreadyYours, ClaimLimit, NoRight, NotFound, WrongStage
from leads.lifecycle import MOVES, ended
from leads.owner_facts import LeadClaimed
from leads.pool import refuse_by_pool, reveal_logged
from leads.rights import CLAIMERS, Who, can_see, pools_of
from store import leads, owned, timeline
from store.duty import lock_members
from store.members import name_of
from store.tables import Lead
from store.tx import Tx


async def claim(tx: Tx, lead_id: int, who: Who, *, rules: Rules, now: datetime) -> LeadClaimed:
    """Make `who` the owner of a free lead.

    Raises NotFound, AlreadyYours, AlreadyClaimed (with winner and seconds), WrongStage, ClaimLimit,
    NoRight (marketing and administrators; a pool whose leads are given, not taken).
    """
    lead = await leads.find_lead(tx, lead_id)
    if lead is None or who.id is None:
        raise NotFound(f"L{lead_id}")
    if who.role not in CLAIMERS:
        raise NoRight(f"线索由销售和主管来领。{lead.no} 要给谁,请主管来指派。")
    if lead.pool not in pools_of(who, rules=rules) and not await can_see(tx, lead, who, rules=rules):
        raise NotFound(lead.no)
    await _refuse_unless_free(tx, lead, who, now=now)
    await refuse_by_pool(tx, lead, who, rules=rules, now=now)
    await lock_members(tx, [who.id])
    await _refuse_over_limit(tx, who.id, rules=rules, now=now)
    move = MOVES["claim"]
    taken = await leads.take(
        tx, lead_id, of_stages=move.before, owner_id=who.id, stage=move.after, owned_at=now, touched_at=now
    )
    if not taken:
        await _refuse_unless_free(tx, await leads.get_lead(tx, lead_id), who, now=now)
        raise WrongStage(f"{lead.no} 刚刚变动过,再发一次「领取 {lead.no}」。")
    await reveal_logged(tx, lead, who, now=now)
    return LeadClaimed(lead_id=lead_id, at=now, by=who.id, owner_id=who.id, pool=lead.pool)


async def _refuse_unless_free(tx: Tx, lead: Lead, who: Who, *, now: datetime) -> None:
    if lead.owner_id is not None and lead.owner_id == who.id and lead.stage in leads.OPEN_STAGES:
        raise AlreadyYours(lead.no)
    if lead.stage not in leads.OPEN_STAGES:
        raise WrongStage(f"{lead.no} {ended(lead)},不能再领取。发「线索池」看看别的。")
    if lead.owner_id is not None:
        ago = (now - (lead.owned_at or now)).total_seconds()
        winner = await name_of(tx, lead.owner_id)
        raise AlreadyClaimed(lead.no, winner_id=lead.owner_id, winner=winner, ago_s=max(ago, 0.0))
    if lead.stage not in MOVES["claim"].before:
        raise WrongStage(f"{lead.no} 现在不能领取。{AWAY}")


async def _refuse_over_limit(tx: Tx, member_id: str, *, rules: Rules, now: datetime) -> None:
    limits = rules.claims
    for most, span, words in (
        (limits.per_minute, timedelta(minutes=1), "每分钟最多领 {} 条"),
        (limits.per_day, timedelta(days=1), "24 小时内最多领 {} 条"),
    ):
        if most is None:
            continue
        if await timeline.count_by(tx, member_id, "claimed", now - span + timedelta(microseconds=1)) >= most:
            first = await timeline.nth_last_at(tx, member_id, "claimed", most)
            lifts_at = (first or now) + span
            wait = max((lifts_at - now).total_seconds(), 1)
            lifts = f"{wait:.0f} 秒后再领" if wait < 120 else f"{lifts_at.astimezone(rules.zone):%m-%d %H:%M} 之后再领"
            raise ClaimLimit(words.format(most), lifts, lifts_at)
    if limits.holding is not None and await owned.count_owned(tx, member_id) >= limits.holding:
        raise ClaimLimit(f"手上最多留 {limits.holding} 条", "先跟完或退回几条再领", None)
