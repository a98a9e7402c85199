"""Members who come and go, and warnings of the platform about the app itself."""

from bot.context import Answer, Context, say
from bot.events import MemberLeft, PlatformAlarm
from leads.facts import Fact
from store.leads import count_owned
from store.members import find_by_platform, list_members, set_state
from store.timeline import audit
from store.tx import Tx


async def on_member_left(tx: Tx, event: MemberLeft, ctx: Context) -> list[Fact | Answer]:
    """The managers hear who left and how many leads wait for a new owner; nothing is moved silently."""
    member = await find_by_platform(tx, event.platform, event.sender)
    if member is None or not await set_state(tx, member.id, "left"):
        return []
    await audit(tx, act="member_left", by=None, subject=member.id, at=ctx.now)
    count = await count_owned(tx, member.id)
    managers = [m for m in await list_members(tx, role="manager") if m.team in ("", member.team)]
    managers = managers or list(await list_members(tx, role="admin"))
    hand = f"手上有 {count} 条线索,请用「转给」安排接手" if count else "手上没有线索"
    return [say(f"{member.name}已离开应用的可见范围,{hand}。", to=m.id) for m in managers]


async def on_alarm(tx: Tx, event: PlatformAlarm, ctx: Context) -> list[Fact | Answer]:
    """The administrators hear what the platform warns of."""
    return [say(event.text, to=admin.id) for admin in await list_members(tx, role="admin")]
