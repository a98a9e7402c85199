"""Taking a file of leads along: how many at once, who agrees to more, and whose file it is for ever."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.rules import Rules
from config.selling import ApprovalRule
from leads.approval import approver_of
from leads.errors import NoRight, NotFound, Refused, Unusable
from leads.mask import said
from leads.rights import Who, may_reveal
from leads.sheet import disarm, workbook_of
from leads.table import columns_of, row_of
from store.exporting import ExportRequest, find_request, settle_request
from store.members import list_everyone, name_of
from store.tables import Lead
from store.timeline import audit
from store.tx import Tx

FREE = 500  # rows that need nobody's word
MOST = 20_000  # rows of one file; more is the administrator's command
FORMATS = ("xlsx", "csv")
LIVES = timedelta(hours=24)  # so long an agreed file may be fetched
CONSENT = ApprovalRule(kind="visit", label="导出超过 500 行要主管同意", by="team_lead")
MARK = "导出"  # the last column: whose file a row came from
OPEN = {"agreed": "已经同意了", "refused": "已经驳回了"}


async def ask_export(tx: Tx, who: Who, *, query: str, ending: str, rows: int, why: str, now: datetime) -> ExportRequest:
    """Ask for a large file. Raises Unusable when it is too large, without a reason, or nobody could agree."""
    if rows > MOST:
        raise Unusable(f"一次最多导出 {MOST:,} 行,这里有 {rows:,} 行。先筛选得小一些,或请管理员用 ./run export。")
    why = said(" ".join(why.split()), reveal=False)[:100]
    if not why:
        raise Unusable(f"超过 {FREE} 行要主管同意,请写一句用来做什么。")
    approver = await approver_of(tx, CONSENT, who.id, now=now)
    if approver is None:
        raise Unusable(f"超过 {FREE} 行要主管同意,但成员名单里没有能批的人。请管理员在 members.csv 里加上主管。")
    row = ExportRequest(
        corp=tx.corp, by=who.id or "", query=query, format=ending, rows=rows, why=why, approver_id=approver.id,
        asked_at=now,
    )  # fmt: skip
    await tx.add(row)
    await audit(tx, act="export_asked", by=who.id, subject=row.no, at=now, rows=rows)
    return row


def may_decide(row: ExportRequest, who: Who) -> bool:
    """Whoever was asked, a director, an administrator; never who asked."""
    if who.id is None or who.id == row.by:
        return False
    return who.id == row.approver_id or who.role == "admin" or (who.role == "manager" and not who.team)


async def decide_export(tx: Tx, request_id: int, who: Who, *, agreed: bool, now: datetime) -> ExportRequest:
    """Say yes or no, once. Raises NotFound, NoRight, Refused (somebody was faster)."""
    row = await find_request(tx, request_id)
    if row is None or not (may_decide(row, who) or who.id == row.by):
        raise NotFound(f"导出 E{request_id}")
    if not may_decide(row, who):
        raise NoRight(f"{row.no} 是你自己要的,要等{await name_of(tx, row.approver_id)}来批。")
    state, until = ("agreed", now + LIVES) if agreed else ("refused", None)
    if not await settle_request(tx, request_id, state=state, by=who.id, until=until, now=now):
        raise Refused(f"{row.no} {await name_of(tx, row.decided_by)}{OPEN[row.state]},没有改变。")
    await audit(tx, act=f"export_{state}", by=who.id, subject=row.no, at=now, rows=row.rows)
    row.state, row.until, row.decided_by = state, until, who.id
    return row


async def get_agreed(tx: Tx, request_id: int, who: Who, *, now: datetime) -> ExportRequest:
    """One's own request that was agreed to and is not too old. Raises NotFound, Refused with what to do."""
    row = await find_request(tx, request_id)
    if row is None or row.by != who.id:
        raise NotFound(f"导出 E{request_id}")
    if row.state == "open":
        raise Refused(f"{row.no} 还在等{await name_of(tx, row.approver_id)}同意。")
    if row.state == "refused":
        raise Refused(f"{row.no} 没有同意。可以筛选到 {FREE} 行以内直接导出,或者说明用途再申请。")
    if row.until is None or now > row.until:
        raise Refused(f"{row.no} 同意已经过了 24 小时,文件不能再取。还要的话,请再申请一次。")
    return row


async def table_of(tx: Tx, found: Sequence[Lead], who: Who, *, mark: str, rules: Rules) -> list[list[str]]:
    """The headings and the leads as text; numbers in full only of those whose number this person may read.

    The last column of every row says whose file it is, and so does the last line.
    """
    names = {member.id: member.name for member in await list_everyone(tx)}
    lines = [[*columns_of(rules), MARK]]
    for lead in found:
        reveal = await may_reveal(tx, lead, who)
        lines.append([*row_of(lead, names, reveal=reveal, rules=rules), mark])
    lines.append([f"本文件由{who.name}导出({mark}),含客户信息,请勿外传", *[""] * (len(lines[0]) - 2), mark])
    return lines


def mark_of(who: Who, no: str, *, zone: ZoneInfo, now: datetime) -> str:
    """李娜 2026-03-18 10:20 E3."""
    return f"{who.name} {now.astimezone(zone):%Y-%m-%d %H:%M} {no}".strip()


def file_of(lines: Sequence[Sequence[str]], *, mark: str, ending: str) -> tuple[str, bytes]:
    """(name, bytes) of the file; no cell of it runs as a formula."""
    name = f"线索-{mark.replace(' ', '-').replace(':', '')}.{ending}"
    if ending == "xlsx":
        return name, workbook_of(lines)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([disarm(cell) for cell in line] for line in lines)
    return name, text.getvalue().encode("utf-8-sig")
