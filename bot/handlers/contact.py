"""A customer was added in WeChat: greeted at once, one lead each, booked under the channel code, tagged as it says."""

from datetime import timedelta

from bot.context import Answer, Context, say
from bot.events import ContactAdded, ContactSpoke
from bot.missed import plan_comparison
from bot.platform import Place
from bot.ways import called
from config.way import ContactWay
from leads.behaviour import Seen, behave
from leads.capture import Person, capture
from leads.facts import Fact
from leads.rights import Who, can_see
from sla.inherit import Outcome, customer_told
from store import channels, outbox
from store.handed import note_friend
from store.leads import find_by_identity, get_lead
from store.members import find_by_platform, name_of
from store.tx import Tx

BY_HAND = "企业微信好友"  # the source of whom a colleague added without a code
SPOKE = "reply"  # the behaviour as which a customer's first words count
LINK = Who(None, "获客助手", "admin")
WELCOME = timedelta(seconds=20)  # WeCom's limit (developer page 92137)


async def greet(tx: Tx, event: ContactAdded, ctx: Context) -> None:
    """Ask for the welcome of the code that was scanned, once; too late it is not even tried."""
    way = ctx.rules.contact_ways.get(event.state)
    until = event.at + WELCOME
    if way is None or not way.welcome or ctx.now >= until:
        return
    member = await find_by_platform(tx, event.platform, event.sender)
    text = way.welcome.replace("{staff}", member.name if member is not None else "")
    body = {"welcome_code": event.welcome_code, "text": {"content": text}}
    await _ask(
        tx, event, "welcome", key=f"welcome:{tx.keys.blind('welcome', event.welcome_code).hex()}", ctx=ctx,
        member_id=member.id if member is not None else None, params={"body": body, "until": until.timestamp()},
    )  # fmt: skip
    tx.wake("welcome")


async def on_contact_added(tx: Tx, event: ContactAdded, who: Who | None, ctx: Context) -> list[Fact | Answer]:
    """One lead per external id, kept by the rep who was added; a known one stays whose it is.

    A half-added contact and the whole one, or the callback and the hourly comparison, are one enquiry of that day.
    """
    way = ctx.rules.contact_ways.get(event.state)
    day = event.at.astimezone(ctx.rules.zone).date().isoformat()
    customer = tx.keys.blind("external", event.external_id).hex()
    person = Person(
        source=way.booked_as if way is not None else event.state or BY_HAND,
        name=event.name,
        company=event.company,
        title=event.title,
        phone=event.mobile,
        external_id=event.external_id,
        asked_at=event.at,
        submission_id=f"{customer}:{event.sender.lower()}:{day}",
        utm={"campaign": way.campaign} if way is not None and way.campaign else {},
    )
    await channels.note_contacts(tx, event.sender, [event.external_id])
    await plan_comparison(tx, ctx)
    taken_over = Outcome("done")
    if who is not None and await customer_told(tx, event.external_id, who.id or "", taken_over, now=ctx.now):
        return []  # a colleague's customer until now: nobody has asked again
    captured = await capture(tx, person, by=who, keep=True, rules=ctx.rules, now=ctx.now)
    if who is not None and who.id is not None:
        external_id = event.external_id
        await note_friend(tx, captured.lead_id, who.id, state="added", external_id=external_id, now=ctx.now)
    if not captured.facts:
        return []
    if way is not None and way.tags:
        await _tag(tx, event, way, day, captured.lead_id, ctx)
    if who is None:
        return list(captured.facts)
    return [*captured.facts, await _told(tx, captured.lead_id, captured.new, who, way, ctx)]


async def on_contact_spoke(tx: Tx, event: ContactSpoke, ctx: Context) -> list[Fact | Answer]:
    """The first words of a customer of a link count as an answer to us, once."""
    lead_id = await find_by_identity(tx, "external", event.external_id)
    if lead_id is None or SPOKE not in ctx.rules.scoring.behaviours:
        return []
    key = f"spoke:{tx.keys.blind('external', event.external_id).hex()}:{event.sender}"
    seen = Seen(SPOKE, min(event.at, ctx.now), url="在企业微信里说了第一句话", key=key)
    return list(await behave(tx, lead_id, seen, LINK, rules=ctx.rules, now=ctx.now))


async def _told(tx: Tx, lead_id: int, new: bool, who: Who, way: ContactWay | None, ctx: Context) -> Answer:
    """What the colleague who was added hears: the lead is theirs, or whose it is."""
    through = f"通过{called(way)}加了你" if way is not None else "加了你"
    if new:
        said = f"客户{through},线索已建好" if way is not None else "新加的客户已自动建好线索"
        return Answer("lead", lead_id, {"said": said})
    lead = await get_lead(tx, lead_id)
    if lead.owner_id == who.id or (lead.owner_id is None and await can_see(tx, lead, who, rules=ctx.rules)):
        return Answer("lead", lead_id, {"said": f"老客户又{through}"})
    owner = await name_of(tx, lead.owner_id) if lead.owner_id else "别的线索池"
    return say(
        f"刚刚{through}的客户是 {lead.no},一直由{owner}跟进,已经告诉他了。请把客户介绍给他;"
        f"如果其实是你的客户,发「撞单 {lead.no}」请主管定。"
    )


async def _tag(tx: Tx, event: ContactAdded, way: ContactWay, day: str, lead_id: int, ctx: Context) -> None:
    """The code's tags are put onto the customer, as far as WeCom has given them numbers."""
    row = await channels.find_way(tx, event.state)
    known = row.tags if row is not None else {}
    tags = [known[name] for name in way.tags if name in known]
    if tags:
        body = {"userid": event.sender, "external_userid": event.external_id, "add_tag": tags}
        customer = tx.keys.blind("external", event.external_id).hex()
        key = f"tag:{customer}:{event.sender.lower()}:{day}:{event.state}"
        await _ask(tx, event, "tag", key=key, ctx=ctx, lead_id=lead_id, params={"body": body})


async def _ask(
    tx: Tx, event: ContactAdded, deed: str, *, key: str, ctx: Context, params: dict[str, object],
    member_id: str | None = None, lead_id: int | None = None,
) -> None:  # fmt: skip
    place = Place(event.platform, tx.keys.blind("external", event.external_id).hex(), "customer")
    await outbox.ask(
        tx, platform=place.platform, place=place.id, lane=place.lane(), card=deed, key=key, now=ctx.now,
        member_id=member_id, lead_id=lead_id, params=params,
    )  # fmt: skip
