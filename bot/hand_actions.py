"""What buttons can mean about customers whom a colleague writes to, calls, or asks others for help with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HandDone:
    """What became of a text for one's own hand. `how`: sent, changed (and sent), text (give it to me), skipped."""

    handed_id: int
    how: str


@dataclass(frozen=True)
class CopyPhone:
    """The number alone, in digits that can be dialled."""

    lead_id: int


@dataclass(frozen=True)
class AddFriend:
    """The presser asks the customer to be their friend in WeChat; until the customer says yes it is 待通过."""

    lead_id: int


@dataclass(frozen=True)
class GetAttachment:
    """A file of a lead comes into the presser's chat."""

    attachment_id: int


@dataclass(frozen=True)
class ReadAsCard:
    """A picture that was put on a lead is a business card after all: it is taken off and read as one."""

    attachment_id: int


@dataclass(frozen=True)
class AnswerHelp:
    """The next line that the presser writes is their answer to a colleague."""

    help_id: int


@dataclass(frozen=True)
class SopAll:
    """All texts of the list up to one of them. `how`: text (give them to me), sent, skipped."""

    until: int
    how: str


@dataclass(frozen=True)
class SopOne:
    """Open the next one of the list that nothing was decided about."""

    until: int


@dataclass(frozen=True)
class SendFeedback:
    """Something is wrong with what the presser sees: `kind` of wrong, the card's name, the number of its lead or 0."""

    kind: str
    screen: str
    about: int


@dataclass(frozen=True)
class AnswerFeedback:
    """The next line that the presser writes is the answer to a member's feedback."""

    member_id: str


HandAction = (
    HandDone
    | SopAll
    | SopOne
    | CopyPhone
    | AddFriend
    | GetAttachment
    | ReadAsCard
    | AnswerHelp
    | SendFeedback
    | AnswerFeedback
)
HAND_WORDS: dict[str, type[HandAction]] = {
    "hand": HandDone,
    "sop": SopAll,
    "sop-one": SopOne,
    "phone": CopyPhone,
    "friend": AddFriend,
    "file": GetAttachment,
    "file-card": ReadAsCard,
    "help": AnswerHelp,
    "feedback": SendFeedback,
    "feedback-answer": AnswerFeedback,
}
