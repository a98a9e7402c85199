"""A hand-over of WeCom customers that dies between WeCom's yes and our note of it: nobody is asked for twice."""

import asyncio
import json
from collections import Counter

import pytest

from sandbox.wecom.company import Contact
from tests.sides import seen

pytestmark = [pytest.mark.kill, pytest.mark.feature("O2")]
ASK = "externalcontact/resigned/transfer_customer"
COUNT = 150


@pytest.mark.failure("4")
async def test_a_call_that_was_made_before_the_death_is_read_back(doomed):
    with doomed.folders[0].members.open("a", encoding="utf-8") as file:
        file.write("\nboss,主管,manager,华东,boss\n")
    doomed.standin.company.members["boss"] = "主管"
    for n in range(COUNT):
        doomed.standin.company.contacts[f"wm{n}"] = Contact(f"wm{n}", "rep000", f"顾客{n}")
    await doomed.start(crash_at="inherit_after_call")
    for post in doomed.standin.posts.values():
        post.manner.retries, post.manner.pause = 100, 0.1
    await doomed.standin.dismiss("rep000")
    await doomed.standin.text("boss", "交接 销售000 销售001")
    assert await doomed.died() == -9, "WeCom has begun with the first hundred, and we have not noted it"
    assert len(doomed.standin.api.inheritance.passings) == 100
    await doomed.start(len(doomed.folders) - 1)
    async with asyncio.timeout(90):
        while not any("等待 150 位" in seen(m).replace(":", " ") for m in doomed.standin.chat("boss")):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    asked = [json.loads(body)["external_userid"] for name, body in doomed.standin.api.bodies if name == ASK]
    assert Counter(one for part in asked for one in part) == Counter(f"wm{n}" for n in range(COUNT))
    assert doomed.rows("select state, count(*) from inheritance group by 1") == [("waiting", COUNT)]
