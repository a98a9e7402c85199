"""Taking leads along: small files at once, large ones after a manager's word; each bears whose it is, no cell runs."""

import csv
import io
import urllib.parse
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook

from bot.web.pages import exports
from leads import exporting
from tests.browser import Browser
from tests.town import Town, words


def read(content: bytes, name: str) -> list[list[str]]:
    """The cells of a file."""
    if name.endswith(".csv"):
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


async def fetched(page: Browser, path: str, **fields: str) -> tuple[str, list[list[str]]]:
    """(name, cells) of the file that a form answers with."""
    answer = await page.ask("POST", path, data={"csrf": page.csrf, **fields})
    assert answer.status == 200 and "attachment" in answer.headers.get("Content-Disposition", ""), page.text
    name = urllib.parse.unquote(answer.headers["Content-Disposition"].partition("UTF-8''")[2])
    return name, read(await answer.read(), name)


@pytest.mark.only("sqlite")
@pytest.mark.feature("P6", "N2")
async def test_a_large_file_waits_for_the_manager_and_every_row_says_whose_it_is(
    acme: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (exporting, exports):
        monkeypatch.setattr(module, "FREE", 3)
    mine = await acme.mql()
    await acme.text("lina", f"领取 {mine}")
    others = [
        await acme.capture(
            name="=cmd|客户1" if n == 1 else "张伟", phone=f"1390013900{n}", company="+云栖", need="打 13900139000 找我"
        )
        for n in range(4)
    ]
    async with Browser(acme) as page, Browser(acme) as boss, Browser(acme) as other:
        await page.login("lina", "/app/leads?owner=lina")
        name, cells = await fetched(page, "/app/exports", query="owner=lina", format="csv")
        assert "李娜" in name and "2026-03-18" in name and name.endswith(".csv")
        assert len(cells) == 3 and cells[1][0] == mine and "13800138000" in cells[1], "one's own stands in full"
        assert cells[1][-1].startswith("李娜 2026-03-18") and "请勿外传" in cells[-1][0]

        assert "请写一句" in await page.post("/app/exports", "/app/leads", query="", format="xlsx")
        assert page.status == 422
        before = len(acme.standin.chat("chenjing"))
        told = await page.post("/app/exports", "/app/leads", query="", format="xlsx", why="展会前逐个邀请 13800138000")
        await acme.settle()
        assert "等主管同意(陈静)" in told and "E2" in told
        (card,) = acme.standin.chat("chenjing")[before:]
        assert "李娜申请导出 5 条线索" in words([card]) and "展会前逐个邀请" in words([card])
        assert "13800138000" not in words([card])
        for path in ("file", "agree"):
            await page.post(f"/app/exports/2/{path}", "/app/exports")
            assert page.status in (403, 422), path
        await other.login("zhaoqiang", "/app/exports")
        assert "E2" not in other.text
        await other.post("/app/exports/2/agree", "/app/exports")
        assert other.status == 404
        assert "E2 已同意" in words(await acme.press("chenjing", "同意"))
        assert "/app/exports" in words(acme.standin.chat("lina")[-1:])

        await page.get("/app/exports")
        name, cells = await fetched(page, "/app/exports/2/file")
        assert name.endswith("E2.xlsx") and {row[0] for row in cells[1:-1]} == {mine, *others}
        assert all(row[-1] == "李娜 2026-03-18 10:20 E2" for row in cells[1:])
        namesakes = [row[0] for row in cells if row[1] == "张伟"]
        assert namesakes == [others[3], others[2], others[0]], "each in a row of their own"
        full = [row for row in cells[1:-1] if any("1390013900" in cell for cell in row)]
        assert full == [], "what nobody owns is masked in the file too, in whatever cell it stands"
        acts = acme.database.rows(
            "select act, by, data from audit where corp = 'acme' and act like 'export%' order by id"
        )
        assert [(row[0], row[1]) for row in acts] == [
            ("export", "lina"), ("export_asked", "lina"), ("export_agreed", "chenjing"), ("export", "lina"),
        ]  # fmt: skip
        await boss.login("admin", "/app/leads")
        _, cells = await fetched(boss, "/app/exports", query="q=客户1", format="csv")
        assert cells[1][1] == "'=cmd|客户1" and cells[1][3] == "'+云栖", "no cell runs as a formula"
        acme.at += timedelta(hours=25)
        await page.login("lina", "/app/exports")
        assert "过了 24 小时" in page.text
        await page.post("/app/exports/2/file", "/app/exports")
        assert page.status == 422 and "再申请一次" in page.text
        for query in ("stage=宇宙", "owner=nobody"):
            await page.post("/app/exports", "/app/leads", query=query, format="xlsx")
            assert page.status == 422
