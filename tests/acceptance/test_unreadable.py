"""Whatever a member or a stranger sends gets a polite answer, also what no program of ours can read."""

from store.tables import Lead
from tests.town import Town

KINDS = ("unknownMsgType", "hologram", "video", "TEXT2")


async def test_what_we_cannot_read_is_answered_politely_and_changes_nothing(acme: Town) -> None:
    no = await acme.mql()
    before = await acme.lead(no)
    for kind in KINDS:
        asked = len(acme.standin.chat("wanglei"))
        await acme.standin.other("wanglei", kind, {"x": "领取 " + no})
        await acme.settle()
        (answer,) = acme.standin.chat("wanglei")[asked + 1 :]
        assert "我现在只读得懂文字" in answer.text, kind
    assert await acme.lead(no) == before
    rows = acme.database.rows(f"select count(*) from {Lead.__tablename__} where corp = 'acme'")  # noqa: S608
    assert rows[0][0] == 1
