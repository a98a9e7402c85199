"""The process that reads pictures: started with the first one, asked one at a time, ended when idle or too hungry."""

import asyncio
import contextlib
import importlib.util
import json
import os
import struct
import sys
from functools import cache
from pathlib import Path
from typing import Any

import structlog

from leads.errors import Refused
from leads.namecard.layout import Seen

log = structlog.get_logger()

COMMAND = "./run ocr"
LARGEST = 10 * 1024 * 1024  # bytes of a picture
CROWD = 20  # pictures of programs that may wait; those of people wait in the store, however many
PATIENCE = 120.0  # seconds for one picture on a busy machine; the work in it is limited to ten
IDLE = 120.0  # seconds without a picture after which the process ends
MEMORY = 600  # MiB after which a new process is begun
ROOT = Path(__file__).parents[2]
OWN, INSTALLED = str(ROOT / ".ocr" / "bin" / "python"), str(ROOT / ".ocr" / "installed.lock")
WORKER = Path(__file__).with_name("worker.py")
SHAPE = "请拍一张清楚的名片照片(JPG 或 PNG)再发。"
FLAWS = {
    "too_large": f"图片超过 {LARGEST // 2**20} MB,太大了。用聊天里的「拍照」直接拍一张,或者压缩后再发。",
    "not_a_picture": f"这不是能打开的图片。{SHAPE}",
    "damaged": f"图片没有传完整,打不开。{SHAPE}",
    "too_many_pixels": f"图片的像素太多,不能打开。{SHAPE}",
    "too_small": f"图片太小,看不清字。{SHAPE}",
    "broken": f"这张图没能读出来。{SHAPE}",
}


class NoReader(Refused):
    """The extra `ocr` is not installed."""

    code = "not_installed"

    def __init__(self) -> None:
        super().__init__(f"这台服务器没有装名片识别。管理员运行 {COMMAND} 装上(不用重启),就能读名片照片了。")


class BadPicture(Refused):
    """Nothing can be read from it; the sentence says why and what to send instead."""

    code = "bad_picture"

    def __init__(self, flaw: str) -> None:
        super().__init__(FLAWS.get(flaw, FLAWS["broken"]))
        self.flaw = flaw


class TooMany(Refused):
    """So many pictures wait that another one would only wait in vain."""

    code = "busy"

    def __init__(self) -> None:
        super().__init__(f"已有 {CROWD} 张图片在等,请过一分钟再试。")


def find_python() -> str | None:
    """The Python that has rapidocr: LEADBOT_OCR_PYTHON, the one of `./run ocr`, or our own; None without any."""
    named = os.environ.get("LEADBOT_OCR_PYTHON")
    if named:
        return named if os.access(named, os.X_OK) else None
    return OWN if os.path.exists(INSTALLED) else _of_ours()


@cache
def _of_ours() -> str | None:
    """Our own Python, where it has rapidocr; what is installed there later is found by the next start."""
    return sys.executable if importlib.util.find_spec("rapidocr") is not None else None


class Reader:
    """One process at most; whoever asks waits for their turn. Used by programs directly, by chat picture by picture."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._waiting = 0

    @property
    def pid(self) -> int | None:
        """The process that reads, while there is one."""
        return self._process.pid if self._process is not None else None

    async def read(self, content: bytes) -> list[Seen]:
        """The lines on a picture. Raises NoReader, BadPicture or TooMany; whatever the picture does, we live on."""
        python = find_python()
        if python is None:
            raise NoReader
        if len(content) > LARGEST:
            raise BadPicture("too_large")
        if self._waiting >= CROWD:
            raise TooMany
        self._waiting += 1
        try:
            async with self._turn:
                return _lines(await self._ask(python, content))
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    async def _ask(self, python: str, content: bytes) -> dict[str, Any]:
        if self._idle is not None:
            self._idle.cancel()
        used = self._process is not None
        answer = await self._try(python, content)
        if answer is None and used:  # it may have been ended while it was idle: not this picture's fault
            answer = await self._try(python, content)
        if answer is None:
            raise BadPicture("broken")
        if int(answer.get("peak", 0)) > MEMORY:
            await self._end()
        else:
            self._idle = asyncio.get_running_loop().call_later(IDLE, self._rest)
        return answer

    async def _try(self, python: str, content: bytes) -> dict[str, Any] | None:
        """The process's answer; None when it died of the picture, or before it."""
        try:
            process = await self._started(python)
            async with asyncio.timeout(PATIENCE):
                return await _exchange(process, content)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, ValueError) as error:
            log.warning("the process that reads pictures has ended", cause=type(error).__name__)
            await self._end()
            return None
        except BaseException:  # cancelled half way: what comes next on the pipe would be another picture's answer
            await self._end()
            raise

    async def _started(self, python: str) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        self._process = await asyncio.create_subprocess_exec(
            python, "-I", str(WORKER), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, cwd="/", start_new_session=True,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        return self._process

    def _rest(self) -> None:
        if not self._turn.locked() and self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if self._idle is not None:
            self._idle.cancel()
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await asyncio.shield(process.wait())


async def _exchange(process: asyncio.subprocess.Process, content: bytes) -> dict[str, Any]:
    if process.stdin is None or process.stdout is None:
        raise OSError
    process.stdin.write(struct.pack(">I", len(content)) + content)
    await process.stdin.drain()
    size = struct.unpack(">I", await process.stdout.readexactly(4))[0]
    answer: dict[str, Any] = json.loads(await process.stdout.readexactly(size))
    return answer


def _lines(answer: dict[str, Any]) -> list[Seen]:
    if "error" in answer:
        if answer["error"] == "broken":
            log.error("a picture could not be read", kind=str(answer.get("kind", ""))[:60])
        raise BadPicture(str(answer["error"]))
    return [
        Seen(
            str(line["text"]), float(line["score"]), tuple((float(x), float(y)) for x, y in line["box"]), line["column"]
        )
        for line in answer["lines"]
    ]
