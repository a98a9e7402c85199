"""R-H16: whatever breaks, with the chattiest log, no secret and no person stands in what is told about it."""

import asyncio
import io
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from bot import logs
from bot.__main__ import app
from bot.admin import ask_server
from bot.logs import set_up_logs
from config.folder import read_env
from store.queues import Inbox, Job, Outbox
from tests.bot.served import new_folder, served
from tests.town import Town, town

SECRETS = {
    "token": "canaryToken0123456789", "aes_key": "canaryKeyABCDEFGHIJKLMNOPQRSTUVWXYZ01234567",
    "secret": "canary-corpsecret-0123456789", "admin": "canary-admin-key-0123456789",
    "client": "a-secret-of-dingtalk", "cards": "a-secret-of-cards", "events": "eventtoken",
    "events_key": "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij", "enrich": "canary-enrichment-key",
}  # fmt: skip
NAME, PHONE, MAIL, WECHAT, BODY = (
    "卡娜瑞",
    "13812345678",
    "canary.person@example.com",
    "wx_canary_person",
    "要三十台灯塔",
)
PERSON = (NAME, PHONE, MAIL, WECHAT, BODY)
FAULTS = ("errcode", "http_502", "http_429", "cut_before", "cut_after", "empty", "truncated", "html_200")
ENRICHMENT = """
enrichment:
  name: 企查
  url: "http://127.0.0.1:9/firm?q={company}&key=canary-enrichment-key"
  fields: {industry: result.industry}
"""


@pytest.fixture
def stderr(monkeypatch: Any) -> Iterator[io.StringIO]:
    """Logs as in production, but everything is told that anybody of ours tells."""
    lines = io.StringIO()
    monkeypatch.setattr(sys, "stderr", lines)
    monkeypatch.setattr(logs, "present_stderr", lambda: lines)
    for owner, hook in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(owner, hook, getattr(owner, hook))  # `serve` sets them, and the next test wants its own
    usual = structlog.get_config()
    set_up_logs(level=logging.DEBUG)
    structlog.configure(cache_logger_on_first_use=False)  # the next test has another stderr
    yield lines
    structlog.configure(**usual)
    logging.basicConfig(handlers=[logging.NullHandler()], level=logging.WARNING, force=True)


def settings(text: str) -> str:
    """Every secret of leadbot.yaml is one that we would recognise."""
    for name in ("", "CONTACT_", "KF_"):
        text = text.replace(f"env:WECOM_{name}TOKEN", SECRETS["token"])
        text = text.replace(f"env:WECOM_{name}AES_KEY", SECRETS["aes_key"])
    return text.replace("env:LEADBOT_ADMIN_KEY", SECRETS["admin"]) + ENRICHMENT


def explode(*_: Any, **__: Any) -> Any:
    """An error such as libraries raise: it quotes all that it was given."""
    try:
        raise ValueError("&".join([*SECRETS.values(), *PERSON]))
    except ValueError as cause:
        raise LookupError({"url": f"https://a/?access_token={SECRETS['secret']}", "rows": PERSON}) from cause


async def ordinary_day(acme: Town) -> str:
    """A lead is captured, claimed and written about, and something is said that nobody understands."""
    person = {"name": NAME, "phone": PHONE, "email": MAIL, "wechat": WECHAT, "title": "采购总监", "budget": "50万"}
    no = await acme.capture(**person, company="杭州云栖智能科技有限公司", need=f"急需报价,{BODY}")
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"跟进 {no} 电话 {PHONE} 打通了,{NAME}下周三要报价")
    await acme.text("lina", f"{NAME} {MAIL} 呜啦")
    return no


async def bad_days(acme: Town) -> None:
    """The platform fails in every way that it knows."""
    for kind in FAULTS:
        acme.standin.faults.add("*", kind, errcode=45036)
        await acme.text("wanglei", f"查 {PHONE}")
        acme.at += timedelta(minutes=6)
        await acme.bot.sender.repeat_unknown()
        await acme.settle()
        acme.standin.faults.clear()
        acme.standin.api.invalidate_tokens()


PLACES = (
    "bot.pipeline.dispatch", "bot.pipeline.tell", "bot.sender.draw_row", "platform.render", "platform.parse",
    "platform.send", "line.exchange", "bot.sweep._happens",
)  # fmt: skip


async def break_everything(acme: Town, monkeypatch: Any, no: str) -> None:
    """An error of ours at every road in and out, each tried until it is given up."""
    bot = acme.bot
    platform = bot.platforms[acme.lies_on]
    line = bot.wecom.client._line if bot.wecom is not None else bot.dingtalk.client.line  # type: ignore[union-attr]
    for place in PLACES:
        with monkeypatch.context() as broken:
            owner, _, name = place.rpartition(".")
            broken.setattr(*({"platform": (platform, name), "line": (line, name)}.get(owner) or (place,)), explode)
            await acme.standin.text("wanglei", f"看 {PHONE} {place}")
            if place == "bot.sweep._happens":
                await acme.http.post(
                    f"/api/v1/leads/{no}/followups",
                    json={"by": "wanglei", "kind": "note", "text": BODY, "next_step_at": "2026-03-18T21:00:00+08:00"},
                )
                acme.at += timedelta(hours=12)
            for _ in range(9):
                await acme.settle()
                acme.at += timedelta(minutes=5)
        await acme.settle()


async def break_the_doors(acme: Town, monkeypatch: Any) -> list[str]:
    """Errors of ours while programs, platforms and commands are answered; returns what they were told."""
    told = []
    for name in ("read", "transaction", "gathered"):
        with monkeypatch.context() as broken:
            broken.setattr(acme.bot.store, name, explode)
            for method, path in (("GET", f"/api/v1/leads?phone={PHONE}"), ("GET", f"/api/v1/duplicates?email={MAIL}"),
                                 ("POST", "/api/v1/leads"), ("POST", "/capture/官网"), ("GET", "/metrics"),
                                 ("GET", "/readyz")):  # fmt: skip
                async with acme.http.request(method, path, json={"name": NAME, "phone": PHONE}) as answer:
                    if answer.status >= 500 or path in ("/metrics", "/readyz"):
                        told.append(await answer.text())
            told.append((await acme.standin.text("lina", f"查 {PHONE}")).body)
    monkeypatch.setitem(acme.bot.door._handlers, "members list", explode)  # type: ignore[index]
    with pytest.raises(Exception, match="LookupError") as failed:
        await asyncio.to_thread(ask_server, acme.folder.sock, "members list", {})
    told.append(str(failed.value))
    return told


BROKEN = {
    "event not handled", "a message could not be drawn", "a due row failed", "a request failed",
    "an error of ours while a message was handed over", "a command failed", "a job will be tried again",
    "outcome of a message unknown",
}  # fmt: skip


@pytest.mark.failure("H16")
@pytest.mark.platforms("wecom", "dingtalk")
async def test_nothing_that_breaks_tells_a_secret_or_a_person(
    tmp_path: Path, platform: str, stderr: io.StringIO, monkeypatch: Any
) -> None:
    async with town(tmp_path, platform=platform, settings=settings) as acme:
        no = await ordinary_day(acme)
        await bad_days(acme)
        await break_everything(acme, monkeypatch, no)
        told = await break_the_doors(acme, monkeypatch)
        parked = await asyncio.to_thread(ask_server, acme.folder.sock, "parked list", {})
        async with acme.http.get("/metrics") as answer:
            told += [await answer.text(), json.dumps(parked, ensure_ascii=False)]
        for table in (Inbox, Outbox, Job):
            name = table.__tablename__
            told += [str(row[0]) for row in acme.database.rows(f"select error from {name} where corp = 'acme'")]  # noqa: S608
        tokens = list(acme.standin.api._tokens) if platform == "wecom" else list(acme.standin.sessions._open)
        tokens += [] if platform == "wecom" else [acme.standin.api.tokens._current]
        data_key = acme.settings.security.data_key.get_secret_value()
        await asyncio.to_thread(
            ask_server,
            acme.folder.sock,
            "backup",
            {"file": str(tmp_path / "a.backup"), "folder": str(acme.folder.root)},
        )
        names = await asyncio.to_thread(lambda: " ".join(path.name for path in tmp_path.rglob("*")))
    err = stderr.getvalue()
    kinds = {json.loads(line)["event"] for line in err.splitlines()}
    assert kinds >= BROKEN, BROKEN - kinds
    assert any(kind.startswith("a callback could not be stored") for kind in kinds)
    assert len(parked) >= 3 and all("LookupError at " in row["cause"] for row in parked), parked
    everything = "\n".join([err, names, *told])
    for canary in (*SECRETS.values(), *PERSON, data_key, *tokens):
        found = [line[:300] for line in everything.splitlines() if canary and canary in line]
        assert not found, (canary, found[:3])
    assert not re.findall(r"access_token=\w", everything)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://leadbot:canary-db-password@127.0.0.1:9/leadbot",
        "postgresql://leadbot:canary-db-password@127.0.0.1:port/leadbot",
        "postgresql://leadbot:canary-db-password@no.such.host.invalid/leadbot",
        "postgresql://leadbot:canary@db-password@[::1/leadbot", "mysql://leadbot:canary-db-password@127.0.0.1/leadbot",
    ],
    ids=["closed", "no port", "no host", "unreadable", "another database"],
)  # fmt: skip
def test_no_command_tells_the_password_of_the_database(tmp_path: Path, url: str, stderr: io.StringIO) -> None:
    folder = new_folder(tmp_path / "acme")
    text = folder.settings.read_text("utf-8").replace("sqlite:///data/leadbot.db", url)
    folder.settings.write_text(text, "utf-8")
    for words in (["serve"], ["migrate"], ["doctor"], ["parked", "list"]):
        done = CliRunner().invoke(app, [*words, str(folder.root)])
        told = done.output + repr(done.exception) + stderr.getvalue()
        assert done.exit_code == 1 and "canary" not in told and "db-password" not in told, (words, told)
        assert "store" in told or "数据库" in told, "the cause is told all the same"


def test_the_list_of_processes_and_an_image_of_the_memory_tell_no_secret(tmp_path: Path) -> None:
    folder = new_folder(tmp_path / "acme")
    with served(folder) as server:
        process = Path(f"/proc/{server.process.pid}")
        shown = (process / "cmdline").read_text() + (process / "comm").read_text()
        limits = (process / "limits").read_text()
    assert not [value for value in read_env(folder.env).values() if value in shown + server.log]
    assert re.search(r"Max core file size +0 +0", limits), "a crash leaves no image of the memory with its keys"
