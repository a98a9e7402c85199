"""The flat XML in which WeCom writes: the children of one root and their text, read strictly and in one pass."""

import re
from collections.abc import Mapping
from xml.parsers import expat

from bot.platform import BadCallback

ELEMENTS = 64
REPEATED = ("AuthAddOpenKfId", "AuthDelOpenKfId")  # the only lists without a frame of their own (page 97712)

# What WeCom writes on nearly every day; an expression reads it in a third of the time that a parser takes. Whatever
# else stands there (a control character, a bracket or an entity in a text, a child with children) is the parser's.
_CHILD = r"<(?P<name>[A-Za-z_][A-Za-z0-9_]*+)>(?:<!\[CDATA\[(?P<marked>[^\]]*+)\]\]>|(?P<bare>[^<&\]]*+))</(?P=name)>"
CHILD = re.compile(_CHILD)
PLAIN = re.compile(f"<xml>(?P<children>(?:{_CHILD})*+)</xml>")

_WORD = rb"(?:<!\[CDATA\[[A-Za-z0-9_-]*+\]\]>|[A-Za-z0-9_-]*+)"
_TO, _AGENT = rb"<ToUserName>" + _WORD + rb"</ToUserName>", rb"<AgentID>" + _WORD + rb"</AgentID>"
_SEALED = rb"<Encrypt><!\[CDATA\[([A-Za-z0-9+/]++={0,2})\]\]></Encrypt>"
ENVELOPE = re.compile(rb"<xml>" + _TO + rb"(?:" + _AGENT + _SEALED + rb"|" + _SEALED + rb"(?:" + _AGENT + rb")?)</xml>")


class Refused(BadCallback):
    """`reason` is for our counters only; the sender never learns it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def text_of(raw: bytes) -> str:
    """The text of UTF-8 bytes. Raises Refused."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("utf-8") from None


def sealed_in(envelope: bytes) -> str:
    """The text of Encrypt in an envelope; "" when there is none. Raises Refused."""
    plain = ENVELOPE.fullmatch(envelope)
    if plain is None:
        return flat_xml(envelope).get("Encrypt", "")
    return (plain[1] or plain[2]).decode()


def _plain(text: str) -> dict[str, str] | None:
    """The children of a document that is as plain as can be; None for any other, be it right or wrong."""
    if not text.isprintable() or (whole := PLAIN.fullmatch(text)) is None:
        return None
    children = CHILD.findall(whole["children"])
    found = {name: marked or bare for name, marked, bare in children}
    return found if len(found) == len(children) <= ELEMENTS else None


def flat_xml(raw: bytes, *, depth: int = 2) -> dict[str, str]:
    """The direct children of the root and their text, in one bounded pass; deeper ones only count.

    Raises Refused for a DOCTYPE, attributes, a child that stands twice, more than 64 elements per allowed level, or
    more than `depth` levels.
    """
    found = _plain(text_of(raw))
    return _thorough(raw, depth) if found is None else found


def _thorough(raw: bytes, depth: int) -> dict[str, str]:
    found: dict[str, str] = {}
    stack: list[str] = []
    texts: list[str] = []
    count = 0

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal count
        count += 1
        if attributes or count > ELEMENTS * depth or len(stack) >= depth:
            raise Refused("xml shape")
        stack.append(name)
        if len(stack) == 2:
            if name in found and name not in REPEATED:
                raise Refused("xml repeats")
            texts.clear()

    def end(name: str) -> None:
        if len(stack) == 2:
            found[name] = "".join(texts)
        stack.pop()

    def text(data: str) -> None:
        if len(stack) == 2:
            texts.append(data)

    def doctype(*_: object) -> None:
        raise Refused("doctype")

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = doctype
    parser.buffer_text = True
    try:
        parser.Parse(raw, True)
    except expat.ExpatError:
        raise Refused("xml") from None
    return found
