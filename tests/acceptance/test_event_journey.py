"""An event from the registration to the day after: reminded once, thanked when they came, told what they missed."""

from typing import Any

import pytest

from tests.customers import Recorder
from tests.town import shanghai, town, words
from tests.visitor import visitor

pytestmark = [pytest.mark.only("sqlite"), pytest.mark.platforms("wecom")]
MISSED = """      - {when: {did: [event]}, otherwise: missed}
      - {send: [mail, sms], content: event_after, topic: 服务通知, next: end}
      - {name: missed, send: [mail, sms], content: festival, topic: 服务通知}
"""


def started(text: str) -> str:
    """The standard journeys of events, switched on; who did not come hears something too."""
    head, marker, tail = text.partition("  after_demo:\n")
    after, event, rest = tail.partition("  event:\n")
    after, rest = after.replace("active: false", "active: true", 1), rest.replace("active: false", "active: true", 1)
    standard = (
        "      - {when: {did: [event]}, otherwise: end}\n"
        "      - {send: [mail, sms], content: event_after, topic: 服务通知}\n"
    )
    assert standard in rest, "the standard journey says so"
    return head + marker + after + event + rest.replace(standard, MISSED, 1)


@pytest.mark.feature("A13", "K1")
async def test_who_registered_is_reminded_and_then_hears_by_whether_they_came(tmp_path: Any) -> None:
    async with town(tmp_path, rules=started) as place:
        mail = place.bot.roads.channels["mail"] = Recorder()
        told = words(await place.text("linda", "活动 新建 夏季沙龙 3月20日"))
        link, door = [
            next(line for line in told.splitlines() if line.startswith(head)).partition("/f/")[2]
            for head in ("链接:", "签到链接")
        ]
        people = {"甲": "13800138001", "乙": "13800138002"}
        for name, phone in people.items():
            guest = visitor(place)
            await guest.open(f"/f/{link}")
            await guest.send(name=name, phone=phone)
        await place.settle()
        leads = {lead["name"]: lead["no"] for lead in (await place.api("GET", "/leads"))[1]["items"]}
        assert set(leads) == set(people)
        for no in leads.values():
            await place.api("PATCH", f"/leads/{no}", email=f"{no.lower()}@example.com")

        def got() -> list[tuple[str, str]]:
            return [(letter.lead.name, letter.content) for letter in mail.letters]

        await place.until(shanghai("2026-03-19 09:59"))
        assert got() == [], "nobody is reminded before the day before"
        await place.until(shanghai("2026-03-19 10:05"))
        assert sorted(got()) == [("乙", "event_before"), ("甲", "event_before")]
        await place.until(shanghai("2026-03-20 14:00"))
        at_door = visitor(place)
        await at_door.open(f"/f/{door}")
        await at_door.send(name="甲", phone=people["甲"], need="")
        await place.settle()
        assert "参加活动 夏季沙龙" in [item["text"] for item in await place.story(leads["甲"])]
        await place.until(shanghai("2026-03-21 10:05"))
        assert sorted(got()[2:]) == [("乙", "festival"), ("甲", "event_after")]
        ends = {
            name: [item["text"] for item in await place.story(no) if item["kind"] == "journey_ended"]
            for name, no in leads.items()
        }
        assert all("「活动提醒和感谢」走完了" in told for told in ends.values()), ends
        begun = [item["text"] for item in await place.story(leads["甲"]) if item["kind"] == "journey_began"]
        assert "「演示之后」" in begun, "who came travels on; who did not come does not"
        assert "「演示之后」" not in [item["text"] for item in await place.story(leads["乙"])]
        _, counts = await place.api("GET", "/journeys/event")
        assert (counts["entered"], counts["finished"], counts["running"], counts["exited"]) == (2, 2, 0, 0)
