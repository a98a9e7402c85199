"""What a platform has told us: somebody wrote, pressed a button, added a customer, left the company."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Event:
    """Common to all: the platform ("wecom"), its user id of who acted ("" for the platform itself), and when."""

    platform: str
    sender: str
    at: datetime


@dataclass(frozen=True)
class MessageReceived(Event):
    """A person wrote to the bot; `text` is "" for pictures and files, which carry a `media_id`.

    A voice message has a text where the platform has written down what was said. A file that we can use is fetched:
    `content`, or `flaw`, which says in Chinese why it could not be. `conversation` is the group's id when it was said
    to the bot in a group, "" in their own chat.
    """

    text: str = field(repr=False)
    kind: str = "text"  # text, image, voice, video, location, link, file
    media_id: str = ""
    file_name: str = ""
    content: bytes = field(default=b"", repr=False)
    flaw: str = ""
    conversation: str = ""


@dataclass(frozen=True)
class ButtonPressed(Event):
    """A card's button: `action` is what we packed, `choices` what was selected, `code` allows one update."""

    action: str
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    code: str = field(default="", repr=False)
    ref: str = ""  # our name of the message whose card was pressed (WeCom: task_id)


@dataclass(frozen=True)
class MenuPressed(Event):
    """An entry of the app's menu."""

    key: str


@dataclass(frozen=True)
class ContactAdded(Event):
    """A customer became a contact of a member; `sender` is the member, `state` the channel code's mark.

    `name`, `company`, `title` and `mobile` come from the platform's profile and are "" when it could not be fetched.
    """

    external_id: str
    state: str = ""
    welcome_code: str = field(default="", repr=False)
    name: str = ""
    company: str = ""
    title: str = ""
    mobile: str = field(default="", repr=False)
    found: bool = False  # by comparing, not told by the platform: its true instant stands in the profile


@dataclass(frozen=True)
class ContactStayed(Event):
    """A customer was to become a contact of `sender` instead of a colleague's, and did not: they `refused`, or there
    is no room for more."""

    external_id: str
    refused: bool


@dataclass(frozen=True)
class ContactSpoke(Event):
    """A customer who came through a link of 获客助手 has written to `sender` for the first time."""

    external_id: str


@dataclass(frozen=True)
class KfRang(Event):
    """Customers wrote to an account of 微信客服; what they wrote must be fetched, within ten minutes with `token`."""

    account: str
    token: str = field(default="", repr=False)


@dataclass(frozen=True)
class CustomerEntered(Event):
    """A customer opened a talk with an account; `scene` is what the link said."""

    account: str
    external_id: str
    scene: str = ""


@dataclass(frozen=True)
class CustomerWrote(Event):
    """A customer wrote to an account; `text` is "" for what is no text. `name` is their nickname, or ""."""

    account: str
    external_id: str
    message_id: str
    text: str = field(default="", repr=False)
    kind: str = "text"
    name: str = ""


@dataclass(frozen=True)
class ReplyLost(Event):
    """A reply that the platform took was not delivered; `why` in Chinese."""

    message_id: str
    why: str


@dataclass(frozen=True)
class FollowerActed(Event):
    """A follower of an official account did something: follow, leave, scan, menu or message.

    `what` is the code's parameter, the menu's key or address; `text` what was written; `key` makes it happen once.
    """

    account: str
    app_id: str
    openid: str
    deed: str
    key: str
    what: str = ""
    text: str = field(default="", repr=False)


@dataclass(frozen=True)
class MemberLeft(Event):
    """The platform says that `sender` left the company or the app's visible range."""


@dataclass(frozen=True)
class MemberJoined(Event):
    """The platform says that `sender` may use the app from now on; `name` as the platform knows them, or ""."""

    name: str = ""


@dataclass(frozen=True)
class PlatformAlarm(Event):
    """The platform warns about the app itself (inactive, quota low); `text` is for the administrator, in Chinese."""

    text: str


@dataclass(frozen=True)
class SenderUnknown(Event):
    """Somebody wrote whom the platform does not name: only the `conversation` can be answered, while it is fresh.

    `answer` is for them; `alarm` is for the administrators, "" when there is nothing to mend. Both in Chinese.
    """

    conversation: str
    answer: str
    alarm: str = ""


@dataclass(frozen=True)
class MessageLost(Event):
    """`sender` wrote, and the platform kept the words to itself: the month's quota is used up."""


@dataclass(frozen=True)
class ApprovalChanged(Event):
    """An approval of the company's own forms has begun, ended or moved on; `sender` asked for it or decided it."""

    instance_id: str
    process_code: str
    state: str  # start, finish, terminate, cancel, delete
    result: str = ""  # agree, refuse, redirect; "" while it is open
    title: str = field(default="", repr=False)
    task: bool = False  # one person's step of it, which `sender` has done
    rings: bool = False  # tells that something has changed; what, and by whom, is looked at
    remark: str = field(default="", repr=False)


@dataclass(frozen=True)
class ConnectorTold(Event):
    """Another system of the company told something: a payment, a delivery, stock, a credit."""

    connector: str
    label: str
    kind: str  # payment, refund, delivery, stock, credit
    key: str
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class PageSeen:
    """A page of our site that a visitor had open."""

    address: str
    at: datetime


@dataclass(frozen=True)
class FormSubmitted(Event):
    """A stranger filled in one of our forms. `key` is the same for the same submission; `came_from` holds utm_* marks,
    keyword, landing page and campaign code; `consent` what they agreed to, with proof. `probe`: our own nightly try.
    """

    form: str
    source: str
    key: str
    fields: Mapping[str, str] = field(repr=False)
    came_from: Mapping[str, str]
    consent: Mapping[str, str]
    pages: tuple[PageSeen, ...] = ()
    probe: bool = False
    subscribed: Mapping[str, object] = field(
        default_factory=dict
    )  # topics, version and words of what was ticked besides


@dataclass(frozen=True)
class ChannelDelivered(Event):
    """A declared channel brought somebody's lead; `fields` by the names of programs (utm_source, fields.area)."""

    channel: str
    source: str
    key: str
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class LetterReported(Event):
    """What became of a message to a customer: delivered, returned (`dead`: nobody is at that address), complained; or
    the customer replied. `ref` is our name of the message, `number` the provider's; a reply may only name the `phone`.
    `words`: the cause of a return, what a person wrote.
    """

    road: str
    outcome: str
    ref: str = ""
    number: str = ""
    phone: str = field(default="", repr=False)
    dead: bool = False
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class Ignored(Event):
    """Known to be of no use here, or unknown: acknowledged, counted by `reason`, nothing changes."""

    reason: str
