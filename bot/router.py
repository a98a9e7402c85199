"""Which handler answers which event; an event of no known kind is acknowledged and changes nothing."""

from dataclasses import replace
from datetime import timedelta

from bot.context import Answer, Context, say
from bot.events import (
    ApprovalChanged,
    ButtonPressed,
    ChannelDelivered,
    ConnectorTold,
    ContactAdded,
    ContactSpoke,
    ContactStayed,
    CustomerEntered,
    CustomerWrote,
    Event,
    FollowerActed,
    FormSubmitted,
    Ignored,
    KfRang,
    LetterReported,
    MemberJoined,
    MemberLeft,
    MenuPressed,
    MessageLost,
    MessageReceived,
    PlatformAlarm,
    ReplyLost,
    SenderUnknown,
)  # fmt: skip
from bot.handlers.button import on_button, on_menu
from bot.handlers.connector import on_connector_told
from bot.handlers.contact import on_contact_added, on_contact_spoke
from bot.handlers.delivered import on_channel_delivered
from bot.handlers.follower import on_follower_acted
from bot.handlers.form import on_form_submitted
from bot.handlers.inherit import on_contact_stayed
from bot.handlers.kf import on_customer_entered, on_customer_wrote, on_kf_rang, on_reply_lost
from bot.handlers.letter import on_letter_reported
from bot.handlers.message import on_message
from bot.handlers.people import (
    on_alarm,
    on_approval,
    on_member_joined,
    on_member_left,
    on_message_lost,
    on_sender_unknown,
)  # fmt: skip
from leads.errors import Refused
from leads.facts import Fact
from leads.rights import Who
from store import messages, outbox
from store.members import find_by_platform
from store.tx import Tx

PATIENCE = 5  # answers an hour to somebody who is no member
STRANGER = "你好,我是线索助手。你还不在成员名单里,请管理员把你加进来,再来找我。"


async def dispatch(tx: Tx, event: Event, ctx: Context) -> tuple[list[Fact | Answer], str | None]:
    """What has happened because of an event, and the member who is answered (None: nobody)."""
    if isinstance(event, Ignored):
        return [], None
    member = await find_by_platform(tx, event.platform, event.sender) if event.sender else None
    who = Who.of(member) if member is not None else None
    if member is not None:  # a platform may write an account in another case than members.csv, by which we send
        event = replace(event, sender=(member.wecom if event.platform == "wecom" else member.dingtalk) or event.sender)
    if isinstance(event, ChannelDelivered):
        return await on_channel_delivered(tx, event, ctx), None
    if isinstance(event, ConnectorTold):
        return await on_connector_told(tx, event, ctx), None
    if isinstance(event, FormSubmitted):
        return await on_form_submitted(tx, event, ctx), None
    if isinstance(event, ContactAdded):
        return await on_contact_added(tx, event, who, ctx), who.id if who else None
    if isinstance(event, ContactStayed):
        return await on_contact_stayed(tx, event, who, ctx), None
    if isinstance(event, FollowerActed):
        return await on_follower_acted(tx, event, ctx), None
    if isinstance(event, ContactSpoke):
        return await on_contact_spoke(tx, event, ctx), None
    if isinstance(event, KfRang):
        return await on_kf_rang(tx, event, ctx), None
    if isinstance(event, CustomerEntered):
        return await on_customer_entered(tx, event, ctx), None
    if isinstance(event, CustomerWrote):
        return await on_customer_wrote(tx, event, ctx), None
    if isinstance(event, ReplyLost):
        return await on_reply_lost(tx, event, ctx), None
    if isinstance(event, LetterReported):
        return await on_letter_reported(tx, event, ctx), None
    if isinstance(event, MemberLeft):
        return await on_member_left(tx, event, ctx), None
    if isinstance(event, MemberJoined):
        return await on_member_joined(tx, event, ctx), None
    if isinstance(event, PlatformAlarm):
        return await on_alarm(tx, event, ctx), None
    if isinstance(event, SenderUnknown):
        return await on_sender_unknown(tx, event, ctx), None
    if isinstance(event, ApprovalChanged):
        return await on_approval(tx, event, who, ctx), None
    if who is None:
        await _greet_stranger(tx, event, ctx)
        return [], None
    try:
        return await _of_member(tx, event, who, ctx), who.id
    except Refused as refusal:
        return [say(refusal.sentence)], who.id


async def _of_member(tx: Tx, event: Event, who: Who, ctx: Context) -> list[Fact | Answer]:
    if isinstance(event, MessageReceived):
        return await on_message(tx, event, who, ctx)
    if isinstance(event, ButtonPressed):
        return await on_button(tx, event, who, ctx)
    if isinstance(event, MenuPressed):
        return await on_menu(tx, event, who, ctx)
    if isinstance(event, MessageLost):
        return await on_message_lost(tx, event, who, ctx)
    raise TypeError(f"no handler for {type(event).__name__}")


async def _greet_stranger(tx: Tx, event: Event, ctx: Context) -> None:
    """Somebody who is no member gets a polite answer and no data, a few times an hour."""
    lane = f"{event.platform}:member:{event.sender}"
    told = await messages.count_asked_since(tx, lane, "note", ctx.now - timedelta(hours=1))
    if told < PATIENCE:
        await outbox.ask(
            tx, platform=event.platform, place=event.sender, lane=lane, card="note",
            key=f"stranger:{lane}:{ctx.now.isoformat()}:{told}", now=ctx.now, params={"text": STRANGER},
        )  # fmt: skip
