"""A business card as fields: who, where, how to reach them, and which of it somebody should look at again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from leads.namecard.contact import find_contacts
from leads.namecard.firm import find_address, find_brand, find_firm
from leads.namecard.layout import Seen, straighten
from leads.namecard.role import find_role
from leads.understand.place import read_city

FIELDS = ("name", "title", "company", "mobile", "tel", "email", "wechat", "city", "address")


@dataclass(frozen=True)
class NameCard:
    """What stands on a card; `doubtful` names the fields to look at; `words` are its lines, from the top."""

    name: str | None = None
    title: str | None = None
    company: str | None = None
    mobile: str | None = field(default=None, repr=False)
    tel: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    wechat: str | None = field(default=None, repr=False)
    city: str | None = None
    address: str | None = field(default=None, repr=False)
    doubtful: tuple[str, ...] = ()
    words: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_one(self) -> bool:
        """Whether it is a business card at all: somebody to reach, or somebody somewhere."""
        reached = self.mobile or self.tel or self.email or self.wechat
        return bool(reached or (self.name and (self.company or self.title)))


def read_namecard(seen: Sequence[Seen]) -> NameCard:
    """Reads the lines of one picture; never raises for what stands in them."""
    pieces = straighten(seen)
    words = tuple(piece.text for piece in pieces)
    contacts = find_contacts(pieces)
    rest = contacts.rest
    address = find_address(rest)
    company = find_firm(rest, address.used)
    role = find_role(rest, company.used | address.used)
    if company.value is None and role.name is not None:
        company = find_brand(rest, address.used | role.used)
    doubtful = set(contacts.doubtful) | set(role.doubtful)
    doubtful |= {name for name, found in (("company", company), ("address", address)) if found.doubtful}
    city, unsure = _city(company.value or "", address.value or "", contacts.tel)
    if city and unsure:
        doubtful.add("city")
    values = {
        "name": role.name, "title": role.title, "company": company.value, "mobile": contacts.mobile,
        "tel": contacts.tel, "email": contacts.email, "wechat": contacts.wechat, "city": city,
        "address": address.value,
    }  # fmt: skip
    marked = tuple(name for name in FIELDS if name in doubtful and values[name])
    return NameCard(**values, doubtful=marked, words=words)


def _city(company: str, address: str, tel: str | None) -> tuple[str | None, bool]:
    text = f"{company}\n地址:{address}" if address else company
    bare = re.sub(r"-\d+$", "", tel) if tel else None
    return read_city(text, company=(0, len(company)) if company else None, tel=bare)
