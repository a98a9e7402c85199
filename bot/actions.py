"""What a button can mean: each action is a small typed value, and each has a word by which a button names it."""

from bot.customer_actions import CUSTOMER_WORDS, CustomerAction
from bot.deal_actions import DEAL_WORDS, DealAction
from bot.export_actions import EXPORT_WORDS, ExportAction
from bot.hand_actions import HAND_WORDS, HandAction
from bot.import_actions import IMPORT_WORDS, ImportAction
from bot.lead_actions import LEAD_WORDS, LeadAction
from bot.office_actions import OFFICE_WORDS, OfficeAction
from bot.promise_actions import PROMISE_WORDS, PromiseAction
from bot.quote_actions import QUOTE_WORDS, QuoteAction
from bot.report_actions import REPORT_WORDS, ReportAction
from bot.twin_actions import TWIN_WORDS, TwinAction

Action = (
    LeadAction
    | TwinAction
    | PromiseAction
    | ImportAction
    | CustomerAction
    | ReportAction
    | OfficeAction
    | DealAction
    | QuoteAction
    | ExportAction
    | HandAction
)
WORDS: dict[str, type[Action]] = {
    **LEAD_WORDS,
    **TWIN_WORDS,
    **PROMISE_WORDS,
    **IMPORT_WORDS,
    **CUSTOMER_WORDS,
    **REPORT_WORDS,
    **OFFICE_WORDS,
    **DEAL_WORDS,
    **QUOTE_WORDS,
    **EXPORT_WORDS,
    **HAND_WORDS,
}
