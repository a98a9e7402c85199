"""A company whose bot may be killed."""

import pytest

from tests.kill.harness import KillTown


@pytest.fixture
async def doomed(tmp_path):
    """Two reps; the claim clock warns after 1.2 seconds, so that due rows are at work too."""
    town = KillTown(tmp_path, 2)
    await town.open(claim_within="1m", claim_step=2)
    yield town
    await town.close()
