"""B10: a thousand leads and sixteen people after each; every lead gets exactly one owner, and how fast that goes."""

import argparse
import asyncio
import json
import statistics
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from bench.company import BenchCompany, make_company, text_event
from bench.figure import Figure
from bench.quiet import quiet_bot
from bench.run import Run, inside
from bench.seed import seed
from bot.app import Leadbot
from bot.loop import run_to_the_end
from bot.pipeline import receive
from store.tables import Lead, TimelineItem

CLAIMANTS = 16
AT_ONCE = 1000  # callbacks that arrive together; many more are turned away


def claims(run: Run) -> list[Figure]:
    """B10: every round is a process and a store of its own."""
    leads = run.size(1000, 20)
    rounds = []
    for number in range(run.rounds):
        run.say(f"B10: round {number + 1} of {run.rounds}")
        rounds.append(inside(["bench.claims", str(run.place() / "acme"), "--leads", str(leads)]))
    if any(one["claimed"] != leads or one["owned"] != leads for one in rounds):
        raise RuntimeError(f"not exactly one winner for each of {leads} leads: {rounds}")
    speed = statistics.median(one["per_second"] for one in rounds)
    return [
        Figure("B10", f"claims through the pipeline, {CLAIMANTS} people after each lead, one winner each", speed, "/s",
               500, 2000, beside=f"{leads:,} leads, {leads * CLAIMANTS:,} claims in each round"),
    ]  # fmt: skip


async def race(root: Path, leads: int) -> dict[str, Any]:
    """Everybody claims; returns claims per second from the inbox to the commit, and how many leads were claimed."""
    company = make_company(root, reps=CLAIMANTS * 20)
    seed(company, leads, owned=False, say=lambda line: None)
    async with quiet_bot(company) as bot:
        count = await _all_claim(bot, company, leads)
        began = time.perf_counter()
        while await bot.pipeline.run_once():
            pass
        spent = time.perf_counter() - began
        async with bot.store.read() as tx:
            facts = select(func.count()).where(col(TimelineItem.corp) == tx.corp, col(TimelineItem.kind) == "claimed")
            owners = select(func.count()).where(col(Lead.corp) == tx.corp, col(Lead.owner_id).is_not(None))
            claimed, owned = (await tx.rows(facts))[0][0], (await tx.rows(owners))[0][0]
    return {"per_second": count / spent, "claimed": claimed, "owned": owned}


async def _all_claim(bot: Leadbot, company: BenchCompany, leads: int) -> int:
    """Put every claim into the inbox, lead after lead, as callbacks would; returns how many."""
    now, reps = time.time(), company.reps
    events = [
        (rep := reps[(lead * 7 + place * 20) % len(reps)], text_event(company, rep, f"领取 L{lead}", now=now))
        for lead in range(1, leads + 1)
        for place in range(CLAIMANTS)
    ]
    for first in range(0, len(events), AT_ONCE):
        await asyncio.gather(
            *(
                receive(bot.store, platform="wecom", key=f"c{n}", lane=f"wecom:{rep}", body=body, now=bot.now())
                for n, (rep, body) in enumerate(events[first : first + AT_ONCE], first)
            )
        )
    return len(events)


async def main() -> None:
    """One round, told as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("--leads", type=int, required=True)
    given = parser.parse_args()
    print(json.dumps(await race(given.root, given.leads)))


if __name__ == "__main__":
    run_to_the_end(main())
