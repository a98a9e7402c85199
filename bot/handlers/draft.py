"""What was understood from free words waits for one tap: 保存, 改, 换一条 or 丢弃."""

from datetime import timedelta

from bot.context import Answer, Context, say
from bot.handlers import capture, followup, namecard
from bot.lead_actions import ChangeDraft, DropDraft, OtherLead, SaveDraft
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who
from leads.understand.reading import Fields
from store.chat import Draft
from store.owned import list_covered, list_owned
from store.talk import NAMECARD, close_draft, find_draft, find_open_draft, point_draft, set_focus
from store.tx import Tx

YES = ("保存", "确认", "确定", "对", "对的", "没错")
NO = ("丢弃", "不要了", "不保存")
FRESH = timedelta(minutes=30)  # so long an answer in words can mean it


async def on_answer(tx: Tx, text: str, who: Who, ctx: Context) -> list[Fact | Answer] | None:
    """保存, 对, 丢弃 written instead of tapped; None when nothing waits or it is no answer."""
    if text not in (*YES, *NO):
        return None
    draft = await find_open_draft(tx, who.id or "", since=ctx.now - FRESH)
    if draft is None:
        return None
    if text in YES:
        return await on_save_draft(tx, SaveDraft(draft.id or 0), who, ctx)
    return await on_drop_draft(tx, DropDraft(draft.id or 0), who, ctx)


async def _open_draft(tx: Tx, draft_id: int, who: Who) -> Draft:
    draft = await find_draft(tx, draft_id, who.id or "")
    if draft is None:
        raise Unusable("没有找到这条记录,把那句话再发一遍就好。")
    about = f"L{draft.lead_id} " if draft.lead_id else ""
    if draft.state == "saved":
        raise Unusable(f"{about}这一条已经保存过了。")
    if draft.state == "dropped":
        raise Unusable(f"{about}这一条已经丢弃了,要记的话再发一遍。")
    return draft


async def on_save_draft(tx: Tx, action: SaveDraft, who: Who, ctx: Context) -> list[Fact | Answer]:
    """保存."""
    draft = await _open_draft(tx, action.draft_id, who)
    if draft.kind == NAMECARD:
        await close_draft(tx, action.draft_id, "saved")
        return await namecard.save(tx, draft.content, who, ctx)
    if draft.kind == "lead":
        await close_draft(tx, action.draft_id, "saved")
        person = capture.person_of(Fields(**draft.content["fields"]), "手工录入", draft.content.get("own", {}))
        return await capture.save_lead(tx, person, draft.content["text"], who, ctx)
    if draft.kind != "followup":
        raise Unusable("这一张要点卡片上的按钮,不能用「保存」。不要了就发「丢弃」。")
    if draft.lead_id is None:
        raise Unusable("要记到哪一条?点「换一条」选一条线索。")
    outcome = await followup.log(tx, draft.lead_id, draft.content["text"], who, ctx)
    await close_draft(tx, action.draft_id, "saved")
    if any(isinstance(item, Answer) for item in outcome):
        return outcome
    return [*outcome, Answer("lead", draft.lead_id, {"said": followup.kept(draft.lead_id, outcome, ctx)})]


async def on_change_draft(tx: Tx, action: ChangeDraft, who: Who, ctx: Context) -> list[Fact | Answer]:
    """改: the words are said again."""
    draft = await _open_draft(tx, action.draft_id, who)
    await close_draft(tx, action.draft_id, "dropped")
    about = f"(L{draft.lead_id})" if draft.lead_id else ""
    return [say(f"好,改好再发一遍{about}。刚才那句是:\n{draft.content['text']}")]


async def on_other_lead(tx: Tx, action: OtherLead, who: Who, ctx: Context) -> list[Fact | Answer]:
    """换一条: shows one's own leads; a number picks the right one."""
    draft = await _open_draft(tx, action.draft_id, who)
    owned = await list_owned(tx, who.id or "", now=ctx.now, midnight=ctx.midnight, limit=10)
    covered = await list_covered(tx, who.id or "", limit=5)
    mine = [lead for lead in (*owned[: 10 - len(covered)], *covered) if lead.id != draft.lead_id]
    if not mine:
        raise Unusable("你手上没有别的线索。发「线索池」看看有哪些可以领。")
    ids = [lead.id or 0 for lead in mine]
    await set_focus(tx, who.id or "", listed=ids, asked=f"other:{action.draft_id}", now=ctx.now)
    return [Answer("list", params={"title": "记到哪一条?回复序号", "leads": ids, "hint": ""})]


async def pick_other(tx: Tx, draft_id: int, lead_id: int, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The right lead was picked: the draft is shown again for it."""
    await _open_draft(tx, draft_id, who)
    await point_draft(tx, draft_id, lead_id)
    await set_focus(tx, who.id or "", lead_id=lead_id, asked="", now=ctx.now)
    return [Answer("draft", lead_id, {"draft": draft_id})]


async def on_drop_draft(tx: Tx, action: DropDraft, who: Who, ctx: Context) -> list[Fact | Answer]:
    """丢弃."""
    await _open_draft(tx, action.draft_id, who)
    await close_draft(tx, action.draft_id, "dropped")
    return []
