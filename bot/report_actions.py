"""What a button about numbers can mean."""

from dataclasses import dataclass


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


ReportAction = ShowNumber | ShowReport

REPORT_WORDS: dict[str, type[ReportAction]] = {
    "number": ShowNumber,
    "report": ShowReport,
}
