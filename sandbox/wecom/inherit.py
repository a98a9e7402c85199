"""Customers of somebody who goes: asked for in hundreds, taken over after a day unless they refuse (page 96331)."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.wecom.company import Company, Contact

DAY = 86400.0
WITHIN = 365 * DAY  # after somebody has left, their customers can be asked for so long
OFTEN, OFTEN_DAYS = 2, 90 * DAY  # a customer is handed on twice in ninety days at most, while the colleague is there
MOST = 100  # customers in one call
LONGEST = 200  # characters of the message to the customers
DONE, WAITING, REFUSED, FULL = 1, 2, 3, 4  # as transfer_result says it


@dataclass
class Passing:
    """One customer on the way from one member to another."""

    customer: str
    giver: str
    taker: str
    at: float
    resigned: bool
    status: int = WAITING
    taken_at: float = 0.0
    message: str = ""


@dataclass
class Obstacles:
    """What stands against it: members who are not real-name verified, are full, banned, or have not logged in."""

    unverified: set[str] = field(default_factory=set)
    full: set[str] = field(default_factory=set)
    banned: set[str] = field(default_factory=set)
    asleep: set[str] = field(default_factory=set)


class Inheritance:
    """The endpoints, and the day that passes."""

    def __init__(self, company: Company, now: Callable[[], float]) -> None:
        self.company = company
        self.now = now
        self.passings: list[Passing] = []
        self.obstacles = Obstacles()
        self.page = 100  # rows of one answer of transfer_result

    def unassigned(self, raw: dict[str, Any] | None) -> dict[str, Any]:
        """get_unassigned_list: the customers of those who have left, a page at a time."""
        size = (raw or {}).get("page_size", 1000)
        if raw is None or not isinstance(size, int) or not 1 <= size <= 1000:
            return _refused(40058, "invalid page_size")
        self.pass_time()
        on_the_way = {p.customer for p in self.passings if p.status == WAITING}
        rows = [
            {"handover_userid": c.member, "external_userid": c.external_id, "dimission_time": int(self._gone(c.member))}
            for c in self.company.contacts.values()
            if c.member in self.company.gone and c.external_id not in on_the_way
        ]
        start = _cursor(raw)
        if start is None:
            return _refused(40058, "invalid cursor")
        last = start + size >= len(rows)
        more = {} if last else {"next_cursor": f"C{start + size}"}
        return {**OK, "info": rows[start : start + size], "is_last": last, **more}

    def transfer(self, raw: dict[str, Any] | None, *, resigned: bool) -> dict[str, Any]:
        """transfer_customer of somebody in service, or of somebody who has left; errcode 0 only means: it has begun."""
        known = {"handover_userid", "takeover_userid", "external_userid"} | (set() if resigned else {SUCCESS})
        if raw is None or set(raw) - known:
            return _refused(40058, "invalid request parameter")
        giver, taker = str(raw.get("handover_userid", "")).lower(), str(raw.get("takeover_userid", "")).lower()
        ids, message = raw.get("external_userid"), raw.get(SUCCESS, "")
        if not isinstance(ids, list) or not 1 <= len(ids) <= MOST or len(set(ids)) < len(ids):
            return _refused(40058, "external_userid: 1 to 100 of them, each once")
        if not isinstance(message, str) or len(message) > LONGEST:
            return _refused(40058, "transfer_success_msg too long")
        if taker not in self.company.members or (giver not in self.company.members and not self._gone(giver)):
            return _refused(40003, "invalid userid")
        self.pass_time()
        codes = [(str(one), self._flaw(str(one), giver, taker, resigned)) for one in ids]
        for customer, code in codes:
            if code == 0:
                self.passings.append(Passing(customer, giver, taker, self.now(), resigned, message=message))
        return {**OK, "customer": [{"external_userid": customer, "errcode": code} for customer, code in codes]}

    def results(self, raw: dict[str, Any] | None, *, resigned: bool) -> dict[str, Any]:
        """transfer_result: what has become of them, a page at a time."""
        if raw is None or not raw.get("handover_userid") or not raw.get("takeover_userid"):
            return _refused(40058, "handover_userid and takeover_userid are needed")
        self.pass_time()
        pair = (str(raw["handover_userid"]).lower(), str(raw["takeover_userid"]).lower())
        latest = {p.customer: p for p in self.passings if (p.giver, p.taker) == pair and p.resigned == resigned}
        start = _cursor(raw)
        if start is None:
            return _refused(40058, "invalid cursor")
        shown = list(latest.values())[start : start + self.page]
        end = start + self.page
        return {
            **OK,
            "customer": [
                {"external_userid": p.customer, "status": p.status, "takeover_time": int(p.taken_at)} for p in shown
            ],
            "next_cursor": f"C{end}" if end < len(latest) else "",
        }

    def pass_time(self) -> list[Passing]:
        """Whoever has waited a day goes over; returns those who went just now."""
        due = [p for p in self.passings if p.status == WAITING and self.now() >= p.at + DAY]
        for passing in due:
            passing.status, passing.taken_at = DONE, passing.at + DAY
            self.company.contacts[passing.customer].member = passing.taker
        return due

    def end(self, customer: str, status: int) -> Passing:
        """A waiting customer refuses (3), or the taker has no room for them (4)."""
        passing = next(p for p in reversed(self.passings) if p.customer == customer and p.status == WAITING)
        passing.status = status
        return passing

    def _gone(self, member: str) -> float:
        return self.company.gone.get(member, 0.0)

    def _flaw(self, customer: str, giver: str, taker: str, resigned: bool) -> int:
        contact: Contact | None = self.company.contacts.get(customer)
        lately = [p for p in self.passings if p.customer == customer and self.now() - p.at < OFTEN_DAYS]
        checks = (
            (contact is None, 40096),
            (giver == taker, 40130),
            (resigned and giver in self.company.members, 40097),
            (not resigned and giver not in self.company.members, 40003),
            (resigned and self.now() - self._gone(giver) > WITHIN, 40131),
            (contact is not None and contact.member != giver, 40131),
            (any(p.status == WAITING for p in lately), 40129),
            (not resigned and sum(not p.resigned for p in lately) >= OFTEN, 40128),
            (taker in self.obstacles.unverified, 40098),
            (taker in self.obstacles.full, 40099),
            (taker in self.obstacles.banned, 40143),
            (taker in self.obstacles.asleep, 40205),
        )
        return next(itertools.chain((code for wrong, code in checks if wrong), (0,)))


OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
SUCCESS = "transfer_success_msg"


def _refused(code: int, why: str) -> dict[str, Any]:
    return {"errcode": code, "errmsg": why}


def _cursor(raw: dict[str, Any]) -> int | None:
    cursor = str(raw.get("cursor") or "")
    if not cursor:
        return 0
    return int(cursor[1:]) if cursor[0] == "C" and cursor[1:].isdecimal() else None
