"""Rules that were published are in force at once; what began under the old ones keeps its promise."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from tests.town import shanghai, words


async def rules(acme, command, *options):
    """A `rules` command beside the running bot."""
    arguments = ["rules", command, str(acme.folder.root), *options, "--json"]
    told = await asyncio.to_thread(CliRunner().invoke, app, arguments, env={}, catch_exceptions=False)
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout)


async def publish(acme, old, new):
    """Change a place of rules.yaml, publish it, and wait until the bot works by it."""
    text = acme.folder.rules.read_text("utf-8")
    assert old in text
    acme.folder.rules.write_text(text.replace(old, new, 1), "utf-8")
    version = (await rules(acme, "publish"))["version"]
    await in_force(acme, version)
    return version


async def in_force(acme, version):
    """Wait until the bot works by this version and has told the administrator so."""
    async with asyncio.timeout(60):
        while f"规则第 {version} 版已经生效" not in words(acme.standin.chat("admin")):  # noqa: ASYNC110 - another task loads it
            await asyncio.sleep(0.01)


@pytest.mark.feature("R5", "H8")
async def test_a_running_promise_keeps_its_rule_and_a_new_one_takes_the_new_rule(acme):
    old = await acme.mql()
    version = await publish(acme, "within: 2h", "within: 30m")
    new = await acme.mql(phone="13900139000", name="李四海")
    _, found = await acme.api("GET", "/clocks")
    due = {item["lead"]: (item["due_at"], item["rules_version"]) for item in found["items"]}
    assert due[old] == ("2026-03-18T13:50:00+08:00", version - 1)
    assert due[new] == ("2026-03-18T10:50:00+08:00", version)
    assert (await acme.lead(new))["rules_version"] == version
    await acme.until(shanghai("2026-03-18 10:51"))
    late = words(acme.standin.chat("chenjing"))
    assert f"{new} 领取超时了" in late and f"{old} 领取超时了" not in late


@pytest.mark.feature("R5")
async def test_the_administrator_hears_once_what_is_in_force_and_what_differs(acme):
    await publish(acme, "within: 2h", "within: 3h")
    await acme.later(minutes=10)
    (told,) = [words([m]) for m in acme.standin.chat("admin") if "规则第" in words([m])]
    assert "规则第 2 版已经生效" in told and "clocks.claim.within" in told and "2h" in told and "3h" in told
    await acme.stop_bot()
    await acme.start_bot()
    assert words(acme.standin.chat("admin")).count("规则第") == 1, "a restart is no news"


@pytest.mark.feature("R2")
async def test_the_administrator_takes_a_version_back_with_one_tap_and_only_while_it_is_the_running_one(acme):
    await publish(acme, "within: 2h", "within: 3h")
    await publish(acme, "within: 3h", "within: 4h")
    await acme.settle()
    await acme.press("admin", "回退到第 1 版")
    assert "没有回退" in words(acme.standin.chat("admin")[-1:]) and (await acme.bot.context()).rules.version == 3
    await acme.press("admin", "回退到第 2 版")
    await in_force(acme, 4)
    rules = (await acme.bot.context()).rules
    assert (rules.version, rules.clocks["claim"].within) == (4, "3h")


@pytest.mark.feature("R5")
async def test_a_version_taken_back_is_in_force_again_under_a_new_number(acme):
    await publish(acme, "mql: {score: 60, grade: C}", "mql: {score: 100, grade: A}")
    first = await acme.mql(need="想了解一下")
    assert (await acme.lead(first))["stage"] == "new"
    await rules(acme, "rollback")
    await in_force(acme, 3)
    second = await acme.mql(phone="13900139000", name="李四海", need="想了解一下")
    assert (await acme.lead(second))["stage"] == "mql"
