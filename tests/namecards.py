"""Photos of business cards for tests: recorded ones with what stands on them, and whether they can be read here."""

import json
from pathlib import Path
from typing import Any

from bot.namecard.reader import COMMAND, find_python

FOLDER = Path(__file__).parent / "data" / "namecards"
TRUTH: dict[str, dict[str, Any]] = json.loads((FOLDER / "truth.json").read_text("utf-8"))
READS = find_python() is not None
MISSING = f"business cards are read by an extra of 360 MB: {COMMAND}"


def photo(name: str) -> bytes:
    """One of the recorded photos; `cat` is none of a card."""
    return (FOLDER / f"{name}.jpg").read_bytes()
