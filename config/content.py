"""A piece of content as marketing writes it: a page of text with a heading of facts, checked before it is published."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from config.address import flaw_of_link
from config.document import BadDocument, Document, Mark, Problem, load, read_text, validate
from config.section import Section

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
HOLE = re.compile(r"\{([^{}\n]{0,60})\}")
ADDRESS = re.compile(r"https?://[^\s)\]>\"'\u3002\uff0c\uff1b\uff01\uff1f\u3001\uff09\u300d]+")
PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
FILES = {
    **PICTURES, ".pdf": "application/pdf", ".mp4": "video/mp4",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}  # fmt: skip
LARGEST_FILE = 10 * 1024 * 1024
MOST_PAGES = 60
# What a text may name of every customer: the word that marketing writes, and the lead's field that it is.
OF_LEAD: Mapping[str, str] = {
    "姓名": "name", "公司": "company", "职位": "title", "城市": "city", "行业": "industry", "产品": "product",
}  # fmt: skip
OF_OWNER = ("顾问", "顾问电话")  # the colleague who works with them

Words = Annotated[str, StringConstraints(min_length=1, max_length=60)]
FileName = Annotated[str, StringConstraints(pattern=r"^[^/\\\x00-\x1f.][^/\\\x00-\x1f]{0,99}$")]


class Heading(Section):
    """What stands above a text between two lines of ---."""

    title: Words
    subject: Annotated[str, StringConstraints(max_length=120)] = ""
    topic: Words = "service"
    tags: tuple[Words, ...] = Field(default=(), max_length=20)
    expires: date | None = None
    link: Annotated[str, StringConstraints(max_length=1000)] = ""
    file: FileName | None = None
    pages: tuple[FileName, ...] = Field(default=(), max_length=MOST_PAGES)
    given: tuple[Words, ...] = Field(default=(), max_length=20)


@dataclass(frozen=True)
class Hole:
    """{姓名|您} in a text: what is named, what stands there when nobody knows it, and where."""

    name: str
    default: str | None
    line: int


@dataclass(frozen=True)
class Piece:
    """A text that is sound in itself. `files` are those of its folder: the file first, then the pages."""

    name: str
    heading: Heading
    text: str
    file: str  # for people: content/quote.md
    holes: tuple[Hole, ...] = ()
    files: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    document: Document | None = field(default=None, repr=False)


def read_piece(path: Path) -> Piece:
    """A file of content/. Raises BadDocument with every problem at its line, OSError."""
    return piece_of(read_text(path), path.stem, str(path), folder=path.parent)


def piece_of(text: str, name: str, file: str, *, folder: Path | None = None) -> Piece:
    """The same from its text; `folder` is where its files lie. Raises BadDocument."""
    if NAME.fullmatch(name) is None:
        message = "the file's name is the content's name: small letters, digits, - and _, at most 40"
        raise BadDocument([Problem(file, Mark(1, 1), "", message)])
    found = re.match(r"---[ \t]*\r?\n(.*?)^---[ \t]*\r?\n?(.*)\Z", text, re.DOTALL | re.MULTILINE)
    if found is None:
        raise BadDocument([Problem(file, Mark(1, 1), "", "begin with --- , title: …, and --- on a line of its own")])
    document = load("\n" + found[1], file)  # a line that stands for the first ---
    heading = validate(Heading, document)
    body, first = found[2].replace("\r\n", "\n"), text.count("\n", 0, found.start(2)) + 1
    holes = tuple(
        Hole(hole[1].partition("|")[0].strip(), hole[1].partition("|")[2] if "|" in hole[1] else None,
             first + body.count("\n", 0, hole.start()))
        for hole in HOLE.finditer(body)
    )  # fmt: skip
    heads = tuple(
        Hole(hole[1].partition("|")[0].strip(), hole[1].partition("|")[2] if "|" in hole[1] else None,
             document.marks.get(("subject",), Mark(1, 1)).line)
        for hole in HOLE.finditer(heading.subject)
    )  # fmt: skip
    problems = [*_links(heading, body, file, first, document), *_body(heading, body, file, first)]
    files, missing = _files(heading, document, folder)
    if problems or missing:
        raise BadDocument([*problems, *missing])
    return Piece(name, heading, body.strip(), file, (*heads, *holes), files, document)


def unknown_holes(piece: Piece, own: Collection[str], topics: Mapping[str, str]) -> list[Problem]:
    """What a text names that no lead has, and a topic that the rules do not know. `own`: labels of own fields."""
    known = {*OF_LEAD, *OF_OWNER, *own, *piece.heading.given}
    problems = [
        Problem(
            piece.file, Mark(hole.line, 1), "", f"{{{hole.name}}} is not known; there are: {'、'.join(sorted(known))}"
        )
        for hole in piece.holes
        if hole.name not in known
    ]
    topic = piece.heading.topic
    if topic not in topics and topic not in topics.values() and piece.document is not None:
        told = "、".join(topics.values())
        problems.append(piece.document.problem(("topic",), f"the rules have no topic {topic!r}; there are: {told}"))
    return problems


def undefended(piece: Piece) -> list[Hole]:
    """The variables without a default whose value some leads may lack; what is `given` is never missing."""
    safe = {*piece.heading.given, *OF_OWNER}
    return [hole for hole in piece.holes if hole.default is None and hole.name not in safe]


def _links(heading: Heading, body: str, file: str, first: int, document: Document) -> list[Problem]:
    found = []
    if heading.link and (flaw := flaw_of_link(heading.link)):
        found.append(document.problem(("link",), f"the link {flaw}"))
    for match in ADDRESS.finditer(body):
        flaw = "must not change with the customer; take the {…} out" if "{" in match[0] else flaw_of_link(match[0])
        if flaw:
            line = first + body.count("\n", 0, match.start())
            found.append(Problem(file, Mark(line, 1), "", f"the link {match[0][:60]} {flaw}"))
    for match in re.finditer(r"\]\((?!https?://)([^)\s]{0,60})", body):
        line = first + body.count("\n", 0, match.start())
        found.append(Problem(file, Mark(line, 1), "", f"the link {match[1]!r} must begin with https:// or http://"))
    return found


def _body(heading: Heading, body: str, file: str, first: int) -> list[Problem]:
    if not body.strip() and not heading.link and heading.file is None and not heading.pages:
        return [
            Problem(file, Mark(first, 1), "", "says nothing; write a text below the heading, or name a file or link")
        ]
    return []


def _files(
    heading: Heading, document: Document, folder: Path | None
) -> tuple[tuple[tuple[str, bytes], ...], list[Problem]]:
    """The files that a heading names, read; what is missing, too large or of another kind is a problem."""
    named: list[tuple[tuple[str | int, ...], str, Mapping[str, str]]] = []
    if heading.file is not None:
        named.append((("file",), heading.file, FILES))
    named += [(("pages", number), page, PICTURES) for number, page in enumerate(heading.pages)]
    found: list[tuple[str, bytes]] = []
    problems: list[Problem] = []
    for place, name, kinds in named:
        path = folder / name if folder is not None else None
        if Path(name).suffix.lower() not in kinds:
            problems.append(document.problem(place, f"{name} must be one of {', '.join(kinds)}"))
        elif path is None or not path.is_file() or path.is_symlink():
            problems.append(document.problem(place, f"there is no file {name} beside it"))
        elif path.stat().st_size > LARGEST_FILE:
            problems.append(document.problem(place, f"{name} is larger than {LARGEST_FILE // 1024 // 1024} MiB"))
        else:
            found.append((name, path.read_bytes()))
    return tuple(found), problems


def plain_heading(heading: Heading) -> dict[str, Any]:
    """A heading as JSON."""
    return heading.model_dump(mode="json")
