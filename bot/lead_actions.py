"""What a button about one lead, or one's own leads, can mean."""

from dataclasses import dataclass


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


LeadAction = (
    Claim
    | Show
    | More
    | NoteCall
    | AskFollowUp
    | SetNextStep
    | Qualify
    | AskDisqualify
    | Disqualify
    | AskRelease
    | Release
    | AskTransfer
    | Transfer
    | Undo
    | SaveDraft
    | ChangeDraft
    | OtherLead
    | DropDraft
    | ShowPool
    | ShowMine
    | Fill
    | AskField
    | Supply
    | MoveTo
)

LEAD_WORDS: dict[str, type[LeadAction]] = {
    "claim": Claim,
    "show": Show,
    "more": More,
    "note": NoteCall,
    "ask-followup": AskFollowUp,
    "next": SetNextStep,
    "qualify": Qualify,
    "ask-disqualify": AskDisqualify,
    "disqualify": Disqualify,
    "ask-release": AskRelease,
    "release": Release,
    "ask-transfer": AskTransfer,
    "transfer": Transfer,
    "undo": Undo,
    "save": SaveDraft,
    "change": ChangeDraft,
    "other": OtherLead,
    "drop": DropDraft,
    "pool": ShowPool,
    "mine": ShowMine,
    "fill": Fill,
    "ask-field": AskField,
    "supply": Supply,
    "move": MoveTo,
}
