"""Which product somebody means, and the three nearest when they mean none that there is."""

import difflib
from collections.abc import Sequence

from leads.understand.text import clean
from store.quote import Price


def named(products: Sequence[Price], words: str) -> Price | None:
    """The product of that number, name or alias; else the only one whose name has these words in it."""
    wanted = _plain(words)
    if not wanted:
        return None
    for one in products:
        if wanted in _words_of(one):
            return one
    inside = [one for one in products if any(wanted in word for word in _words_of(one))]
    return inside[0] if len(inside) == 1 else None


def nearest(products: Sequence[Price], words: str, *, most: int = 3) -> list[Price]:
    """The products that these words resemble most, the best first."""
    wanted = _plain(words)

    def likeness(one: Price) -> float:
        return max(
            difflib.SequenceMatcher(None, word, wanted).ratio() + (wanted in word or word in wanted) * 0.5
            + len(set(word) & set(wanted)) / max(len(set(wanted)), 1)
            for word in _words_of(one)
        )  # fmt: skip

    return sorted(products, key=likeness, reverse=True)[:most]


def _words_of(one: Price) -> list[str]:
    return [_plain(word) for word in (one.sku, one.name, *one.aliases)]


def _plain(words: str) -> str:
    return clean(words).replace(" ", "").lower()
