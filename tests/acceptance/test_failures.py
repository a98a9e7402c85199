"""The failure cases of docs/operations.md that a whole company meets: what breaks, what people see, how it ends."""

import asyncio
import base64
import contextlib
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.__main__ import app
from sandbox.wecom.company import Contact
from tests.town import MQL, words

ROOT = Path(__file__).parents[2]


@contextlib.asynccontextmanager
async def broken(acme, table, *, lead=None):
    """Every insert into a table (or only those of one lead) fails, as a damaged or full database makes it fail."""
    here, there = ("1", "true") if lead is None else (f"new.lead_id = {lead}", f"lead_id = {lead}")
    if acme.bot.store.url.startswith("sqlite"):
        begin = f"create trigger broken before insert on {table} when {here} begin select raise(abort, 'x'); end"
        end = "drop trigger broken"
    else:
        begin = f"alter table {table} add constraint broken check (not ({there})) not valid"
        end = f"alter table {table} drop constraint broken"
    await acme.bot.store.transaction(lambda tx: tx.run(text(begin)))
    try:
        yield
    finally:
        await acme.bot.store.transaction(lambda tx: tx.run(text(end)))


async def command(*arguments):
    """A command line beside the running server."""
    done = await asyncio.to_thread(CliRunner().invoke, app, [*arguments], catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.platforms("wecom")  # DingTalk has no customers in its chats
@pytest.mark.failure("1")
async def test_a_form_and_a_scan_that_come_three_times_are_one_enquiry_each(acme):
    contact = acme.standin.posts["contact"].manner
    contact.copies, contact.retries = 3, 2
    await acme.standin.add_contact(Contact("wmA1", "wanglei", "赵敏", state="展会码"))
    leads = {await acme.capture(**MQL, submission_id="form-1") for _ in range(3)}
    _, found = await acme.api("GET", "/leads")
    assert len(leads) == 1 and len(found["items"]) == 2
    assert {lead["enquiries"] for lead in found["items"]} == {1}


@pytest.mark.failure("5")
async def test_a_flood_of_questions_is_answered_once_each_under_the_platforms_limit(acme):
    asked = [f"看 L9{number:04}" for number in range(60)]
    await asyncio.gather(*(acme.standin.text("wanglei", line) for line in asked))
    await acme.settle()
    told = [m.text for m in acme.standin.chat("wanglei") if not m.mine]
    assert 0 < len(told) <= 30, "WeCom drops what is over 30 a minute without a word"
    for _ in range(3):
        await acme.later(minutes=1)
    told = [m.text for m in acme.standin.chat("wanglei") if not m.mine]
    assert sorted(line.split(",")[0].removeprefix("没有找到 ") for line in told) == [line[2:] for line in asked]
    assert acme.standin.chats.dropped == []


@pytest.mark.failure("8")
async def test_a_clock_that_jumps_rings_nothing_twice_and_loses_nothing(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"跟进 {no} 电话聊了,今天上午11点再打")
    await acme.later(minutes=41)
    rung = [m for m in acme.standin.chat("wanglei") if "到点了" in words([m])]
    assert len(rung) == 1
    start = acme.at
    for hours in (-1, 2, -3, 26):  # the server's clock is put back and forth
        acme.at = start if hours == 26 else acme.at
        await acme.later(seconds=1)
        acme.at = acme.at.__class__.fromtimestamp(acme.at.timestamp() + hours * 3600, acme.at.tzinfo)
        await acme.settle()
    assert [m for m in acme.standin.chat("wanglei") if "到点了" in words([m])] == rung
    assert f"已记到 {no}" in words(await acme.text("wanglei", f"跟进 {no} 又打了一次"))


@pytest.mark.failure("10")
async def test_an_event_that_cannot_be_handled_is_parked_and_seen_and_the_rest_goes_on(acme):
    no = await acme.mql()
    other = await acme.mql(phone="13900139000", name="赵敏")
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"领取 {other}")
    folder = str(acme.folder.root)
    async with broken(acme, "timeline", lead=no[1:]):
        assert await acme.text("wanglei", f"跟进 {no} 这句话遇到了坏数据") == []
        for _ in range(8):
            await acme.later(minutes=1)
        assert f"已记到 {other}" in words(await acme.text("wanglei", f"跟进 {other} 这句话没事"))
        code, out, _ = await command("parked", "list", folder)
        assert code == 0 and out.startswith("E") and "IntegrityError" in out and "这句话" not in out
    async with acme.http.get("/metrics") as answer:
        assert 'leadbot_inbox{state="parked"} 1.0' in await answer.text()
    parked = out.split()[0]
    code, _, error = await command("parked", "retry", folder, parked, "E999999")
    assert code == 1 and "nothing with the id E999999 is parked" in error and "Nothing was changed" in error
    assert (await command("parked", "retry", folder, parked))[:2] == (0, "1 put back to work\n")
    await acme.settle()
    assert f"已记到 {no}" in words(acme.standin.chat("wanglei")[-1:])
    notes = [item["text"] for item in await acme.story(no) if item["kind"] == "followup_logged"]
    assert notes == ["这句话遇到了坏数据"]
    assert (await command("parked", "list", folder))[1] == "nothing was given up\n"


@pytest.mark.failure("11")
async def test_what_cannot_be_written_is_never_called_received(acme):
    acme.side.inbound.manner.retries = 0
    async with broken(acme, "inbox"):
        assert (await acme.standin.text("wanglei", "新线索 张三 13800138001")).status == 503
        async with acme.http.get("/healthz") as answer:
            assert answer.status == 200, "the server lives; it only refuses"
    await acme.settle()
    assert [m for m in acme.standin.chat("wanglei") if not m.mine] == []
    assert "L1001 张三" in words(await acme.text("wanglei", "新线索 张三 13800138001")), "sent again, it is taken"


@pytest.mark.failure("13")
async def test_another_key_ends_the_start_and_the_old_one_mends_it(acme):
    no = await acme.mql()
    await acme.stop_bot()
    text_then = acme.folder.env.read_text(encoding="utf-8")
    key = next(line for line in text_then.splitlines() if line.startswith("LEADBOT_DATA_KEY="))
    other = base64.b64encode(b"another key of thirty-two bytes!").decode()
    acme.folder.env.write_text(text_then.replace(key, f"LEADBOT_DATA_KEY={other}"), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", str(acme.folder.root), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    _, error = await process.communicate()
    assert process.returncode == 1 and "LEADBOT_DATA_KEY" in error.decode(), error.decode()
    assert "Traceback" not in error.decode() and other not in error.decode()
    acme.folder.env.write_text(text_then, encoding="utf-8")
    await acme.start_bot()
    assert (await acme.lead(no))["phone"] == "13800138000", "nothing was touched"
