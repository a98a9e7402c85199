"""Which Chinese font papers are set in: the one that fontconfig names, or one of the files that systems have."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

WANTED = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei")
FILES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
)
SIMPLIFIED = 2  # where the simplified letters stand in Noto's collection
CURE = "装一个就行:Debian、Ubuntu 用 apt install fonts-noto-cjk,CentOS 用 yum install google-noto-sans-cjk-ttc-fonts"


class NoFont(Exception):
    """No Chinese font was found; the text names the cure."""


@dataclass(frozen=True)
class Font:
    """A font's file, and which of its collection."""

    file: str
    number: int = 0


def find_font() -> Font:
    """The font to set papers in. Raises NoFont."""
    if (asked := shutil.which("fc-match")) is not None:
        for family in WANTED:
            found = subprocess.run(  # noqa: S603 - a fixed program with fixed words
                [asked, "-f", "%{file}\n%{index}\n%{family}", f"{family}:style=Regular"], capture_output=True,
                text=True, timeout=10, check=False,
            )  # fmt: skip
            file, _, rest = found.stdout.partition("\n")
            number, _, families = rest.partition("\n")
            if family in families and Path(file).is_file():
                return Font(file, int(number) & 0xFFFF if number.isdigit() else 0)
    for file in FILES:
        if Path(file).is_file():
            return Font(file, SIMPLIFIED if "NotoSansCJK" in file else 0)
    raise NoFont(f"这台服务器没有中文字体,做不了 PDF。{CURE}")
