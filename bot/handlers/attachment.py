"""Pictures, files and recordings after a card belong to its lead; 附件 lists them and brings them back."""

import hashlib
from datetime import timedelta

from bot.context import Answer, Context, say
from bot.events import MessageReceived
from bot.hand_actions import GetAttachment, ReadAsCard
from bot.handlers import namecard
from leads.attachment import KINDS, FileRemoved
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who, can_act, get_visible
from store import attachments, due
from store.attachments import Attachment
from store.leads import find_lead
from store.merges import current
from store.talk import find_focus, set_focus
from store.timeline import audit, count_of, list_story
from store.tx import Tx

FRESH = timedelta(minutes=30)  # a card that was opened longer ago is not what somebody drops a file after
OF_MESSAGE = {"image": "picture", "voice": "recording", "video": "video", "file": "file"}
WHICH = "收到了,但不知道是哪位客户的。先发「看 L1024」打开线索卡片,再发一次文件。"


def kind_of(event: MessageReceived) -> str | None:
    """What was dropped, "" for what is no material; a file by its ending."""
    if event.kind == "file":
        ending = f".{event.file_name.rpartition('.')[2].lower()}"
        return next((kind for kind, endings in KINDS.items() if ending in endings), "file")
    if event.kind == "voice" and event.text:
        return None  # the platform has written down what was said: a line of chat like any other
    return OF_MESSAGE.get(event.kind) if event.media_id else None


async def lead_after_card(tx: Tx, who: Who, ctx: Context) -> int | None:
    """The lead whose card this person opened lately, if they work on it."""
    focus = await find_focus(tx, who.id or "")
    if focus is None or focus.lead_id is None or ctx.now - focus.at > FRESH:
        return None
    lead = await find_lead(tx, await current(tx, focus.lead_id))
    return lead.id if lead is not None and await can_act(tx, lead, who) else None


async def _just_entered(tx: Tx, lead_id: int, who: Who, ctx: Context) -> bool:
    """Whether this person entered the lead just now and has not worked on it: at a fair the next card follows."""
    if await count_of(tx, lead_id, ("followup_logged",)):
        return False
    entered = await list_story(tx, lead_id, kinds=("captured",), limit=1)
    return any(one.by == who.id and ctx.now - one.at <= FRESH for one in entered)


async def on_material(tx: Tx, event: MessageReceived, who: Who, ctx: Context) -> list[Fact | Answer] | None:
    """Put it on the lead; None when there is none and somebody else may know what to do with it."""
    kind, lead_id = kind_of(event), await lead_after_card(tx, who, ctx)
    if kind is None or not event.media_id:
        return None
    if lead_id is None or (kind == "picture" and ctx.reads_cards() and await _just_entered(tx, lead_id, who, ctx)):
        return None
    key = hashlib.sha256(f"{event.platform}|{event.sender}|{event.media_id}".encode()).hexdigest()[:40]
    made = await attachments.add(
        tx,
        Attachment(
            corp=tx.corp, lead_id=lead_id, member_id=who.id or "", key=key, name=event.file_name, kind=kind,
            platform=event.platform, media_id=event.media_id, at=ctx.now,
        ),
    )  # fmt: skip
    if made is None:
        return [say("这个文件刚才已经收到了。")]
    await due.do_once(tx, kind="attach", key=f"attach:{made}", now=ctx.now, payload={"attachment": made})
    await set_focus(tx, who.id or "", lead_id=lead_id, now=ctx.now)
    return []


async def on_attachments_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """附件 L1024."""
    focus = await find_focus(tx, who.id or "") if lead_id is None else None
    wanted = lead_id or (focus.lead_id if focus is not None else None)
    if wanted is None:
        raise Unusable("哪条线索的附件?例如:附件 L1024")
    await get_visible(tx, wanted, who, rules=ctx.rules)
    await set_focus(tx, who.id or "", lead_id=wanted, now=ctx.now)
    return [Answer("attachments", wanted)]


async def on_get_attachment(tx: Tx, action: GetAttachment, who: Who, ctx: Context) -> list[Fact | Answer]:
    """取来: the file comes into the presser's chat, if they may see its lead now; that is written down."""
    row = await attachments.find(tx, action.attachment_id)
    lead = await find_lead(tx, await current(tx, row.lead_id)) if row is not None else None
    if row is None or row.state != "kept" or lead is None or not await can_act(tx, lead, who):
        raise Unusable("这个附件取不了:它不在了,或者这条线索不归你跟。")
    await audit(tx, act="attachment", by=who.id, subject=f"{lead.no} {row.no}", at=ctx.now)
    return [Answer("attachment", lead.id, {"attachment": row.id})]


async def on_read_as_card(tx: Tx, action: ReadAsCard, who: Who, ctx: Context) -> list[Fact | Answer]:
    """是名片: the picture goes off the lead again and is read; only whoever sent it, and only once."""
    row = await attachments.find(tx, action.attachment_id)
    if not ctx.reads_cards():
        return [say(namecard.NOT_HERE)]
    if row is None or row.member_id != who.id or row.kind != "picture":
        raise Unusable("这张图片不是你发的。要录名片,请自己拍一张发来。")
    if not await attachments.take_off(tx, action.attachment_id, cause="是名片"):
        raise Unusable("这张图片已经不在附件里了。")
    lead_id = await current(tx, row.lead_id)
    removed = FileRemoved(lead_id=lead_id, at=ctx.now, by=who.id, number=action.attachment_id, name=row.name)
    return [removed, *await namecard.have_read(tx, row.platform, row.media_id, who, ctx)]
