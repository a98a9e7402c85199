"""Somebody asks to be forgotten: done in every table, noted where no backup can bring them back, with a receipt."""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from leads.reach_facts import PersonErased
from leads.understand.contact import normal_email, normal_wechat
from leads.understand.phone import normal_phone
from store import erasure
from store.db import Store
from store.leads import find_lead
from store.timeline import audit, record
from store.tx import Tx

log = structlog.get_logger()

JOURNAL = "erased.log"
BACKUPS = "备份里还有这个人,到备份自己过期为止;从备份恢复时,会按 data/erased.log 再删一遍,请把它和备份放在一起"
CHATS = "同事聊天里已经收到的卡片和文字,请他们自己删掉"
BY_LAW = "合同、订单和回款的金额按法律要求保留"


def pairs_of(*, phone: str = "", email: str = "", wechat: str = "") -> list[tuple[str, str]]:
    """(kind, value) as identities are kept; [] for what is no number and no address."""
    found = []
    number = normal_phone(phone) if phone else None
    if number is not None and number.valid:
        found.append(("phone", number.key))
    if email and (normal := normal_email(email)) is not None:
        found.append(("email", normal))
    if wechat and (named := normal_wechat(wechat)) is not None:
        found.append(("wechat", named))
    return found


async def look(store: Store, pairs: Sequence[tuple[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """{table: rows}: all that is stored of a person, {} for somebody we do not know."""
    async with store.read() as tx:
        lead_ids = await erasure.find_person(tx, pairs)
        return await erasure.collect(tx, lead_ids) if lead_ids else {}


async def forget(
    store: Store, pairs: Sequence[tuple[str, str]], journal: Path, *, who: str, now: datetime
) -> dict[str, Any] | None:
    """Erase a person; returns the receipt, or None when nobody is known by these. The journal comes first."""
    async with store.read() as tx:
        lead_ids = await erasure.find_person(tx, pairs)
        marks = await erasure.marks_of(tx, lead_ids) if lead_ids else []
    if not lead_ids:
        return None
    receipt = f"E-{now:%Y%m%d}-{secrets.token_hex(3)}"
    _note(journal, {"at": now.isoformat(), "receipt": receipt, "marks": [[kind, mark.hex()] for kind, mark in marks]})

    async def work(tx: Tx) -> dict[str, int]:
        return await _erase(tx, await erasure.find_marked(tx, marks) or lead_ids, receipt, who, now)

    tables = await store.transaction(work)
    log.info("a person was erased on request", receipt=receipt, leads=len(lead_ids))
    return {
        "receipt": receipt, "at": now.isoformat(timespec="seconds"), "leads": [f"L{one}" for one in lead_ids],
        "tables": tables, "kept": [f"{len(marks)} 个联系方式的带密钥摘要,只用来保证不再联系", BY_LAW],
        "left": [BACKUPS, CHATS],
    }  # fmt: skip


async def _erase(tx: Tx, lead_ids: Sequence[int], receipt: str, who: str, now: datetime) -> dict[str, int]:
    needles = [needle for lead_id in lead_ids for needle in await _needles(tx, lead_id)]
    tables = await erasure.erase(tx, lead_ids, needles=needles, now=now)
    for lead_id in lead_ids:
        if await find_lead(tx, lead_id) is not None:
            fact = PersonErased(lead_id=lead_id, at=now, receipt=receipt)
            await record(tx, lead_id=lead_id, kind=fact.kind, at=now, by=None, text="", data=dict(fact.data()))
    await audit(tx, act="erase", by=None, subject=receipt, at=now, who=who, leads=list(lead_ids), tables=tables)
    return tables


async def _needles(tx: Tx, lead_id: int) -> list[str]:
    """How a person's numbers and addresses are written in what came in."""
    rows = await erasure.collect(tx, [lead_id])
    found: set[str] = set()
    for lead in rows.get("lead", []):
        phone = normal_phone(lead["phone"]) if lead["phone"] else None
        found |= {
            lead["name"],
            lead["phone"],
            lead["email"],
            lead["wechat"],
            *(value for _, value in lead["also"] or []),
        }
        found |= {phone.local} if phone is not None else set()
        found |= {value.removeprefix("+86") for value in found}
    found |= {row["external_id"] for name in ("kf_talk", "inheritance") for row in rows.get(name, [])}
    return sorted(found - {"", None})


async def erase_again(store: Store, journal: Path, *, now: datetime) -> int:
    """After a restore: whoever was erased since the backup was taken is erased again; returns how many."""
    count = 0
    for told in _noted(journal):
        marks = [(str(kind), bytes.fromhex(mark)) for kind, mark in told["marks"]]
        receipt = str(told["receipt"])

        async def work(tx: Tx, marks: list[tuple[str, bytes]] = marks, receipt: str = receipt) -> int:
            lead_ids = await erasure.find_marked(tx, marks)
            if lead_ids:
                await _erase(tx, lead_ids, receipt, "restore", now)
            return len(lead_ids)

        count += bool(await store.transaction(work))
    return count


def _note(journal: Path, told: Mapping[str, Any]) -> None:
    """One line, on the disk before anything is erased."""
    journal.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, json.dumps(told).encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _noted(journal: Path) -> list[dict[str, Any]]:
    """The lines; one that was cut off by a crash was never carried out."""
    found = []
    for line in journal.read_text("utf-8").splitlines() if journal.is_file() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found
