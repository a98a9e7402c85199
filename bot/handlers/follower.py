"""A follower of an official account: one lead once a deed says who is interested, with all that they did before."""

from datetime import datetime
from typing import Any

from bot.context import Answer, Context
from bot.events import FollowerActed
from bot.handlers.consent import stop_by_answer
from config.rules import SHIPPED, Account
from leads.behaviour import Seen, behave
from leads.capture import Person, capture
from leads.facts import BehaviourSeen, Fact, LeadWrote
from leads.rights import Who
from leads.understand.reading import understand
from store.follower import Follower, find_follower, save_follower
from store.leads import find_lead
from store.tx import Tx

CHANNEL = Who(None, "公众号", "admin")
KEPT = 30  # deeds of somebody who is no lead yet
LABELS = {"leave": "取消关注公众号"}
KINDS = {"image": "图片", "voice": "语音", "video": "视频", "shortvideo": "视频", "location": "位置", "link": "链接"}
Deed = tuple[str, str, str, str]  # kind, what, instant, key


async def on_follower_acted(tx: Tx, event: FollowerActed, ctx: Context) -> list[Fact | Answer]:
    """Book the deed on the follower's lead, make the lead when the rules say so, or remember the deed until then."""
    account = ctx.rules.official_accounts.get(event.account) or Account()
    known = await find_follower(tx, event.account, event.openid)
    lead = await find_lead(tx, known.lead_id) if known is not None and known.lead_id is not None else None
    deed: Deed = (event.deed, event.what, event.at.isoformat(), event.key)
    if lead is None and event.deed not in account.lead_on:
        kept = [*(known.deeds if known is not None else []), list(deed)][-KEPT:]
        told = {**_scene(known, event), **_window(known, event)}
        await save_follower(tx, event.account, event.openid, deeds=kept, at=event.at, **told)
        return []
    if lead is not None and event.deed != "message":
        if event.deed == "leave":
            await save_follower(tx, event.account, event.openid, **_window(known, event))
        return [*await _book(tx, lead.id or 0, deed, ctx)]
    scene = (known.scene if known is not None else "") or (event.what if event.deed == "scan" else "")
    person = _person(tx, event, scene, account, ctx)
    captured = await capture(tx, person, rules=ctx.rules, now=ctx.now)
    facts: list[Fact | Answer] = [*captured.facts]
    earlier: list[Deed] = [(d[0], d[1], d[2], d[3]) for d in known.deeds] if known is not None else []
    for one in (*earlier, deed):
        facts += await _book(tx, captured.lead_id, one, ctx)
    stopped: list[Fact] = []
    if event.deed == "message":
        stopped = await stop_by_answer(tx, captured.lead_id, event.text, "mp", ctx)
        words = event.text or f"[{KINDS.get(event.what, '消息')}]"
        first = bool(captured.facts)
        facts.append(LeadWrote(lead_id=captured.lead_id, at=ctx.now, channel=account.source, words=words, first=first))
    told = {**_scene(known, event), **_window(known, event)}
    await save_follower(tx, event.account, event.openid, lead_id=captured.lead_id, deeds=[], at=event.at, **told)
    return [*facts, *stopped]


def _window(known: Follower | None, event: FollowerActed) -> dict[str, Any]:
    """As whom they can be answered, and from when on: WeChat counts from their last message, until they leave."""
    if event.deed == "leave":
        return {"wrote_at": None}
    if event.deed != "message" or (known is not None and known.wrote_at is not None and known.wrote_at >= event.at):
        return {}
    return {"wrote_at": event.at, "replies": 0}


def _scene(known: Follower | None, event: FollowerActed) -> dict[str, str]:
    """The code by which they came first."""
    first = known is None or not known.scene
    return {"scene": event.what} if first and event.deed == "scan" and event.what else {}


def _person(tx: Tx, event: FollowerActed, scene: str, account: Account, ctx: Context) -> Person:
    """What the follower has told; a day's messages are one enquiry, unless one leaves a way to reach them."""
    fields = understand(event.text, now=ctx.now.astimezone(ctx.rules.zone)).fields
    way = ctx.rules.contact_ways.get(scene)
    leaves = fields.mobile or fields.tel or fields.email or fields.wechat
    day = event.at.astimezone(ctx.rules.zone).date().isoformat()
    customer = tx.keys.blind("openid", event.openid).hex()
    campaign = way.campaign if way is not None else scene
    return Person(
        source=way.booked_as if way is not None else account.source,
        name=fields.name or "",
        phone=fields.mobile or fields.tel or "",
        company=fields.company or "",
        email=fields.email or "",
        wechat=fields.wechat or "",
        need=event.text,
        external_id=f"{event.app_id}:{event.openid}",
        submission_id=f"mp:{event.key}" if leaves else f"mp:{customer}:{day}",
        utm={"campaign": campaign} if campaign else {},
    )


async def _book(tx: Tx, lead_id: int, deed: Deed, ctx: Context) -> list[Fact]:
    """A deed on the timeline, with its points where the rules know it; messages stand there by their words."""
    kind, what, at, key = deed
    seen_at = min(datetime.fromisoformat(at), ctx.now)
    if kind == "message":
        return []
    if kind in ctx.rules.scoring.behaviours:
        seen = Seen(kind, seen_at, url=what, key=f"mp:{key}")
        return list(await behave(tx, lead_id, seen, CHANNEL, rules=ctx.rules, now=ctx.now))
    label = LABELS.get(kind) or SHIPPED[kind].label
    return [BehaviourSeen(lead_id=lead_id, at=ctx.now, behaviour=kind, label=label, seen_at=seen_at, url=what)]
