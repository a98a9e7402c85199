"""`./run demo`: a sample company on a stand-in WeCom, and four phones in one browser page."""

import argparse
import asyncio
import contextlib
import errno
import re
import shutil
import signal
import socket
import sys
import webbrowser
from collections.abc import Coroutine, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot import clock as real_clock
from bot.app import Leadbot
from bot.guard import listen
from bot.logs import set_up_logs
from bot.loop import run_to_the_end
from config.folder import Folder, create_folder
from config.settings import Settings, load_settings
from sandbox.control import Control
from sandbox.page.serve import page_routes
from sandbox.sample import ALWAYS_OPEN, MEMBERS, PEOPLE, Seed, seeds, steps
from sandbox.wecom.standin import WeComStandIn
from store.due import next_instant
from store.migrate import migrate
from store.outbox import oldest_waiting

ROOT = Path(__file__).parent.parent / ".demo"
FORM = "官网表单"


class Past:
    """A clock that can be set back while the sample's history is made."""

    def __init__(self) -> None:
        self.back = timedelta(0)

    def now(self) -> datetime:
        return real_clock.now() - self.back

    def seconds(self) -> float:
        return self.now().timestamp()


def sample_folder(root: Path, *, api_base: str, port: int) -> Folder:
    """A fresh company's folder that talks to the stand-in."""
    shutil.rmtree(root, ignore_errors=True)
    folder = create_folder(root).folder
    text = folder.settings.read_text(encoding="utf-8")
    text = text.replace("  callbacks:", f"  api_base: {api_base}\n  callbacks:", 1).replace("8080", str(port))
    folder.settings.write_text(text, encoding="utf-8")
    rules = folder.rules.read_text(encoding="utf-8")
    rules = re.sub(r"  hours:.*?  holidays: china[^\n]*\n", ALWAYS_OPEN, rules, flags=re.DOTALL)
    folder.rules.write_text(rules, encoding="utf-8")
    folder.members.write_text(MEMBERS, encoding="utf-8")
    return folder


async def plant(settings: Settings, past: Past, base: str, list_of: list[Seed]) -> None:
    """Make the sample's history through the bot's own API, every act at its time, the oldest first."""
    headers = {"Authorization": f"Bearer {settings.security.admin_key.get_secret_value()}"}
    numbers: dict[str, str] = {}
    async with aiohttp.ClientSession(base_url=base, headers=headers) as session:
        for minutes, seed, act in sorted(history(list_of), key=lambda entry: -entry[0]):
            past.back = timedelta(minutes=minutes)
            number = seed.fields["submission_id"]
            if act is None:
                numbers[number] = (await _post(session, f"/capture/{seed.source}", seed.fields))["lead"]
                continue
            path, body = act
            await _post(session, f"/api/v1/leads/{numbers[number]}/{path}", {"by": seed.owner, **body})
    past.back = timedelta(0)


def history(list_of: list[Seed]) -> Iterator[tuple[float, Seed, tuple[str, dict[str, object]] | None]]:
    """(minutes ago, whose lead, path and body of an act; None for its capture)."""
    for seed in list_of:
        yield seed.age_minutes, seed, None
        if seed.owner:
            yield max(seed.age_minutes - 9, 0), seed, ("claim", {})
        for number, words in enumerate(seed.notes):
            body: dict[str, object] = {"kind": "call", "text": words}
            if seed.next_hours and number == len(seed.notes) - 1:
                body["next_step_at"] = (real_clock.now() + timedelta(hours=seed.next_hours)).isoformat()
            yield max(seed.age_minutes - 20 - 10 * number, 0), seed, ("followups", body)


async def _post(session: aiohttp.ClientSession, path: str, body: Mapping[str, object]) -> dict[str, str]:
    async with session.post(path, json=dict(body)) as answer:
        if answer.status >= 400:
            raise RuntimeError(f"the sample could not be planted: {path} {answer.status} {await answer.text()}")
        found: dict[str, str] = await answer.json()
        return found


async def demo(port: int, root: Path, *, browse: bool) -> None:
    """Run until it is cancelled."""
    async with contextlib.AsyncExitStack() as closing:
        base = await open_demo(port, root, closing)
        print(f"Leadbot demo: {base}/demo   (Ctrl-C ends it)", flush=True)
        if browse:
            webbrowser.open(f"{base}/demo")
        await asyncio.Event().wait()


async def open_demo(port: int, root: Path, closing: contextlib.AsyncExitStack) -> str:
    """Start the stand-in and the bot, make the sample's history; returns the address. `closing` takes it all down.

    Raises OSError when the port is taken, before anything of the sample is touched.
    """
    with socket.create_server(("127.0.0.1", port)):
        pass
    past = Past()
    names = {person["id"]: person["name"] for person in PEOPLE}
    standin = WeComStandIn(
        corp_id="ww0000000000000000", agent_id=1000002, secret="请填入应用的Secret", members=names, now=past.seconds
    )
    api = web.AppRunner(standin.application(), access_log=None)
    await api.setup()
    closing.push_async_callback(api.cleanup)
    closing.push_async_callback(standin.close)
    await web.TCPSite(api, "127.0.0.1", 0).start()
    folder = sample_folder(root, api_base=f"http://127.0.0.1:{api.addresses[0][1]}", port=port)
    settings = load_settings(folder, {})
    await asyncio.to_thread(migrate, settings.store_url(folder))
    base = f"http://127.0.0.1:{port}"
    if settings.wecom is None:
        raise RuntimeError("the sample has no WeCom")
    for name, callback in settings.wecom.callbacks.items():
        standin.connect(
            name, f"{base}/callback/wecom/{name}", token=callback.token.get_secret_value(),
            aes_key=callback.aes_key.get_secret_value(),
        )  # fmt: skip

    async def submit(form: Mapping[str, str]) -> str:
        headers = {"Authorization": f"Bearer {settings.security.admin_key.get_secret_value()}"}
        async with (
            aiohttp.ClientSession(base_url=base, headers=headers) as session,
            session.post(f"/capture/{FORM}", json=dict(form)) as answer,
        ):
            return "" if answer.status == 200 else str((await answer.json()).get("detail") or "提交失败,请检查表单")

    control = Control(standin, PEOPLE, submit, steps())
    bot = Leadbot(folder, settings, now=past.now, monotonic=past.seconds)
    app = bot.web()
    app.add_routes(control.routes("/demo/api"))
    app.add_routes(page_routes("/demo"))
    runner = await listen(app, "127.0.0.1", port)
    closing.push_async_callback(runner.cleanup)
    await plant(settings, past, base, list(seeds()))
    await _tidy_chats(standin, bot)
    return base


async def _tidy_chats(standin: WeComStandIn, bot: Leadbot) -> None:
    """Let the history's messages arrive, then keep the last few, as a chat looks after a day's work."""
    bot.schedule.hint("due")
    for _ in range(100):
        await asyncio.sleep(0.05)
        async with bot.store.read() as tx:
            due = await next_instant(tx)
            if await oldest_waiting(tx) is None and (due is None or due > real_clock.now()):
                break
    for user in standin.company.members:
        standin.chats.messages[user] = standin.chats.messages[user][-4:]
        standin.chats.changed(user)


async def until_told(work: Coroutine[Any, Any, None]) -> None:
    """Do the work until it ends, or Ctrl-C or SIGTERM says stop, at whatever moment that comes."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def port_number(text: str) -> int:
    """A port that may be listened on. Raises ArgumentTypeError."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; allowed: 1 to 65535, such as 8090")
    return int(text)


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="./run demo", description="Try Leadbot in a browser with a sample company.")
    parser.add_argument("--port", type=port_number, default=8080, help="where to listen (8080)")
    parser.add_argument("--dir", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--no-browser", action="store_true", help="do not open the page")
    options = parser.parse_args()
    root = options.dir or ROOT / str(options.port)  # a demo on another port keeps its own sample
    set_up_logs()
    try:
        run_to_the_end(until_told(demo(options.port, root, browse=not options.no_browser)))
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES) or error.filename:
            print(f"The demo cannot start: {error}. It keeps its sample in {root}", file=sys.stderr)
            return 1
        another = options.port + 1 if options.port < 65535 else 8090
        taken = "is taken" if error.errno == errno.EADDRINUSE else "may only be used by root"
        print(f"Port {options.port} {taken}. Try: ./run demo --port {max(another, 8080)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
