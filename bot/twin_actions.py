"""What a button about two leads, or two colleagues with one customer, can mean."""

from dataclasses import dataclass


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


TwinAction = Compare | MergeLeads | KeepOther | UndoMerge | OpenDispute | DecideDispute

TWIN_WORDS: dict[str, type[TwinAction]] = {
    "compare": Compare,
    "merge": MergeLeads,
    "keep-other": KeepOther,
    "undo-merge": UndoMerge,
    "dispute": OpenDispute,
    "decide": DecideDispute,
}
