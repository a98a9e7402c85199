"""A made-up half year of a company, as the lines of a history: the same seed makes the same year."""

import json
import random
from datetime import datetime, timedelta, timezone
from typing import Any

CHINA = timezone(timedelta(hours=8))
BEGIN = datetime(2025, 9, 1, tzinfo=CHINA)
DAYS = 181  # until the end of February
REPS = ("wanglei", "lina", "zhaoqiang")
SOURCES = ("抖音", "官网", "百度", "展会", "老客户介绍", "")
KINDS = ("call", "visit", "meeting", "chat", "email", "note")
Deed = dict[str, Any]


def half_year(seed: int, leads: int, begin: datetime = BEGIN) -> list[Deed]:
    """Campaigns with costs, leads with what became of them, deals and payments, in order of time."""
    dice = random.Random(seed)
    deeds: list[Deed] = [{"type": "source", "at": begin, "name": name} for name in SOURCES if name]
    campaigns = []
    for number in range(8):
        source = dice.choice(SOURCES[:5])
        ref = f"c{seed}-{number}"
        campaigns.append((ref, source))
        deeds.append({"type": "campaign", "at": begin, "ref": ref, "name": f"活动{number}", "source": source})
        for _ in range(12):
            day = begin + timedelta(days=dice.randrange(DAYS), hours=dice.choice((0, 8, 23)))
            deeds.append(
                {"type": "cost", "at": day, "campaign": ref, "amount": dice.choice((3000, 1234.5, 99.99, 12000))}
            )
    for number in range(leads):
        deeds += _lead(dice, f"l{seed}-{number}", number, campaigns, begin)
    deeds.sort(key=lambda deed: deed["at"])
    return [{**deed, "at": deed["at"].isoformat()} for deed in deeds]


def lines(deeds: list[Deed]) -> str:
    """The file."""
    return "".join(json.dumps(deed, ensure_ascii=False) + "\n" for deed in deeds)


def _lead(
    dice: random.Random, ref: str, number: int, campaigns: list[tuple[str, str]], begin: datetime
) -> list[Deed]:  # fmt: skip
    at = begin + timedelta(days=dice.randrange(DAYS), seconds=dice.randrange(86400))
    campaign, source = dice.choice(campaigns) if dice.random() < 0.4 else ("", dice.choice(SOURCES))
    known = number > 50 and dice.random() < 0.03  # somebody who has asked before
    phone = 13_912_345_000 + (dice.randrange(50) if known else number)
    first: Deed = {"type": "lead", "at": at, "ref": ref, "name": f"客户{number}", "phone": str(phone), "source": source}
    deeds = [{**first, **({"campaign": campaign} if campaign else {})}]
    end = begin + timedelta(days=DAYS + 10)

    def later(most: float) -> datetime:
        nonlocal at
        at += timedelta(seconds=1 + dice.randrange(int(most * 3600)))
        return at

    def does(deed: str, hours: float, **more: Any) -> None:
        deeds.append({"type": deed, "at": later(hours), **more})

    while dice.random() < 0.15:
        does("enquiry", 400, lead=ref, source=dice.choice(SOURCES[:5]), text="再问一次")
    rep = dice.choice(REPS)
    if dice.random() < 0.1:
        does("stage", 20, lead=ref, to="nurturing", by="linda")
    if dice.random() < 0.75:
        by = {"by": "linda"} if dice.random() < 0.5 else {}
        does("stage", 30, lead=ref, to="mql", **by)
    if dice.random() < 0.15:
        does("followup", 10, lead=ref, by=rep, kind=dice.choice(KINDS), text="先聊了")
    if dice.random() < 0.7:
        does("claim", 12, lead=ref, by=rep)
        if dice.random() < 0.15:
            does("release", 60, lead=ref, by=rep, reason="没空")
            rep = dice.choice(REPS)
            does("claim", 40, lead=ref, by=rep)
        for _ in range(dice.randrange(4)):
            does("followup", 70, lead=ref, by=rep, kind=dice.choice(KINDS), text="跟进")
    if dice.random() < 0.35:
        does("stage", 80, lead=ref, to="sql", by=rep)
    if dice.random() < 0.08:
        does("stage", 50, lead=ref, to="invalid", by=rep)
    for turn in range(dice.choice((0, 0, 0, 1, 1, 2))):
        deeds += _deal(dice, ref, f"{ref}-{turn}", rep, later(100))
    return [deed for deed in deeds if deed["at"] < end]


def _deal(dice: random.Random, lead: str, ref: str, rep: str, at: datetime) -> list[Deed]:
    amount = dice.choice((80_000, 12_345.67, 500, 250_000))
    deeds: list[Deed] = [{"type": "opportunity", "at": at, "ref": ref, "lead": lead, "by": rep, "amount": amount}]

    def does(kind: str, **more: Any) -> None:
        nonlocal at
        at += timedelta(seconds=1 + dice.randrange(30 * 86400))
        deeds.append({"type": kind, "at": at, "opportunity": ref, **more})

    if dice.random() < 0.2:
        does("payment", amount=1000.5)
    if dice.random() < 0.25:
        does("transfer", to=dice.choice(REPS), by="chenjing")
    if dice.random() < 0.7:
        won = dice.random() < 0.5
        does("close", result="won" if won else "lost", by=rep, **({} if won else {"reason": "价格"}))
        if dice.random() < 0.2:
            does("transfer", to=dice.choice(REPS), by="chenjing")
        for _ in range(dice.randrange(3) if won else 0):
            does("payment", amount=dice.choice((40_000, 9_999.99)))
    return deeds
