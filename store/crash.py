"""Named points at which a test may kill the process, to prove that nothing is lost or done twice there."""

import itertools
import os
import signal
from collections.abc import Iterator
from functools import cache

POINTS = (
    "inbox_before_commit", "inbox_after_commit", "inbox_before_answer",
    "pipeline_after_take", "pipeline_before_fetch", "pipeline_after_fetch", "pipeline_before_handle",
    "pipeline_after_handle", "pipeline_before_commit", "pipeline_after_commit", "pipeline_after_park",
    "sender_after_take", "sender_before_draw", "sender_after_draw", "sender_after_sending_commit",
    "sender_before_call", "sender_after_call", "sender_before_receipt", "sender_after_receipt",
    "sender_before_update", "sender_after_update", "due_after_take", "due_before_commit", "due_after_commit",
    "writer_before_commit", "writer_after_commit", "api_before_commit", "api_after_commit",
)  # fmt: skip


def point(name: str) -> None:
    """Die here, as by kill -9, when the environment says CRASH_AT=<name>[:<count>] (the count-th pass; default 1)."""
    plan = _plan()
    if plan is None or plan[0] != name:
        return
    if next(plan[1]) <= 1:
        os.kill(os.getpid(), signal.SIGKILL)


@cache
def _plan() -> tuple[str, Iterator[int]] | None:
    """Where to die, and how many passes are left before that; read once, because every message passes ten points."""
    wanted = os.environ.get("CRASH_AT")
    if not wanted:
        return None
    target, _, count = wanted.partition(":")
    return target, itertools.count(int(count or 1), -1)
