"""What the buttons of a file of leads can mean."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DecideExport:
    """Yes (1) or no (0) to a colleague who wants a large file."""

    export_id: int
    agreed: int


ExportAction = DecideExport
EXPORT_WORDS: dict[str, type[ExportAction]] = {"decide-export": DecideExport}
