"""A town per test."""

import pytest

from tests.town import town


@pytest.fixture
async def acme(tmp_path):
    """The sample company at 10:20 on a Wednesday."""
    async with town(tmp_path) as place:
        yield place
