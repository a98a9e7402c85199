"""For some weeks the old system runs beside: each night both are compared, and what differs is listed."""

import io
import json
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from tests.lists import cli, csv_text, import_file, upload
from tests.town import shanghai, words

HEAD = ("客户编号", "姓名", "手机", "公司", "负责人", "阶段")
LI = ("K1", "李雷", "138-0013-8001", "杭州云栖", "王磊", "跟进中")
HAN = ("K2", "韩梅梅", "13900139002", "苏州微光", "", "新建")
ZHAO = ("K3", "赵六", "13700137003", "宁波远海", "", "新建")
EVIL = ("K4", "'=1+1", "13600136004", "'@SUM(A1)", "", "")


def counted(town):
    """What a comparison must never change: every row that tells of a lead, its story and its promises."""
    return town.database.rows(
        "select (select count(*) from lead where corp = 'acme'), (select sum(version) from lead where corp = 'acme'),"
        " (select count(*) from timeline where corp = 'acme'), (select count(*) from enquiry where corp = 'acme'),"
        " (select count(*) from identity where corp = 'acme'), (select count(*) from clock where corp = 'acme')"
    )


def drop_off(town, name, *rows, at):
    """The old system leaves an export in its folder, at a moment of the town's time."""
    folder = town.folder.root / "parallel"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(csv_text(HEAD, *rows), "utf-8")
    os.utime(path, (at.timestamp(), at.timestamp()))


def lines_of(content):
    """The rows of a file of differences, as text."""
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1:]


def formulas_in(content):
    """How many cells of a file of differences would be computed by Excel."""
    sheet = load_workbook(io.BytesIO(content)).active
    return sum(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def read(path):
    """What a command wrote."""
    return Path(path).read_bytes()


def files_of(town, user):
    """(name, content) of the files that came into a chat."""
    found = []
    for message in town.standin.chat(user):
        if message.kind == "file" and not message.mine:
            plain = town.lies_on == "wecom"
            name = message.text if plain else message.content["fileName"]
            content = message.content if plain else town.standin.office.media[message.content["mediaId"]]
            found.append((name, content))
    return found


async def runs_beside(town):
    """rules.yaml says that an old system runs beside."""
    rules = town.folder.rules
    rules.write_text(rules.read_text("utf-8") + '\nparallel_run: {at: "02:00"}\n', "utf-8")
    status, _, err = await cli("rules", "publish", town.folder.root)
    assert status == 0, err
    await town.bot.follow_rules()
    await town.bot.keep_house()


@pytest.mark.feature("Q5")
async def test_each_night_both_systems_are_compared_and_what_differs_is_listed(acme):
    await import_file(acme, "old.csv", csv_text(HEAD, LI, HAN))
    await acme.capture(name="孙七", phone="13500135005")
    await runs_beside(acme)
    drop_off(acme, "export.csv", LI, HAN, ZHAO, at=shanghai("2026-03-19 01:00"))
    await acme.until(shanghai("2026-03-19 01:30"))
    await acme.capture(name="周八", phone="13500135008")  # after the export was written
    await acme.text("wanglei", "转给 L1001 李娜")
    before = counted(acme)
    assert "旧系统" not in words(acme.standin.chat("linda"))
    await acme.until(shanghai("2026-03-19 02:30"))
    assert "旧系统" not in words(acme.standin.chat("linda")), "nobody is rung at night"
    await acme.until(shanghai("2026-03-19 09:10"))
    for user in ("linda", "admin"):
        told = words(acme.standin.chat(user))
        assert "和旧系统有 3 处不同" in told, user
        assert "旧系统 3 行 = 两边都有 2 + 只在旧系统 1 + 读不懂 0" in told
        assert "这里 4 条 = 两边都有 2 + 只在这里 1 + 导出之后新来 1" in told
        assert re.search("负责人[: ]1 人不一样", told) and told.count("不一样") == 1
        [(name, content)] = files_of(acme, user)
        assert name == "export-对比.xlsx"
        assert sorted(line[:5] + line[6:] for line in lines_of(content)) == sorted([
            ["不一样", "L1001", "2", "李雷", "13800138001", "负责人", "王磊", "李娜"],
            ["只在旧系统", "", "4", "赵六", "13700137003", "", "", ""],
            ["只在这里", "L1003", "", "孙七", "13500135005", "", "", ""],
        ])  # fmt: skip
    assert "旧系统" not in words(acme.standin.chat("wanglei"))
    assert counted(acme) == before, "comparing changes nothing"


@pytest.mark.feature("Q5")
async def test_after_some_nights_the_card_says_since_when_both_agree_and_a_missing_export_is_told(acme):
    await import_file(acme, "old.csv", csv_text(HEAD, LI, HAN))
    await runs_beside(acme)
    told = []
    for day, rows in ((19, (LI,)), (20, (LI, HAN)), (21, (LI, HAN)), (22, None), (23, (HAN, LI))):
        at = shanghai(f"2026-03-{day} 01:00")
        if rows is not None:
            drop_off(acme, f"{day}.csv", *rows, at=at)
        before = len(acme.standin.chat("linda"))
        await acme.until(at + timedelta(hours=1, minutes=30))
        after = acme.standin.chat("linda")[before:]
        assert after == []
        if day in (19, 20, 23):  # the 21st and 22nd are a weekend: their results wait for Monday
            await acme.until(shanghai(f"2026-03-{day} 09:10"))
            told.append(words(acme.standin.chat("linda")[before:]))
    thursday, friday, monday = told
    assert "和旧系统有 1 处不同" in thursday and "只在这里 1" in thursday
    assert "和旧系统一致" in friday and "连续" not in friday
    assert "已经连续 2 次一致" in monday and "已经连续 3 次一致" in monday
    assert "没有新的导出" in monday and "21.csv" in monday


@pytest.mark.feature("Q5")
async def test_a_list_is_compared_when_asked_in_the_terminal_in_chat_and_by_a_program(acme):
    await import_file(acme, "old.csv", csv_text(HEAD, LI, HAN))
    theirs = csv_text(HEAD, (*LI[:3], "杭州云栖科技", "李娜", "跟进中"), LI, EVIL, ("K5", "无号", "", "某公司", "", ""))
    path = acme.root / "theirs.csv"
    path.write_text(theirs, "utf-8")
    before = counted(acme)
    status, out, err = await cli("import", acme.folder.root, path, "--compare", "--json")
    assert status == 0, err
    found = json.loads(out)
    assert (found["rows"], found["same"], found["differing"], found["there"], found["skipped"]) == (4, 1, 1, 1, 1)
    assert (found["doubled"], found["here"], found["only_here"], found["newer"]) == (1, 2, 1, 0)
    assert (found["field:公司"], found["field:负责人"], found["differences"]) == (1, 1, 3)
    content = read(found["file"])
    evil = next(line for line in lines_of(content) if line[4] == "13600136004")
    assert (evil[3], evil[5]) == ("=1+1", "@SUM(A1)") and formulas_in(content) == 0
    status, out, _ = await cli("import", acme.folder.root, path, "--compare")
    assert status == 0 and "有 3 处不同" in out and "旧系统 4 行 = 两边都有 2 + 只在旧系统 1 + 读不懂 1" in out
    status, _, err = await cli("import", acme.folder.root, path, "--compare", "--start")
    assert status == 2 and "--compare changes nothing" in err

    _, batch = await upload(acme, "theirs.csv", theirs)
    heard = words(await acme.text("admin", f"对比 {batch['batch']}"))
    assert "正在拿" in heard and "有 3 处不同" in heard
    assert "只做了对比" in words(await acme.text("admin", f"回滚 {batch['batch']}"))
    _, batch = await upload(acme, "theirs.csv", theirs, compare="true", confirm="true")
    assert batch["state"] == "compared" and batch["kept"]["only_here"] == 1
    async with acme.http.get(f"/api/v1/imports/{batch['batch']}/bad") as answer:
        assert answer.status == 200 and len(lines_of(await answer.read())) == 5
    assert counted(acme) == before


@pytest.mark.feature("Q5")
async def test_an_export_that_is_no_list_is_told_with_its_cause(acme):
    await runs_beside(acme)
    at = shanghai("2026-03-19 01:00")
    drop_off(acme, "export.csv", at=at)
    (acme.folder.root / "parallel" / "export.csv").write_text("<html>error 500</html>", "utf-8")
    os.utime(acme.folder.root / "parallel" / "export.csv", (at.timestamp(), at.timestamp()))
    await acme.until(shanghai("2026-03-19 09:10"))
    told = words(acme.standin.chat("linda"))
    assert "和旧系统的对比没有做成" in told and "其实是网页" in told and "什么都没有改" in told
