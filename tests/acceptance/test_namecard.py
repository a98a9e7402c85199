"""A3: a photo of a business card in chat becomes a filled card to confirm with one tap, doubtful fields marked."""

import io
import os
import re
import signal
import struct
import sys
import zlib
from typing import Any

import pytest

from tests.namecards import MISSING, READS, TRUTH, photo
from tests.town import Town, words

readable = pytest.mark.skipif(not READS, reason=MISSING)
SHOWN = ("name", "title", "company", "mobile", "email")


async def send(town: Town, user: str, content: bytes) -> list[Any]:
    """A member sends a picture; returns what came into their chat because of it."""
    before = len(town.standin.chat(user)) + 1
    delivery = await town.standin.picture(user, content)
    assert delivery.status == 200, delivery
    await town.settle()
    return list(town.standin.chat(user)[before:])


async def leads(town: Town) -> list[dict[str, Any]]:
    return list((await town.api("GET", "/leads"))[1]["items"])


@readable
@pytest.mark.feature("A3")
async def test_a_photo_becomes_a_filled_card_and_one_tap_a_lead(acme: Town) -> None:
    waiting, card = await send(acme, "wanglei", photo("classic"))
    assert "正在看名片" in words([waiting])
    truth = TRUTH["classic"]
    for name in SHOWN:
        assert truth[name] in words([card]), name
    assert await leads(acme) == [], "nothing is kept before the tap"
    saved = words(await acme.press("wanglei", "保存"))
    [lead] = await leads(acme)
    assert "L1001 已录入" in saved and lead["owner"] == "wanglei" and lead["sources"] == ["名片"]
    assert [lead[name] for name in ("name", "company", "city")] == [truth[name] for name in ("name", "company", "city")]
    assert lead["phone"] == truth["mobile"]
    assert "地址" in str(await acme.story("L1001")), "what has no field stands in the story"


@readable
@pytest.mark.feature("A3")
@pytest.mark.only("sqlite")
@pytest.mark.parametrize("name", [name for name in TRUTH if name != "classic"])
@pytest.mark.platforms("wecom")
async def test_dark_slanted_upright_coded_and_upside_down_cards_are_read(acme: Town, name: str) -> None:
    card = words((await send(acme, "wanglei", photo(name)))[-1:])
    for field in SHOWN:
        assert TRUTH[name][field] in card, field


@readable
@pytest.mark.feature("A3")
@pytest.mark.only("sqlite")
async def test_somebody_who_is_known_is_named_with_their_owner_and_is_not_booked_twice(acme: Town) -> None:
    phone = TRUTH["classic"]["mobile"]
    await acme.text("lina", f"新线索 钱多多 {phone}")
    card = words((await send(acme, "wanglei", photo("classic")))[-1:])
    assert "这个号码已经有了:L1001,李娜在跟" in card and "钱多多" not in card
    await acme.press("wanglei", "记为再次咨询")
    [lead] = await leads(acme)
    assert lead["owner"] == "lina" and lead["enquiries"] == 2


@readable
@pytest.mark.feature("A3")
@pytest.mark.only("sqlite")
async def test_a_cat_is_answered_in_a_friendly_way_and_nothing_is_kept(acme: Town) -> None:
    heard = words(await send(acme, "wanglei", photo("cat")))
    assert "不像名片" in heard and "新线索 姓名 电话" in heard
    assert await leads(acme) == []
    assert acme.database.rows("select count(*) from draft where corp = 'acme'")[0][0] == 0


@readable
@pytest.mark.feature("A3")
@pytest.mark.only("sqlite")
async def test_several_photos_wait_their_turn_and_each_has_its_own_tap(acme: Town) -> None:
    before = len(acme.standin.chat("wanglei"))
    names = ("classic", "dark", "cat", "code")
    for name in names:
        await acme.standin.picture("wanglei", photo(name))
    await acme.standin.picture("lina", photo("bilingual"))
    assert "线索池" in words(await acme.text("zhaoqiang", "线索池")), "nobody else waits"
    heard = acme.standin.chat("wanglei")[before:]
    text = words(heard)
    assert text.count("正在看名片") + text.count("又收到一张") >= 2 and text.count("不像名片") == 1
    for name in ("classic", "dark", "code"):
        assert TRUTH[name]["mobile"] in text
    assert TRUTH["bilingual"]["name"] in words(acme.standin.chat("lina"))
    for _ in range(3):
        await acme.press("wanglei", "保存")
    assert {lead["phone"] for lead in await leads(acme)} == {TRUTH[n]["mobile"] for n in ("classic", "dark", "code")}


@readable
@pytest.mark.feature("A3")
@pytest.mark.only("sqlite")
async def test_drop_and_change(acme: Town) -> None:
    await send(acme, "wanglei", photo("classic"))
    told = words(await acme.press("wanglei", "改"))
    line = re.search(r"新线索 .*", told)
    assert line is not None and TRUTH["classic"]["name"] in line[0]
    assert "已录入" in words(await acme.text("wanglei", line[0].replace(TRUTH["classic"]["name"], "叶岚峰")))
    assert (await leads(acme))[0]["name"] == "叶岚峰"
    await send(acme, "wanglei", photo("dark"))
    await acme.press("wanglei", "丢弃")
    assert len(await leads(acme)) == 1


@readable
@pytest.mark.feature("A3")
@pytest.mark.only("sqlite")
@pytest.mark.platforms("dingtalk")
async def test_a_card_sent_with_words_or_as_a_file_is_read_too(acme: Town) -> None:
    await acme.standin.rich_text("wanglei", "看这张名片", photo("classic"))
    await acme.settle()
    assert TRUTH["classic"]["mobile"] in words(acme.standin.chat("wanglei"))
    await acme.standin.file("wanglei", "IMG_2077.JPG", photo("dark"))
    await acme.settle()
    assert TRUTH["dark"]["mobile"] in words(acme.standin.chat("wanglei"))


def bomb() -> bytes:
    """A picture of 900 million pixels in a few kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 10**6)) + chunk(b"IEND", b"")
    )


@readable
@pytest.mark.feature("A3")
@pytest.mark.only("sqlite")
async def test_what_is_no_usable_picture_is_answered_with_what_to_do(acme: Town) -> None:
    whole = photo("classic")
    for content, cause in (
        (b"MZ\x90 a program", "不是能打开的图片"),
        (whole[: len(whole) // 3], "没有传完整"),
        (bomb(), "像素太多"),
        (whole + b"\0" * (10 * 2**20), "超过 10 MB"),
    ):
        heard = words(await send(acme, "wanglei", content))
        assert cause in heard and "再发" in heard, cause
    (acme.standin.api.media if acme.lies_on == "wecom" else acme.standin.robot.files).clear()
    if acme.lies_on == "wecom":
        await acme.standin.other("wanglei", "image", {"MediaId": "gone", "PicUrl": ""})
    else:
        await acme.standin.other("wanglei", "picture", {"downloadCode": "gone", "pictureDownloadCode": "gone"})
    await acme.settle()
    assert "可能已经过期" in words(acme.standin.chat("wanglei")[-1:])
    assert await leads(acme) == []


@readable
@pytest.mark.feature("A3")
@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
async def test_the_process_that_reads_may_be_killed_and_the_server_never_holds_its_library(acme: Town) -> None:
    await send(acme, "wanglei", photo("classic"))
    pid = acme.bot.reader.pid
    assert pid is not None and pid != os.getpid()
    os.kill(pid, signal.SIGKILL)
    assert TRUTH["dark"]["mobile"] in words(await send(acme, "wanglei", photo("dark")))
    assert not {"rapidocr", "cv2", "onnxruntime"} & set(sys.modules)
    await acme.stop_bot()
    assert acme.bot.reader.pid is None
    await acme.start_bot()


@pytest.mark.feature("A3")
@pytest.mark.only("sqlite")
async def test_without_the_extra_the_sender_hears_what_to_do(acme: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADBOT_OCR_PYTHON", "/nowhere/python")
    heard = words(await send(acme, "wanglei", io.BytesIO(photo("classic")).getvalue()))
    assert "只读得懂文字" in heard and "./run ocr" in heard
