"""An import that dies goes on where it was: every line is booked once, and taking it back ends too."""

import asyncio
import contextlib
import io
import random

import aiohttp
import pytest

pytestmark = [pytest.mark.kill, pytest.mark.feature("Q3", "Q4"), pytest.mark.ask("AS24")]
LINES, LONG = 1500, 100_000
AGAIN = 200  # of them are said twice
BAD = 100


def messy(lines: int = LINES) -> str:
    """A list as people keep it: people, some of them twice and in another spelling, and numbers that are none."""
    rows = [f"客户{n},137{n:08},公司{n % 50},要报价 {n}" for n in range(lines - AGAIN - BAD)]
    rows += [f"客户{n},+86 137-{n // 10_000:04}-{n % 10_000:04},,再问一次 {n}" for n in range(AGAIN)]
    rows += [f"坏{n},12{n},," for n in range(BAD)]
    random.Random(7).shuffle(rows)
    return "姓名,手机,公司,需求\n" + "\n".join(rows)


async def send(doomed, lines=LINES, **fields):
    form = aiohttp.FormData(fields)
    form.add_field("file", io.BytesIO(messy(lines).encode()), filename="客户.csv")
    async with doomed.http.post("/api/v1/imports", data=form) as answer:
        assert answer.status == 201, await answer.text()
        return (await answer.json())["batch"]


async def confirm(doomed, batch):
    """Let it begin; the answer, which comes when a small list is in, may never come."""
    with contextlib.suppress(aiohttp.ClientError):
        async with doomed.http.post(f"/api/v1/imports/{batch}/confirm", json={}):
            pass


async def status(doomed, batch):
    async with doomed.http.get(f"/api/v1/imports/{batch}") as answer:
        return await answer.json()


async def rested(doomed, batch, *states):
    found = {}
    for _ in range(3000):
        found = await status(doomed, batch)
        if found["state"] in states:
            return found
        await asyncio.sleep(0.1)
    raise AssertionError((found["state"], found["line"], found["error"], (doomed.root / "bot.log").read_text()[-1500:]))


def whole(doomed, found, lines=LINES):
    """The list is in, each line once."""
    assert (found["rows"], found["new"], found["updated"], found["skipped"]) == (
        lines, lines - AGAIN - BAD, AGAIN, BAD,
    )  # fmt: skip
    assert len(found["bad"]) == BAD
    kinds = dict(doomed.rows("select kind, count(*) from timeline group by 1"))
    assert (kinds["captured"], kinds["enquired"]) == (found["new"], AGAIN)
    assert doomed.rows("select count(*), sum(enquiries) from lead") == [(found["new"], found["new"] + AGAIN)]
    assert doomed.database.sound()


async def died_of(doomed, request):
    """Send a request of which the server dies."""
    with contextlib.suppress(aiohttp.ClientError):
        await request
    assert await doomed.died() == -9, "the point was passed, so it is covered"


@pytest.mark.parametrize("point", ["import_before_slice:1", "import_before_slice:6", "import_after_slice:4"])
async def test_a_list_is_booked_once_whatever_the_moment(doomed, point):
    await doomed.start(crash_at=point)
    await died_of(doomed, send(doomed, confirm="true"))
    await doomed.start()
    whole(doomed, await rested(doomed, "I1", "done"))


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("point", ["import_after_withdrawing:1", "import_after_withdrawing:3"])
async def test_taking_back_ends_too(doomed, point):
    await doomed.start(crash_at=point)
    batch = await send(doomed, confirm="true")
    await rested(doomed, batch, "done")
    await died_of(doomed, doomed.http.post(f"/api/v1/imports/{batch}/undo", json={}))
    await doomed.start()
    found = await rested(doomed, batch, "undone")
    assert found["left"] == [] and doomed.rows("select count(*) from lead") == [(0,)]
    assert doomed.rows("select (select count(*) from identity) + (select count(*) from timeline)") == [(0,)]


@pytest.mark.only("sqlite")
async def test_a_long_list_that_is_killed_in_the_middle_goes_on_and_goes_out_again(doomed, soak):
    lines = LONG if soak else 5 * LINES
    await doomed.start()
    batch = await send(doomed, lines)
    await rested(doomed, batch, "asked")
    confirmed = asyncio.create_task(confirm(doomed, batch))
    moments = random.Random(5)
    async with asyncio.timeout(60):
        while (found := await status(doomed, batch))["line"] == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    assert found["state"] == "running" and found["line"] < lines, "it dies in the middle"
    for _ in range(20 if soak else 2):
        doomed.kill()
        await doomed.start()
        await asyncio.sleep(moments.uniform(0.0, 0.5))
    await confirmed
    whole(doomed, await rested(doomed, batch, "done"), lines)
    async with doomed.http.post(f"/api/v1/imports/{batch}/undo", json={}) as answer:
        assert answer.status == 200, await answer.text()
    assert (await rested(doomed, batch, "undone"))["left"] == []
    assert doomed.rows("select (select count(*) from lead) + (select count(*) from timeline)") == [(0,)]
    assert doomed.database.sound()


@pytest.mark.only("sqlite")
async def test_a_list_survives_kills_at_any_moment_from_its_arrival_to_its_end(doomed, soak):
    moments = random.Random(3)
    await doomed.start()
    batch = await send(doomed)
    assert (await rested(doomed, batch, "asked"))["new"] == LINES - AGAIN - BAD
    assert doomed.rows("select count(*) from lead") == [(0,)]
    async with doomed.http.post(f"/api/v1/imports/{batch}/drop", json={}) as answer:
        assert answer.status == 200
    try:
        batch = await asyncio.wait_for(send(doomed, confirm="true"), 0.2)
    except TimeoutError:
        batch = "I2"
    for _ in range(40 if soak else 4):
        await asyncio.sleep(moments.uniform(0.0, 0.4))
        doomed.kill()
        await doomed.start()
    if not doomed.rows("select id from import_batch where state in ('running', 'done')"):
        batch = await send(doomed, confirm="true")  # it died before the file was here: nothing of it is
    whole(doomed, await rested(doomed, batch, "done"))
