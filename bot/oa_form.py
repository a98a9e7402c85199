"""What stands in the form of an OA: which question, which customer, how much, why."""

from bot.approval_desk import Form
from bot.context import Context, account_on
from bot.handlers.approval import about_of
from leads.price import yuan
from leads.quantity import quantity
from leads.quote import line_of, off_of, percent_off
from store import quotes
from store.approval import Approval
from store.leads import find_lead
from store.members import find_member
from store.order import get_contract
from store.tables import Lead
from store.tx import Tx

LONGEST = 500  # characters of one field of a form


def number_of(row: Approval) -> str:
    """The text by which a form is known to be about this question: A3 Q2 第 1 版."""
    return f"{row.no} {about_of(row)}"


async def form_of(tx: Tx, row: Approval, ctx: Context) -> Form | None:
    """The form of a question; None when the rule, or whoever asked, is not there any more."""
    rule = ctx.rules.approvals.get(row.rule)
    asker = await find_member(tx, row.asked_by or "")
    lead = await find_lead(tx, row.lead_id)
    if rule is None or asker is None or lead is None:
        return None
    template, account = rule.form(row.desk), account_on(row.desk, asker)
    if not template or not account:
        return None
    told = await _told(tx, row, lead, asker.name)
    number_in = next(name for name, what in rule.fields.items() if what == "no")
    return Form(
        template, account, {name: told[what][:LONGEST] for name, what in rule.fields.items()}, number_of(row),
        number_in, (number_of(row), told["customer"], rule.label),
    )  # fmt: skip


async def _told(tx: Tx, row: Approval, lead: Lead, asker: str) -> dict[str, str]:
    told = {
        "no": number_of(row),
        "customer": f"{lead.no} {lead.company or lead.name}",
        "reason": row.reason or "没有写",
        "asker": asker,
        "amount": "—",
        "discount": "—",
        "lines": about_of(row),
    }
    contract = await get_contract(tx, row.subject_id) if row.subject == "contract" else None
    if contract is not None:
        told |= {"amount": yuan(contract.amount), "lines": contract.no}
    version = await quotes.find_version(tx, row.subject_id, row.subject_version) if row.subject == "quote" else None
    if version is not None:
        lines = [line_of(line) for line in version.lines]
        told |= {
            "amount": yuan(version.total),
            "discount": f"{percent_off(off_of(version.total, version.full))}({version.why})",
            "lines": ";".join(f"{line.name} {quantity(line.count)}{line.unit} × {yuan(line.net)}" for line in lines),
        }
    return told
