"""A photo of a business card whose server dies while it is read is read after the start, and answered once."""

import pytest

from tests.namecards import MISSING, READS, TRUTH, photo
from tests.sides import seen

pytestmark = [pytest.mark.kill, pytest.mark.feature("A3"), pytest.mark.skipif(not READS, reason=MISSING)]


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("point", ["photo_after_fetch", "photo_after_commit"])
async def test_a_photo_is_answered_once_whatever_the_moment(doomed, point):
    await doomed.start(crash_at=point)
    assert (await doomed.standin.picture("rep000", photo("classic"))).status == 200
    assert await doomed.died() == -9, "the point was passed, so it is covered"
    await doomed.start()
    await doomed.quiet(also="select count(*) from photo where state = 'new'")
    cards = [seen(message) for message in doomed.standin.chat("rep000") if message.kind == "card"]
    assert len(cards) == 1 and TRUTH["classic"]["mobile"] in cards[0]
    assert doomed.rows("select state, count(*) from photo group by 1") == [("done", 1)]
    assert doomed.rows("select count(*) from draft") == [(1,)]
