"""A stranger has submitted a form: they become a lead, with what they agreed to and the pages they had read."""

from bot.context import Answer, Context
from bot.events import FormSubmitted
from config.form import BUILT_IN
from leads.attendance import came, register
from leads.behaviour import Seen, behave
from leads.capture import Person, capture
from leads.consent import Agreed, consent
from leads.facts import Fact
from leads.own import fitting
from leads.rights import Who
from leads.understand.money import read_budget
from store.access import set_property
from store.campaigns import find_by_mark
from store.tx import Tx

VISIT = "visit"  # the behaviour as which a page counts
SITE = Who(None, "网站", "admin")


async def on_form_submitted(tx: Tx, event: FormSubmitted, ctx: Context) -> list[Fact | Answer]:
    """One submission is one enquiry, however often it is delivered. Our own nightly try becomes nobody's lead."""
    if event.probe:
        await set_property(tx, f"probed:{event.form}", event.at.isoformat())
        return []
    campaign = await find_by_mark(tx, event.came_from.get("c", ""))
    low, high, need = *_budget(event), event.fields.get("need", "")
    if event.fields.get("budget") and (low, high) == (None, None):
        need = f"{need}\n预算:{event.fields['budget'][:100]}".strip()
    given = {field: value for field, value in event.fields.items() if field not in BUILT_IN}
    own, unfit = fitting(given, rules=ctx.rules, now=ctx.now)
    need = "\n".join([need, *(f"{field}:{given[field][:200]}" for field in unfit)]).strip()
    words = {name: event.fields.get(name, "") for name in BUILT_IN if name not in ("need", "budget")}
    person = Person(
        source=campaign.source if campaign is not None else event.source, **words, need=need, budget_min=low,
        budget_max=high, submission_id=event.key, utm=_marks(event), own=own, asked_at=event.at,
        campaign_id=campaign.id if campaign is not None else None,
    )  # fmt: skip
    captured = await capture(tx, person, rules=ctx.rules, now=ctx.now)
    if not captured.facts:
        return []
    agreed = Agreed(**event.consent, form=event.form, at=event.at)
    facts: list[Fact | Answer] = [*captured.facts, await consent(tx, captured.lead_id, agreed, now=ctx.now)]
    facts += await _subscribe(tx, event, captured.lead_id, ctx)
    if campaign is not None and campaign.kind == "event":
        await register(tx, campaign, captured.lead_id, now=ctx.now)
        if campaign.door and event.came_from.get("door", "") == campaign.door:
            facts += await came(tx, campaign, captured.lead_id, way="door", rules=ctx.rules, now=ctx.now)
    if VISIT in ctx.rules.scoring.behaviours:
        for number, page in enumerate(event.pages):
            seen = Seen(VISIT, min(page.at, ctx.now), url=page.address, key=f"{event.key}:{number}")
            facts += await behave(tx, captured.lead_id, seen, SITE, rules=ctx.rules, now=ctx.now)
    return facts


async def _subscribe(tx: Tx, event: FormSubmitted, lead_id: int, ctx: Context) -> list[Fact]:
    """What was ticked besides: to hear of topics, each a consent of its own with the words that stood there."""
    told, address = event.subscribed, event.consent.get("address", "")
    topics = told.get("topics")
    facts: list[Fact] = []
    for named in topics if isinstance(topics, list) else ():
        topic = ctx.rules.nurture.topic_called(str(named))
        if topic is None:
            continue
        purpose = f"接收{ctx.rules.nurture.topics[topic].label}"
        version, words = str(told["version"]), str(told["words"])
        agreed = Agreed(purpose, version, words, event.form, address, event.at, topic=topic)
        facts.append(await consent(tx, lead_id, agreed, now=ctx.now))
    return facts


def _budget(event: FormSubmitted) -> tuple[int | None, int | None]:
    return read_budget(event.fields.get("budget", "")) or (None, None)


def _marks(event: FormSubmitted) -> dict[str, str]:
    """utm_source → source and so on, as programs tell them; a keyword is a term by another name."""
    told = {
        name.removeprefix("utm_"): value
        for name, value in event.came_from.items()
        if name not in ("c", "door", "keyword")
    }
    if keyword := event.came_from.get("keyword", ""):
        told.setdefault("term", keyword)
    return told
