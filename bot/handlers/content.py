"""The library in chat: 素材 报价 finds three pieces; a tap fills one in for a customer, or brings it here."""

from bot.context import Answer, Context, say
from bot.customer_actions import GetContent, SendContent
from bot.handlers.shelf import named_in, on_shelf_word
from leads.errors import Unusable
from leads.facts import Fact
from leads.reach_facts import ContentShared
from leads.rights import Who, get_workable
from nurture.filling import Message, fill, sendable
from nurture.permit import permit
from store.tx import Tx

BY_HAND = "hand"


async def on_content_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """素材 报价; 素材 新增 春季报价 puts one there."""
    if (title := named_in(rest)) is not None:
        return await on_shelf_word(tx, title, who, ctx)
    return [Answer("content", params={"words": rest.strip()[:60]})]


async def on_send_content(tx: Tx, action: SendContent, who: Who, ctx: Context) -> list[Fact | Answer]:
    """发给客户: the text with this customer's name and links, to copy into one's own chat with them.

    Raises Unusable when the customer does not want it, or the piece may not be sent (any more).
    """
    lead = await get_workable(tx, action.lead_id, who, rules=ctx.rules)
    piece = await sendable(tx, action.name, rules=ctx.rules, now=ctx.now)
    asked = await permit(tx, lead.id or 0, channel=BY_HAND, topic=piece.topic, rules=ctx.rules, now=ctx.now)
    if not asked.allowed and asked.until is None:
        raise Unusable(f"「{piece.title}」不能发给 {lead.no}:{asked.why}")
    key = f"hand:{lead.id}:{piece.name}:{ctx.now.isoformat()}"
    message = Message(key, BY_HAND, piece.topic, piece.name, by=who.id)
    filled = await fill(tx, message, lead, rules=ctx.rules, public_url=ctx.public_url, now=ctx.now)
    hint = f"(提醒:{asked.why})" if not asked.allowed else ""
    shared = ContentShared(lead_id=lead.id or 0, at=ctx.now, by=who.id, content=piece.name, title=piece.title)
    return [
        shared,
        say(f"给 {lead.no} 的「{piece.title}」写好了,长按下面这条复制,发给客户。他打开了我会告诉你。{hint}"),
        say(filled.text),
        *([Answer("content_file", params={"name": piece.name})] if piece.file_name else []),
    ]


async def on_get_content(tx: Tx, action: GetContent, who: Who, ctx: Context) -> list[Fact | Answer]:
    """取来看看: the text as it stands, and its file."""
    piece = await sendable(tx, action.name, rules=ctx.rules, now=ctx.now)
    text = "\n".join(part for part in (piece.text, piece.link) if part) or piece.title
    file = [Answer("content_file", params={"name": piece.name})] if piece.file_name else []
    return [say(f"「{piece.title}」第 {piece.version} 版:\n{text}"), *file]
