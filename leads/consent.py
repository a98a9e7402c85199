"""Somebody agrees to be contacted: for what, by which words, where and when is kept as the proof that PIPL asks for."""

from dataclasses import dataclass
from datetime import datetime

from leads.origin_facts import Consented
from store.origin import ConsentGiven
from store.tx import Tx


@dataclass(frozen=True)
class Agreed:
    """What was agreed to. `words`: SHA-256 of the text; `address`: masked, from where; `at`: when, by our clock."""

    purpose: str
    version: str
    words: str
    form: str
    address: str
    at: datetime


async def consent(tx: Tx, lead_id: int, agreed: Agreed, *, now: datetime) -> Consented:
    """Keep the proof of a consent."""
    await tx.add(
        ConsentGiven(
            corp=tx.corp, lead_id=lead_id, purpose=agreed.purpose, version=agreed.version, words=agreed.words,
            form=agreed.form, address=agreed.address, at=agreed.at,
        )
    )  # fmt: skip
    return Consented(lead_id=lead_id, at=now, purpose=agreed.purpose, version=agreed.version, form=agreed.form)
