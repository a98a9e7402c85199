"""A server in a process of its own, so that its memory and its processor time can be read from outside."""

import contextlib
import os
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from sqlalchemy import select
from sqlmodel import col
from yarl import URL

from config.folder import Folder
from config.settings import Settings, load_settings
from sandbox.cipher import Crypt
from sandbox.wecom.people import event
from store.db import Store
from store.queues import Inbox
from store.sealed import Keys
from tests.bot.dingtalk.spoilt import Signer as DingTalkSigner
from tests.bot.served import Served, new_folder, served
from tests.bot.wecom.conftest import AES_KEY, CORP, TOKEN
from tests.bot.wecom.conftest import Signer as WeComSigner
from tests.sides import DINGTALK


def present() -> datetime:
    """The true time: a process of its own has no other."""
    return datetime.now(UTC)


@dataclass
class Alone:
    """The process, and what a caller must know to be WeCom or DingTalk."""

    server: Served
    folder: Folder
    settings: Settings
    wecom: WeComSigner = field(default_factory=lambda: WeComSigner(Crypt(TOKEN, AES_KEY, CORP), present))
    logged: list[str] = field(default_factory=list)  # the lines of its log since it serves
    dingtalk: DingTalkSigner = field(default_factory=lambda: DingTalkSigner(present))

    @property
    def base(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def admin_key(self) -> str:
        """The administrator's key."""
        return self.settings.security.admin_key.get_secret_value()

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.server.port

    def memory(self) -> int:
        """Bytes of memory that the process holds now."""
        return self._status("VmRSS:")

    def most_memory(self) -> int:
        """Bytes of memory that it held at most."""
        return self._status("VmHWM:")

    def worked(self) -> float:
        """Seconds of processor time that it has used."""
        fields = Path(f"/proc/{self.server.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def refusals_logged(self) -> list[str]:
        """The lines that tell of refused callbacks."""
        return [line for line in self.logged if "a callback was refused" in line]

    def envelope(self, inner: str) -> tuple[URL, bytes]:
        """The address and the body of a right callback of WeCom's, signed now."""
        query, body = self.wecom.envelope(inner)
        return URL(f"{self.base}/callback/wecom/app").with_query(query), body.encode()

    async def kept(self) -> list[Inbox]:
        """The stored events, oldest first, read from the file beside the running server."""
        keys = Keys(self.settings.data_key())
        store = Store(self.settings.store_url(self.folder), self.settings.corp, keys)
        try:
            async with store.read() as tx:
                return list(await tx.all(select(Inbox).where(col(Inbox.corp) == tx.corp).order_by(col(Inbox.id))))
        finally:
            await store.dispose()

    async def real(self, http: aiohttp.ClientSession, words: str = "帮助") -> tuple[int, float]:
        """A member writes: the status, and the seconds until it was acknowledged."""
        fields = {
            "ToUserName": CORP, "FromUserName": "lisi", "CreateTime": int(time.time()), "MsgType": "text",
            "Content": words, "MsgId": secrets.randbelow(10**18),
        }  # fmt: skip
        address, body = self.envelope(event(fields))
        began = time.monotonic()
        async with http.post(address, data=body) as answer:
            return answer.status, time.monotonic() - began

    def _status(self, name: str) -> int:
        for line in Path(f"/proc/{self.server.process.pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
        raise LookupError(name)


@contextlib.contextmanager
def alone(root: Path, *, same_keys: bool = False) -> Iterator[Alone]:
    """A server on a folder fresh from init, on both platforms at once; neither can be reached.

    `same_keys`: the three callbacks of WeCom have one Token and key.
    """
    folder = new_folder(root)
    text = folder.settings.read_text("utf-8")
    for name in ("", "CONTACT_", "KF_") if same_keys else ("",):
        text = text.replace(f"env:WECOM_{name}TOKEN", TOKEN).replace(f"env:WECOM_{name}AES_KEY", AES_KEY)
    other = DINGTALK.format(mode="http", base="http://127.0.0.1:9", template="")
    folder.settings.write_text(text.replace("ww0000000000000000", CORP) + other, "utf-8")
    settings = load_settings(folder, {})
    with served(folder) as server:
        found = Alone(server, folder, settings)
        assert server.process.stderr is not None
        reading = threading.Thread(target=found.logged.extend, args=(server.process.stderr,))  # until its end
        reading.start()
        try:
            yield found
        finally:
            server.process.kill()
            reading.join()
