"""A photo of a business card in chat: taken in, read beside the daily work, saved with one tap."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.context import Answer, Context, say
from bot.events import MessageReceived
from bot.handlers import capture
from leads.cleaning import read_contacts
from leads.facts import Fact
from leads.namecard.reading import NameCard
from leads.rights import Who
from leads.understand.reading import Fields
from store.leads import find_by_identity
from store.photos import count_waiting, keep_photo
from store.talk import NAMECARD, add_draft
from store.tx import Tx

SOURCE = "名片"
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
TOLD = 3  # pictures of a handful that are acknowledged one by one; of more only every fifth
EVERY = 5
NOT_HERE = (
    "图片收到了,我现在只读得懂文字。把要点打成一句话发给我就好。"
    "(管理员运行 ./run ocr 装上名片识别后,拍名片发来就能录入。)"
)
NO_WORDS = "这张图里没看到字,不像名片。拍的时候让名片占满画面、避开反光,再发一张;或者直接打字:新线索 姓名 电话 公司。"
NO_CARD = (
    "图里有字,但没找到姓名、电话或邮箱,不像名片。是名片的话,拍正面、近一点再发;或者直接打字:新线索 姓名 电话 公司。"
)


def is_picture(event: MessageReceived) -> bool:
    """A photo, a picture sent as a file, or words about a business card with its picture."""
    if event.kind == "file":
        return event.file_name.lower().endswith(PICTURES)
    return event.kind == "image" or bool(event.media_id and event.kind == "text" and SOURCE in event.text)


async def on_photo(tx: Tx, event: MessageReceived, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A picture has come: it waits for its turn, and its sender knows."""
    if not event.media_id and ctx.reads_cards():
        return [say("这张照片没有收全,请再发一次。")]
    return await have_read(tx, event.platform, event.media_id, who, ctx)


async def have_read(tx: Tx, platform: str, media_id: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A picture that the platform keeps under `media_id` waits for its turn, once."""
    if not ctx.reads_cards():
        return [say(NOT_HERE)]
    key = f"{platform}:{media_id}"
    if not await keep_photo(tx, who.id or "", platform=platform, media_id=media_id, key=key[:500], now=ctx.now):
        return [say("这张照片刚才已经收到了,看好就告诉你。")]
    waiting = await count_waiting(tx, who.id or "")
    if waiting == 1:
        return [say("正在看名片,几秒钟就好……")]
    if waiting <= TOLD or waiting % EVERY == 0:
        return [say(f"又收到一张,现在有 {waiting} 张在排队,看好一张回你一张。")]
    return []


async def on_read(tx: Tx, card: NameCard, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A picture was read: a card to confirm, with whoever has that person already; or why it is no business card."""
    if not card.is_one:
        return [say(NO_CARD if card.words else NO_WORDS)]
    fields = Fields(
        name=card.name, title=card.title, company=card.company, mobile=card.mobile, tel=card.tel, email=card.email,
        wechat=card.wechat, city=card.city,
    )  # fmt: skip
    content = capture.draft_of(fields, card.doubtful, _as_words(card), {}) | {"note": _note(card)}
    content["address"] = card.address or ""
    known = await _find_known(tx, card)
    if known is not None:
        return [await capture.known_card(tx, known[0], content, who, ctx, kind=NAMECARD, by=known[1])]
    draft_id = await add_draft(tx, who.id or "", NAMECARD, content, lead_id=None, now=ctx.now)
    return [Answer("draft", params={"draft": draft_id})]


async def save(tx: Tx, content: Mapping[str, Any], who: Who, ctx: Context) -> list[Fact | Answer]:
    """保存: a lead like any other; what has no field of its own stands in its story."""
    person = replace(capture.person_of(Fields(**content["fields"]), SOURCE, {}), need="")
    return await capture.save_lead(tx, person, "", who, ctx, note=content["note"])


async def _find_known(tx: Tx, card: NameCard) -> tuple[int, str] | None:
    """The lead that has one of the card's numbers or addresses, and which: 号码, 邮箱 or 微信."""
    names = {"phone": "号码", "email": "邮箱", "wechat": "微信"}
    for number in (card.mobile, card.tel):
        pairs = read_contacts(phone=number or "", email=card.email or "", wechat=card.wechat or "").pairs
        for kind, value in pairs:
            lead_id = await find_by_identity(tx, kind, value)
            if lead_id is not None:
                return lead_id, names[kind]
    return None


def _as_words(card: NameCard) -> str:
    """The card as a sentence that can be changed and sent back."""
    parts = ("新线索", card.name, card.title, card.company, card.mobile, card.tel, card.email)
    wechat = f"微信 {card.wechat}" if card.wechat and card.wechat != card.mobile else None
    return " ".join(part for part in (*parts, wechat) if part)


def _note(card: NameCard) -> str:
    """What stands on the card and has no field of a lead."""
    parts = [f"座机 {card.tel}"] if card.tel and card.mobile else []
    parts += [f"地址 {card.address}"] if card.address else []
    return f"名片上还有:{';'.join(parts)}" if parts else ""
