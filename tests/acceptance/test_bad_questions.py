"""What cannot be told gets a clear sentence and the nearest thing that works, in chat, to programs and on pages."""

import pytest

from tests.browser import Browser
from tests.lists import csv_text, upload
from tests.sides import page_of
from tests.town import words

CHAT = (  # who, what they write, what they are told
    ("linda", "日报 2026-03-18到2026-03-01", "是不是 2026-03-01 到 2026-03-18"),
    ("linda", "周报 2026-03-18到2026-03-01", "是不是 2026-03-01 到 2026-03-18"),
    ("linda", "月报 火星", "团队有:华东、华北"),
    ("linda", "周报 火星", "团队有:华东、华北"),
    ("linda", "周报 上月", "周报一次说一周"),
    ("linda", "日报 13月", "没看懂「13月」"),
    ("chenjing", "超时 火星", "可以写一位同事或一个团队"),
    ("chenjing", "超时 王磊", "王磊 现在没有超时的线索"),
    ("chenjing", "预测 下月", "预测说的是本月"),
    ("linda", "归因 2月30日", "没有「2月30日」这一天"),
    ("linda", "漏斗 2030-01-01到2030-02-01", "还没到。可以发:漏斗 本月"),
    ("linda", "渠道 2020-01-01到2026-01-01", "可以一年一年看:2020-01-01到12-31"),
    ("chenjing", "漏斗 华北", "你可以发:漏斗 华东"),
    ("chenjing", "周报 华北", "你可以发:周报 华东"),
    ("wanglei", "日报", "你组里的发「排行」,自己手上的发「我的」"),
    ("wanglei", "归因", "你组里的发「排行」,自己手上的发「我的」"),
    ("wanglei", "排行 华北", "你可以看自己团队的:排行 华东"),
    ("wanglei", "上周哪个渠道退回最多", "要由主管、市场或管理员来看"),
)
REST = (
    ("/reports/numbers?from=2026-03-18&to=2026-03-01", 422, "from=2026-03-01&to=2026-03-18"),
    ("/reports/quality?from=2026-03-18&to=2026-03-01", 422, "from=2026-03-01&to=2026-03-18"),
    ("/reports/funnel?from=2020-01-01&to=2026-03-01", 422, "from=2020-01-01&to=2020-12-31"),
    ("/reports/numbers?team=火星", 422, "华东、华北"),
    ("/reports/attribution?team=火星", 422, "华东、华北"),
    ("/reports/numbers?by=galaxy", 422, "source、rep、team、campaign、month"),
    ("/reports/numbers?from=2026-02-30", 422, "from"),
    ("/reports/numbers?from=0001-01-01", 422, "1970 到 2999"),
    ("/reports/quality?from=0001-01-01", 422, "1970 到 2999"),
    ("/reports/funnel?to=9999-12-31", 422, "1970 到 2999"),
    ("/reports/galaxy", 404, "/api/docs"),
)
PAGES = (
    ("linda", "/app/?from=2026-03-18&to=2026-03-01", 422, "把两个日期换一下"),
    ("linda", "/app/boards/team?team=火星", 422, "华东、华北"),
    ("linda", "/app/boards/funnel?from=2020-01-01&to=2026-03-01", 422, "请缩短"),
    ("linda", "/app/leads?since=2026-03-18&until=2026-03-01", 422, "把两个日期换一下"),
    ("linda", "/app/leads?since=0001-01-01", 422, "1970 到 2999"),
    ("linda", "/app/boards/funnel?from=0001-01-01&to=0001-01-02", 422, "日期要写成"),
    ("wanglei", "/app/boards/sources", 403, "你自己的数字在首页"),
)


@pytest.mark.feature("M6")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_a_question_that_cannot_be_answered_says_what_can(acme):
    wrong = []
    for user, asked, told in CHAT:
        answer = words(await acme.text(user, asked))
        wrong += [] if told in answer else [(asked, answer)]
    for path, status, told in REST:
        answered, body = await acme.api("GET", path)
        wrong += [] if (answered, told in body["detail"]) == (status, True) else [(path, answered, body)]
    for user in ("linda", "wanglei"):
        async with Browser(acme) as page:
            await page.login(user)
            for who, path, status, told in PAGES:
                if who == user:
                    text = await page.get(path)
                    wrong += [] if (page.status, told in text) == (status, True) else [(path, page.status, text)]
    assert wrong == []


@pytest.mark.feature("M6")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_a_thousand_rows_are_ten_in_chat_and_all_of_them_one_tap_away(acme):
    rows = [("姓名", "手机", "来源"), *((f"客户{n}", f"139{n:08}", "展会") for n in range(1000))]
    status, _ = await upload(acme, "list.csv", csv_text(*rows), confirm="true")
    assert status == 201
    await acme.text("linda", "日报")
    await acme.press("linda", "点开数字")
    (message,) = await acme.press("linda", "新增 1000")
    answer = words([message])
    assert (
        "共 1000 条" in answer and "这里列最近 10 条" in answer and answer.count("客户") == 10 and "客户999" in answer
    )
    async with Browser(acme) as page:
        await page.login("linda", "/app/" + page_of(message).partition("/app/")[2])
        assert "客户999" in page.text and "客户980" in page.text and "下一页" in page.text, (
            "the page goes on where chat ends"
        )
