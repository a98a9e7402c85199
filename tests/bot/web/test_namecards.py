"""POST /cards/read: a picture of a business card in, its fields out; whatever else comes is refused in words."""

import io
from typing import Any

import pytest
from aiohttp import FormData

from leads.namecard.reading import FIELDS
from tests.namecards import MISSING, READS, TRUTH, photo

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


@pytest.mark.skipif(not READS, reason=MISSING)
@pytest.mark.feature("A3")
async def test_a_card_is_answered_as_fields_and_nothing_is_kept(office: Any) -> None:
    answer = await office.ask("POST", READ, data=picture(photo("dark")))
    body = await answer.json()
    assert answer.status == 200, body
    assert set(body["fields"]) == set(FIELDS)
    truth = TRUTH["dark"]
    assert {name: body["fields"][name] for name in truth} == truth
    assert set(body["doubtful"]) <= set(FIELDS) and truth["company"] in body["lines"]
    assert (await office.get("/api/v1/leads"))["items"] == []
    answer = await office.ask("POST", READ, data=picture(photo("cat")))
    assert answer.status == 200 and set((await answer.json())["fields"].values()) == {None}
    answer = await office.ask("POST", READ, data=picture(b"GIF89a and no more"))
    assert answer.status == 422 and (await answer.json())["code"] == "bad_picture"
    await office.desk.reader.close()
