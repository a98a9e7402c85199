"""A company's folder: where its settings, rules, members, texts and data are, and how a new one is made."""

import base64
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.document import read_text

TEMPLATES = Path(__file__).parent / "templates"
JOURNEYS = "journeys.yaml"  # goes to the end of every template's rules
LETTERS = string.ascii_letters + string.digits


class FolderTaken(Exception):
    """The folder for a new company is not empty."""


class NoFolder(Exception):
    """There is no company folder at this path."""


@dataclass(frozen=True)
class Folder:
    """The paths inside a company's folder."""

    root: Path

    @property
    def settings(self) -> Path:
        return self.root / "leadbot.yaml"

    @property
    def rules(self) -> Path:
        return self.root / "rules.yaml"

    @property
    def members(self) -> Path:
        return self.root / "members.csv"

    @property
    def products(self) -> Path:
        return self.root / "products.csv"

    @property
    def content(self) -> Path:
        return self.root / "content"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def public(self) -> Path:
        return self.root / "public"

    @property
    def parallel(self) -> Path:
        return self.root / "parallel"

    @property
    def env(self) -> Path:
        return self.root / ".env"

    @property
    def lock(self) -> Path:
        return self.data / "lock"

    @property
    def sock(self) -> Path:
        return self.data / "admin.sock"

    def check(self) -> "Folder":
        """Raise NoFolder unless this is a company's folder."""
        if not self.settings.is_file():
            raise NoFolder(
                f"{self.root} is no company folder (leadbot.yaml is missing); make one with: init {self.root}"
            )
        return self


@dataclass(frozen=True)
class Created:
    """A new folder, and the paths of the callbacks to paste into the platforms' consoles."""

    folder: Folder
    callbacks: Mapping[str, str]


def create_folder(root: Path, *, template: str = "default") -> Created:
    """Make a new company's folder with fresh keys. Raises FolderTaken, NoFolder (no such template)."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise FolderTaken(f"{root} is not empty; choose a new folder, nothing was changed")
    source = TEMPLATES / template
    if not template.isidentifier() or not source.is_dir():
        known = ", ".join(sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir()))
        raise NoFolder(f"there is no template {template!r}; known: {known}")
    folder = Folder(root)
    for path in (root, folder.content, folder.data, folder.public):
        path.mkdir(parents=True, exist_ok=True)
    folder.data.chmod(0o700)
    for text in sorted((*(TEMPLATES / "default" / "content").glob("*.md"), *(source / "content").glob("*.md"))):
        (folder.content / text.name).write_text(text.read_text(encoding="utf-8"), encoding="utf-8")
    for name in ("leadbot.yaml", "rules.yaml", "members.csv", "products.csv"):
        (root / name).write_text(_of_template(source, name), encoding="utf-8")
    _write_env(folder.env, _of_template(source, "env"))
    callbacks = {f"企业微信({label})": f"/callback/wecom/{name}" for name, label in WECOM.items()}
    callbacks |= {f"钉钉({label})": f"/callback/dingtalk/{name}" for name, label in DINGTALK.items()}
    return Created(folder, callbacks)


WECOM = {"app": "自建应用", "contact": "客户联系", "kf": "微信客服"}
DINGTALK = {"robot": "机器人", "events": "事件订阅", "card": "互动卡片"}


def _of_template(source: Path, name: str) -> str:
    """A file of an industry's template; what is the same everywhere stands in the default one."""
    own = source / name
    text = (own if own.is_file() else TEMPLATES / "default" / name).read_text(encoding="utf-8")
    return text + (TEMPLATES / "default" / JOURNEYS).read_text(encoding="utf-8") if name == "rules.yaml" else text


def _write_env(path: Path, template: str) -> None:
    values = {
        "data_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        "admin_key": "lb_admin_" + secrets.token_urlsafe(24),
    }
    for name in (*WECOM, "dingtalk"):
        values[f"{name}_token"] = random_text(24)
        values[f"{name}_aes_key"] = random_aes_key()
    path.touch(mode=0o600)
    path.write_text(string.Template(template).substitute(values), encoding="utf-8")


def random_text(length: int) -> str:
    """Letters and digits, for a callback's Token."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def random_aes_key() -> str:
    """43 letters and digits that decode to 32 bytes: an EncodingAESKey (WeCom developer page 90968)."""
    while True:
        key = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        if key.isalnum():
            return key


def read_env(path: Path) -> dict[str, str]:
    """NAME=value lines; # begins a comment line; quotes around a value are dropped. {} when there is no file.

    Raises BadDocument for another encoding than UTF-8.
    """
    if not path.is_file():
        return {}
    found = {}
    for line in read_text(path).splitlines():
        line = line.strip()
        if not line or line.startswith("#") or "=" not in line:
            continue
        name, _, value = line.partition("=")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        found[name.strip().removeprefix("export ").strip()] = value
    return found
