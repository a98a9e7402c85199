"""Which files may be put on a lead, and under which name: nothing that a computer would run, nothing that hides."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.facts import Fact

LARGEST = 10 * 1024 * 1024
KINDS: Mapping[str, tuple[str, ...]] = {
    "picture": (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".heic"),
    "file": (
        ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".wps", ".et", ".dps", ".txt", ".csv", ".md", ".zip",
        ".rar", ".7z", ".dwg", ".dxf", ".step", ".stp", ".ofd",
    ),
    "recording": (".amr", ".mp3", ".m4a", ".wav", ".aac", ".ogg"),
    "video": (".mp4", ".mov"),
}  # fmt: skip
LABELS: Mapping[str, str] = {"picture": "图片", "file": "文件", "recording": "录音", "video": "视频"}
USUAL: Mapping[str, str] = {"picture": ".jpg", "recording": ".amr", "video": ".mp4", "file": ""}
SIGNS = "<>:|?*%;$`'" + '"'
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
SCRIPTS = re.compile(rb"^\s*(<!doctype html|<html|<script|<svg|<\?xml[^>]*>\s*<svg)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class FileAdded(Fact):
    """Something was put on the lead."""

    kind = "file_added"
    number: int
    what: str
    name: str
    size: int

    def text(self) -> str:
        return f"{LABELS.get(self.what, '文件')}《{self.name}》({size_text(self.size)}) F{self.number}"

    def data(self) -> Mapping[str, Any]:
        return {"attachment": self.number, "kind": self.what, "size": self.size}


@dataclass(frozen=True, kw_only=True)
class FileRemoved(Fact):
    """It was put there by mistake: a business card, not something about this customer."""

    kind = "file_removed"
    number: int
    name: str

    def text(self) -> str:
        return f"《{self.name}》拿掉了:是名片 F{self.number}"

    def data(self) -> Mapping[str, Any]:
        return {"attachment": self.number}


def safe_name(name: str, kind: str) -> str:
    """The name under which it is kept: the last part of a path, without signs that mean something to a computer."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(
        c for c in plain if c.isprintable() and c not in "<>:\"|?*%;$`'" and unicodedata.category(c) != "Cf"
    )
    stem, dot, ending = plain.strip(" .").rpartition(".")
    stem, ending = (stem, f".{ending.lower()}") if dot else (ending, "")
    allowed = KINDS.get(kind, ())
    if ending not in allowed and kind != "file":
        stem, ending = (f"{stem}{ending}", USUAL[kind])
    return f"{stem.strip(' .')[:60] or LABELS.get(kind, '文件')}{ending[:10]}"


def flaw_of(name: str, kind: str, content: bytes) -> str:
    """Why it is not kept, as a sentence for its sender; "" when it is."""
    ending = f".{name.rpartition('.')[2].lower()}" if "." in name else ""
    if not content:
        return "这个文件是空的。"
    if len(content) > LARGEST:
        return f"太大了({size_text(len(content))}),最多 {size_text(LARGEST)}。压缩一下,或者发链接。"
    if ending not in KINDS.get(kind, ()):
        return f"「{ending or '没有后缀'}」这种文件不收。可以发图片、PDF、Office、录音和视频。"
    if (content.startswith(PROGRAMS) and not content.startswith(b"#!AMR")) or SCRIPTS.match(content[:512]):
        return "这个文件其实是程序或网页,不收。"
    return ""


def size_text(size: int) -> str:
    """1.2 MB, 340 KB."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(size // 1024, 1)} KB"
