"""What is made of a person's words before they are kept: one spelling, what follows from them, and what is wrong."""

from dataclasses import dataclass

from config.rules import Rules
from leads.understand.belonging import city_of_phone
from leads.understand.contact import normal_email, normal_wechat
from leads.understand.industry import industry_of
from leads.understand.phone import Phone, normal_phone
from leads.validity import email_flaw, lead_flaw
from store.tables import Lead

BY_NUMBER = "号码归属地"  # where a city comes from that nobody typed


@dataclass(frozen=True)
class Contacts:
    """The ways to know a person that can be relied on: `pairs` of kind and normal form; why the phone is none."""

    phone: Phone | None
    flaw: str
    pairs: tuple[tuple[str, str], ...]

    @property
    def number(self) -> str:
        """The number in its normal form, "" when it cannot be called."""
        return self.phone.key if self.phone is not None and self.phone.valid else ""


def read_contacts(*, phone: str, email: str, wechat: str, external_id: str = "") -> Contacts:
    """Phone (E.164, with extension), e-mail, WeChat id and the platform's own id, each in one spelling."""
    known = normal_phone(phone) if phone else None
    flaw = ""
    if phone:
        flaw = "不是电话号码" if known is None else ("" if known.valid else known.reason)
    pairs = []
    if known is not None and known.valid:
        pairs.append(("phone", known.key))
    if (address := normal_email(email)) is not None and email_flaw(email) != "测试邮箱":
        pairs.append(("email", address))
    if (name := normal_wechat(wechat)) is not None:
        pairs.append(("wechat", name))
    if external_id:
        pairs.append(("external", external_id))
    return Contacts(known, flaw, tuple(pairs))


def guessed_city(contacts: Contacts) -> str:
    """The city that a number belongs to, for leads that name none; "" without one."""
    usable = contacts.phone is not None and contacts.phone.valid
    return city_of_phone(contacts.phone) if usable and contacts.phone is not None else ""


def classify(lead: Lead, *, rules: Rules) -> dict[str, str]:
    """Industry and product, where nobody has said them: by the words of rules.yaml, then by the company's own name."""
    words = f"{lead.company} {lead.need}".lower()
    found = {}
    if not lead.industry:
        found["industry"] = _first(rules.cleaning.industries, words) or industry_of(lead.company)
    if not lead.product:
        found["product"] = _first(rules.cleaning.products, f"{lead.need}".lower())
    return {name: value for name, value in found.items() if value}


def _first(table: dict[str, tuple[str, ...]], words: str) -> str:
    return next((name for name, signs in table.items() if any(sign.lower() in words for sign in signs)), "")


def flaw_of(lead: Lead, *, known_outside: bool, rules: Rules) -> str:
    """Why a lead cannot be worked at all: see leads.validity.lead_flaw."""
    return lead_flaw(
        name=lead.name, company=lead.company, need=lead.need, phone=lead.phone, phone_flaw=lead.phone_flaw,
        email=lead.email, wechat=lead.wechat, known_outside=known_outside or bool(lead.also),
        throw_away=rules.cleaning.throw_away_mail,
    )  # fmt: skip
