"""Lists for tests of imports, and the command line as a person uses it."""

import asyncio
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp

from tests.town import Town

ROOT = Path(__file__).parents[1]


def csv_text(*rows: Sequence[str]) -> str:
    """Rows as CSV."""
    return "".join(",".join(row) + "\r\n" for row in rows)


def workbook(*rows: Sequence[Any], sheet: str = "名单") -> bytes:
    """Rows as an .xlsx with real types: numbers, dates, formulas."""
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


async def cli(*arguments: object) -> tuple[int, str, str]:
    """Run `python -m bot …`; returns exit code, stdout, stderr."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *map(str, arguments), cwd=ROOT, stdout=-1, stderr=-1, env={**os.environ},
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def import_file(town: Town, name: str, content: bytes | str, *more: str) -> dict[str, Any]:
    """`import DIR FILE --json …` while the server runs; returns the report."""
    path = town.root / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    status, out, err = await cli("import", town.folder.root, path, "--json", *more)
    assert status == 0, err
    await town.settle()
    return dict(json.loads(out.splitlines()[-1]))


async def upload(town: Town, name: str, content: bytes | str, **fields: str) -> tuple[int, dict[str, Any]]:
    """POST /api/v1/imports; returns the status and the JSON."""
    form = aiohttp.FormData()
    for field, value in fields.items():
        form.add_field(field, value)
    form.add_field("file", content.encode() if isinstance(content, str) else content, filename=name)
    async with town.http.post("/api/v1/imports", data=form) as answer:
        found = dict(await answer.json())
    await town.settle()
    return answer.status, found


async def undo_import(town: Town, batch: str) -> dict[str, Any]:
    """`import DIR --undo I3 --json`."""
    status, out, err = await cli("import", town.folder.root, "--undo", batch, "--json")
    assert status == 0, err
    await town.settle()
    return dict(json.loads(out.splitlines()[-1]))


def counts(report: dict[str, Any]) -> tuple[int, int, int, int]:
    """(rows, new, updated, skipped)."""
    return report["rows"], report["new"], report["updated"], report["skipped"]
