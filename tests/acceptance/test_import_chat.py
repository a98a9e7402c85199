"""A list is brought in from chat: looked at first, written after a tap, taken back with a word."""

import io
import re

import aiohttp
import pytest
from python_calamine import CalamineWorkbook

from tests.chromium import MISSING, chromium, find_chromium
from tests.lists import counts, csv_text, upload, workbook
from tests.town import MQL, words

HEAD = ("姓名", "手机", "公司", "备注")
LI = ("李雷", "138-0013-8001", "杭州云栖", "要报价")
HAN = ("韩梅梅", "13900139002", "苏州微光", "")
BAD = ("赵六", "1380013", "某公司", "")


async def leads(town):
    return [lead["no"] for lead in (await town.api("GET", "/leads?limit=100"))[1]["items"]]


async def hand_over(town, user, name, content, **fields):
    """A member asks for the page and uploads a file there; returns what they hear in chat, and the page's answer."""
    told = words(await town.text(user, "导入"))
    path = re.search(r"(/app/import/[\w-]+)", told)[1]
    before = len(town.standin.chat(user))
    status, page = await on_page(town, path, name, content, **fields)
    return town.standin.chat(user)[before:], status, page, path


async def on_page(town, path, name, content, **fields):
    form = aiohttp.FormData()
    for field, value in fields.items():
        form.add_field(field, value)
    form.add_field("file", content.encode() if isinstance(content, str) else content, filename=name)
    async with (
        aiohttp.ClientSession() as stranger,
        stranger.post(f"http://127.0.0.1:{town.runner.addresses[0][1]}{path}", data=form) as answer,
    ):
        page = await answer.text()
    await town.settle()
    return answer.status, page


@pytest.mark.platforms("dingtalk")
@pytest.mark.feature("A9", "Q1", "Q4")
@pytest.mark.ask("AS24")
async def test_an_excel_sent_to_the_bot_comes_back_with_only_its_bad_rows(acme):
    before = len(acme.standin.chat("linda"))
    delivery = await acme.standin.file("linda", "客户.xlsx", workbook(HEAD, LI, HAN, BAD))
    assert delivery.status == 200
    await acme.settle()
    heard = acme.standin.chat("linda")[before:]
    [file] = [message for message in heard if message.kind == "file" and not message.mine]
    assert file.content["fileName"] == "客户-需修改.xlsx" and file.content["fileType"] == "xlsx"
    content = io.BytesIO(acme.standin.office.media[file.content["mediaId"]])
    [_, row] = CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()
    assert row[:4] == ["赵六", "1380013", "某公司", ""] and "第 4 行" in row[4] and "位数不对" in row[4]
    card = words(heard)
    assert "可导入 2,需修 1" in card and "源 3 = 新 2 + 更新 0 + 跳过 1" in card and "电话 列「手机」" in card
    assert await leads(acme) == [], "nothing is written before the tap"
    assert "导入完成" in words(await acme.press("linda", "导入"))
    assert len(await leads(acme)) == 2


@pytest.mark.feature("A9", "Q1", "Q4")
@pytest.mark.ask("AS24", "AS18")
async def test_the_page_takes_one_list_and_the_card_asks_before_anything_is_written(acme):
    heard, status, page, path = await hand_over(acme, "linda", "客户.csv", csv_text(HEAD, LI, HAN, BAD), source="展会")
    assert status == 200 and "收到「客户.csv」" in page
    assert "没有负责人的放进公共线索池" in words(heard), "it is said where they go"
    assert "可导入 2,需修 1" in words(heard) and "客户-需修改.csv" in words(heard) and await leads(acme) == []
    done = words(await acme.press("linda", "导入"))
    assert "导入完成" in done and "源 3 = 新 2 + 更新 0 + 跳过 1" in done
    assert (await acme.lead("L1001"))["sources"] == ["展会"]
    status, page = await on_page(acme, path, "again.csv", csv_text(HEAD, LI))
    assert status == 404 and "已经用过" in page, "the page is good for one file"


@pytest.mark.browser
@pytest.mark.skipif(find_chromium() is None, reason=MISSING)
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
@pytest.mark.feature("Q1")
async def test_on_a_phone_a_wrong_file_is_told_and_the_right_one_taken(acme):
    path = re.search(r"(/app/import/[\w-]+)", words(await acme.text("linda", "导入")))[1]
    wrong, right = acme.root / "天气.csv", acme.root / "客户.csv"
    wrong.write_text("今天天气不错\n", "utf-8")
    right.write_text(csv_text(HEAD, LI), "utf-8")
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": 390, "height": 760})
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        await page.goto(f"http://127.0.0.1:{acme.runner.addresses[0][1]}{path}")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off"
        for file, answer in ((wrong, ".wrong"), (right, ".told")):
            await page.set_input_files("input[type=file]", file)
            await page.click("button")
            told = await (await page.wait_for_selector(answer)).inner_text()
            assert ("没有找到表头" if file is wrong else "收到「客户.csv」") in told
        assert not [line for line in said if "Failed to load resource" not in line], said
    await acme.settle()
    assert "可导入 1,需修 0" in words(acme.standin.chat("linda"))


@pytest.mark.feature("Q3")
@pytest.mark.ask("AS24")
async def test_a_batch_goes_back_by_a_word_by_a_tap_and_by_undo(acme):
    for number, way in enumerate(("回滚 I{}", "/回滚 导入#{}", "撤销", "整批撤销")):
        people = [(f"客户{n}", f"1370{number}00{n:04}", "", "") for n in range(3)]
        before = await leads(acme)
        await hand_over(acme, "chenjing", "客户.csv", csv_text(HEAD, *people))
        batch = re.search(r"I(\d+) 导入完成", words(await acme.press("chenjing", "导入")))[1]
        touched = sorted(set(await leads(acme)) - set(before))[0]
        await acme.text("wanglei", f"领取 {touched}")
        heard = await (acme.press("chenjing", way) if way == "整批撤销" else acme.text("chenjing", way.format(batch)))
        assert f"{touched} 之后有「领取」(王磊)" in words(heard), way
        assert sorted(await leads(acme)) == sorted([*before, touched])
        assert "已经撤销过了" in words(await acme.text("chenjing", f"回滚 I{batch}"))


@pytest.mark.feature("Q1")
async def test_reps_may_not_and_a_cancelled_list_is_forgotten(acme):
    for line in ("导入", "导入 I1", "回滚 I1"):
        assert "主管" in words(await acme.text("wanglei", line))
    await hand_over(acme, "linda", "客户.csv", csv_text(HEAD, LI))
    assert "什么都没有写入" in words(await acme.press("linda", "取消"))
    assert (
        await leads(acme) == []
        and acme.database.rows("select count(*) from import_part where corp = 'acme'")[0][0] == 0
    )
    assert "没有导入 I77" in words(await acme.text("linda", "回滚 I77"))


async def test_columns_that_were_guessed_wrong_are_named_in_chat(acme):
    text = csv_text(("姓名", "电话", "备注"), ("李雷", "13800138001", "老客户"))
    heard, *_ = await hand_over(acme, "linda", "客户.csv", text)
    number = re.search(r"I(\d+) 可导入", words(heard))[1]
    asked = words(await acme.press("linda", "列不对"))
    assert "备注 → 需求" in asked and f"导入 I{number} 手机=电话" in asked
    again = words(await acme.text("linda", f"导入 I{number} 备注=不导入"))
    assert "不导入的列:备注" in again
    await acme.press("linda", "导入")
    assert (await acme.story("L1001"))[0]["text"] == ""


@pytest.mark.feature("Q6")
async def test_cards_and_clocks_start_only_with_the_button_that_says_so(acme):
    head = ("姓名", "手机", "公司", "职位", "需求", "预算")
    row = (MQL["name"], MQL["phone"], MQL["company"], MQL["title"], MQL["need"].replace(",", ";"), MQL["budget"])
    await hand_over(acme, "linda", "a.csv", csv_text(head, row))
    await acme.press("linda", "导入")
    assert acme.standin.chat("wanglei") == []
    await hand_over(acme, "linda", "b.csv", csv_text(head, (row[0], "13900139000", *row[2:])))
    await acme.press("linda", "导入并启动")
    assert "L1002" in words(acme.standin.chat("wanglei"))


async def test_a_long_list_tells_how_far_it_is(acme):
    rows = [(f"客户{n}", f"1370{n:07}", "", "") for n in range(10_500)]
    await hand_over(acme, "linda", "大名单.csv", csv_text(HEAD, *rows))
    heard = words(await acme.press("linda", "导入"))
    assert all(f"导入中:{share}%" in heard for share in (25, 50, 75)) and "源 10,500 = 新 10,500" in heard


@pytest.mark.platforms("dingtalk")
async def test_files_of_a_rep_and_files_that_are_gone_are_answered(acme):
    await acme.standin.file("wanglei", "客户.csv", csv_text(HEAD, LI).encode())
    await acme.settle()
    assert "主管、市场或管理员" in words(acme.standin.chat("wanglei"))
    assert acme.standin.api.calls["robot/messageFiles/download"] == 0, "nobody else's file is fetched"
    acme.standin.robot.files.clear()
    delivery = await acme.standin.other("linda", "file", {"downloadCode": "gone", "fileName": "客户.csv"})
    assert delivery.status == 200
    await acme.settle()
    assert "请再发一次" in words(acme.standin.chat("linda")) and await leads(acme) == []


async def test_what_a_program_sent_can_be_seen_and_taken_back_in_chat(acme):
    _, batch = await upload(acme, "客户.csv", csv_text(HEAD, LI), confirm="true")
    assert counts(batch) == (1, 1, 0, 0)
    assert batch["batch"] in words(await acme.text("admin", "导入"))
    assert "导入完成" in words(await acme.text("admin", f"导入 {batch['batch']}"))
    assert "已整批撤销" in words(await acme.text("admin", f"回滚 {batch['batch']}"))
