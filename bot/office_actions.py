"""What a button for those who keep the house can mean: messages, rules, leavers."""

from dataclasses import dataclass


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
class PublishRule:
    """A rule that was said in a sentence is published as the next version."""

    sketch_id: int


@dataclass(frozen=True)
class DropRule:
    """It is not."""

    sketch_id: int


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


OfficeAction = Resend | RollBack | PublishRule | DropRule | HandOver | ShowHeirs

OFFICE_WORDS: dict[str, type[OfficeAction]] = {
    "resend": Resend,
    "rollback": RollBack,
    "rule-publish": PublishRule,
    "rule-drop": DropRule,
    "hand-over": HandOver,
    "heirs": ShowHeirs,
}
