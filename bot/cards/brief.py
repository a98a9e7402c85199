"""Five lines about a hot lead for whoever takes it over, the last one a first message to send."""

from dataclasses import dataclass

from bot.cards.asked import Asked, budget_of, moment, rating_of, stage_of, title_of, words_of
from bot.cards.card import Text
from bot.context import Context
from leads.rights import can_act
from store import leads, timeline
from store.members import name_of
from store.tables import Lead
from store.tx import Tx

SHORT = 40  # characters of a customer's or a colleague's words


@dataclass(frozen=True)
class Brief:
    """One lead as its new owner needs it."""

    lead: Lead
    did: int
    last: str
    next_step: str
    before: str
    me: str


async def look(tx: Tx, asked: Asked, ctx: Context) -> tuple[Brief, ...]:
    """Read the leads of a brief that the reader may work on."""
    found = []
    for lead_id in asked.params.get("leads", []):
        lead = await leads.find_lead(tx, int(lead_id))
        if lead is None or asked.who is None or not await can_act(tx, lead, asked.who):
            continue
        last = await timeline.last_followup(tx, lead.id or 0)
        at = moment(last.at, now=ctx.now, zone=ctx.rules.zone) if last else ""
        told = f"{at}「{words_of(last.text, reveal=True, most=SHORT)}」" if last else ""
        found.append(
            Brief(
                lead,
                await timeline.count_of(tx, lead.id or 0, ("followup_logged",)),
                told,
                moment(lead.next_step_at, now=ctx.now, zone=ctx.rules.zone) if lead.next_step_at else "",
                await name_of(tx, str(asked.params.get("from", "")) or None),
                asked.who.name,
            )
        )
    return tuple(found)


def draw(briefs: tuple[Brief, ...]) -> Text:
    """Five lines each."""
    return Text("\n\n".join("\n".join(_lines(one)) for one in briefs) or "这些线索已经不在你手上了。")


def _lines(one: Brief) -> tuple[str, ...]:
    need = words_of(one.lead.need, reveal=True, most=SHORT) or "还没问清"
    budget = budget_of(one.lead)
    done = f"跟过 {one.did} 次,上次 {one.last}" if one.last else "还没有联系过"
    return (
        f"接手简报 {title_of(one.lead)}({rating_of(one.lead)})",
        f"要什么:{need}" + (f",预算 {budget}" if budget else ""),
        f"到哪了:{stage_of(one.lead)},{done}",
        f"约好的:{one.next_step or '没有,今天先打个招呼'}",
        f"可以这样开场:{opening(one)}",
    )


def opening(one: Brief) -> str:
    """A first message to the customer, to be copied: who I am, what I know, one question."""
    called = f"{one.lead.name[:1]}总" if "总" in one.lead.title and one.lead.name else one.lead.name or "您好"
    about = words_of(one.lead.need, reveal=False, most=20)
    known = f"您之前说的「{about}」我都了解了" if about else "之前的情况我都了解了"
    ask = f"我们还是按约好的 {one.next_step} 联系?" if one.next_step else "您今天方便聊几分钟吗?"
    greeting = called if called == "您好" else f"{called},您好"
    return f"{greeting},我是{one.me},接替{one.before or '同事'}继续为您服务。{known},{ask}"
