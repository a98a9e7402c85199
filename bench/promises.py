"""B7: a hundred promises run out; a company with a million running clocks must not notice those that are not due."""

import argparse
import json
import statistics
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlmodel import col

from bench.company import open_company
from bench.figure import Figure, ratio
from bench.past import old_company
from bench.quiet import quiet_bot
from bench.run import Run, inside
from bot.app import Leadbot
from bot.loop import run_to_the_end
from store.queues import Due
from store.tx import Tx

DUE = 100


def promises(run: Run) -> list[Figure]:
    """B7: both companies are swept in turn, round after round, in one process."""
    few, many = run.size(10_000, 600), run.size(1_000_000, 3000)
    roots = [str(old_company(run, leads, owned=True).folder.root) for leads in (few, many)]
    run.say("B7: sweeping")
    found = inside(["bench.promises", *roots, "--rounds", str(run.rounds * 2)])
    return [
        Figure("B7", f"sweep of {DUE} due promises, {many:,} running clocks against {few:,}",
               ratio(found["many"], found["few"]), "× time", 1.25, 1.1, True,
               beside=f"{statistics.median(found['many']) * 1000:.0f} ms against "
               f"{statistics.median(found['few']) * 1000:.0f} ms"),
    ]  # fmt: skip


async def sweep(bot: Leadbot, round_: int) -> float:
    """Let a hundred clocks run out and sweep them; returns the seconds of the sweep."""
    now = bot.now()

    async def run_out(tx: Tx) -> None:
        keys = [f"clock:{n}:0" for n in range(1 + round_ * DUE, 1 + (round_ + 1) * DUE)]
        due = update(Due).where(col(Due.corp) == tx.corp, col(Due.key).in_(keys), col(Due.state) == "new")
        await tx.run(due.values(run_at=now - timedelta(seconds=1)))

    await bot.store.transaction(run_out)
    began = time.perf_counter()
    while await bot.sweep.run_once():
        pass
    spent = time.perf_counter() - began
    async with bot.store.read() as tx:
        waiting = select(col(Due.id)).where(col(Due.corp) == tx.corp, col(Due.state) == "new", col(Due.run_at) < now)
        left = await tx.all(waiting)
    if left:
        raise RuntimeError(f"{len(left)} due rows were not swept")
    return spent


async def main() -> None:
    """Both companies side by side, told as JSON."""
    parser = argparse.ArgumentParser()
    for name in ("few", "many"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--rounds", type=int, required=True)
    given = parser.parse_args()
    times: dict[str, list[float]] = {"few": [], "many": []}
    async with quiet_bot(open_company(given.few)) as few, quiet_bot(open_company(given.many)) as many:
        for number in range(given.rounds + 1):
            for name, bot in (("few", few), ("many", many)):
                spent = await sweep(bot, number)
                if number:  # the first round warms both
                    times[name].append(spent)
    print(json.dumps(times))


if __name__ == "__main__":
    run_to_the_end(main())
