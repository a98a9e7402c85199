"""What is put right at every start: after a crash nobody holds anything, and what was being sent is unknown."""

from datetime import datetime

import structlog

from store import lease, outbox, pulse
from store.timeshift import bring_forward
from store.tx import Tx

log = structlog.get_logger()


async def recover(tx: Tx, *, alone: bool, now: datetime) -> None:
    """Free what a dead process held; what it was sending becomes unknown, never queued.

    Not `alone`: other replicas may live, and what they hold is theirs until its lease ends.
    """
    released = await lease.release_dead(tx) if alone else 0
    unknown = await outbox.orphan(tx, now=now, all_rows=alone)
    await bring_forward(tx, now=now)
    await pulse.forget_turns(tx)
    if released or unknown:
        log.info("recovered after a stop", released=released, unknown=unknown)
