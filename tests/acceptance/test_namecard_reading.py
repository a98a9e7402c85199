"""A3: how well photos of business cards are read, what that costs, and in which process: sixteen designs of our own."""

import asyncio
import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.namecard.reader import MEMORY, Reader, find_python
from leads.namecard.reading import read_namecard
from tests.namecards import MISSING, READS

pytestmark = [pytest.mark.skipif(not READS, reason=MISSING), pytest.mark.feature("A3")]

ROOT = Path(__file__).parents[2]
KEY = ("name", "title", "company", "mobile", "email")
PASS = 0.95  # of the key fields, exactly
CPU = 2.0  # seconds a card
DESIGNS = (
    "classic", "centred", "bilingual", "dark", "upright", "with_code", "icons", "letters", "columns", "spread",
    "broken", "one_row", "grained", "many", "plain", "two_sides",
)  # fmt: skip
WAYS = ("desk", "slanted", "glare", "shadow", "turned", "sideways", "headlong", "small", "soft", "noisy", "scan")


async def photos(folder: Path, pairs: list[list[str]], *, first: int) -> list[dict[str, Any]]:
    """Cards printed and photographed by the Python that has PIL; what stands on each."""
    drawn = await asyncio.create_subprocess_exec(
        str(find_python()), "-m", "tests.printshop.draw", str(folder), str(first), json.dumps(pairs), cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, told = await drawn.communicate()
    assert drawn.returncode == 0, told.decode()
    found: list[dict[str, Any]] = json.loads((folder / "truth.json").read_text("utf-8"))
    return found


def spelled(field: str, value: str | None) -> str:
    """Blanks and the width of signs make no difference, nor does the country code of a mobile."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", value or ""))
    return re.sub(r"\D", "", text)[-11:] if field == "mobile" else text.lower() if field == "email" else text


def worked(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    parts = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / 100


def most_memory(pid: int) -> int:
    """MiB that a process had at most."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text("utf-8"))
    assert found is not None
    return int(found[1]) // 1024


async def test_key_fields_of_cards_of_our_own_designs_are_read(
    tmp_path: Path, soak: bool, record_property: Callable[[str, object], None]
) -> None:
    pairs = [[design, way] for design in DESIGNS for way in WAYS] if soak else []
    pairs = pairs or [[design, WAYS[n % 10]] for n, design in enumerate(DESIGNS)]
    truth = await photos(tmp_path, pairs, first=31_000)
    reader, wrong, spent, dearest = Reader(), [], 0.0, 0.0
    try:
        for number, card in enumerate(truth):
            read = read_namecard(await reader.read((tmp_path / f"{number}.jpg").read_bytes()))
            assert reader.pid is not None
            used = worked(reader.pid)
            dearest, spent = max(dearest, used - spent), used
            wrong += [
                (card["design"], card["way"], field, card[field], getattr(read, field), field in read.doubtful)
                for field in KEY
                if spelled(field, getattr(read, field)) != spelled(field, card[field])
            ]
            assert read.is_one
        assert reader.pid is not None
        peak = most_memory(reader.pid)
    finally:
        await reader.close()
    right = 1 - len(wrong) / (len(KEY) * len(truth))
    record_property(
        "business cards",
        f"{right:.1%} of {len(KEY) * len(truth)} key fields, {spent / len(truth):.2f} s of processor a card "
        f"({dearest:.2f} the dearest), {peak} MiB",
    )
    assert right >= PASS, wrong
    assert dearest <= CPU and peak <= MEMORY


async def test_who_hangs_up_half_way_does_not_spoil_the_next_picture(tmp_path: Path) -> None:
    truth = await photos(tmp_path, [["classic", "scan"], ["dark", "scan"]], first=5)
    reader = Reader()
    try:
        first = asyncio.create_task(reader.read((tmp_path / "0.jpg").read_bytes()))
        while reader.pid is None:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        read = read_namecard(await reader.read((tmp_path / "1.jpg").read_bytes()))
        assert read.mobile == truth[1]["mobile"]
    finally:
        await reader.close()
    assert reader.pid is None


async def test_a_process_that_is_not_asked_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await photos(tmp_path, [["plain", "scan"]], first=9)
    monkeypatch.setattr("bot.namecard.reader.IDLE", 0.05)
    reader = Reader()
    await reader.read((tmp_path / "0.jpg").read_bytes())
    process = reader._process
    assert process is not None
    await asyncio.wait_for(process.wait(), 30)
    await reader.close()
