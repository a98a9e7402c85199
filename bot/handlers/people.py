"""Members who come and go, and warnings of the platform about the app itself."""

from bot.consent import on_word_of_oa
from bot.context import Answer, Context, say
from bot.events import ApprovalChanged, MemberJoined, MemberLeft, MessageLost, PlatformAlarm, SenderUnknown
from bot.outgoing import ring
from bot.platform import Place
from leads.facts import Fact
from leads.rights import Who
from sla.handover import depart
from store import outbox
from store.members import find_member, list_everyone, list_members, set_state
from store.tables import Member
from store.timeline import audit, last_act
from store.tx import Tx


async def on_member_left(tx: Tx, event: MemberLeft, ctx: Context) -> list[Fact | Answer]:
    """The managers get a card with what waits for a new owner; nothing is moved silently."""
    member = next(iter(await _of_account(tx, event)), None)
    if member is None or not await _is_news(tx, member, event, "member_left"):
        return []
    await depart(tx, member.id, now=ctx.now)
    return []


async def on_alarm(tx: Tx, event: PlatformAlarm, ctx: Context) -> list[Fact | Answer]:
    """The administrators hear what the platform warns of."""
    return [say(event.text, to=admin.id) for admin in await list_members(tx, role="admin")]


async def on_member_joined(tx: Tx, event: MemberJoined, ctx: Context) -> list[Fact | Answer]:
    """Who had left and comes back is active again; of somebody new the administrators hear."""
    known = await _of_account(tx, event)
    for member in known:
        if await _is_news(tx, member, event, "member_joined"):
            await set_state(tx, member.id, "active")
    if known or not event.name:
        return []
    text = f"新同事{event.name}(账号 {event.sender})可以用线索助手了,但还不在成员名单里。在 members.csv 里加一行就行。"
    return [say(text, to=admin.id) for admin in await list_members(tx, role="admin")]


async def _of_account(tx: Tx, event: MemberLeft | MemberJoined) -> list[Member]:
    """Who has this account, whether active or not."""
    return [member for member in await list_everyone(tx) if _account(member, event.platform) == event.sender.lower()]


async def _is_news(tx: Tx, member: Member, event: MemberLeft | MemberJoined, act: str) -> bool:
    """Keep the event; False when a later one has come before it: platforms promise no order."""
    last = await last_act(tx, member.id, ("member_left", "member_joined"))
    await audit(tx, act=act, by=None, subject=member.id, at=event.at)
    return last is None or last <= event.at


def _account(member: Member, platform: str) -> str:
    return ((member.wecom if platform == "wecom" else member.dingtalk) or "").lower()


async def on_sender_unknown(tx: Tx, event: SenderUnknown, ctx: Context) -> list[Fact | Answer]:
    """Somebody whom the platform does not name: one polite answer an hour; the administrators hear the cure."""
    place, hour = Place(event.platform, event.conversation, "visitor"), int(ctx.now.timestamp()) // 3600
    await outbox.ask(
        tx, platform=place.platform, place=place.id, lane=place.lane(), card="note",
        key=f"stranger:{place.lane()}:{hour}", now=ctx.now, params={"text": event.answer},
    )  # fmt: skip
    day = ctx.now.astimezone(ctx.rules.zone).date().isoformat()
    for admin in await list_members(tx, role="admin") if event.alarm else ():
        await ring(tx, ctx, admin, "note", key=f"unnamed:{event.platform}:{day}:{admin.id}", text=event.alarm)
    return []


async def on_message_lost(tx: Tx, event: MessageLost, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A colleague wrote and the platform withheld the words: they are told, and it stands under 未送达."""
    member = await find_member(tx, who.id or "")
    day = ctx.now.astimezone(ctx.rules.zone).date().isoformat()
    for admin in await list_members(tx, role="admin"):
        text = "钉钉本月的消息额度用完了,同事发来的话我看不到,只能提醒他们。升级钉钉版本或买加量包就恢复。"
        await ring(tx, ctx, admin, "note", key=f"quota:lost:{day}:{admin.id}", text=text)
    if member is not None and (place := ctx.place_of(member)) is not None:
        cause = "钉钉本月的消息额度用完了,他发来的话没有收到"
        await outbox.note_failed(
            tx, platform=place.platform, place=place.id, lane=place.lane(), member_id=member.id, cause=cause,
            key=f"lost:{event.platform}:{event.sender}:{event.at.isoformat()}", now=ctx.now,
            text="你之前发来的一句话我没有收到(钉钉额度用完了),请再发一遍。",
        )  # fmt: skip
    return [say("这句话我没有收到:钉钉本月的消息额度用完了。卡片上的按钮和网页还能用,急事请直接找主管。")]


async def on_approval(tx: Tx, event: ApprovalChanged, who: Who | None, ctx: Context) -> list[Fact | Answer]:
    """An approval of the company has moved on: kept in the audit, by its number; ours hears its word."""
    data = {"process": event.process_code, "state": event.state, "result": event.result}
    subject = f"approval {event.instance_id}"
    await audit(tx, act="approval_changed", by=who.id if who else None, subject=subject, at=ctx.now, **data)
    return await on_word_of_oa(tx, event, who, ctx)
