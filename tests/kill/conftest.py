"""A company whose bot may be killed."""

import pytest

from store.crash import POINTS
from tests.kill.harness import KillTown

HANDED_OVER = ("inbox_after_commit", "pipeline_after_handle", "sender_before_call", "due_after_take")
GIGABYTE = 500_000  # leads whose store is a little larger than that


def pytest_generate_tests(metafunc):
    """The long form dies at every point again and again; the short one once, and for replicas at four of them."""
    soak = metafunc.config.getoption("--soak")
    if "turn" in metafunc.fixturenames:
        metafunc.parametrize("turn", range(metafunc.config.getoption("--turns") if soak else 1))
    if "past" in metafunc.fixturenames:
        metafunc.parametrize("past", (0, GIGABYTE) if soak else (0,))
    if "handover_point" in metafunc.fixturenames:
        metafunc.parametrize("handover_point", POINTS if soak else HANDED_OVER)


@pytest.fixture
async def doomed(tmp_path, database):
    """Two reps; the claim clock warns after 1.2 seconds, so that due rows are at work too."""
    town = KillTown(tmp_path, 2, database, servers=1 if database.name == "sqlite" else 2)
    await town.open(claim_within="1m", claim_step=2)
    yield town
    await town.close()
