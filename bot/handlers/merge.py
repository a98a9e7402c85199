"""Two leads are one person: merge them, choose what is kept, and take it back within thirty days."""

import re
from datetime import datetime, timedelta

from bot.context import Answer, Context, say
from bot.handlers.importing import A_BATCH, on_hold_against_word
from bot.twin_actions import Compare, KeepOther, MergeLeads, UndoMerge
from leads.errors import Unusable
from leads.facts import Fact
from leads.merge import keep_other, merge, pair, require_right
from leads.rights import Who
from leads.undo import remember
from leads.unmerge import unmerge
from store import rechecks
from store.leads import get_lead
from store.members import name_of
from store.talk import set_focus
from store.tx import Tx

FRESH = timedelta(hours=1)  # so long the result of a re-check is shown again


def picks_of(text: str) -> list[str]:
    """The fields that a button's `picks` names."""
    return [name for name in text.split(",") if name]


def _two(rest: str, word: str) -> tuple[int, int]:
    found = re.fullmatch(r"[Ll]?\s*(\d{1,12})[\s,,、和跟与到进]+[Ll]?\s*(\d{1,12})", rest.strip())
    if found is None:
        raise Unusable(f"写上两条线索的编号,例如:{word} L1024 L1030。不确定的话先发「查重 电话或公司」。")
    return int(found[1]), int(found[2])


async def on_merge_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """合并 L1024 L1030."""
    one, two = _two(rest, "合并")
    return await on_merge(tx, MergeLeads(one, two, ""), who, ctx)


async def on_compare_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """对比 L1024 L1030; 对比 I3 holds a list against what is here."""
    if A_BATCH.fullmatch(rest):
        return await on_hold_against_word(tx, rest, who, ctx)
    one, two = _two(rest, "对比")
    return await on_compare(tx, Compare(one, two, ""), who, ctx)


async def on_compare(tx: Tx, action: Compare, who: Who, ctx: Context) -> list[Fact | Answer]:
    """Two columns, and a button for each field in which the leads differ."""
    survivor, loser = await pair(tx, action.one_id, action.two_id, who, rules=ctx.rules)
    await require_right(tx, who, survivor, loser)
    return [Answer("merge", survivor.id, {"one": survivor.id, "two": loser.id, "picks": action.picks})]


async def on_merge(tx: Tx, action: MergeLeads, who: Who, ctx: Context) -> list[Fact | Answer]:
    """Merge at once; the answer shows both columns, what was kept, and the way back."""
    one, two, other = action.one_id, action.two_id, picks_of(action.picks)
    fact = await merge(tx, one, two, who, other=other, rules=ctx.rules, now=ctx.now)
    await remember(tx, who, "merge", fact.lead_id, {"merged": fact.other_id}, now=ctx.now)
    await set_focus(tx, who.id or "", lead_id=fact.lead_id, now=ctx.now)
    return [fact, Answer("merge", fact.lead_id, {"merge": fact.merge_id})]


async def on_keep_other(tx: Tx, action: KeepOther, who: Who, ctx: Context) -> list[Fact | Answer]:
    """换姓名, 换电话 … on the card of a merge."""
    lead = await keep_other(tx, action.merge_id, action.field, who, rules=ctx.rules, now=ctx.now)
    return [Answer("merge", lead.id, {"merge": action.merge_id})]


async def on_undo_merge(tx: Tx, action: UndoMerge, who: Who, ctx: Context) -> list[Fact | Answer]:
    """Both leads come back with their owners."""
    first, second = await unmerge(tx, action.lead_id, who, rules=ctx.rules, now=ctx.now)
    owners = [await _owner(tx, fact.lead_id) for fact in (first, second)]
    told = f"合并已撤销:L{first.lead_id}({owners[0]})和 L{second.lead_id}({owners[1]})各归各位,之后记的也分好了。"
    return [first, second, Answer("note", params={"text": told})]


async def _owner(tx: Tx, lead_id: int) -> str:
    lead = await get_lead(tx, lead_id)
    return await name_of(tx, lead.owner_id) or "线索池"


async def on_undo_merge_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """撤销合并 L1030."""
    found = re.fullmatch(r"[Ll]?-?\s*(\d{1,12})", rest.strip())
    if found is None:
        raise Unusable("撤销哪一次合并?写上被并掉的编号,例如:撤销合并 L1030")
    return await on_undo_merge(tx, UndoMerge(int(found[1])), who, ctx)


async def on_recheck_word(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """复查: how far a running one is, the result of one of today, or a new one."""
    last = await rechecks.find(tx)
    fresh = last is not None and last.ended_at is not None and ctx.now - datetime.fromisoformat(last.ended_at) < FRESH
    if last is not None and (last.ended_at is None or fresh):
        return [Answer("recheck")]
    started = await rechecks.begin(tx, by=who.id, now=ctx.now)
    return [say(f"开始复查 {started.total:,} 条线索,不影响大家领取和跟进,查完告诉你。")]
