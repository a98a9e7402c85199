"""The doctor finds what is missing in a set-up, and each finding says what was seen and what to do about it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands.doctor import examine
from bot.commands.finding import Finding
from bot.wecom.menu import MENU
from config.folder import Folder, create_folder, read_env
from config.settings import load_settings
from sandbox.wecom.approval import Control
from sandbox.wecom.standin import WeComStandIn
from store.access import set_property
from store.db import Store
from store.migrate import migrate
from store.sealed import Keys
from tests.conftest import NOW

CORP, SECRET = "ww0123456789abcdef", "hush-secret-0123456789"
MEMBERS = {"wanglei": "王磊", "lina": "李娜", "chenjing": "陈静"}


class Practice:
    """A set-up in which nothing is missing: a folder, and a WeCom stand-in that knows its members."""

    def __init__(self, root: Path) -> None:
        self.folder: Folder = create_folder(root).folder
        self.standin = WeComStandIn(corp_id=CORP, agent_id=1000002, secret=SECRET, members=MEMBERS)
        self.runner = web.AppRunner(self.standin.application(), access_log=None, shutdown_timeout=0.1)

    async def open(self) -> None:
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        api = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        self.change(self.folder.settings, "  callbacks:", f"  api_base: {api}\n  callbacks:")
        self.change(self.folder.settings, "ww0000000000000000", CORP)
        self.change(self.folder.settings, "public_url: http://127.0.0.1:8080", "public_url: https://crm.example.com")
        self.change(self.folder.env, read_env(self.folder.env)["WECOM_SECRET"], SECRET)
        lines = ["id,name,role,team,wecom", *(f"{user},{name},rep,华东,{user}" for user, name in MEMBERS.items())]
        self.folder.members.write_text("\n".join(lines), "utf-8")
        self.standin.api.menu.update(MENU)
        settings = load_settings(self.folder, {})
        await asyncio.to_thread(migrate, settings.store_url(self.folder))
        store = Store(settings.store_url(self.folder), settings.corp, Keys(settings.data_key()))
        await store.open()
        await store.transaction(lambda tx: set_property(tx, "callback_verified", "2026-03-18T10:00:00+08:00"))
        await store.close()

    def change(self, path: Path, old: str, new: str) -> None:
        """Write one place of a file differently."""
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    async def found(self) -> dict[str, Finding]:
        """What the doctor says, by step; no word of it gives a secret away."""
        findings = await examine(self.folder, {})
        for finding in findings:
            assert finding.ok or finding.cure, finding
            for secret in (SECRET, *read_env(self.folder.env).values()):
                assert secret not in finding.line()
        return {finding.step: finding for finding in findings}

    async def wrong(self) -> dict[str, Finding]:
        """Only what is not in order."""
        return {step: finding for step, finding in (await self.found()).items() if not finding.ok}


@pytest.fixture
async def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Practice]:
    """The set-up, on a Wednesday in 2026."""
    monkeypatch.setattr("bot.clock.now", lambda: NOW)
    opened = Practice(tmp_path / "acme")
    await opened.open()
    yield opened
    await opened.runner.cleanup()


async def test_a_whole_set_up_is_told_step_by_step(practice: Practice) -> None:
    found = await practice.found()
    assert [finding for finding in found.values() if not finding.ok] == []
    assert list(found) == [
        "设置 leadbot.yaml", "密钥 .env", "外网地址", "磁盘", "规则 rules.yaml", "工作日历", "成员 members.csv",
        "数据库", "回调验证", "企业微信 连接", "企业可信IP", "应用菜单", "可见范围",
    ]  # fmt: skip
    assert found["可见范围"].seen == "查了 3 位成员,都在" and found["成员 members.csv"].seen == "3 位"
    assert found["回调验证"].line() == "✓ 回调验证:最近一次 2026-03-18T10:00:00+08:00"


async def test_the_command_ends_with_0_or_1_and_json_on_demand(practice: Practice) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["doctor", str(practice.folder.root), *words], env={}, catch_exceptions=False)
        assert done.stderr == ""
        return done.exit_code, done.stdout

    code, out = await asyncio.to_thread(run)
    assert code == 0 and out.count("✓") == len(out.splitlines()) == 13
    practice.standin.company.hidden.add("lina")
    code, out = await asyncio.to_thread(run)
    assert code == 1 and "✗ 可见范围:李娜(错误 60011)" in out and "\n    → 到应用页「可见范围」加上他们" in out
    code, out = await asyncio.to_thread(run, "--json")
    told = json.loads(out)
    assert code == 1 and told["ok"] is False and len(told["steps"]) == 13
    assert {"step", "ok", "seen", "cure"} == set(told["steps"][0])
    assert [step["step"] for step in told["steps"] if not step["ok"]] == ["可见范围"]


async def test_a_wrong_secret_is_asked_for_once_and_named(practice: Practice) -> None:
    practice.standin.company.secret = "another"
    wrong = await practice.wrong()
    assert list(wrong) == ["企业微信 连接"] and wrong["企业微信 连接"].seen == "错误 40001"
    assert "Secret 不对" in wrong["企业微信 连接"].cure and "WECOM_SECRET" in wrong["企业微信 连接"].cure
    assert practice.standin.api.calls["gettoken"] == 1, "WeCom bans who tries often"


async def test_a_wrong_corp_id_is_named(practice: Practice) -> None:
    practice.standin.company.corp_id = "wwanother"
    assert "wecom.corp_id" in (await practice.wrong())["企业微信 连接"].cure


async def test_an_api_that_is_not_there_is_told_by_its_setting(practice: Practice) -> None:
    await practice.runner.cleanup()
    wrong = await practice.wrong()
    assert list(wrong) == ["企业微信 连接"] and "连接不上企业微信" in wrong["企业微信 连接"].seen
    assert "wecom.api_base" in wrong["企业微信 连接"].cure


@pytest.mark.parametrize("kind", ["http_502", "cut_before", "empty", "html_200", "truncated"])
@pytest.mark.parametrize(("endpoint", "step"), [("gettoken", "企业微信 连接"), ("user/get", "企业微信 接口")])
async def test_an_api_that_answers_nonsense_is_told(practice: Practice, endpoint: str, step: str, kind: str) -> None:
    practice.standin.faults.add(endpoint, kind)
    wrong = await practice.wrong()
    assert list(wrong) == [step] and "企业微信" in wrong[step].seen and "访问外网" in wrong[step].cure


async def test_an_api_that_does_not_answer_is_not_waited_for(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.commands.doctor.PATIENCE", 0.2)
    practice.standin.faults.add("gettoken", "slow", seconds=30)
    wrong = await practice.wrong()
    assert list(wrong) == ["企业微信 连接"] and wrong["企业微信 连接"].seen == "0.2 秒没有回答"
    assert "访问外网" in wrong["企业微信 连接"].cure


@pytest.mark.parametrize(
    ("code", "cure"),
    [(50003, "重新启用"), (48001, "开通"), (45009, "太频繁"), (-1, "稍后")],
)
async def test_what_is_wrong_with_the_app_is_not_blamed_on_the_members(
    practice: Practice, code: int, cure: str
) -> None:
    practice.standin.faults.add("user/get", "errcode", errcode=code)
    wrong = await practice.wrong()
    assert list(wrong) == ["企业微信 接口"] and wrong["企业微信 接口"].seen == f"错误 {code}"
    assert cure in wrong["企业微信 接口"].cure and "可见范围" not in wrong["企业微信 接口"].cure


@pytest.mark.parametrize("endpoint", ["menu/get", "user/get"])
async def test_a_server_whose_address_is_not_trusted_is_told(practice: Practice, endpoint: str) -> None:
    practice.standin.faults.add(endpoint, "errcode", errcode=60020)
    wrong = await practice.wrong()
    assert list(wrong) == ["企业可信IP"] and "一分钟后生效" in wrong["企业可信IP"].cure


async def test_a_menu_that_is_missing_or_somebody_elses_is_told(practice: Practice) -> None:
    practice.standin.api.menu.clear()
    wrong = await practice.wrong()
    assert list(wrong) == ["应用菜单"] and wrong["应用菜单"].seen == "还没有" and "serve" in wrong["应用菜单"].cure
    practice.standin.api.menu["button"] = [{"type": "click", "name": "打卡", "key": "in"}]
    assert (await practice.wrong())["应用菜单"].seen == "打卡"


async def test_members_whom_the_app_does_not_see_are_named(practice: Practice) -> None:
    practice.standin.company.hidden.add("lina")
    del practice.standin.company.members["chenjing"]
    wrong = await practice.wrong()
    assert list(wrong) == ["可见范围"] and wrong["可见范围"].seen == "李娜(错误 60011)、陈静(错误 60111)"
    assert "members.csv" in wrong["可见范围"].cure


SLIPS: list[tuple[Callable[[Practice], object], str, str, str]] = [
    (lambda p: p.change(p.folder.settings, "https://crm", "http://crm"), "外网地址", "http://crm", "public_url"),
    (lambda p: p.folder.env.chmod(0o640), "密钥 .env", "权限 640", "chmod 600"),
    (lambda p: p.change(p.folder.settings, CORP, "ww0000000000000000"), "企业微信 企业ID", "示例值", "我的企业"),
    (lambda p: p.change(p.folder.env, SECRET, "请填入应用的Secret"), "企业微信 Secret", "没有填", "WECOM_SECRET"),
    (lambda p: p.folder.members.write_text("id,name,role\n"), "成员 members.csv", "还没有成员", "一行写一位同事"),
    (lambda p: p.folder.members.unlink(), "成员 members.csv", "还没有成员", "members.csv"),
    (lambda p: p.change(p.folder.members, ",lina", ","), "成员 members.csv", "李娜 没有填账号", "wecom 一列"),
    (lambda p: p.change(p.folder.members, "rep", "boss"), "成员 members.csv", "有错误", "members.csv:2:1: role"),
    (lambda p: p.change(p.folder.rules, "within: 2h", "within: soon"), "规则 rules.yaml", "有错误", "'soon'"),
    (lambda p: p.folder.rules.unlink(), "规则 rules.yaml", "有错误", "rules.yaml"),
    (lambda p: (p.folder.data / "leadbot.db").write_bytes(b"x" * 9999), "数据库", "用不了", "restore NEW FILE"),
    (lambda p: p.change(p.folder.env, "DATA_KEY=", "DATA_KEY=QUFB"), "设置 leadbot.yaml", "读不了", "data_key"),
]


@pytest.mark.parametrize(("slip", "step", "seen", "cure"), SLIPS)
async def test_each_slip_is_the_only_finding_with_its_cure(
    practice: Practice, slip: Callable[[Practice], object], step: str, seen: str, cure: str
) -> None:
    slip(practice)
    wrong = await practice.wrong()
    assert list(wrong) == [step]
    assert seen in wrong[step].seen and cure in wrong[step].cure


async def test_a_store_of_another_key_is_told(practice: Practice) -> None:
    key = read_env(practice.folder.env)["LEADBOT_DATA_KEY"]
    practice.change(practice.folder.env, key, ("A" if key[0] != "A" else "B") + key[1:])
    wrong = await practice.wrong()
    assert list(wrong) == ["数据库"] and wrong["数据库"].seen == "是用另一把钥匙写的"
    assert "LEADBOT_DATA_KEY" in wrong["数据库"].cure


async def test_before_the_first_start_a_store_is_not_missed(practice: Practice) -> None:
    for path in practice.folder.data.glob("leadbot.db*"):
        path.unlink()
    found = await practice.found()
    assert found["数据库"].ok and "第一次 serve" in found["数据库"].seen
    assert not (practice.folder.data / "leadbot.db").exists(), "the doctor only looks"


async def test_a_callback_that_was_never_verified_is_told(practice: Practice) -> None:
    for path in practice.folder.data.glob("leadbot.db*"):
        path.unlink()
    await asyncio.to_thread(migrate, load_settings(practice.folder, {}).store_url(practice.folder))
    wrong = await practice.wrong()
    assert list(wrong) == ["回调验证"] and "EncodingAESKey" in wrong["回调验证"].cure


async def test_a_group_of_the_rules_needs_its_address(practice: Practice) -> None:
    practice.change(practice.folder.rules, "default: true", "default: true\n    group: 销售群")
    wrong = await practice.wrong()
    assert list(wrong) == ["群「销售群」"] and "wecom.groups" in wrong["群「销售群」"].cure
    practice.change(practice.folder.settings, "  callbacks:", "  groups: {销售群: 0123-4567-89ab}\n  callbacks:")
    assert await practice.wrong() == {}


async def test_a_year_without_holidays_is_told_and_the_next_one_in_time(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.clock.now", lambda: datetime(2039, 3, 18, 2, 20, tzinfo=UTC))
    wrong = await practice.wrong()
    assert list(wrong) == ["工作日历"] and wrong["工作日历"].seen == "没有 2039 年的放假安排"
    assert "calendar.override" in wrong["工作日历"].cure
    own = "date,kind\n2039-01-01,free\n2039-05-01,free\n2039-10-01,free\n"
    (practice.folder.root / "own.csv").write_text(own, "utf-8")
    practice.change(practice.folder.rules, "holidays: china", "holidays: china\n  override: own.csv")
    found = await practice.found()
    told = "2040 年的放假安排还没有,年底前升级 Leadbot 或写进 calendar.override 的放假表"
    assert found["工作日历"].ok and found["工作日历"].seen == told


async def test_the_forms_that_are_asked_in_wecom_are_held_against_their_templates(practice: Practice) -> None:
    rules = practice.folder.rules
    asked = "approvals:\n  visit: {kind: visit, label: 拜访要同意, template: 3Tka, fields: {编号: no, 金额: amount}}\n"
    rules.write_text(f"{rules.read_text('utf-8')}\n{asked}", "utf-8")
    assert "301025" in (await practice.wrong())["审批模板「拜访要同意」"].seen, "there is no such template"
    app = practice.standin.api.approvals
    app.publish("3Tka", "拜访", Control("Text-1", "编号"), Control("Text-2", "事由", required=True))
    assert "没有控件「金额」" in (await practice.wrong())["审批模板「拜访要同意」"].seen
    app.publish("3Tka", "拜访", Control("Text-1", "编号"), Control("Money-2", "金额", "Money"))
    assert "2 个控件都对得上" in (await practice.found())["审批模板「拜访要同意」"].seen
    app.allowed = False
    assert "可调用接口的应用" in (await practice.wrong())["审批模板「拜访要同意」"].seen
