"""What a button about a list that comes in can mean."""

from dataclasses import dataclass


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


ImportAction = ConfirmImport | DropImport | AskColumns | UndoImport

IMPORT_WORDS: dict[str, type[ImportAction]] = {
    "import": ConfirmImport,
    "import-drop": DropImport,
    "import-columns": AskColumns,
    "import-undo": UndoImport,
}
