"""Somebody agrees to be contacted: for what, by which words, where and when is kept as the proof that PIPL asks for."""

from dataclasses import dataclass, field
from datetime import datetime

from leads.origin_facts import Consented
from store.origin import ConsentGiven
from store.tx import Tx


@dataclass(frozen=True)
class Agreed:
    """What was agreed to. `words`: SHA-256 of the text; `address`: masked, from where; `at`: when, by our clock.

    `topic` and `channel` are what it covers ("" as topic: nothing but the purpose; as channel: all). `by` and `proof`
    name the colleague who heard it, and what was said or where it stands.
    """

    purpose: str
    version: str
    words: str
    form: str
    address: str
    at: datetime
    topic: str = ""
    channel: str = ""
    way: str = "form"
    by: str | None = None
    proof: str = field(default="", repr=False)


async def consent(tx: Tx, lead_id: int, agreed: Agreed, *, now: datetime) -> Consented:
    """Keep the proof of a consent."""
    await tx.add(
        ConsentGiven(
            corp=tx.corp, lead_id=lead_id, purpose=agreed.purpose, version=agreed.version, words=agreed.words,
            form=agreed.form, address=agreed.address, at=agreed.at, topic=agreed.topic, channel=agreed.channel,
            way=agreed.way, by=agreed.by, proof=agreed.proof,
        )
    )  # fmt: skip
    return Consented(
        lead_id=lead_id, at=now, by=agreed.by, purpose=agreed.purpose, version=agreed.version, form=agreed.form,
        topic=agreed.topic, way=agreed.way,
    )  # fmt: skip
