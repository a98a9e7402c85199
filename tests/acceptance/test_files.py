"""What is dropped into the chat after a card lands on that lead, sealed, and comes back only to who may have it."""

import pytest

from tests.town import words

JPG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4


@pytest.mark.feature("G4")
@pytest.mark.only("sqlite")
async def test_a_picture_after_a_card_lands_on_that_lead_and_comes_back_to_its_owner_alone(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.standin.picture("wanglei", JPG)
    await acme.settle()
    assert f"放进 {no} 的附件了" in words(acme.standin.chat("wanglei"))
    story = [item for item in await acme.story(no) if item["kind"] == "file_added"]
    assert len(story) == 1 and "图片《" in story[0]["text"]
    shown = words(await acme.text("wanglei", f"附件 {no}"))
    assert "1. 图片" in shown and "王磊" in shown
    got = await acme.press("wanglei", "取来 1")
    assert len(got) == 1 and got[0].kind == "file"
    raw = acme.database.path.read_bytes()
    assert JPG not in raw, "nobody who copies the store sees the picture"
    assert "取来" not in words(await acme.text("lina", f"附件 {no}"))
    status, page = await acme.api("GET", f"/leads/{no}/attachments")
    assert status == 200 and [one["kind"] for one in page["items"]] == ["picture"]
    async with acme.http.get(f"/api/v1/attachments/{page['items'][0]['id']}") as answer:
        assert answer.status == 200 and await answer.read() == JPG
        assert answer.headers["Content-Disposition"].startswith("attachment")
    async with acme.http.get("/api/v1/attachments/999999") as answer:
        assert answer.status == 404


@pytest.mark.feature("G4")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_a_recording_too_but_no_program_and_nothing_without_a_card(acme):
    no = await acme.mql()
    media = acme.standin.api.keep(b"#!AMR\n" + bytes(200))
    await acme.standin.other("wanglei", "voice", {"MediaId": media, "Format": "amr"})
    await acme.settle()
    assert "不知道是哪位客户的" in words(acme.standin.chat("wanglei")[-1:])
    await acme.text("wanglei", f"领取 {no}")
    await acme.standin.other("wanglei", "voice", {"MediaId": media, "Format": "amr"})
    await acme.standin.picture("wanglei", b"MZ" + bytes(300))
    await acme.standin.other("wanglei", "video", {"MediaId": "gone", "ThumbMediaId": "x"})
    await acme.settle()
    chat = words(acme.standin.chat("wanglei"))
    assert f"放进 {no} 的附件了:录音.amr" in chat and "其实是程序" in chat and "取不到了" in chat
    kinds = [item["kind"] for item in await acme.story(no)]
    assert kinds.count("file_added") == 1
    await acme.later(hours=1)
    await acme.standin.other("wanglei", "voice", {"MediaId": acme.standin.api.keep(b"#!AMR\n1234"), "Format": "amr"})
    await acme.settle()
    assert "不知道是哪位客户的" in words(acme.standin.chat("wanglei")[-1:]), "that card was opened long ago"


@pytest.mark.feature("G4", "A3")
@pytest.mark.only("sqlite")
async def test_a_picture_after_a_card_is_never_read_as_a_business_card_unless_its_sender_says_so(acme, monkeypatch):
    monkeypatch.setattr("bot.app.find_python", lambda: "python")  # cards can be read here; whether they are is not ours
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    before = len(acme.standin.chat("wanglei"))
    await acme.standin.picture("wanglei", JPG)
    await acme.settle()
    told = words(acme.standin.chat("wanglei")[before:])
    assert f"放进 {no} 的附件了" in told and "是名片" in told and "正在看名片" not in told
    assert "1. 图片" in words(await acme.text("wanglei", f"附件 {no}"))
    assert "正在看名片" in words(await acme.press("wanglei", "是名片"))
    assert "还没有附件" in words(await acme.text("wanglei", f"附件 {no}")), "it is a card now, nothing of this lead"
    assert [item["kind"] for item in await acme.story(no)].count("file_removed") == 1
    again = words(await acme.press("wanglei", "是名片"))
    assert "不在附件里" in again and "正在看名片" not in again


@pytest.mark.feature("G4", "A3")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_where_no_card_can_be_read_there_is_no_such_button(acme, monkeypatch):
    monkeypatch.setattr("bot.app.find_python", lambda: None)
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.standin.picture("wanglei", JPG)
    await acme.settle()
    told = words(acme.standin.chat("wanglei")[-1:])
    assert f"放进 {no} 的附件了" in told and "是名片" not in told
