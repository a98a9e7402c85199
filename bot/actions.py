"""What a button can mean: each action is a small typed value."""

from dataclasses import dataclass

from bot.deal_actions import DealAction
from bot.export_actions import ExportAction
from bot.hand_actions import HandAction
from bot.quote_actions import QuoteAction


@dataclass(frozen=True)
class Claim:
    """Take this free lead; `version` is the lead's state that the card showed."""

    lead_id: int
    version: int


@dataclass(frozen=True)
class Show:
    """Open the lead's card."""

    lead_id: int


@dataclass(frozen=True)
class More:
    """Tell the lead's whole story, not only its last lines."""

    lead_id: int


@dataclass(frozen=True)
class NoteCall:
    """One-tap follow-up: `outcome` is a key of the outcomes in bot/cards/lead.py."""

    lead_id: int
    version: int
    outcome: str


@dataclass(frozen=True)
class AskFollowUp:
    """Say how to log a follow-up on this lead, and make it the lead we talk about."""

    lead_id: int


@dataclass(frozen=True)
class SetNextStep:
    """Answer to "which day do you mean?": `at` is an ISO instant, or "" for no reminder."""

    lead_id: int
    at: str


@dataclass(frozen=True)
class Qualify:
    """The lead is a sales-qualified one."""

    lead_id: int
    version: int


@dataclass(frozen=True)
class AskDisqualify:
    """Ask for the reason before the lead is called invalid."""

    lead_id: int


@dataclass(frozen=True)
class Disqualify:
    """The lead is worth nothing; the reason is chosen in the card's list (`reason`) or packed here."""

    lead_id: int
    version: int
    reason: str = ""


@dataclass(frozen=True)
class AskRelease:
    """Ask for the reason before the lead goes back to its pool."""

    lead_id: int


@dataclass(frozen=True)
class Release:
    """Give the lead back; the reason is chosen in the card's list (`reason`) or packed here. `pool` "": its own."""

    lead_id: int
    version: int
    reason: str = ""
    pool: str = ""


@dataclass(frozen=True)
class AskTransfer:
    """Show the colleagues who may take the lead over."""

    lead_id: int


@dataclass(frozen=True)
class Transfer:
    """Hand the lead to the colleague chosen in the card's list (`to`) or packed here."""

    lead_id: int
    version: int
    to: str = ""


@dataclass(frozen=True)
class Undo:
    """Take back this act of one's own."""

    act_id: int


@dataclass(frozen=True)
class SaveDraft:
    """What was understood is right: keep it."""

    draft_id: int


@dataclass(frozen=True)
class ChangeDraft:
    """What was understood is wrong: say it again."""

    draft_id: int


@dataclass(frozen=True)
class OtherLead:
    """The words were about another lead: choose it from one's list."""

    draft_id: int


@dataclass(frozen=True)
class DropDraft:
    """Forget what was understood."""

    draft_id: int


@dataclass(frozen=True)
class ShowPool:
    """The claimable leads."""


@dataclass(frozen=True)
class ShowMine:
    """One's own open leads."""


@dataclass(frozen=True)
class Resend:
    """Try an undelivered message again (manager, administrator)."""

    message_id: int


@dataclass(frozen=True)
class RollBack:
    """Publish the rules' version again that held before; only while `over` is the running one."""

    version: int
    over: int


@dataclass(frozen=True)
class Compare:
    """Show two leads side by side before they are merged; `picks` names the fields taken against the rule."""

    one_id: int
    two_id: int
    picks: str


@dataclass(frozen=True)
class MergeLeads:
    """They are one person: make one lead of both, with these `picks`."""

    one_id: int
    two_id: int
    picks: str


@dataclass(frozen=True)
class KeepOther:
    """After a merge: of this field the other value is kept."""

    merge_id: int
    field: str


@dataclass(frozen=True)
class UndoMerge:
    """They are two people after all; `lead_id` is the old number."""

    lead_id: int


@dataclass(frozen=True)
class OpenDispute:
    """This colleague's customer is mine: the manager shall decide."""

    lead_id: int


@dataclass(frozen=True)
class DecideDispute:
    """Whose customer it is (manager)."""

    dispute_id: int
    winner_id: str


@dataclass(frozen=True)
class Fill:
    """One of the three answers to the question after a call."""

    lead_id: int
    field: str
    number: int


@dataclass(frozen=True)
class AskField:
    """Ask for one field of a lead; `move` is the step that waits for it ("": none, it is only corrected)."""

    lead_id: int
    field: str
    move: str = ""


@dataclass(frozen=True)
class Supply:
    """The answer: this field has this value (or the one chosen in the card's list); then the waiting move goes on."""

    lead_id: int
    field: str
    move: str
    value: str = ""


@dataclass(frozen=True)
class MoveTo:
    """Move the lead to a stage by hand, as marketing does before somebody in sales owns it."""

    lead_id: int
    version: int
    stage: str


@dataclass(frozen=True)
class ShowOverdue:
    """What is late, beginning after this lead."""

    after_id: int


@dataclass(frozen=True)
class Nudge:
    """Urge whoever is on duty (manager)."""

    lead_id: int
    clock_id: int


@dataclass(frozen=True)
class AskPostpone:
    """Ask for how long, and why a promise gets more time (manager)."""

    lead_id: int
    clock_id: int


@dataclass(frozen=True)
class Postpone:
    """More time for a promise: `span` of working time (2h, 1d); the reason is chosen in the card's list."""

    lead_id: int
    clock_id: int
    span: str
    reason: str = ""


@dataclass(frozen=True)
class ConfirmImport:
    """The list was looked at and is right: write it. `start` 1: automations begin too."""

    batch_id: int
    start: int


@dataclass(frozen=True)
class DropImport:
    """Do not import the list."""

    batch_id: int


@dataclass(frozen=True)
class AskColumns:
    """The columns were guessed wrong: say how to name them."""

    batch_id: int


@dataclass(frozen=True)
class UndoImport:
    """Take the whole batch back."""

    batch_id: int


@dataclass(frozen=True)
class HandOver:
    """Everything that this member, who has left, had in hand goes to the colleague chosen in the card's list."""

    member_id: str
    to: str = ""


@dataclass(frozen=True)
class ShowHeirs:
    """How far each customer is who goes from a leaver to a colleague in the chat platform; the page after `shown`."""

    bequest_id: int
    shown: int = 0


@dataclass(frozen=True)
class AskExtension:
    """Ask how much more time the owner wants for a promise, and why."""

    lead_id: int
    clock_id: int


@dataclass(frozen=True)
class RequestExtension:
    """The owner asks the manager for more time: `span` of working time; the reason is chosen in the card's list."""

    lead_id: int
    clock_id: int
    span: str
    reason: str = ""


@dataclass(frozen=True)
class DecideExtension:
    """The manager's word on an owner's request: `yes` is 1 or 0."""

    lead_id: int
    clock_id: int
    yes: int


@dataclass(frozen=True)
class ShowMisses:
    """The leads whose promise was broken in the week that begins on that Monday (ISO day)."""

    monday: str


@dataclass(frozen=True)
class DecideUnsure:
    """Customers' messages of a road that may have arrived are sent once more, or left as they are (`again`: 1, 0)."""

    road: str
    again: int


@dataclass(frozen=True)
class SendContent:
    """Fill a piece of the library in for this customer, to be sent by one's own hand."""

    lead_id: int
    name: str


@dataclass(frozen=True)
class GetContent:
    """Bring a piece of the library into the chat."""

    name: str


@dataclass(frozen=True)
class StartJourney:
    """A journey that was said in a sentence becomes part of the rules."""

    sketch_id: int


@dataclass(frozen=True)
class DropJourney:
    """It does not."""

    sketch_id: int


@dataclass(frozen=True)
class ShowNumber:
    """The leads behind a number: `what` was counted from `first` to `last` (ISO days), of a source (`key`), a team."""

    what: str
    first: str
    last: str
    key: str = ""
    team: str = ""


@dataclass(frozen=True)
class ShowReport:
    """Another report about the same days."""

    report: str
    first: str
    last: str
    team: str = ""


Action = (
    Claim | Show | More | NoteCall | AskFollowUp | SetNextStep | Qualify | AskDisqualify | Disqualify | AskRelease
    | Release | AskTransfer | Transfer | Undo | SaveDraft | ChangeDraft | OtherLead | DropDraft | ShowPool | ShowMine
    | Resend | RollBack | Compare | MergeLeads | KeepOther | UndoMerge | OpenDispute | DecideDispute | Fill | AskField
    | Supply | MoveTo | ShowOverdue | Nudge | AskPostpone | Postpone
    | AskExtension | RequestExtension | DecideExtension
    | ConfirmImport | DropImport | AskColumns | UndoImport | HandOver | ShowMisses | ShowHeirs | DealAction
    | DecideUnsure | SendContent | GetContent | ShowNumber | ShowReport
    | QuoteAction | ExportAction
    | StartJourney | DropJourney
    | HandAction
)  # fmt: skip
