"""素材 新增 春季报价, then a file or picture: two taps later it stands in the library and may be sent to customers."""

from datetime import timedelta
from pathlib import PurePath

from bot.context import Answer, Context, say
from bot.customer_actions import DropShelved, ShelveAbout, ShelveUntil
from bot.events import MessageReceived
from bot.handlers.attachment import kind_of
from config.content import FILES, PICTURES
from leads.attachment import safe_name
from leads.errors import NoRight, Unusable
from leads.facts import Fact
from leads.rights import Who
from store import due
from store.chat import Draft
from store.talk import add_draft, close_draft, find_draft, find_focus, set_focus
from store.tx import Tx

ASKED = "content:"
KIND = "content"
FRESH = timedelta(minutes=30)  # between the word and the file
ROLES = ("marketing", "admin")
WORDS = ("新增", "上传", "新建")
LONGEST = 40  # of a title


def named_in(rest: str) -> str | None:
    """The title in 素材 新增 春季报价 ("" without one); None for a line that looks for content."""
    head, _, title = rest.strip().partition(" ")
    return title.strip()[:LONGEST] if head in WORDS else None


async def on_shelf_word(tx: Tx, title: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The next file of this person is for the library."""
    if who.role not in ROLES:
        raise NoRight("素材由市场和管理员来放。把文件发给市场同事,请他们放进素材库。")
    await set_focus(tx, who.id or "", asked=f"{ASKED}{title}", now=ctx.now)
    what = f"《{title}》的" if title else ""
    return [say(f"好,把{what}图片或文件(PDF、Word、Excel、PPT、MP4,最大 10 MB)发给我,30 分钟内有效。")]


async def on_shelf_file(tx: Tx, event: MessageReceived, who: Who, ctx: Context) -> list[Fact | Answer] | None:
    """Ask about what was dropped after the word; None when it was not, or this is no file at all."""
    focus = await find_focus(tx, who.id or "") if who.role in ROLES and event.media_id else None
    kind = kind_of(event)
    if focus is None or not focus.asked.startswith(ASKED) or ctx.now - focus.at > FRESH or kind is None:
        return None
    name = safe_name(event.file_name, kind)
    title = focus.asked.removeprefix(ASKED) or PurePath(name).stem[:LONGEST]
    suffix = PurePath(name).suffix.lower()
    if kind != "picture" and suffix not in FILES:
        raise Unusable(f"「{suffix or '没有后缀'}」这种文件进不了素材库,可以放 {'、'.join(FILES)}。换一个再发就行。")
    if kind == "picture" and suffix not in PICTURES:
        raise Unusable(f"这种图片({suffix})客户不一定打得开,请存成 PNG 或 JPG 再发。")
    await set_focus(tx, who.id or "", asked="", now=ctx.now)
    content = {"title": title, "name": name, "platform": event.platform, "media": event.media_id}
    draft = await add_draft(tx, who.id or "", KIND, content, lead_id=None, now=ctx.now)
    return [Answer("shelf", params={"draft": draft})]


async def on_shelve_about(tx: Tx, action: ShelveAbout, who: Who, ctx: Context) -> list[Fact | Answer]:
    """What it is about: who has agreed to that may get it."""
    draft = await _open(tx, action.draft_id, who)
    if action.topic not in ctx.rules.nurture.topics:
        raise Unusable("规则里已经没有这个主题了。再发一次「素材 新增」就好。")
    return [Answer("shelf", params={"draft": draft.id, "topic": action.topic})]


async def on_shelve_until(tx: Tx, action: ShelveUntil, who: Who, ctx: Context) -> list[Fact | Answer]:
    """Until when: then it is fetched and published."""
    draft = await _open(tx, action.draft_id, who)
    if action.topic not in ctx.rules.nurture.topics:
        raise Unusable("规则里已经没有这个主题了。再发一次「素材 新增」就好。")
    await close_draft(tx, action.draft_id, "saved")
    expires = (ctx.today + timedelta(days=action.days)).isoformat() if action.days else ""
    payload = {**draft.content, "topic": action.topic, "expires": expires, "by": who.id}
    await due.do_once(tx, kind="shelve", key=f"shelve:{draft.id}", now=ctx.now, payload=payload)
    return []


async def on_drop_shelved(tx: Tx, action: DropShelved, who: Who, ctx: Context) -> list[Fact | Answer]:
    """不放了."""
    draft = await _open(tx, action.draft_id, who)
    await close_draft(tx, action.draft_id, "dropped")
    return [say(f"好,《{draft.content['title']}》没有放进素材库。")]


async def _open(tx: Tx, draft_id: int, who: Who) -> Draft:
    draft = await find_draft(tx, draft_id, who.id or "")
    if draft is None or draft.kind != KIND or draft.state == "dropped":
        raise Unusable("这份文件已经不等着放进素材库了。要放的话,发「素材 新增 名字」,再发一次文件。")
    if draft.state == "saved":
        raise Unusable(f"《{draft.content['title']}》已经放进素材库了。发「素材 {draft.content['title']}」看看。")
    return draft
