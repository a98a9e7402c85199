"""审批: what waits for one's word, 同意 and 驳回 by button or by word, and asking for a visit."""

import re

from bot.context import Answer, Context, say
from bot.handlers import consent
from bot.quote_actions import Agree, AskRefuse, Refuse
from leads.approval import DECIDED, DESKS, Subject, ask, decide, get_decidable, waits_for
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who, get_workable
from store import approval as approvals
from store.approval import Approval
from store.leads import find_lead
from store.members import find_member, name_of
from store.tx import Tx

NUMBER = re.compile(r"\s*[Aa]?\s*(\d{1,12})(?!\d)[\s,:]*")
AGREED = re.compile(r"\s*[Aa]\s*(\d{1,12})(?!\d)[\s,:]*")
VISIT = re.compile(r"\s*[Ll]\s*(\d{1,12})(?!\d)[\s,:]*")
SHOWN = 10


async def on_approval_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """审批: the list; 审批 A3: its card; 审批 拜访 L1024 去深圳两天: asking for a visit."""
    if rest.startswith("拜访"):
        return await _visit(tx, rest.removeprefix("拜访"), who, ctx)
    if (match := NUMBER.fullmatch(rest)) is not None:
        row = await get_decidable(tx, int(match[1]), who)
        return [Answer(f"approval:{row.id}", row.lead_id)]
    waiting, mine = await approvals.list_for(tx, who.id or ""), await approvals.list_asked_by(tx, who.id or "", limit=5)
    lines = [f"等你批的 {len(waiting)} 件:"] if waiting else ["没有等你批的。"]
    lines += [f"· {await _line(tx, row)},{await name_of(tx, row.asked_by)}提的" for row in waiting[:SHOWN]]
    if waiting:
        no = waiting[0].no
        lines.append(f"发「同意 {no}」或「驳回 {no} 原因」;发「审批 {no}」看详情。")
    if mine:
        lines.append("你提的:")
        lines += [f"· {await _line(tx, row)},{await _state(tx, row)}" for row in mine]
    return [say("\n".join(lines))]


async def on_agree_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """同意 A3; the same word about a customer (同意 L1024 …) notes what they agreed to."""
    match = AGREED.match(rest) if lead_id is None else None
    if lead_id is None and not rest and (waiting := await approvals.list_for(tx, who.id or "")):
        raise Unusable(f"同意哪一件?例如:同意 {waiting[0].no}。发「审批」看等你批的 {len(waiting)} 件。")
    if match is None:
        return await consent.on_agree_word(tx, lead_id, rest, who, ctx)
    return await _decide(tx, int(match[1]), who, ctx, agreed=True, note=rest[match.end() :].strip())


async def on_refuse_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """驳回 A3 毛利不够."""
    approval_id, note = _numbered(rest, "驳回 A3 毛利不够")
    if not note:
        row = await get_decidable(tx, approval_id, who)
        return [Answer("refusal", row.lead_id, {"approval": row.id, "refusing": True})]
    return await _decide(tx, approval_id, who, ctx, agreed=False, note=note)


async def on_agree(tx: Tx, action: Agree, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 同意."""
    return await _decide(tx, action.approval_id, who, ctx, agreed=True, note="")


async def on_ask_refuse(tx: Tx, action: AskRefuse, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 驳回: asks for the reason."""
    row = await get_decidable(tx, action.approval_id, who)
    return [Answer("refusal", row.lead_id, {"approval": row.id, "refusing": True})]


async def on_refuse(tx: Tx, action: Refuse, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A reason was chosen."""
    return await _decide(tx, action.approval_id, who, ctx, agreed=False, note=action.reason)


async def _decide(tx: Tx, approval_id: int, who: Who, ctx: Context, *, agreed: bool, note: str) -> list[Fact | Answer]:
    row = await get_decidable(tx, approval_id, who)
    if row.way == "oa":
        raise Unusable(f"{row.no} 在{DESKS[row.desk]}里批,请到那里处理,结果会自动回来。")
    about = about_of(row)
    fact = await decide(tx, row, agreed=agreed, note=note, by=who.id, way="card", about=about, now=ctx.now)
    word = "同意" if agreed else "驳回"
    return [fact, say(f"{row.no}({about})已{word},{await name_of(tx, row.asked_by)}马上收到。")]


async def _visit(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    match = VISIT.match(rest)
    reason = rest[match.end() :].strip() if match is not None else ""
    if match is None or not reason:
        raise Unusable("写上客户和事由,例如:审批 拜访 L1024 下周三去深圳,两天,机票约 2000 元")
    lead = await get_workable(tx, int(match[1]), who, rules=ctx.rules)
    found = next(((name, one) for name, one in ctx.rules.approvals.items() if one.kind == "visit"), None)
    if found is None:
        return [say("拜访不用审批,直接去就好。回来发「跟进」记一笔。")]
    version = await approvals.next_version(tx, "visit", lead.id or 0)
    subject = Subject("visit", lead.id or 0, version, f"拜访 {lead.no}", lead.id or 0)
    before = await approvals.list_open(tx, "visit", lead.id or 0, asked_by=who.id or "")
    desks = ctx.platforms_of(await find_member(tx, who.id or ""))
    row, fact = await ask(
        tx, subject, found[0], found[1], who, reason=reason, desks=desks, rules=ctx.rules, now=ctx.now
    )
    where = DESKS.get(row.desk) or await name_of(tx, row.approver_id)
    void = f"上次提的 {'、'.join(one.no for one in before)} 作废了。" if before else ""
    return [fact, say(f"{row.no} 已提给{where}:拜访 {lead.no}。有回复马上告诉你。{void}")]


def about_of(row: Approval) -> str:
    """Q12, O88 合同, 拜访 L1024."""
    if row.subject == "quote":
        return f"Q{row.subject_id} 第 {row.subject_version} 版"
    return f"O{row.opportunity_id} 合同" if row.subject == "contract" else f"拜访 L{row.lead_id}"


async def _line(tx: Tx, row: Approval) -> str:
    lead = await find_lead(tx, row.lead_id)
    who = f"{lead.no} {lead.name or lead.company}" if lead is not None else ""
    return f"{row.no} {about_of(row)} {who}({row.label})"


async def _state(tx: Tx, row: Approval) -> str:
    if row.state == "open":
        return f"等{await waits_for(tx, row)}"
    return DECIDED[row.state] + (f":{row.note}" if row.note else "")


def _numbered(rest: str, example: str) -> tuple[int, str]:
    match = NUMBER.match(rest)
    if match is None:
        raise Unusable(f"哪一件?例如:{example}。发「审批」看等你批的。")
    return int(match[1]), rest[match.end() :].strip()
