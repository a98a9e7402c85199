"""微信客服: whoever writes there is a lead, their owner sees it, and answers from chat while the window is open."""

import hashlib
from dataclasses import replace

from bot.context import Answer, Context, say
from bot.events import CustomerEntered, CustomerWrote, KfRang, ReplyLost
from bot.handlers.consent import confirm_in_kf, stop_by_answer
from bot.platform import Place
from leads.capture import Person, capture
from leads.errors import Unusable
from leads.facts import Fact, LeadWrote
from leads.followup import log_followup
from leads.rights import Who, get_workable
from leads.stop_words import wants_forgetting
from leads.understand.reading import understand
from leads.window import MOST, replies_left
from store import due, kf, outbox
from store.members import find_member
from store.talk import set_focus
from store.tx import Tx

SOURCE = "微信客服"
KINDS = {
    "image": "图片", "voice": "语音", "video": "视频", "file": "文件", "location": "位置", "link": "链接",
    "business_card": "名片", "miniprogram": "小程序", "merged_msg": "聊天记录",
}  # fmt: skip
LONGEST = 2048  # bytes of a reply (page 94677)


async def on_kf_rang(tx: Tx, event: KfRang, ctx: Context) -> list[Fact | Answer]:
    """The doorbell: have the account's messages fetched, one fetch after the other."""
    mark = hashlib.sha256(f"{event.account}|{event.token}|{event.at.isoformat()}".encode()).hexdigest()[:24]
    token = tx.keys.seal(event.token.encode(), "job.kf").hex() if event.token else ""
    payload = {"account": event.account, "token": token}
    await due.do_once(tx, kind="kf", key=f"kf:{mark}", lane=f"kf:{event.account}", now=ctx.now, payload=payload)
    return []


async def on_customer_entered(tx: Tx, event: CustomerEntered, ctx: Context) -> list[Fact | Answer]:
    """Somebody opened the talk; by which link is kept until they write."""
    if event.external_id:
        await kf.save_talk(tx, event.account, event.external_id, scene=event.scene)
    return []


async def on_customer_wrote(tx: Tx, event: CustomerWrote, ctx: Context) -> list[Fact | Answer]:
    """One lead a customer; a day's messages are one enquiry, unless one of them leaves a way to reach them."""
    talk = await kf.find_talk(tx, event.account, event.external_id)
    words = event.text or f"[{KINDS.get(event.kind, '消息')}]"
    way = ctx.rules.contact_ways.get(talk.scene) if talk is not None else None
    fields = understand(event.text, now=ctx.now.astimezone(ctx.rules.zone)).fields
    customer = tx.keys.blind("external", event.external_id).hex()
    day = event.at.astimezone(ctx.rules.zone).date().isoformat()
    leaves = fields.mobile or fields.tel or fields.email or fields.wechat
    person = Person(
        source=way.booked_as if way is not None else SOURCE,
        name=event.name or fields.name or "",
        phone=fields.mobile or fields.tel or "",
        company=fields.company or "",
        email=fields.email or "",
        wechat=fields.wechat or "",
        need=event.text,
        external_id=event.external_id,
        submission_id=f"kf:{event.message_id}" if leaves else f"kf:{customer}:{day}",
        utm={"campaign": way.campaign} if way is not None and way.campaign else {},
    )
    captured = await capture(tx, person, rules=ctx.rules, now=ctx.now)
    last_at = max(event.at, talk.last_at) if talk is not None and talk.last_at is not None else event.at
    await kf.save_talk(tx, event.account, event.external_id, lead_id=captured.lead_id, last_at=last_at, replies=0)
    wrote = LeadWrote(
        lead_id=captured.lead_id, at=ctx.now, channel=SOURCE, words=words, first=bool(captured.facts), answerable=True
    )
    stopped = await stop_by_answer(tx, captured.lead_id, event.text, "kf", ctx)
    fresh = await kf.find_talk(tx, event.account, event.external_id) if stopped else None
    if fresh is not None:
        forget = wants_forgetting(event.text)
        await confirm_in_kf(tx, fresh, captured.lead_id, event.message_id, ctx, forget=forget)
    return [*captured.facts, wrote, *stopped]


async def on_reply_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """回复 L1024 …: to the customer, while 48 hours and five messages since their last words allow it."""
    if lead_id is None or not rest:
        raise Unusable("要回复谁、说什么?例如:回复 L1024 您好,报价单今天下午发您")
    lead = await get_workable(tx, lead_id, who, rules=ctx.rules)
    if len(rest.encode()) > LONGEST:
        raise Unusable(f"太长了,微信客服一条最多 {LONGEST} 字节(约 680 个汉字)。分成两条发。")
    talk = await kf.find_talk_of_lead(tx, lead_id)
    left = replies_left(lead.no, talk.last_at if talk else None, talk.replies if talk else 0, now=ctx.now)
    assert talk is not None  # noqa: S101 - without a talk the window is closed
    fact = await log_followup(tx, lead_id, who, rest, channel="chat", rules=ctx.rules, now=ctx.now)
    mark = f"{talk.account}|{talk.hash.hex()}|{talk.last_at}|{talk.replies}"
    message_id = hashlib.sha256(mark.encode()).hexdigest()[:32]
    place = Place("wecom", talk.hash.hex(), "customer")
    body = {
        "touser": talk.external_id, "open_kfid": talk.account, "msgid": message_id, "msgtype": "text",
        "text": {"content": rest},
    }  # fmt: skip
    await outbox.ask(
        tx, platform=place.platform, place=place.id, lane=place.lane(), card="kf", key=f"kf:{message_id}",
        now=ctx.now, member_id=who.id, lead_id=lead_id, params={"body": body},
    )  # fmt: skip
    await kf.count_reply(tx, talk)
    await set_focus(tx, who.id or "", lead_id=lead_id, asked="", now=ctx.now)
    more = f"客户回话前还可以发 {left - 1} 条" if left > 1 else f"这一轮的 {MOST} 条发完了,等客户回话"
    return [replace(fact, words=f"[微信客服回复] {fact.words}"), say(f"{lead.no} 已回复客户,{more}。")]


async def on_reply_lost(tx: Tx, event: ReplyLost, ctx: Context) -> list[Fact | Answer]:
    """WeCom took a reply and could not deliver it: whoever wrote it hears why."""
    row = await outbox.find_by_key(tx, f"kf:{event.message_id}")
    member = await find_member(tx, row.member_id) if row is not None and row.member_id else None
    if row is None or member is None:
        return []
    return [say(f"L{row.lead_id} 没有收到你的回复:{event.why}。请换个方式联系。", to=member.id)]
