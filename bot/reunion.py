"""What follows when two leads are one person, when two colleagues want one customer, and what is asked afterwards."""

from collections.abc import Sequence

from bot.context import Context
from bot.outgoing import managers_of, refresh, ring
from leads.errors import NoRight
from leads.facts import Fact, FollowUpLogged
from leads.identity_facts import DisputeDecided, DisputeOpened, LeadMerged, MergeUndone, PeopleCrossed
from leads.merge import require_right
from leads.missing import most_valuable
from leads.rights import Who
from store import due
from store.leads import get_lead
from store.members import find_member, name_of
from store.tables import Lead, Member
from store.tx import Tx


async def refresh_old_number(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The cards of the number that went (or came back) show what is true now."""
    if isinstance(fact, LeadMerged | MergeUndone):
        await refresh(tx, ctx, Lead(id=fact.other_id, corp=tx.corp, created_at=ctx.now), origin=origin)
    return ()


async def tell_owners_of_merge(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Both owners hear that their leads are one now, and whose it is."""
    if not isinstance(fact, LeadMerged):
        return ()
    for member_id in dict.fromkeys((fact.owner_id, fact.other_owner_id)):
        member = await find_member(tx, member_id) if member_id and member_id != fact.by else None
        if member is None:
            continue
        owner = "由你跟进" if member_id == fact.owner_id else f"由{await name_of(tx, fact.owner_id) or '线索池'}跟进"
        text = f"L{fact.other_id} 和 L{fact.lead_id} 是同一位客户,已合并成 L{fact.lead_id},{owner}。"
        await ring(tx, ctx, member, "note", key=f"merged:{origin}:{member.id}", lead_id=fact.lead_id, text=text)
    return ()


async def tell_owner_of_undone_merge(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """The owner has the lead back."""
    lead = await get_lead(tx, fact.lead_id)
    owner = await find_member(tx, lead.owner_id) if lead.owner_id and lead.owner_id != fact.by else None
    if owner is not None and isinstance(fact, MergeUndone):
        text = f"合并已撤销:L{fact.lead_id} 又是单独的一条,由你跟进。"
        await ring(tx, ctx, owner, "note", key=f"unmerged:{origin}:{lead.id}", lead_id=lead.id, text=text)
    return ()


async def offer_merge(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Whoever may merge both leads sees them side by side: their owner, otherwise the managers; once a pair."""
    if not isinstance(fact, PeopleCrossed):
        return ()
    one, two = await get_lead(tx, fact.lead_id), await get_lead(tx, fact.other_id)
    people: list[Member] = []
    for owner_id in dict.fromkeys((one.owner_id, two.owner_id)):
        owner = await find_member(tx, owner_id) if owner_id else None
        if owner is not None and await _may_merge(tx, owner, one, two):
            people.append(owner)
    low, high = sorted((fact.lead_id, fact.other_id))
    for member in people or await managers_of(tx, one, rules=ctx.rules):
        key = f"crossed:{low}:{high}:{member.id}"
        await ring(tx, ctx, member, "merge", key=key, lead_id=low, one=low, two=high, picks="")
    return ()


async def _may_merge(tx: Tx, member: Member, one: Lead, two: Lead) -> bool:
    try:
        await require_right(tx, Who.of(member), one, two)
    except NoRight:
        return False
    return True


async def show_dispute(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """Both reps and the manager see one card with the evidence; when it is decided both reps see what was decided."""
    people: dict[str, Member] = {}
    if isinstance(fact, DisputeOpened):
        lead = await get_lead(tx, fact.lead_id)
        people = {m.id: m for m in await managers_of(tx, lead, rules=ctx.rules)}
        sides = (fact.holder_id, fact.claimant_id)
    elif isinstance(fact, DisputeDecided):
        sides = (fact.winner_id, fact.loser_id)
    else:
        return ()
    for member_id in sides:
        if (member := await find_member(tx, member_id)) is not None:
            people[member.id] = member
    for member in people.values():
        key = f"{fact.kind}:{fact.dispute_id}:{member.id}"
        await ring(tx, ctx, member, "dispute", key=key, lead_id=fact.lead_id, dispute=fact.dispute_id)
    return ()


async def ask_what_is_missing(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """After a call that reached somebody, one question with three buttons; never the same one twice."""
    if not ctx.rules.follow_up.ask_after_call or not isinstance(fact, FollowUpLogged) or fact.channel != "call":
        return ()
    if not fact.contact or any(word in fact.words for word in ("没有人接", "没人接", "没接", "关机", "停机", "空号")):
        return ()
    lead = await get_lead(tx, fact.lead_id)
    owner = await find_member(tx, lead.owner_id) if lead.owner_id and lead.owner_id == fact.by else None
    question = most_valuable(lead, rules=ctx.rules)
    if owner is not None and question is not None:
        key = f"missing:{lead.id}:{question.field}"
        await ring(tx, ctx, owner, "missing", key=key, lead_id=lead.id, field=question.field)
    return ()


async def ask_the_register(tx: Tx, fact: Fact, ctx: Context, origin: str) -> Sequence[Fact]:
    """A company is looked up in the configured register, later and outside this transaction."""
    if not ctx.enriches:
        return ()
    lead = await get_lead(tx, fact.lead_id)
    if lead.company:
        key = f"enrich:{lead.id}:{lead.company}"
        await due.do_once(tx, kind="enrich", key=key, now=ctx.now, payload={"lead": lead.id})
    return ()
