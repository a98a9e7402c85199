"""The doctor on DingTalk: each step of docs/dingtalk.md has its line, and each missing thing its cure."""

from pathlib import Path
from typing import Any

import pytest

from bot.commands.doctor import examine
from bot.commands.finding import Finding
from tests.conftest import NOW
from tests.town import Town, town

REPS = {"wanglei": ("王磊", "rep", "华东"), "lina": ("李娜", "rep", "华东"), "admin": ("管理员", "admin", "")}


@pytest.fixture
async def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("bot.clock.now", lambda: NOW)
    async with town(tmp_path, members=REPS, platform="dingtalk") as place:
        yield place


async def steps(place: Town) -> dict[str, Finding]:
    findings = await examine(place.folder, {})
    for finding in findings:
        assert finding.ok or finding.cure, finding
        assert "a-secret-of" not in finding.line()
    return {finding.step.removeprefix("钉钉 "): finding for finding in findings if "钉钉" in finding.step}


async def test_a_whole_set_up_is_told_step_by_step(acme: Town) -> None:
    before = await steps(acme)
    assert not before["收消息"].ok and "/callback/dingtalk/robot" in before["收消息"].cure
    assert not before["事件订阅"].ok
    await acme.text("wanglei", "帮助")
    await acme.standin.verify_url()
    await acme.bot.dingtalk.quota.keep()  # type: ignore[union-attr]
    found = await steps(acme)
    assert [name for name, finding in found.items() if not finding.ok] == []
    assert list(found) == ["连接", "成员", "收消息", "事件订阅", "卡片模板", "额度(接口调用)", "额度(收消息)"]
    assert found["成员"].seen == "查了 3 位成员,都在"
    assert found["额度(收消息)"].seen.startswith("本月 2 / 1000000"), "a question and its answer"


async def test_what_is_missing_is_named_with_its_cure(acme: Town) -> None:
    acme.standin.company.hidden.add("lina")
    found = await steps(acme)
    assert not found["成员"].ok and "李娜" in found["成员"].seen and "userid" in found["成员"].cure
    acme.standin.api.forbidden["topapi/v2/user/get"] = "qyapi_get_member"
    found = await steps(acme)
    assert not found["通讯录权限"].ok and "权限管理" in found["通讯录权限"].cure
    acme.standin.company.client_secret = "another"
    found = await steps(acme)
    assert not found["连接"].ok and "DINGTALK_SECRET" in found["连接"].cure and "成员" not in found


async def test_a_month_that_will_not_reach_is_foreseen(acme: Town) -> None:
    quota = acme.bot.dingtalk.quota  # type: ignore[union-attr]
    for _ in range(700000):
        quota.count("api")
    await quota.keep()
    found = await steps(acme)
    assert not found["额度(接口调用)"].ok and "照这样月底到 1205555" in found["额度(接口调用)"].seen
