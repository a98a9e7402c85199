"""An action as the key of a button, and a button's key as an action."""

from dataclasses import MISSING, fields
from urllib.parse import quote, unquote

from bot.actions import (
    Action,
    AskColumns,
    AskDisqualify,
    AskExtension,
    AskField,
    AskFollowUp,
    AskPostpone,
    AskRelease,
    AskTransfer,
    ChangeDraft,
    Claim,
    Compare,
    ConfirmImport,
    DecideDispute,
    DecideExtension,
    DecideUnsure,
    Disqualify,
    DropDraft,
    DropImport,
    DropJourney,
    Fill,
    GetContent,
    HandOver,
    KeepOther,
    MergeLeads,
    More,
    MoveTo,
    NoteCall,
    Nudge,
    OpenDispute,
    OtherLead,
    Postpone,
    Qualify,
    Release,
    RequestExtension,
    Resend,
    RollBack,
    SaveDraft,
    SendContent,
    SetNextStep,
    Show,
    ShowHeirs,
    ShowMine,
    ShowMisses,
    ShowNumber,
    ShowOverdue,
    ShowPool,
    ShowReport,
    StartJourney,
    Supply,
    Transfer,
    Undo,
    UndoImport,
    UndoMerge,
)
from bot.deal_actions import DEAL_WORDS
from bot.export_actions import EXPORT_WORDS
from bot.hand_actions import HAND_WORDS
from bot.quote_actions import QUOTE_WORDS

LONGEST = 1024  # bytes of a button's key on WeCom (developer page 90236); DingTalk allows more
WORDS: dict[str, type[Action]] = {
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
    "resend": Resend,
    "rollback": RollBack,
    "compare": Compare,
    "merge": MergeLeads,
    "keep-other": KeepOther,
    "undo-merge": UndoMerge,
    "dispute": OpenDispute,
    "decide": DecideDispute,
    "fill": Fill,
    "ask-field": AskField,
    "supply": Supply,
    "move": MoveTo,
    "ask-extension": AskExtension,
    "request-extension": RequestExtension,
    "decide-extension": DecideExtension,
    "overdue": ShowOverdue,
    "nudge": Nudge,
    "hand-over": HandOver,
    "heirs": ShowHeirs,
    "misses": ShowMisses,
    "number": ShowNumber,
    "report": ShowReport,
    "ask-postpone": AskPostpone,
    "postpone": Postpone,
    "decide-unsure": DecideUnsure,
    "journey": StartJourney,
    "journey-drop": DropJourney,
    "import": ConfirmImport,
    "import-drop": DropImport,
    "import-columns": AskColumns,
    "import-undo": UndoImport,
    "content-send": SendContent,
    "content-get": GetContent,
    **DEAL_WORDS,
    **QUOTE_WORDS,
    **EXPORT_WORDS,
    **HAND_WORDS,
}
NAMES = {kind: word for word, kind in WORDS.items()}


class BadAction(ValueError):
    """A button key that none of our cards can have carried."""


def pack(action: Action) -> str:
    """The button's key, such as `claim/1024/3`. Raises ValueError when it would not fit a platform's limit."""
    parts = [NAMES[type(action)], *(quote(str(getattr(action, f.name)), safe="") for f in fields(action))]
    key = "/".join(parts)
    if len(key.encode()) > LONGEST:
        raise ValueError(f"a button key of {len(key.encode())} bytes; {LONGEST} is the limit")
    return key


def unpack(key: str) -> Action:
    """The action of a button's key; raises BadAction for a key that no card of ours carried."""
    word, *values = key.split("/")
    kind = WORDS.get(word)
    if kind is None or len(key) > LONGEST:
        raise BadAction(word[:40])
    expected = fields(kind)
    needed = sum(f.default is MISSING for f in expected)  # a card from before an upgrade may lack the newest parts
    if not needed <= len(values) <= len(expected):
        raise BadAction(word)
    arguments: dict[str, int | str] = {}
    for f, value in zip(expected, values, strict=False):
        if f.type is int:
            if not value.isascii() or not value.isdigit() or len(value) > 18:
                raise BadAction(word)
            arguments[f.name] = int(value)
        else:
            arguments[f.name] = unquote(value)
    return kind(**arguments)  # type: ignore[arg-type]
