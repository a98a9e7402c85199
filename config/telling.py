"""What may be told of an error: words that were written to be read, or only its kind and its place in our program.

Errors of libraries quote what they were given: addresses with tokens, rows with names. So of these no word is told.
"""

from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
OURS = ("bot", "sla", "nurture", "reports", "leads", "store", "config", "sandbox")
LONGEST = 300


class Tellable(Exception):
    """An error whose text names cause and cure, and never a secret, a person or what somebody said."""


def told(error: BaseException) -> str:
    """What may stand in a log or beside a row: the text of a Tellable, else "KeyError at leads/claim.py:31"."""
    if isinstance(error, Tellable):
        return str(error)[:LONGEST]
    return f"{type(error).__name__} at {place_of(error)}"


def place_of(error: BaseException) -> str:
    """The innermost place of ours that the error came through, such as leads/claim.py:31; "outside" without one."""
    ours = [place for place, _ in _places(error) if not place.startswith("<")]
    return ours[-1] if ours else "outside"


def trail_of(error: BaseException) -> str:
    """The error with the places it came through, outermost first, and those that it came of: a traceback, no values."""
    chain = [error]
    while (before := chain[-1].__cause__ or (None if chain[-1].__suppress_context__ else chain[-1].__context__)) and (
        before not in chain
    ):
        chain.append(before)
    parts = []
    for one in reversed(chain):
        lines = [f"  {place} in {function}" for place, function in _places(one)]
        parts.append("\n".join([*lines, told(one) if isinstance(one, Tellable) else type(one).__name__]))
    return "\nwhich led to\n".join(parts)


def _places(error: BaseException) -> Iterator[tuple[str, str]]:
    """File and line with the function: ours from the root of the program, those of others in <> by their file only."""
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        path = Path(code.co_filename)
        inside = path.is_relative_to(HOME) and path.relative_to(HOME).parts[0] in OURS
        shown = path.relative_to(HOME).as_posix() if inside else "/".join(path.parts[-2:])
        yield (f"{shown}:{step.tb_lineno}" if inside else f"<{shown}:{step.tb_lineno}>"), code.co_name
        step = step.tb_next
