"""A public set of sales calls with their outcome (bench/data/README.md), as closed leads in order of date."""

import csv
import io
import lzma
from pathlib import Path

from leads.odds.model import Value

FILE = Path(__file__).parent / "data" / "bank-additional-full.csv.xz"
NUMBERS = {
    "age", "campaign", "pdays", "previous", "emp.var.rate", "cons.price.idx", "cons.conf.idx", "euribor3m",
    "nr.employed",
}  # fmt: skip
LEAKS = {"duration"}  # how long the call was is known only once it has ended, and so is its outcome
NEVER = 999.0  # pdays of somebody who was not called before


def closed_leads() -> tuple[list[dict[str, Value]], list[bool]]:
    """(leads as field → answer, whether each was won), oldest first."""
    with lzma.open(FILE, "rt", encoding="ascii") as file:
        rows = list(csv.DictReader(io.StringIO(file.read()), delimiter=";"))
    return [_lead(row) for row in rows], [row["y"] == "yes" for row in rows]


def _lead(row: dict[str, str]) -> dict[str, Value]:
    return {name: _value(name, text) for name, text in row.items() if name not in LEAKS and name != "y"}


def _value(name: str, text: str) -> Value:
    if name in NUMBERS:
        return None if name == "pdays" and float(text) == NEVER else float(text)
    return None if text == "unknown" else text
