"""Named points at which a test may kill the process, to prove that nothing is lost or done twice there."""

import os
import signal

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
    wanted = os.environ.get("CRASH_AT")
    if not wanted:
        return
    target, _, count = wanted.partition(":")
    if target != name:
        return
    left = int(count or 1) - 1
    if left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
    os.environ["CRASH_AT"] = f"{target}:{left}"
