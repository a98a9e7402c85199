"""A server in a process of its own, so that its memory and its processor time can be read from outside."""

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from yarl import URL

from config.settings import load_settings
from sandbox.cipher import Crypt
from sandbox.wecom.people import event
from tests.bot.served import Served, new_folder, served

CORP = "ww0000000000000000"


@dataclass
class Alone:
    """The process, and what a caller must know to be WeCom."""

    server: Served
    crypt: Crypt
    admin_key: str

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

    def envelope(self, inner: str) -> tuple[URL, bytes]:
        """The address and the body of a right callback, signed now."""
        sealed, nonce, at = self.crypt.seal(inner.encode()), secrets.token_hex(5), str(int(time.time()))
        query = {"msg_signature": self.crypt.sign(at, nonce, sealed), "timestamp": at, "nonce": nonce}
        address = URL(f"http://127.0.0.1:{self.server.port}/callback/wecom/app").with_query(query)
        return address, f"<xml><ToUserName>{CORP}</ToUserName><Encrypt>{sealed}</Encrypt></xml>".encode()

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
def alone(root: Path) -> Iterator[Alone]:
    """A server on a folder fresh from init; its WeCom cannot be reached."""
    folder = new_folder(root)
    settings = load_settings(folder, {})
    assert settings.wecom is not None
    app = settings.wecom.callbacks["app"]
    crypt = Crypt(app.token.get_secret_value(), app.aes_key.get_secret_value(), CORP)
    with served(folder) as server:
        yield Alone(server, crypt, settings.security.admin_key.get_secret_value())
