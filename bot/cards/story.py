"""A lead's story in a few lines that a new owner can act on, its owners, and who has a number already."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards.asked import Asked, moment, phone_of, rating_of, stage_of, title_of, words_of
from bot.cards.card import Text
from bot.context import Context
from config.words import ACT_LABELS, FACT_LABELS, FOLLOW_UP_LABELS
from leads.own import shown_own
from leads.rights import can_act, can_see
from store import behaviours, leads, timeline
from store.members import name_of
from store.tables import Lead, TimelineItem
from store.tx import Tx

TOLD = (
    "captured", "enquired", "claimed", "assigned", "released", "recycled", "transferred", "followup_logged",
    "qualified", "quoted", "quote_sent", "contract_drawn", "contract_signed", "order_placed", "order_accepted",
    "order_delivered", "merged", "dispute_decided",
    "nurtured", "fell_asleep", "disqualified", "undone", "clock_overdue", "mql", "opportunity_opened",
    "opportunity_moved", "opportunity_won", "opportunity_lost", "opportunity_reopened", "payment_received",
    "content_shared", "pages_read", "woke", "contact_stopped", "contact_allowed",
    "wrote", "letter_sent", "letter_returned", "file_added", "file_removed", "help_asked", "help_given", "group_opened",
)  # fmt: skip
ENDED = ("released", "recycled", "nurtured")
KINDS = 3  # of what a customer did by themselves
SHORT, PAGE = 6, 8  # lines: what a new owner reads at once, and what fits into one message


@dataclass(frozen=True)
class Told:
    """One line of a story."""

    at: str
    who: str
    what: str


@dataclass(frozen=True)
class View:
    """A lead's head and its lines, oldest first; `more` are older lines that were left out."""

    head: str
    lines: tuple[Told, ...]
    more: int


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read a lead's story for this reader; numbers in it are masked for whoever may not read the lead's."""
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    if lead is None or asked.who is None or not await can_see(tx, lead, asked.who, rules=ctx.rules):
        return None
    reveal = await can_act(tx, lead, asked.who)
    skip, most = int(asked.params.get("skip", 0)), int(asked.params.get("lines", SHORT))
    items = await timeline.list_last(tx, lead.id or 0, TOLD, limit=most, skip=skip)
    lines = [await line_of(tx, item, reveal=reveal, ctx=ctx) for item in reversed(items)]
    left = await timeline.count_of(tx, lead.id or 0, TOLD) - skip - len(items)
    head = f"{title_of(lead)}\n{stage_of(lead)} · {rating_of(lead)} · {phone_of(lead, reveal=reveal)}"
    if lead.owner_id:
        head += f"\n负责人:{await name_of(tx, lead.owner_id)}"
    if own := shown_own(lead, reveal=reveal, rules=ctx.rules):
        head += "\n" + " · ".join(f"{label} {text}" for _, label, text in own)
    if lead.next_step_at:
        head += f"\n下一步:{moment(lead.next_step_at, now=ctx.now, zone=ctx.rules.zone)}"
    if not skip and not {item.kind for item in items} & {"captured", "enquired"}:
        need = words_of(lead.need, reveal=reveal, most=50)
        head += f"\n客户要:{need}" if need else ""
    if not skip and (stirred := await _stirred(tx, lead, ctx)):
        head += f"\n来看过:{stirred}"
    return View(head, tuple(lines), max(left, 0))


async def _stirred(tx: Tx, lead: Lead, ctx: Context) -> str:
    """访问官网 3 次、打开邮件 1 次,最近今天 10:20: what a person did by themselves, programs left out."""
    deeds = await behaviours.count_of_kinds(tx, lead.id or 0)
    if not deeds:
        return ""
    labels = {kind: one.label for kind, one in ctx.rules.scoring.behaviours.items()}
    told = "、".join(f"{labels.get(kind, kind)} {times} 次" for kind, times, _ in deeds[:KINDS])
    return f"{told},最近{moment(max(at for _, _, at in deeds), now=ctx.now, zone=ctx.rules.zone)}"


async def line_of(tx: Tx, item: TimelineItem, *, reveal: bool, most: int = 50, ctx: Context) -> Told:
    """One fact as people read it: when, who, what, with at most so many characters of what was said."""
    what = FACT_LABELS.get(item.kind, item.kind)
    if item.kind == "followup_logged":
        what = FOLLOW_UP_LABELS.get(item.data.get("kind", ""), what)
    if item.kind in ("captured", "enquired"):
        what += f"({item.data.get('source', '')})"
    if item.kind == "transferred":
        what += await name_of(tx, item.data.get("to"))
    if item.kind == "assigned":
        what = f"归{await name_of(tx, item.data.get('owner'))}跟进({item.data.get('reason', '')})"
    if item.kind == "undone":
        what += f"「{ACT_LABELS.get(item.data.get('act', ''), '')}」"
    words = words_of(item.text, reveal=reveal, most=most)
    at = moment(item.at, now=ctx.now, zone=ctx.rules.zone)
    return Told(at, await name_of(tx, item.by), f"{what}:{words}" if words else what)


def draw(view: View) -> Text:
    """The story as a message."""
    lines = [f"· {line.at} {line.who} {line.what}".replace("  ", " ") for line in view.lines]
    tail = [f"更早的还有 {view.more} 条,发「更多」看全部"] if view.more else []
    return Text("\n".join([view.head, *lines, *tail]))


@dataclass(frozen=True)
class Term:
    """One owner's time with a lead."""

    owner: str
    since: str
    until: str
    did: int
    why: str


@dataclass(frozen=True)
class HistoryView:
    """Who had the lead, one after the other."""

    head: str
    terms: tuple[Term, ...]


async def look_history(tx: Tx, asked: Asked, ctx: Context) -> HistoryView | None:
    """Read each owner, from when to when, what they did and why it ended."""
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    if lead is None or asked.who is None or not await can_see(tx, lead, asked.who, rules=ctx.rules):
        return None
    kinds = ("claimed", "assigned", "transferred", *ENDED, "followup_logged", "disqualified")
    items = await timeline.list_story(tx, lead.id or 0, kinds=kinds, limit=500)
    reveal = await can_act(tx, lead, asked.who)
    return HistoryView(title_of(lead), tuple(await _terms(tx, lead, items, reveal=reveal, ctx=ctx)))


async def _terms(tx: Tx, lead: Lead, items: Sequence[TimelineItem], *, reveal: bool, ctx: Context) -> list[Term]:
    terms: list[Term] = []
    for item in items:
        at = moment(item.at, now=ctx.now, zone=ctx.rules.zone)
        owner = item.data.get("to") if item.kind == "transferred" else item.data.get("owner")
        if terms and item.kind == "followup_logged":
            terms[-1] = Term(**{**vars(terms[-1]), "did": terms[-1].did + 1})
        if terms and not terms[-1].until and item.kind in (*ENDED, "transferred"):
            why = words_of(item.text, reveal=reveal, most=40)
            terms[-1] = Term(**{**vars(terms[-1]), "until": at, "why": why})
        if item.kind in ("claimed", "assigned", "transferred"):
            terms.append(Term(await name_of(tx, owner), at, "", 0, ""))
    return terms


def draw_history(view: HistoryView) -> Text:
    """The owners as a message."""
    if not view.terms:
        return Text(f"{view.head}\n还没有人领取过。")
    lines = []
    for number, term in enumerate(view.terms, 1):
        until = f"到 {term.until}" if term.until else "至今"
        why = f",{term.why}" if term.why else ""
        lines.append(f"{number}. {term.owner}:{term.since} {until},跟进 {term.did} 次{why}")
    return Text("\n".join([f"{view.head} 的经手人", *lines]))
