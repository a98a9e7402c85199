"""The pages of members: what they show is what the reader may see, and what chat would have said."""

import io
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest

from store.rulebook import publish_rules
from tests.browser import Browser
from tests.town import Town


@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
@pytest.mark.feature("N1")
async def test_one_page_tells_all_of_a_lead_and_what_happens_next(acme: Town) -> None:
    lead = await acme.mql(utm_source="baidu")
    await acme.text("lina", f"领取 {lead}")
    await acme.later(minutes=3)
    await acme.text("lina", f"跟进 {lead} 电话聊了,要三十台,周五下午3点上门演示")
    await acme.mql(need="再问一下,交期多久?", submission_id="again")
    await acme.api("POST", "/calls", phone="13800138000", direction="in", outcome="missed", agent="lina", call_id="c1")
    async with Browser(acme) as page:
        told = await page.login("lina", f"/app/leads/{lead}")
        for words in (
            "王建国 · 杭州云栖智能科技有限公司", "要三十台,周五下午3点上门演示", "首次咨询", "再次咨询", "领取", "李娜",
            "急需三十台工业相机", "再问一下,交期多久?", "baidu", "接下来", "后天 15:00 跟进", "评分:", "规则第 1 版",
            "负责人:李娜,自己领取的", "首次联系", "做到了",
        ):  # fmt: skip
            assert words in told, words
        assert "138****8000" in told and "13800138000" not in page.html
        assert told.index("再次咨询") < told.index("首次咨询"), "the newest stands first"
        full = await page.post(f"/app/leads/{lead}/reveal", f"/app/leads/{lead}")
        assert "13800138000" in full and "已经记录" in full
        assert "13800138000" not in await page.get(f"/app/leads/{lead}")
        acts = acme.database.rows("select act, by from audit where corp = 'acme' and subject = :lead", lead=lead)
        assert ("reveal", "lina") in [tuple(row) for row in acts] and ("view", "lina") in [tuple(row) for row in acts]
        only = await page.get(f"/app/leads/{lead}?kind=owner")
        story = only.partition("经过")[2].partition("为什么")[0]
        assert "领取" in story and "首次咨询" not in story and "开始计时" not in story
        assert "开始计时「首次联系」" in await page.get(f"/app/leads/{lead}?kind=clock")


@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
@pytest.mark.feature("P1")
async def test_each_role_sees_on_pages_what_it_sees_in_chat(acme: Town) -> None:
    mine = await acme.mql()
    other = await acme.mql(name="赵敏", phone="13900139001", company="苏州微光生物医药有限公司")
    free = await acme.mql(name="孙悦", phone="13900139002", company="上海浦江建筑装饰有限公司")
    await acme.text("lina", f"领取 {mine}")
    await acme.text("zhaoqiang", f"领取 {other}")
    await acme.text("lina", f"跟进 {mine} 打 13800138000 说好了")
    seen = {
        "lina": {mine, free}, "zhaoqiang": {other, free}, "chenjing": {mine, free}, "linda": {mine, other, free},
        "admin": {mine, other, free},
    }  # fmt: skip
    for user, leads in seen.items():
        async with Browser(acme) as page:
            listed = await page.login(user, "/app/leads")
            assert {lead for lead in (mine, other, free) if f"{lead} " in listed} == leads, user
            for lead in (mine, other, free):
                await page.get(f"/app/leads/{lead}")
                assert page.status == (200 if lead in leads else 404), (user, lead)
                found = await page.get(f"/app/find?q={lead}")
                assert (page.status == 200) == (lead in leads)
                assert "13800138000" not in found and "13900139" not in found, "no number stands in full"
                await page.post(f"/app/leads/{lead}/reveal", "/app/leads")
                may = lead in leads and (user, lead) not in (("lina", free), ("zhaoqiang", free), ("chenjing", free))
                assert (page.status == 200) == (may and user != "linda"), (user, lead, page.text)
            people = await page.get("/app/company?name=苏州微光生物医药有限公司")
            assert ("赵敏" in people) == (other in leads)
            for path in ("/app/leads/L999", "/app/company?name=没有", "/app/views/77"):
                await page.get(path)
                assert page.status == 404


@pytest.mark.feature("N2")
@pytest.mark.platforms("wecom")
async def test_lists_filter_sort_page_and_are_kept_as_views(acme: Town) -> None:
    """Five people called 张伟 stay five; the address is the view."""
    leads = [
        await acme.capture(source, name="张伟", phone=f"1390013900{n}", company=f"张伟第{n}公司", city="杭州")
        for n, source in enumerate(("官网", "百度", "官网", "抖音", "官网"))
    ]
    hot = await acme.mql()
    await acme.text("lina", f"领取 {hot}")
    await acme.text("lina", f"跟进 {hot} 电话聊了,明天10点再打")
    async with Browser(acme) as page, Browser(acme) as boss:
        await page.login("linda", "/app/leads?q=张伟")
        assert page.html.count("张伟第") == 5
        await page.get("/app/leads?q=张伟&source=官网")
        assert [lead in page.html for lead in leads] == [True, False, True, False, True]
        shown: list[str] = []
        path = "/app/leads?q=张伟&limit=2&sort=score"
        for _ in range(3):
            await page.get(path)
            shown += [lead for lead in leads if f'/app/leads/{lead}"' in page.html]
            more = page.html.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
            path = more.replace("&amp;", "&")
        assert sorted(shown) == sorted(leads), "page by page, each once"
        assert "L" + str(max(int(one[1:]) for one in leads)) in await page.get("/app/leads?sort=touched&q=张伟")
        for query, there in (
            ("due=today", False), ("scope=mine", True), ("scope=free", False), ("stage=sal", True), ("open=1", True),
            ("owner=lina", True), ("owner=none", False), ("temperature=cold", False), ("sort=next", True),
            ("since=2026-03-18&until=2026-03-18", True), ("until=2026-03-17", False), ("due=none", False),
        ):  # fmt: skip
            assert (hot in await page.get(f"/app/leads?{query}")) == there, query
        acme.at += timedelta(days=2)
        assert hot in await page.login("linda", "/app/leads?due=late") and "已过" in page.text
        for query in ("stage=宇宙", "since=昨天", "since=2026-03-18&until=2026-03-01", "sort=phone", "limit=0", "x=1",
                      "cursor=abc"):  # fmt: skip
            await page.get(f"/app/leads?{query}")
            assert page.status == 422 and "Traceback" not in page.text, query

        saved = await page.post(
            "/app/views",
            "/app/leads",
            query=urlencode({"q": "张伟", "source": "官网"}),
            name="官网的张伟",
            shared="all",
        )
        assert "官网的张伟" in saved
        await boss.login("chenjing", "/app/leads")
        assert "官网的张伟" in boss.text
        link = boss.html.partition("官网的张伟")[0].rpartition('href="')[2].partition('"')[0]
        await boss.get(link)
        assert [lead in boss.html for lead in leads] == [True, False, True, False, True]
        await boss.post(f"{link}/drop", "/app/leads")
        assert boss.status == 403, "another's view"
        assert "官网的张伟" not in await page.post(f"{link}/drop", "/app/leads")


@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
@pytest.mark.feature("N3")
async def test_a_company_s_page_shows_its_people_and_who_is_silent(acme: Town) -> None:
    company = "杭州云栖智能科技有限公司"
    boss = await acme.mql(title="总经理")
    user = await acme.capture(name="钱进", phone="13900139005", company=f"{company} ", title="工程师")
    await acme.capture(name="别家", phone="13900139006", company="杭州云栖")
    await acme.text("lina", f"领取 {boss}")
    acme.at += timedelta(days=31)
    await acme.text("lina", f"跟进 {boss} 电话聊了,一切顺利")
    async with Browser(acme) as page:
        told = await page.login("linda", f"/app/company?name={company}")
        assert "2 位联系人" in told and "总经理" in told and "工程师" in told and "别家" not in told
        rows = page.html.split("<tr>")
        assert "天没动静" in next(row for row in rows if f">{user}<" in row)
        assert "天没动静" not in next(row for row in rows if f">{boss}<" in row)
        assert company in await page.get(f"/app/leads/{boss}")


@pytest.mark.only("sqlite")
@pytest.mark.platforms("wecom")
@pytest.mark.feature("P1")
async def test_leaders_see_what_did_not_arrive_the_rules_imports_and_channels(acme: Town, tmp_path: Path) -> None:
    acme.side.fail()
    lead = await acme.mql()
    acme.at += timedelta(hours=26)
    await acme.settle()
    acme.standin.faults.clear()
    text = acme.folder.rules.read_text(encoding="utf-8")
    now = acme.at
    await acme.bot.store.transaction(
        lambda tx: publish_rules(
            tx, text.replace("undo_minutes: 10", "undo_minutes: 15"), after=1, by="admin", note="多给五分钟", now=now
        )
    )
    names = aiohttp.FormData(
        {"file": io.BytesIO("姓名,手机\n李雷,13800138009\n韩梅,1380\n".encode()), "confirm": "true"}
    )
    async with acme.http.post("/api/v1/imports", data=names) as answer:
        batch = (await answer.json())["batch"]
    await acme.settle()
    async with Browser(acme) as page, Browser(acme) as rep:
        told = await page.login("chenjing", "/app/messages")
        assert lead in told and "王磊" in told and "重试" in told
        before = len(acme.standin.chat("wanglei"))
        for _ in range(page.html.count("/resend")):
            path = page.html.partition('action="/app/messages/')[2].partition('"')[0]
            await page.post(f"/app/messages/{path}", "/app/messages")
            await acme.settle()
            await page.get("/app/messages")
        assert len(acme.standin.chat("wanglei")) > before and "没有未送达的" in page.text
        await page.post(f"/app/messages/{path}", "/app/messages")
        assert page.status == 422 and "已经送到" in page.text

        assert "第 2 版" in await page.get("/app/rules") and "多给五分钟" in page.text
        assert "~ undo_minutes: 10 -> 15" in await page.get("/app/rules/2")
        assert "算好发到你的聊天里" in await page.post("/app/rules/try", "/app/rules")
        await page.get("/app/rules/9")
        assert page.status == 404

        assert batch in await page.get("/app/imports") and "源 2 = 新 1 + 更新 0 + 跳过 1" in page.text
        assert "第 3 行" in await page.get(f"/app/imports/{batch}") and "13800138009" not in page.html
        await page.post(f"/app/imports/{batch}/bad", "/app/imports")
        assert "韩梅" in page.html and "李雷" not in page.html
        undone = await page.post(f"/app/imports/{batch}/undo", f"/app/imports/{batch}")
        await acme.settle()
        assert "撤销" in undone and "已撤销" in await page.get(f"/app/imports/{batch}")
        assert "官网" in await page.get("/app/channels")
        await page.get("/app/setup")
        assert page.status == 403 and "不对你开放" in page.text

        await rep.login("lina")
        for path in ("/app/messages", "/app/rules", "/app/rules/1", "/app/imports", f"/app/imports/{batch}",
                     "/app/channels", "/app/setup"):  # fmt: skip
            await rep.get(path)
            assert rep.status == 403 and lead not in rep.text, path
        await rep.post("/app/rules/try")
        assert rep.status == 403
        await rep.post("/app/logout")
        shown = await rep.login("admin", "/app/setup")
        assert "wecom.corp_id" in shown and "已填(不显示)" in shown and "李娜" in shown
        for secret in (acme.admin_key, "请填入应用的Secret", *_values(acme.folder.env.read_text("utf-8"))):
            assert secret not in rep.html


def _values(env: str) -> list[str]:
    """The secrets of a company's .env."""
    return [line.partition("=")[2] for line in env.splitlines() if "=" in line and len(line.partition("=")[2]) > 8]
