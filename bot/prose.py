"""What is written to customers as paragraphs, lists, links and pictures: written once, shown by mail, SMS and chat.

The writing is the small part of Markdown that people use: # heading, - list, **bold**, [words](https://…),
![words](https://…), an empty line between paragraphs. Everything else is words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

PIECE = re.compile(r"!\[([^\]\n]*)\]\((https?://[^\s)]+)\)|\[([^\]\n]+)\]\((https?://[^\s)]+)\)|\*\*([^*\n]+)\*\*")


@dataclass(frozen=True)
class Piece:
    """Some words of a line; with a `link` they can be tapped, as a `picture` they stand for what is at the link."""

    words: str
    bold: bool = False
    link: str = ""
    picture: bool = False


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph or a list; each line is a list entry, or a line of the paragraph."""

    kind: str  # heading, paragraph, list
    lines: tuple[tuple[Piece, ...], ...]


def blocks_of(text: str) -> list[Block]:
    """The blocks of a text, in order."""
    blocks: list[Block] = []
    for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        lines = [line.strip() for line in part.split("\n") if line.strip()]
        while lines:
            kind = _kind(lines[0])
            same = [lines.pop(0)]
            while lines and kind != "heading" and _kind(lines[0]) == kind:
                same.append(lines.pop(0))
            blocks.append(Block(kind, tuple(_pieces(_bare(line, kind)) for line in same)))
    return blocks


def plain_of(blocks: Sequence[Block]) -> str:
    """The blocks as plain text: links stand behind their words, pictures become their words."""
    parts = []
    for block in blocks:
        mark = "· " if block.kind == "list" else ""
        parts.append("\n".join(mark + "".join(_plain(piece) for piece in line) for line in block.lines))
    return "\n\n".join(parts)


def _kind(line: str) -> str:
    return "heading" if re.match(r"#{1,3} ", line) else "list" if re.match(r"[-*] ", line) else "paragraph"


def _bare(line: str, kind: str) -> str:
    return re.sub(r"^(#{1,3}|[-*]) +", "", line) if kind != "paragraph" else line


def _pieces(line: str) -> tuple[Piece, ...]:
    found: list[Piece] = []
    at = 0
    for match in PIECE.finditer(line):
        if match.start() > at:
            found.append(Piece(line[at : match.start()]))
        if match[2]:
            found.append(Piece(match[1], link=match[2], picture=True))
        elif match[4]:
            found.append(Piece(match[3], link=match[4]))
        else:
            found.append(Piece(match[5], bold=True))
        at = match.end()
    if at < len(line):
        found.append(Piece(line[at:]))
    return tuple(found)


def _plain(piece: Piece) -> str:
    if piece.picture:
        return f"[{piece.words}]" if piece.words else ""
    if piece.link and piece.link != piece.words:
        return f"{piece.words} {piece.link} "
    return piece.words
