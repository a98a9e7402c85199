"""The rows of an import: the file, how far it has come, what it made and changed, the lines given back."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, text
from sqlmodel import Field

from store.columns import Utc, json_type
from store.row import Row
from store.sealed import SealedBytes, SealedJson


class ImportBatch(Row, table=True):
    """One file, called I3. States: awaited (a page waits for the file), arriving, checking, asked (waits for a yes),
    running, done, undoing, undone, dropped, failed; compared (looked at beside what is here, nothing written).

    Counts are of the lines handled so far, up to line `done_line`; a batch that was interrupted goes on behind it.
    """

    __tablename__ = "import_batch"

    id: int | None = Field(default=None, primary_key=True)
    corp: str
    kind: str  # list, history, compare
    name: str
    digest: bytes = Field(sa_column=Column("digest", LargeBinary))
    heading: dict[str, Any] = Field(default_factory=dict, sa_column=Column("heading", json_type()))
    options: dict[str, Any] = Field(default_factory=dict, sa_column=Column("options", json_type()))
    by: str | None = None
    created_at: datetime = Field(sa_type=Utc)
    confirmed_at: datetime | None = Field(default=None, sa_type=Utc)
    finished_at: datetime | None = Field(default=None, sa_type=Utc)
    lines: int = 0  # how many lines the file has, as far as that is known
    done_line: int = 0
    rows: int = 0
    new: int = 0
    updated: int = 0
    skipped: int = 0
    doubts: dict[str, int] = Field(default_factory=dict, sa_column=Column("doubts", json_type()))
    kept: dict[str, int] = Field(default_factory=dict, sa_column=Column("kept", json_type()))
    memory: dict[str, Any] = Field(default_factory=dict, sa_column=Column("memory", SealedJson("import_batch.memory")))
    lane: str = ""
    state: str = "running"
    attempts: int = 0
    run_at: datetime = Field(sa_type=Utc)
    lease_until: datetime | None = Field(default=None, sa_type=Utc)
    fence: int = 0
    error: str = ""

    __table_args__ = (
        Index("ix_import_batch_id", "corp", "id"),
        Index("ix_import_batch_digest", "corp", "digest"),
        Index(
            "ix_import_batch_open",
            "corp",
            "state",
            "run_at",
            sqlite_where=text("state IN ('checking', 'running', 'undoing')"),
            postgresql_where=text("state IN ('checking', 'running', 'undoing')"),
        ),
    )

    @property
    def no(self) -> str:
        """The batch's number as people say it: I3."""
        return f"I{self.id}"


class ImportPart(Row, table=True):
    """A piece of the file, kept until its batch has come to an end."""

    __tablename__ = "import_part"

    corp: str = Field(primary_key=True)
    batch_id: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    body: bytes = Field(sa_column=Column("body", SealedBytes("import_part.body")))


class ImportFlaw(Row, table=True):
    """A line that could not be used: its cells and the reason, to be given back for mending."""

    __tablename__ = "import_flaw"

    corp: str = Field(primary_key=True)
    batch_id: int = Field(primary_key=True)
    line: int = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_column=Column("content", SealedJson("import_flaw.content")))


class ImportReturn(Row, table=True):
    """The lines to be mended, as the file that its author gets back."""

    __tablename__ = "import_return"

    corp: str = Field(primary_key=True)
    batch_id: int = Field(primary_key=True)
    name: str
    body: bytes = Field(sa_column=Column("body", SealedBytes("import_return.body")))


class ImportLead(Row, table=True):
    """A lead that a batch made, or changed: then `before` is what it was, so that the batch can be taken back."""

    __tablename__ = "import_lead"

    corp: str = Field(primary_key=True)
    batch_id: int = Field(primary_key=True)
    lead_id: int = Field(primary_key=True)
    made: bool
    before: dict[str, Any] | None = Field(default=None, sa_column=Column("before", SealedJson("import_lead.before")))
    version_after: int
    kept: str = ""  # why it was not taken back

    __table_args__ = (Index("ix_import_lead_lead", "corp", "lead_id"), {"sqlite_with_rowid": False})


class ImportMark(Row, table=True):
    """A line that was booked: the same line again, in whatever file, changes nothing."""

    __tablename__ = "import_mark"

    corp: str = Field(primary_key=True)
    lead_id: int = Field(primary_key=True)
    mark: bytes = Field(sa_column=Column("mark", LargeBinary, primary_key=True))
    batch_id: int

    __table_args__ = ({"sqlite_with_rowid": False},)


class ImportKept(Row, table=True):
    """What a history's line made or changed beside leads (a campaign, a cost, a deal as it was), to be taken back."""

    __tablename__ = "import_kept"

    corp: str = Field(primary_key=True)
    batch_id: int = Field(primary_key=True)
    line: int = Field(primary_key=True)
    kind: str
    lead_id: int | None = None
    content: dict[str, Any] = Field(sa_column=Column("content", SealedJson("import_kept.content")))
