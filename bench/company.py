"""The company that is measured: many reps who may claim all day, and the callbacks that WeCom would send for them."""

import re
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.folder import Folder, create_folder
from config.settings import Settings, load_settings
from sandbox.cipher import Crypt
from sandbox.sample import ALWAYS_OPEN
from sandbox.wecom.people import event
from store.migrate import migrate

AGENT = 1000002
CONTENT = {"Content-Type": "text/xml; charset=utf-8"}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class BenchCompany:
    """A folder with its settings, its reps (by id) and the port it will serve on."""

    folder: Folder
    settings: Settings
    reps: tuple[str, ...]
    port: int

    def crypt(self) -> Crypt:
        """The stand-in's cryptography with this company's keys; never the bot's own."""
        wecom = self.settings.wecom
        assert wecom is not None
        callback = wecom.callbacks["app"]
        return Crypt(callback.token.get_secret_value(), callback.aes_key.get_secret_value(), wecom.corp_id)


def make_company(root: Path, *, reps: int, store_url: str | None = None) -> BenchCompany:
    """A new company in `root` that works around the clock, with `reps` reps of one team; its tables are made."""
    folder = create_folder(root).folder
    port = free_port()
    settings = folder.settings.read_text("utf-8").replace("8080", str(port))
    settings = settings.replace("  callbacks:", "  api_base: http://127.0.0.1:9\n  callbacks:", 1)
    if store_url is not None:
        settings = re.sub(r'url: *"?sqlite:///data/leadbot\.db"?', f'url: "{store_url}"', settings)
    folder.settings.write_text(settings, "utf-8")
    rules = folder.rules.read_text("utf-8")
    rules = re.sub(r"  hours:.*?  holidays: china[^\n]*\n", ALWAYS_OPEN, rules, flags=re.DOTALL)
    rules = re.sub(r"per_minute: \d+", "per_minute: 100000", rules)
    rules = re.sub(r"per_day: \d+", "per_day: 1000000", rules)
    rules = re.sub(r"holding: \d+", "holding: 1000000", rules)
    folder.rules.write_text(rules, "utf-8")
    names = tuple(f"rep{number:05}" for number in range(reps))
    lines = ["id,name,role,team,wecom", *(f"{name},销售{name[3:]},rep,华东,{name}" for name in names)]
    folder.members.write_text("\n".join(lines), "utf-8")
    loaded = load_settings(folder, {})
    migrate(loaded.store_url(folder))
    return BenchCompany(folder, loaded, names, port)


def open_company(root: Path) -> BenchCompany:
    """A company that was made before."""
    folder = Folder(root)
    settings = load_settings(folder, {})
    rows = folder.members.read_text("utf-8").splitlines()[1:]
    return BenchCompany(folder, settings, tuple(row.partition(",")[0] for row in rows), settings.server.port)


def text_event(company: BenchCompany, sender: str, words: str, *, now: float) -> bytes:
    """The inner XML of one line of chat, unlike any other."""
    wecom = company.settings.wecom
    assert wecom is not None
    fields: dict[str, Any] = {
        "ToUserName": wecom.corp_id, "FromUserName": sender, "CreateTime": int(now), "MsgType": "text",
        "Content": words, "MsgId": secrets.randbits(62), "AgentID": AGENT,
    }  # fmt: skip
    return event(fields).encode()


def callback(company: BenchCompany, inner: bytes, *, now: float) -> bytes:
    """A whole HTTP request that delivers an inner XML as WeCom does."""
    crypt = company.crypt()
    sealed = crypt.seal(inner)
    timestamp, nonce = str(int(now)), secrets.token_hex(5)
    query = f"msg_signature={crypt.sign(timestamp, nonce, sealed)}&timestamp={timestamp}&nonce={nonce}"
    body = (
        f"<xml><ToUserName><![CDATA[{crypt.receive_id}]]></ToUserName><AgentID><![CDATA[{AGENT}]]></AgentID>"
        f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    ).encode()
    return http("POST", f"/callback/wecom/app?{query}", body, CONTENT)


def http(method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """One HTTP/1.1 request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
