"""Content is published: checked against the rules and the leads that there are, as a new version of what it says."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from config.content import FILES, OF_LEAD, Piece, piece_of, plain_heading, undefended, unknown_holes
from config.document import BadDocument, Mark, Problem
from config.rules import Rules
from store import content
from store.content import Content, ContentFile
from store.tx import Tx


@dataclass(frozen=True)
class Published:
    """What came of it: the pieces with a new version, and those that say what they said before."""

    new: tuple[str, ...]
    same: tuple[str, ...]


async def check(tx: Tx, pieces: Sequence[Piece], *, rules: Rules) -> None:
    """Raises BadDocument for what no lead has, what some leads lack without a default, and unknown topics."""
    own = {field.label: key for key, field in rules.fields.items()}
    topics = {name: topic.label for name, topic in rules.nurture.topics.items()}
    problems: list[Problem] = []
    lacking: dict[str, int] = {}
    for piece in pieces:
        found = unknown_holes(piece, own, topics)
        problems += found
        if found:
            continue
        for hole in undefended(piece):
            if hole.name not in lacking:
                lacking[hole.name] = await _lacking(tx, hole.name, own)
            if lacking[hole.name]:
                message = (
                    f"{{{hole.name}}} is unknown of {lacking[hole.name]} leads; say what stands there then, "
                    f"such as {{{hole.name}|您}}"
                )
                problems.append(Problem(piece.file, Mark(hole.line, 1), "", message))
    if problems:
        raise BadDocument(problems)


def piece_as_published(found: Content) -> Piece:
    """A published version as the text from which it could be published again, without its files. Raises BadDocument."""
    heading = {
        "title": found.title, "subject": found.subject, "topic": found.topic, "tags": found.tags, "link": found.link,
        "given": found.given, **({"expires": found.expires_on} if found.expires_on else {}),
    }  # fmt: skip
    text = f"---\n{yaml.safe_dump(heading, allow_unicode=True)}---\n{found.text or found.title}"
    return piece_of(text, found.name, f"content {found.name}, version {found.version}")


async def publish(
    tx: Tx, pieces: Sequence[Piece], *, by: str | None, note: str = "", rules: Rules, now: datetime
) -> Published:
    """Make each piece that says something new its next version. Raises BadDocument; then nothing is published."""
    await check(tx, pieces, rules=rules)
    new: list[str] = []
    same: list[str] = []
    for piece in pieces:
        before = await content.find_piece(tx, piece.name)
        mark = _mark(piece)
        if before is not None and before.mark == mark and before.retired_at is None:
            same.append(piece.name)
            continue
        await _add(tx, piece, (before.version if before is not None else 0) + 1, mark, by, note, rules, now)
        new.append(piece.name)
    return Published(tuple(new), tuple(same))


async def _add(
    tx: Tx, piece: Piece, version: int, mark: str, by: str | None, note: str, rules: Rules, now: datetime
) -> None:
    heading = piece.heading
    await tx.add(
        Content(
            corp=tx.corp, name=piece.name, version=version, title=heading.title, subject=heading.subject,
            topic=rules.nurture.topic_called(heading.topic) or heading.topic, tags=list(heading.tags), text=piece.text,
            link=heading.link, expires_on=heading.expires.isoformat() if heading.expires is not None else "",
            file_name=heading.file or "", pages=list(heading.pages), given=list(heading.given), mark=mark, at=now,
            by=by, note=note,
        )
    )  # fmt: skip
    first = 0 if heading.file is not None else 1
    for number, (name, body) in enumerate(piece.files, first):
        await tx.add(
            ContentFile(
                corp=tx.corp, name=piece.name, version=version, number=number, file_name=name,
                kind=FILES[Path(name).suffix.lower()], body=body,
            )
        )  # fmt: skip


async def _lacking(tx: Tx, name: str, own: Mapping[str, str]) -> int:
    if name in OF_LEAD:
        return await content.count_lacking(tx, OF_LEAD[name])
    return await content.count_lacking_own(tx, own[name])


def _mark(piece: Piece) -> str:
    told = json.dumps([plain_heading(piece.heading), piece.text], ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass"))
    for name, body in piece.files:
        digest.update(f"\0{name}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()
