"""`./run demo`: a sample company on stand-ins of WeCom and DingTalk, and four phones in one browser page."""

import argparse
import asyncio
import contextlib
import errno
import re
import secrets
import shutil
import signal
import socket
import sys
import webbrowser
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from bot import clock as real_clock
from bot.app import Leadbot
from bot.cards.card import Text
from bot.dingtalk.render import params_of
from bot.guard import listen
from bot.logs import set_up_logs
from bot.loop import run_to_the_end
from bot.site import site
from config.folder import Folder, create_folder
from config.settings import DingTalkSettings, WeComSettings, load_settings
from sandbox.control import Control
from sandbox.dingtalk.standin import DingTalkStandIn
from sandbox.history import Past, plant
from sandbox.look import dingtalk_look, wecom_look
from sandbox.page.serve import page_routes
from sandbox.sample import ALWAYS_OPEN, MEMBERS, OFFICE, OPENERS, PEOPLE, PRODUCTS, seeds, steps
from sandbox.wecom.standin import WeComStandIn
from store.due import next_instant
from store.messages import oldest_waiting
from store.migrate import migrate

ROOT = Path(__file__).parent.parent / ".demo"
FORM = "官网表单"
TEMPLATE = "leadbot-demo.schema"
DINGTALK = """
dingtalk:
  corp_id: dingdemocorp
  client_id: dingdemo
  client_secret: "{secret}"
  agent_id: 123
  robot_code: dingdemo
  api_base: {base}
  oapi_base: {base}
  login_base: {base}
  card_template_id: {template}
  card_secret: "{card}"
  events: {{token: "{token}", aes_key: "{aes_key}"}}
"""


def sample_folder(root: Path, *, wecom: str, dingtalk: str, secret: str, port: int) -> Folder:
    """A fresh company's folder that talks to the stand-ins at these addresses."""
    shutil.rmtree(root, ignore_errors=True)
    folder = create_folder(root).folder
    text = folder.settings.read_text(encoding="utf-8")
    bases = "".join(f"  {name}_base: {wecom}\n" for name in ("api", "oauth", "sso"))
    text = text.replace("  callbacks:", f"{bases}  callbacks:", 1).replace("8080", str(port))
    text += DINGTALK.format(
        base=dingtalk, template=TEMPLATE, secret=secret, card=secrets.token_hex(16), token=secrets.token_hex(8),
        aes_key=secrets.token_hex(22)[:43],
    )  # fmt: skip
    folder.settings.write_text(text, encoding="utf-8")
    rules = folder.rules.read_text(encoding="utf-8")
    rules = re.sub(r"  hours:.*?  holidays: china[^\n]*\n", ALWAYS_OPEN, rules, flags=re.DOTALL)
    folder.rules.write_text(rules, encoding="utf-8")
    folder.members.write_text(MEMBERS, encoding="utf-8")
    folder.products.write_text(PRODUCTS, encoding="utf-8")
    return folder


class Tools:
    """Both chat tools with the sample's people, each on an address of its own."""

    def __init__(self, past: Past) -> None:
        names = {person["id"]: person["name"] for person in PEOPLE} | OFFICE
        self.wecom = WeComStandIn(
            corp_id="ww0000000000000000", agent_id=1000002, secret="请填入应用的Secret", members=names, now=past.seconds
        )
        self.dingtalk = DingTalkStandIn(
            corp_id="dingdemocorp", client_id="dingdemo", client_secret=secrets.token_hex(16), agent_id=123,
            robot_code="dingdemo", members=names, now=past.seconds,
        )  # fmt: skip
        self.dingtalk.add_template(TEMPLATE, *params_of(Text("")))
        self._runners: list[web.AppRunner] = []

    async def listen(self) -> tuple[str, str]:
        """Serve both; returns their addresses."""
        return await self._serve(self.wecom.application()), await self._serve(self.dingtalk.application())

    async def _serve(self, app: web.Application) -> str:
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._runners.append(runner)
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    def connect(self, wecom: WeComSettings, dingtalk: DingTalkSettings, bot: str) -> None:
        """Tell both where the bot's callbacks are."""
        for name, callback in wecom.callbacks.items():
            self.wecom.connect(
                name, f"{bot}/callback/wecom/{name}", token=callback.token.get_secret_value(),
                aes_key=callback.aes_key.get_secret_value(),
            )  # fmt: skip
        self.wecom.api.login.trusted = urlsplit(bot).netloc
        self.dingtalk.login.allowed = f"{bot}/app/"
        self.dingtalk.base = dingtalk.oapi_base
        self.dingtalk.connect_robot(f"{bot}/callback/dingtalk/robot")
        self.dingtalk.connect_card(f"{bot}/callback/dingtalk/card", dingtalk.card_secret.get_secret_value())
        if dingtalk.events is not None:
            keys = dingtalk.events
            self.dingtalk.connect_events(
                f"{bot}/callback/dingtalk/events", keys.token.get_secret_value(), keys.aes_key.get_secret_value()
            )

    async def close(self) -> None:
        """Take both down."""
        await self.wecom.close()
        await self.dingtalk.close()
        for runner in self._runners:
            await runner.cleanup()


class Move:
    """Moves everybody from one chat tool to the other: the bot reaches people by the first that it knows them on."""

    def __init__(self, bot: Leadbot, dingtalk: DingTalkStandIn) -> None:
        self._bot = bot
        self._dingtalk = dingtalk

    async def to(self, look: str) -> None:
        """Reach everybody there first; who comes to DingTalk for the first time asks for something to see."""
        platforms = self._bot.platforms
        ordered = {look: platforms[look], **platforms}
        platforms.clear()
        platforms.update(ordered)
        if look == "dingtalk":
            for user, words in OPENERS.items():
                if not self._dingtalk.chat(user):
                    await self._dingtalk.text(user, words)
            await quiet(self._bot)


async def demo(port: int, root: Path, *, browse: bool) -> None:
    """Run until it is cancelled."""
    async with contextlib.AsyncExitStack() as closing:
        base = await open_demo(port, root, closing)
        print(f"Leadbot demo: {base}/demo   (Ctrl-C ends it)", flush=True)
        if browse:
            webbrowser.open(f"{base}/demo")
        await asyncio.Event().wait()


async def open_demo(port: int, root: Path, closing: contextlib.AsyncExitStack) -> str:
    """Start the stand-ins and the bot, make the sample's history; returns the address. `closing` takes it all down.

    Raises OSError when the port is taken, before anything of the sample is touched.
    """
    with socket.create_server(("127.0.0.1", port)):
        pass
    past = Past(real_clock.now)
    tools = Tools(past)
    closing.push_async_callback(tools.close)
    wecom, dingtalk = await tools.listen()
    folder = sample_folder(root, wecom=wecom, dingtalk=dingtalk, secret=tools.dingtalk.company.client_secret, port=port)
    settings = load_settings(folder, {})
    await asyncio.to_thread(migrate, settings.store_url(folder))
    base = f"http://127.0.0.1:{port}"
    if settings.wecom is None or settings.dingtalk is None:
        raise RuntimeError("the sample needs both chat tools")
    tools.connect(settings.wecom, settings.dingtalk, base)

    key = settings.security.admin_key.get_secret_value()

    async def submit(form: Mapping[str, str]) -> str:
        headers = {"Authorization": f"Bearer {key}"}
        async with (
            aiohttp.ClientSession(base_url=base, headers=headers) as session,
            session.post(f"/capture/{FORM}", json=dict(form)) as answer,
        ):
            return "" if answer.status == 200 else str((await answer.json()).get("detail") or "提交失败,请检查表单")

    bot = Leadbot(folder, settings, now=past.now, monotonic=past.seconds)
    looks = [wecom_look(tools.wecom), dingtalk_look(tools.dingtalk)]
    move = Move(bot, tools.dingtalk)
    control = Control(looks, PEOPLE, submit, steps(), tap_menu=tools.wecom.menu, switch=move.to)
    app = site(bot)
    app.add_routes(control.routes("/demo/api"))
    app.on_shutdown.append(control.end)
    app.add_routes(page_routes("/demo"))
    runner = await listen(app, "127.0.0.1", port)
    closing.push_async_callback(runner.cleanup)
    await plant(list(seeds()), key=key, past=past, base=base)
    bot.schedule.hint("due")
    await quiet(bot)
    for user in tools.wecom.company.members:  # the last few messages, as a chat looks after a day's work
        tools.wecom.chats.messages[user] = tools.wecom.chats.messages[user][-4:]
        tools.wecom.chats.changed(user)
    return base


async def quiet(bot: Leadbot) -> None:
    """Let what is on its way arrive; waits a few seconds at most."""
    for _ in range(100):
        await asyncio.sleep(0.05)
        async with bot.store.read() as tx:
            due = await next_instant(tx)
            if await oldest_waiting(tx) is None and (due is None or due > real_clock.now()):
                break


async def until_told(work: Coroutine[Any, Any, None]) -> None:
    """Do the work until it ends, or Ctrl-C or SIGTERM says stop, at whatever moment that comes.

    Said twice it is still one stop: what takes the demo down is not cut off, with requests half answered.
    """
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, lambda: None)
        task.cancel()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
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
