"""发了, 改了再发, 跳过: what became of a text that lay ready for the colleague's own hand."""

from typing import Any

from bot.context import Answer, Context, say
from bot.hand_actions import (
    AddFriend,
    AnswerFeedback,
    AnswerHelp,
    CopyPhone,
    GetAttachment,
    HandDone,
    ReadAsCard,
    SendFeedback,
)
from bot.handlers.attachment import on_get_attachment, on_read_as_card
from bot.handlers.feedback import on_ask_answer, on_send
from bot.handlers.together import on_answer_help
from bot.outgoing import refresh
from leads.errors import Unusable
from leads.facts import Fact
from leads.letter_facts import LetterSent
from leads.rights import Who, get_workable
from leads.understand.phone import normal_phone
from nurture.permit import permit
from store import handed
from store.handed import Handed
from store.talk import find_focus, set_focus
from store.timeline import audit
from store.tx import Tx


async def on_hand_done(tx: Tx, action: HandDone, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A tap of the colleague. Raises Unusable for what is not theirs or was decided already."""
    row = await handed.find_handed(tx, action.handed_id)
    if row is None or row.member_id != who.id or row.channel != "hand":
        raise Unusable("这条消息不是给你发的。")
    if action.how == "text":
        asked = await permit(tx, row.lead_id, channel="hand", topic=row.topic, rules=ctx.rules, now=ctx.now)
        if not asked.allowed and asked.until is None:
            raise Unusable(f"别发了:{asked.why}")
        return [Answer("hand_text", row.lead_id, {"handed": row.id})]
    ends = {"sent": "sent", "changed": "sent", "skipped": "skipped"}
    if action.how not in ends:
        raise Unusable("没看懂这个按钮,请在新的卡片上再点一次。")
    cause = "改了再发" if action.how == "changed" else ""
    if not await handed.settle(tx, row.id or 0, of=("waiting",), state=ends[action.how], done_at=ctx.now, cause=cause):
        raise Unusable("这一条已经处理过了。")
    if action.how == "skipped":
        return [say(f"好的,L{row.lead_id} 这条不发了。")]
    return [sent_by_hand(row, ctx), say(f"记下了:L{row.lead_id} 已经发过。客户回话了,记得「跟进 L{row.lead_id} …」。")]


async def on_mass_word(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """群发: who has confirmed theirs, and what reached whom."""
    return [Answer("mass_rates")]


async def on_copy_phone(tx: Tx, action: CopyPhone, who: Who, ctx: Context) -> list[Fact | Answer]:
    """复制电话: the digits alone, no blanks and no signs, each time written down as seen."""
    lead = await get_workable(tx, action.lead_id, who, rules=ctx.rules)
    phone = normal_phone(lead.phone)
    if phone is None or lead.phone_flaw:
        raise Unusable(f"{lead.no} 没有能打的电话。")
    await audit(tx, act="reveal", by=who.id, subject=f"{lead.no} phone", at=ctx.now)
    return [say(phone.number.removeprefix("+86").replace("+", "00") + (phone.extension and f",{phone.extension}"))]


async def on_add_friend(tx: Tx, action: AddFriend, who: Who, ctx: Context) -> list[Fact | Answer]:
    """加微信: what to search for; the card says 待通过 until WeCom tells that the customer has said yes."""
    lead = await get_workable(tx, action.lead_id, who, rules=ctx.rules)
    friend = next((one for one in await handed.list_friends(tx, action.lead_id) if one.member_id == who.id), None)
    if friend is not None and friend.state == "added":
        raise Unusable(f"{lead.no} 已经是你的微信好友了。")
    phone = normal_phone(lead.phone)
    wanted = lead.wechat or (phone.number.removeprefix("+86") if phone is not None and not lead.phone_flaw else "")
    if not wanted:
        raise Unusable(f"{lead.no} 没有留微信,也没有能搜到微信的手机号。")
    await handed.note_friend(tx, action.lead_id, who.id or "", state="asked", now=ctx.now)
    await audit(tx, act="reveal", by=who.id, subject=f"{lead.no} wechat", at=ctx.now)
    await refresh(tx, ctx, lead, origin=f"friend:{who.id}:{ctx.now.isoformat()}")
    wecom = "wecom" in ctx.platforms
    told = "客户通过以后我会自动记下" if wecom else f"通过以后发「跟进 {lead.no} …」记一笔"
    where = "企业微信「添加客户」" if wecom else "微信「添加朋友」"
    return [say(f"在{where}里搜下面这个号,发好友申请;{told},现在标成「待通过」。"), say(wanted)]


async def on_phone_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """电话 L1024."""
    return await on_copy_phone(tx, CopyPhone(await _about(tx, lead_id, who, "电话 L1024")), who, ctx)


async def on_friend_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """加微信 L1024."""
    return await on_add_friend(tx, AddFriend(await _about(tx, lead_id, who, "加微信 L1024")), who, ctx)


async def on_reach_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """联系 L1024: the quick ways to a customer on one card."""
    wanted = await _about(tx, lead_id, who, "联系 L1024")
    await get_workable(tx, wanted, who, rules=ctx.rules)
    await set_focus(tx, who.id or "", lead_id=wanted, asked="", now=ctx.now)
    return [Answer("quick", wanted)]


async def _about(tx: Tx, lead_id: int | None, who: Who, example: str) -> int:
    """The lead that was named, else the one we talk about; raises Unusable without one."""
    focus = await find_focus(tx, who.id or "") if lead_id is None else None
    found = lead_id or (focus.lead_id if focus is not None else None)
    if found is None:
        raise Unusable(f"哪条线索?例如:{example}")
    return found


HANDLERS: dict[Any, Any] = {
    HandDone: on_hand_done,
    CopyPhone: on_copy_phone,
    AddFriend: on_add_friend,
    GetAttachment: on_get_attachment,
    ReadAsCard: on_read_as_card,
    AnswerHelp: on_answer_help,
    SendFeedback: on_send,
    AnswerFeedback: on_ask_answer,
}


def sent_by_hand(row: Handed, ctx: Context) -> LetterSent:
    """The fact that a colleague has sent it."""
    return LetterSent(
        lead_id=row.lead_id, at=ctx.now, by=row.member_id, channel=row.channel, content=row.content, topic=row.topic,
        subject=row.subject,
    )  # fmt: skip
