"""Who must agree, what is asked, and what becomes of the answer: once, by the right person, about what counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.rules import Rules
from config.selling import ApprovalRule
from leads.errors import NoRight, NotFound, Refused, Unusable
from leads.mask import said
from leads.quote_facts import ApprovalAsked, ApprovalDecided, ApprovalWithdrawn
from leads.rights import Who
from store import approval as approvals
from store.approval import Approval
from store.duty import Absence, list_away
from store.members import find_member, list_members, name_of
from store.tables import Member
from store.tx import Tx

LONGEST = 200  # characters of a reason
DECIDED = {"agreed": "已经同意", "refused": "已经驳回", "void": "已经作废", "withdrawn": "同意以后又撤销"}
DESKS = {"dingtalk": "钉钉「OA 审批」", "wecom": "企业微信「审批」"}


class Decided(Refused):
    """Somebody has said their word already, or what it was about has changed."""

    code = "decided"


@dataclass(frozen=True)
class Subject:
    """What is asked about: its kind and number, the version, and how people call it (Q12)."""

    kind: str  # quote, contract, visit
    id: int
    version: int
    about: str
    lead_id: int
    opportunity_id: int | None = None


async def approver_of(tx: Tx, rule: ApprovalRule, asker_id: str | None, *, now: datetime) -> Member | None:
    """Who is to agree: whom the rule names, for an absent one who covers for them, else the next step up.

    Nobody agrees to what they asked for themselves.
    """
    asker = await find_member(tx, asker_id) if asker_id else None
    everyone = [one for one in await list_members(tx) if one.id != asker_id]
    steps = _steps(rule, asker, everyone)
    present = _present(steps, everyone, await list_away(tx, now=now))
    return present or next(iter(one for step in steps for one in step), None)


async def next_above(tx: Tx, row: Approval, rule: ApprovalRule, *, now: datetime) -> Member | None:
    """Who is asked too when nobody answers: somebody present above whoever was asked; None at the top."""
    asker = await find_member(tx, row.asked_by) if row.asked_by else None
    everyone = [one for one in await list_members(tx) if one.id not in (row.asked_by, row.approver_id)]
    approver = await find_member(tx, row.approver_id)
    all_steps = _steps(rule, asker, [*everyone, approver] if approver is not None else everyone)
    place = next((n for n, step in enumerate(all_steps) if row.approver_id in {one.id for one in step}), 0)
    return _present(all_steps[place + 1 :], everyone, await list_away(tx, now=now))


def _present(
    steps: Sequence[Sequence[Member]], everyone: Sequence[Member], gone: Mapping[str, Absence]
) -> Member | None:
    """The first who is there, step by step; for those who are away whoever covers for them."""
    for step in steps:
        for one in step:
            if one.id not in gone:
                return one
        for one in step:
            cover = next((m for m in everyone if m.id == gone[one.id].backup_id and m.id not in gone), None)
            if cover is not None:
                return cover
    return None


async def waits_for(tx: Tx, row: Approval) -> str:
    """Whose word is waited for: 陈静, or 陈静、林总 when two were asked."""
    first = await name_of(tx, row.approver_id)
    return f"{first}、{await name_of(tx, row.also_id)}" if row.also_id else first


def _steps(rule: ApprovalRule, asker: Member | None, everyone: Sequence[Member]) -> list[list[Member]]:
    managers = [one for one in everyone if one.role == "manager"]
    leads = [one for one in managers if asker is not None and one.team and one.team == asker.team]
    directors = [one for one in managers if not one.team]
    admins = [one for one in everyone if one.role == "admin"]
    ladder = {"team_lead": [leads, directors, admins], "director": [directors, admins], "admin": [admins]}
    return [step for step in ladder[rule.by] if step]


async def ask(
    tx: Tx, subject: Subject, name: str, rule: ApprovalRule, who: Who, *, reason: str, desks: Sequence[str],
    rules: Rules, now: datetime,
) -> tuple[Approval, ApprovalAsked]:  # fmt: skip
    """Ask for consent by a rule, in the OA of one of `desks` (platforms) or by card.

    What was asked about earlier versions is void. Raises Unusable without anybody who could agree.
    """
    approver = await approver_of(tx, rule, who.id, now=now)
    if approver is None:
        raise Unusable(f"「{rule.label}」,但成员名单里没有能批的人。请管理员在 members.csv 里加上主管。什么都没有存。")
    mine = who.id if subject.kind == "visit" else None  # a colleague may go there too
    await approvals.void_older(tx, subject.kind, subject.id, version=subject.version, asked_by=mine)
    desk = rule.desk(desks)
    row = Approval(
        corp=tx.corp, kind=rule.kind, subject=subject.kind, subject_id=subject.id, subject_version=subject.version,
        lead_id=subject.lead_id, opportunity_id=subject.opportunity_id, rule=name, label=rule.label,
        rules_version=rules.version, asked_by=who.id, asked_at=now, reason=said(reason.strip(), reveal=False)[:LONGEST],
        approver_id=approver.id, way="oa" if desk else "card", desk=desk,
    )  # fmt: skip
    await tx.add(row)
    fact = ApprovalAsked(
        lead_id=subject.lead_id, at=now, by=who.id, approval_id=row.id or 0, about=subject.about, rule=name,
        label=rule.label, approver_id=approver.id, way=row.way, reason=row.reason,
    )  # fmt: skip
    return row, fact


def may_decide(row: Approval, who: Who) -> bool:
    """Whoever was asked, a director, an administrator; never who asked."""
    if who.id is None or who.id == row.asked_by:
        return False
    return who.id in (row.approver_id, row.also_id) or who.role == "admin" or (who.role == "manager" and not who.team)


async def get_decidable(tx: Tx, approval_id: int, who: Who) -> Approval:
    """An open approval that this person may decide. Raises NotFound, NoRight, Decided (with what became of it)."""
    row = await approvals.find_approval(tx, approval_id)
    if row is None or not (may_decide(row, who) or who.id == row.asked_by):
        raise NotFound(f"审批 A{approval_id}", "发「审批」看等你批的和你提的。")
    if not may_decide(row, who):
        raise NoRight(f"{row.no} 是你自己提的,要等{await name_of(tx, row.approver_id)}来批。")
    if row.state != "open":
        by = await name_of(tx, row.decided_by) if row.decided_by else ""
        why = "内容改过了,按新的一版来批。" if row.state == "void" else "不用再批,什么都没有改。"
        raise Decided(f"{row.no} {by}{DECIDED[row.state]}了,{why}发「审批」看还在等你的。")
    return row


async def decide(
    tx: Tx, row: Approval, *, agreed: bool, note: str, by: str | None, way: str, about: str, now: datetime
) -> ApprovalDecided:
    """Write the word down. Raises Decided when another one came first, Unusable for a no without a reason on a card."""
    note = said(note.strip(), reveal=False)[:LONGEST]
    if not agreed and not note and way == "card":
        raise Unusable(f"驳回要写一句原因,例如:驳回 {row.no} 毛利不够")
    state = "agreed" if agreed else "refused"
    if not await approvals.settle(tx, row.id or 0, state=state, decided_by=by, decided_at=now, note=note):
        raise Decided(f"{row.no} 刚刚有人批过了,什么都没有改。")
    return ApprovalDecided(
        lead_id=row.lead_id, at=now, by=by, approval_id=row.id or 0, about=about, agreed=agreed, label=row.label,
        way=way, note=note,
    )  # fmt: skip


async def take_back(tx: Tx, row: Approval, *, about: str, now: datetime) -> ApprovalWithdrawn | None:
    """An agreement was taken back where it was given; None when that is noted already."""
    note = "同意以后又撤销了"
    if not await approvals.settle(tx, row.id or 0, of="agreed", state="withdrawn", note=note):
        return None
    return ApprovalWithdrawn(
        lead_id=row.lead_id, at=now, by=None, approval_id=row.id or 0, about=about, label=row.label
    )
