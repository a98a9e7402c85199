"""Marketing does something to bring leads, or holds an event: it gets a link of its own, a period, and its costs."""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime

from config.rules import Rules
from leads.errors import NoRight, NotFound, Refused, Unusable
from leads.rights import Who
from store.campaigns import add_cost, cost_of, find_by_mark, find_campaign
from store.origin import Campaign
from store.tx import Tx

OPENERS = ("marketing", "manager", "admin")
LONGEST = 30  # characters of a name
MOST_YUAN = 1_000_000_000
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that look alike on a poster


class NoCampaign(NotFound):
    """No such campaign."""

    def __init__(self, what: str) -> None:
        Refused.__init__(
            self, f"没有找到活动「{what[:20]}」。发「渠道 列表」看现有的,「渠道 新建 抖音-夏季」新建一个。"
        )


class NameTaken(Refused):
    """There is one of this name already."""

    code = "name_taken"

    def __init__(self, found: Campaign) -> None:
        super().__init__(f"已经有叫「{found.name}」的了:{found.no}。换个名字,或者发「渠道 {found.no}」看它的链接。")
        self.no = found.no

    def details(self) -> dict[str, object]:
        return {"campaign": self.no}


@dataclass(frozen=True)
class Plan:
    """What is to be opened. Without a source it is what stands before a dash in the name; days are both included."""

    name: str
    kind: str = "campaign"  # campaign, event
    source: str = ""
    form: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


async def open_campaign(tx: Tx, plan: Plan, who: Who, *, rules: Rules, now: datetime) -> Campaign:
    """Open it and make the codes of its links. Raises NoRight, Unusable, NameTaken."""
    require_opener(who)
    name = " ".join("".join(c if c.isprintable() else " " for c in plan.name).split())
    if not name or len(name) > LONGEST:
        raise Unusable(f"名字要 1 到 {LONGEST} 个字。例如:渠道 新建 抖音-夏季")
    if not rules.forms:
        raise Unusable("还没有网页表单,链接没有地方可去。请管理员先在 rules.yaml 里写一个 forms,发布以后再建。")
    form = plan.form or next(iter(rules.forms))
    if form not in rules.forms:
        raise Unusable(f"没有叫「{form[:20]}」的表单,有:{'、'.join(rules.forms)}。")
    if plan.starts_on and plan.ends_on and plan.ends_on < plan.starts_on:
        raise Unusable("结束的日子不能早于开始的日子。")
    if (known := await find_by_mark(tx, name)) is not None:
        raise NameTaken(known)
    campaign = Campaign(
        corp=tx.corp, name=name, kind=plan.kind, source=(plan.source or re.split(r"[-—_ ]", name)[0])[:60], form=form,
        code=new_code(), door=new_code() + new_code() if plan.kind == "event" else "",
        starts_on=plan.starts_on.isoformat() if plan.starts_on else "",
        ends_on=plan.ends_on.isoformat() if plan.ends_on else "", created_at=now, created_by=who.id,
    )  # fmt: skip
    await tx.add(campaign)
    return campaign


async def book_cost(
    tx: Tx, campaign: Campaign, fen: int, who: Who, *, day: date, note: str = "", key: str | None = None, now: datetime
) -> int:
    """Book what it cost on a day, in fen (less than 0: a correction); returns the whole so far. Raises Unusable."""
    require_opener(who)
    if not fen or abs(fen) > MOST_YUAN * 100:
        raise Unusable("费用写成元,例如:渠道 费用 抖音-夏季 3000。写错了可以再记一笔负数冲掉。")
    await add_cost(tx, campaign.id or 0, fen, day.isoformat(), note=note[:100], by=who.id, key=key, now=now)
    return await cost_of(tx, campaign.id or 0)


async def get_campaign(tx: Tx, named: str) -> Campaign:
    """By number (C3), name or code. Raises NoCampaign."""
    number = re.fullmatch(r"[Cc]?([0-9]{1,9})", named.strip())
    found = await find_campaign(tx, int(number[1])) if number else None
    found = found or await find_by_mark(tx, named)
    if found is None:
        raise NoCampaign(named)
    return found


def link_of(campaign: Campaign, public_url: str) -> str:
    """Where its form is reached."""
    return f"{public_url.rstrip('/')}/f/{campaign.form}?c={campaign.code}"


def door_of(campaign: Campaign, public_url: str) -> str:
    """Where people who come to an event check in; "" for what is no event."""
    return f"{link_of(campaign, public_url)}&door={campaign.door}" if campaign.door else ""


def require_opener(who: Who) -> None:
    """Raises NoRight for whoever may not open campaigns."""
    if who.role not in OPENERS:
        raise NoRight("活动和费用由市场、主管或管理员来管。想投放的话,跟市场同事说一声。")


def read_yuan(text: str) -> int | None:
    """3000, 1.2万, 3,000.50元 in fen; None for anything else."""
    found = re.fullmatch(r"(-?\d{1,3}(?:,\d{3})+|-?\d{1,12})(\.\d{1,4})?\s*(万)?\s*元?", text.strip())
    if found is None:
        return None
    return round(float(found[1].replace(",", "") + (found[2] or "")) * (10_000 if found[3] else 1) * 100)


def new_code() -> str:
    """The code in a link, which nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(8))
