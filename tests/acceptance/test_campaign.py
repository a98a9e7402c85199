"""A marketer opens a campaign or an event in one line, and the leads, the costs and the guests find their way."""

import io

import pytest

from tests.town import shanghai, words
from tests.visitor import WANG, visitor

pytestmark = [pytest.mark.platforms("wecom")]


def in_chat(acme, user="linda"):
    return words(acme.standin.chat(user))


@pytest.mark.feature("A6")
async def test_one_line_gives_link_qr_and_a_place_for_the_costs(acme):
    told = words(await acme.text("linda", "/渠道 新建 抖音-夏季 6月1日到6月30日"))
    assert "C2「抖音-夏季」建好了" in told and "来源「抖音」" in told and "费用:0 元。记一笔:渠道 费用 C2 3000" in told
    link = next(line for line in told.splitlines() if line.startswith("链接:")).removeprefix("链接:")
    picture = acme.standin.chat("linda")[-1]
    assert picture.content.startswith(b"\x89PNG") and picture.text == "抖音-夏季.png"
    assert _read(picture.content, link)
    path = "/f/" + link.partition("/f/")[2]
    stranger = visitor(acme)
    await stranger.open(path)
    await stranger.send()
    await acme.settle()
    lead = await acme.lead("L1001")
    assert lead["source"] == "抖音" and "活动 抖音-夏季" in in_chat(acme, "wanglei")
    assert "合计 3,000 元" in words(await acme.text("linda", "渠道 费用 抖音-夏季 3000 投放"))
    assert "合计 2,500 元" in words(await acme.text("linda", "渠道 费用 C2 -500 记错了"))
    assert "C2 抖音-夏季:线索 1,费用 2,500 元" in words(await acme.text("linda", "渠道 列表"))
    (row,) = (await acme.api("GET", "/campaigns"))[1]["items"]
    assert (row["campaign"], row["cost"], row["enquiries"], row["starts_on"], row["ends_on"]) == (
        "C2", 2500.0, 1, "2026-06-01", "2026-06-30",
    )  # fmt: skip


def _read(png, link):
    """Whether the picture is the QR code of that link: drawn anew it has the same modules."""
    import segno

    out = io.BytesIO()
    segno.make(link, error="m", micro=False).save(out, kind="png", scale=12, border=4)
    return out.getvalue() == png


@pytest.mark.feature("A6")
async def test_programs_open_campaigns_and_book_costs_once(acme):
    status, made = await acme.api("POST", "/campaigns", name="百度-品牌", source="百度")
    assert status == 201 and made["link"].startswith("http") and made["campaign"] == "C2"
    for _ in range(2):
        status, found = await acme.api("POST", "/campaigns/C2/costs", amount=99.5, day="2026-03-01", key="bill-1")
    assert status == 200 and found["cost"] == 99.5
    status, refused = await acme.api("POST", "/campaigns", name="百度-品牌")
    assert status == 409 and refused["code"] == "name_taken" and "C2" in refused["detail"]
    no = await acme.capture("官网", **WANG, utm={"campaign": "百度-品牌"})
    assert (await acme.api("GET", "/campaigns/C2"))[1]["enquiries"] == 1 and no == "L1001"


@pytest.mark.feature("A6")
async def test_a_rep_opens_none_and_a_form_is_needed(acme):
    assert "是给主管和市场用的" in words(await acme.text("wanglei", "渠道 新建 抖音-夏季"))
    assert "写上活动和多少元" in words(await acme.text("linda", "渠道 费用 抖音"))
    assert "没有找到活动" in words(await acme.text("linda", "渠道 费用 微博 300"))


@pytest.mark.feature("A13")
async def test_who_comes_to_an_event_scores_higher_and_is_in_the_rep_s_list_the_same_evening(acme):
    answer = await acme.text("linda", "活动 新建 夏季沙龙 3月18日")
    told = words(answer)
    codes = [message.text for message in answer if getattr(message, "content", b"")[:4] == b"\x89PNG"]
    assert len(codes) == 2, "a code to register, and one for the door"
    door = next(line for line in told.splitlines() if line.startswith("签到链接")).partition(":")[2]
    link = next(line for line in told.splitlines() if line.startswith("链接:")).removeprefix("链接:")
    registered = visitor(acme)
    await registered.open("/f/" + link.partition("/f/")[2])
    await registered.send()
    await acme.settle()
    await acme.text("wanglei", "领取 L1001")
    before = (await acme.lead("L1001"))["score"]
    at_door = visitor(acme)
    await at_door.open("/f/" + door.partition("/f/")[2])
    await at_door.send(need="")
    await acme.settle()
    assert (await acme.lead("L1001"))["score"] > before
    assert "参加活动 夏季沙龙" in [item["text"] for item in await acme.story("L1001")]
    answer = words(await acme.text("linda", "活动 到场 C2\n李雷 13900139000\n王建国 13800138000\n看不懂的一行"))
    assert "到场记了 2 位" in answer and "没看懂 1 行" in answer
    assert "报名 1,到场 2" in words(await acme.text("linda", "活动 C2"))
    await acme.until(shanghai("2026-03-18 18:01"))
    evening = in_chat(acme, "wanglei")
    assert "「夏季沙龙」来了 2 位,你的客户 1 位" in evening and "L1001" in evening.split("夏季沙龙」来了")[1]
    assert "「夏季沙龙」来了 2 位,1 位还没有负责人" in in_chat(acme, "chenjing")


@pytest.mark.feature("A13")
async def test_an_attendance_list_comes_from_a_program_too(acme):
    await acme.api("POST", "/campaigns", name="线上直播", kind="event")
    people = [{"name": "王建国", "phone": "13800138000"}, {"name": "李雷", "email": "lilei@example.com"}]
    for _ in range(2):
        status, found = await acme.api("POST", "/campaigns/C2/attendance", people=people)
    assert status == 200 and found == {"came": 2, "leads": ["L1001", "L1002"]}
    assert (await acme.api("GET", "/campaigns/C2"))[1]["came"] == 2
    assert (await acme.lead("L1001"))["enquiries"] == 1
