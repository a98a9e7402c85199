"""POST /cards/read: a picture of a business card in, its fields out; whatever else comes is refused in words."""

import io
from typing import Any

import pytest
from aiohttp import FormData

READ = "/api/v1/cards/read"


def picture(content: bytes, part: str = "image") -> FormData:
    form = FormData()
    form.add_field(part, io.BytesIO(content), filename="card.jpg", content_type="image/jpeg")
    return form


async def test_without_the_extra_it_is_501_and_names_the_command(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADBOT_OCR_PYTHON", "/nowhere/python")
    answer = await office.ask("POST", READ, data=picture(b"\xff\xd8\xff"))
    problem = await answer.json()
    assert answer.status == 501 and answer.content_type == "application/problem+json"
    assert problem["code"] == "not_installed" and "./run ocr" in problem["detail"]


async def test_a_form_without_a_picture_and_one_that_is_too_large_are_refused(office: Any) -> None:
    answer = await office.ask("POST", READ, data=picture(b"x", part="file"))
    assert answer.status == 400 and "image" in (await answer.json())["detail"]
    answer = await office.ask("POST", READ, data=picture(b"x" * (10 * 2**20 + 1)))
    assert answer.status == 413 and "10 MB" in (await answer.json())["detail"]
    answer = await office.ask("POST", READ, json={})
    assert answer.status == 415 and "multipart/form-data" in (await answer.json())["detail"]
