"""What a button about a deal can mean."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AskConvert:
    """Say how a lead becomes a deal, or make one at once that knows nothing yet."""

    lead_id: int


@dataclass(frozen=True)
class ConvertDraft:
    """The deal that was understood is right. `fen`: the amount that was chosen (0: as it is); `apart` 1: two people."""

    draft_id: int
    fen: int = 0
    apart: int = 0


@dataclass(frozen=True)
class ShowDeal:
    """Open the deal's card."""

    opportunity_id: int


@dataclass(frozen=True)
class ShowDeals:
    """One's own open deals."""


@dataclass(frozen=True)
class Advance:
    """The deal goes on to this stage; `version` is the deal's state that the card showed."""

    opportunity_id: int
    version: int
    stage: str


@dataclass(frozen=True)
class SupplyDeal:
    """The answer: this field of the deal has this value; then the stage that waited for it is entered."""

    opportunity_id: int
    field: str
    stage: str
    value: str


@dataclass(frozen=True)
class TickStep:
    """A step of the stage's playbook is done, or is not after all; counted from 1."""

    opportunity_id: int
    stage: str
    number: int


@dataclass(frozen=True)
class AskWin:
    """Ask for the amount that was signed."""

    opportunity_id: int


@dataclass(frozen=True)
class Win:
    """The deal is won with this amount, in fen."""

    opportunity_id: int
    fen: int


@dataclass(frozen=True)
class AskLose:
    """Ask why it was lost."""

    opportunity_id: int


@dataclass(frozen=True)
class Lose:
    """The deal is lost; the reason is chosen in the card's list or packed here."""

    opportunity_id: int
    reason: str = ""


@dataclass(frozen=True)
class ReopenDeal:
    """A closed deal goes on."""

    opportunity_id: int


@dataclass(frozen=True)
class Commit:
    """The deal brings this much (fen; 0: it does not) in the week that begins on that Monday (leaders)."""

    opportunity_id: int
    week: str
    fen: int


DealAction = (
    AskConvert
    | ConvertDraft
    | ShowDeal
    | ShowDeals
    | Advance
    | SupplyDeal
    | TickStep
    | AskWin
    | Win
    | AskLose
    | Lose
    | ReopenDeal
    | Commit
)
DEAL_WORDS: dict[str, type[DealAction]] = {
    "ask-convert": AskConvert,
    "convert": ConvertDraft,
    "deal": ShowDeal,
    "deals": ShowDeals,
    "advance": Advance,
    "supply-deal": SupplyDeal,
    "tick": TickStep,
    "ask-win": AskWin,
    "win": Win,
    "ask-lose": AskLose,
    "lose": Lose,
    "reopen": ReopenDeal,
    "commit": Commit,
}
