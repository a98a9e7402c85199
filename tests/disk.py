"""A disk that keeps a diary, breaks when it is told to, and knows what would be left of the files after a power cut.

SQLite reaches files through a table of functions (its VFS). In a server under test three of them are ours: what is
written, cut off and synced is noted, may fail, and only what was synced is carried over to a second set of files.
"""

import contextlib
import ctypes
import mmap
import os
import random
import re
import shutil
import struct
from pathlib import Path
from typing import Any

NAMES = ("leadbot.db", "leadbot.db-wal")
BLOCK = 4096
FULL, NO_WRITE, NO_SYNC = 13, 10 | 3 << 8, 10 | 4 << 8  # SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC
KEY = re.compile(rb":msg:(\d{6,})")
POINTER = ctypes.c_void_p
OPEN = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, POINTER, POINTER, ctypes.c_int, POINTER)
WRITE = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, POINTER, ctypes.c_int, ctypes.c_int64)
TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, ctypes.c_int64)
SYNC = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, ctypes.c_int)


class _Vfs(ctypes.Structure):
    """The beginning of sqlite3_vfs."""

    _fields_ = [
        ("version", ctypes.c_int), ("file_size", ctypes.c_int), ("longest_path", ctypes.c_int), ("next", POINTER),
        ("name", ctypes.c_char_p), ("data", POINTER), ("open", POINTER),
    ]  # fmt: skip


class _Methods(ctypes.Structure):
    """sqlite3_io_methods, version 3."""

    _fields_ = [
        ("version", ctypes.c_int), ("close", POINTER), ("read", POINTER), ("write", POINTER), ("truncate", POINTER),
        ("sync", POINTER), ("others", POINTER * 13),
    ]  # fmt: skip


def library() -> Any:
    """The SQLite that Python uses, or None where its functions cannot be reached (it is built into Python)."""
    import _sqlite3

    try:
        found = ctypes.CDLL(_sqlite3.__file__)
        found.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    except (AttributeError, OSError):
        return None
    return found


class Disk:
    """What a test holds: the diary and the switches of a server's disk, in a folder of its own."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.folder = folder
        self.data = data
        folder.mkdir()
        (folder / "synced").mkdir()
        (folder / "diary").touch()
        (folder / "switches").write_bytes(b"\0" * 16)
        for name in NAMES:
            if (data / name).exists():
                shutil.copy(data / name, folder / "synced" / name)
        with (folder / "switches").open("r+b") as file:
            self._switches = mmap.mmap(file.fileno(), 16)
        self._read = 0

    @property
    def environment(self) -> dict[str, str]:
        """What the server's process must be given."""
        return {"TEST_DISK": str(self.folder), "TEST_DISK_OF": str(self.data)}

    def fail(self, code: int, *, after: int = 0, times: int = 1 << 30) -> None:
        """Let writes (FULL, NO_WRITE) or syncs (NO_SYNC) fail, after some that succeed."""
        self._switches[:16] = struct.pack("=iiii", code, after, times, 0)

    def heal(self) -> None:
        """Everything succeeds again."""
        self._switches[:16] = b"\0" * 16

    def failed(self) -> int:
        """How often it has failed since it was told to."""
        return int(struct.unpack("=iiii", self._switches[:16])[3])

    def news(self) -> list[str]:
        """The diary's new lines: `W n …` (message numbers in what was written to the -wal), `S` (it was synced)."""
        with (self.folder / "diary").open("rb") as file:
            file.seek(self._read)
            text = file.read()
        self._read += len(text)
        return text.decode().splitlines()

    def cut_power(self, chance: random.Random) -> int:
        """After kill -9: keep what was synced, and of the rest what happened to reach the disk; returns blocks lost."""
        lost = 0
        for name in NAMES:
            now, synced = self.data / name, self.folder / "synced" / name
            if not synced.exists():
                now.unlink(missing_ok=True)
                continue
            kept = bytearray(synced.read_bytes())
            fresh = now.read_bytes() if now.exists() else b""
            for at in range(0, max(len(fresh), len(kept)), BLOCK):
                if fresh[at : at + BLOCK] != kept[at : at + BLOCK]:
                    if chance.random() < 0.5:
                        lost += 1
                    elif at + BLOCK <= len(fresh):
                        kept.extend(b"\0" * (at + BLOCK - len(kept)))
                        kept[at : at + BLOCK] = fresh[at : at + BLOCK]
            now.write_bytes(kept)
            synced.write_bytes(kept)
        (self.data / "leadbot.db-shm").unlink(missing_ok=True)
        return lost

    def close(self) -> None:
        """Give the switches back."""
        self._switches.close()


class _Watched:
    """In the server's process: SQLite's files of one folder."""

    def __init__(self, folder: Path, data: Path) -> None:
        self.folder, self.data = folder, data
        self.diary = os.open(folder / "diary", os.O_WRONLY | os.O_APPEND)
        with (folder / "switches").open("r+b") as file:
            self.switches = mmap.mmap(file.fileno(), 16)
        self.names: dict[int, str] = {}
        self.unsynced: dict[str, list[tuple[int, int]]] = {name: [] for name in NAMES}
        self.methods: dict[int, Any] = {}
        vfs = library().sqlite3_vfs_find(None).contents
        self.real_open = OPEN(vfs.open)
        self.open = OPEN(self._open)
        vfs.open = ctypes.cast(self.open, POINTER)

    def _fails(self, *codes: int) -> int:
        code, after, times, failed = struct.unpack("=iiii", self.switches[:16])
        if code not in codes or not times:
            return 0
        now = (code, after - 1, times, failed) if after else (code, 0, times - 1, failed + 1)
        self.switches[:16] = struct.pack("=iiii", *now)
        return 0 if after else int(code)

    def _open(self, vfs: int, name: int | None, file: int, flags: int, out: int) -> int:
        code = int(self.real_open(vfs, name, file, flags, out))  # SQLite keeps the name's place in memory
        path = Path(os.fsdecode(ctypes.string_at(name))) if name else Path()
        if code == 0 and path.parent == self.data and path.name in NAMES:
            self.names[file] = path.name
            place = ctypes.cast(file, ctypes.POINTER(POINTER))
            place[0] = ctypes.addressof(self._ours(place[0]))
        return code

    def _ours(self, real: int) -> _Methods:
        if real in self.methods:
            return self.methods[real][0]  # type: ignore[no-any-return]
        theirs = ctypes.cast(real, ctypes.POINTER(_Methods)).contents
        ours = _Methods.from_buffer_copy(theirs)
        write, truncate, sync = WRITE(theirs.write), TRUNCATE(theirs.truncate), SYNC(theirs.sync)

        def our_write(file: int, content: int, size: int, at: int) -> int:
            if code := self._fails(FULL, NO_WRITE):
                return code
            found = int(write(file, content, size, at))
            if found == 0:
                self.unsynced[self.names[file]].append((at, size))
                numbers = KEY.findall(ctypes.string_at(content, size)) if self.names[file] == NAMES[1] else ()
                if numbers:
                    os.write(self.diary, b"W " + b" ".join(numbers) + b"\n")
            return found

        def our_truncate(file: int, size: int) -> int:
            found = int(truncate(file, size))
            with contextlib.suppress(FileNotFoundError):
                os.truncate(self.folder / "synced" / self.names[file], size)
            return found

        def our_sync(file: int, flags: int) -> int:
            if code := self._fails(NO_SYNC):
                return code
            found = int(sync(file, flags))
            if found == 0:
                self._carry_over(self.names[file])
                os.write(self.diary, b"S\n" if self.names[file] == NAMES[1] else b"D\n")
            return found

        kept = (WRITE(our_write), TRUNCATE(our_truncate), SYNC(our_sync))
        ours.write, ours.truncate, ours.sync = (ctypes.cast(one, POINTER) for one in kept)
        self.methods[real] = (ours, *kept)
        return ours

    def _carry_over(self, name: str) -> None:
        """What was written to a file before it was synced is safe now."""
        pieces, self.unsynced[name] = self.unsynced[name], []
        with (self.data / name).open("rb") as file, (self.folder / "synced" / name).open("ab"):
            safe = os.open(self.folder / "synced" / name, os.O_WRONLY)
            for at, size in pieces:
                os.pwrite(safe, os.pread(file.fileno(), size, at), at)
            os.close(safe)


def install(folder: str, data: str) -> None:
    """In the server's process, before it opens anything."""
    _KEPT.append(_Watched(Path(folder), Path(data)))


_KEPT: list[_Watched] = []
