"""Somebody agrees to be contacted: for what, by which words, where and when is kept as the proof that PIPL asks for."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from config.rules import Rules
from leads.errors import Unusable
from leads.facts import Fact
from leads.origin_facts import Consented
from leads.stop import allow
from store import reach
from store.origin import ConsentGiven
from store.tx import Tx

SHORTEST_PROOF = 4  # signs; less says neither when nor how


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


async def hear_consent(
    tx: Tx,
    lead_id: int,
    *,
    topic: str,
    channel: str = "",
    proof: str,
    way: str,
    by: str | None,
    rules: Rules,
    now: datetime,
) -> list[Fact]:
    """Somebody has heard a person agree to a topic ("" all that ask for it): what was stopped of it is lifted.

    The same consent with the same proof is kept once. Raises Unusable without a proof.
    """
    if len(proof.strip()) < SHORTEST_PROOF:
        raise Unusable("要写上凭据:客户什么时候、怎么说的。")
    facts: list[Fact] = [*await allow(tx, lead_id, topic=topic, channel=channel, way=way, by=by, rules=rules, now=now)]
    mark = hashlib.sha256(proof.encode()).hexdigest()
    known = {(one.topic, one.channel, one.words) for one in await reach.list_consents(tx, lead_id)}
    for name in topics_meant(topic, rules):
        if (name, channel, mark) in known:
            continue
        agreed = Agreed(
            f"接收{rules.nurture.topics[name].label}", "1", mark, "", "", now, topic=name, channel=channel, way=way,
            by=by, proof=proof[:500],
        )  # fmt: skip
        facts.append(await consent(tx, lead_id, agreed, now=now))
    return facts


def topics_meant(topic: str, rules: Rules) -> list[str]:
    """The topic, or without one all those that ask for a consent."""
    return [topic] if topic else [name for name, one in rules.nurture.topics.items() if one.consent]
