"""What happens in the story's week, hour by hour, and how what people got is written down."""

import asyncio
import random
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.conftest import PLATFORMS
from tests.story.people import companies, customer
from tests.town import Town, shanghai, town, words

SHANGHAI = ZoneInfo("Asia/Shanghai")
REPS = ("王磊", "李娜", "赵强", "孙悦", "周敏", "吴迪", "郑涛", "冯倩")
MEMBERS = {
    **{f"rep{number}": (name, "rep", "华东") for number, name in enumerate(REPS)},
    "chenjing": ("陈静", "manager", "华东"),
    "linda": ("林达", "marketing", ""),
    "admin": ("管理员", "admin", ""),
}
DAYS = ("2026-04-03", "2026-04-07", "2026-04-08", "2026-04-09", "2026-04-10")  # 04-04 to 04-06 is 清明
LEADS = 200
TURNS = "\nassignment:\n  skip_overdue: null\n  rules:\n    - {name: 轮流, by: round_robin, team: 华东}\n"
SOURCES = ("官网", "展会", "百度")
NOTES = (
    "电话聊了,对方案有兴趣,后天上午10点再打",
    "加了微信,发了资料",
    "电话没人接",
    "电话聊了,要比较两家",
)


class Week:
    """The town with a notebook: after every step whatever is new in a chat is written down once."""

    def __init__(self, acme: Town) -> None:
        self.acme = acme
        self.lines: list[str] = []
        self._seen = dict.fromkeys(MEMBERS, 0)

    def note(self) -> None:
        """Write down what people got since the last look."""
        at = self.acme.at.astimezone(SHANGHAI)
        for user, (name, _, _) in MEMBERS.items():
            chat = self.acme.standin.chat(user)
            for message in chat[self._seen[user] :]:
                arrow = "→" if message.mine else "←"
                told = " / ".join(part for part in words([message]).split("\n") if part)
                self.lines.append(f"{at:%m-%d %H:%M} {name} {arrow} {told}")
            self._seen[user] = len(chat)

    async def until(self, at: datetime) -> None:
        """Time passes; what comes is written down at its hour."""
        while self.acme.at < at:
            await self.acme.until(min(at, self.acme.at + timedelta(minutes=30)))
            self.note()

    async def says(self, user: str, text: str) -> None:
        """A person writes."""
        await self.acme.text(user, text)
        self.note()


async def the_week(week: Week) -> None:
    """Forty leads a working day; most are called soon, some late, some never; one takes leave, one leaves."""
    acme, chance = week.acme, random.Random(8)
    firms = iter(companies(LEADS))
    waiting: list[tuple[datetime, str, str]] = []  # when somebody acts on which lead, and what they say
    number = 0
    for day in DAYS:
        await week.until(shanghai(f"{day} 09:05"))
        if day == DAYS[2]:
            await week.says("rep3", "请假 到周五 周敏顶班")
        if day == DAYS[3]:
            await acme.standin.leave("rep6")
            await acme.settle()
            week.note()
            await week.says("chenjing", "交接 郑涛 冯倩")
        for _ in range(LEADS // len(DAYS)):
            no = await acme.capture(SOURCES[number % 3], **customer(number, next(firms)))
            owner = (await acme.lead(no))["owner"]
            kind = chance.randrange(10)
            if owner is not None and kind < 8:
                after = timedelta(minutes=20 if kind < 6 else 300)
                text = f"无效 {no} 同行" if kind == 5 else f"跟进 {no} {NOTES[number % 4]}(第{number}位)"
                waiting.append((acme.at + after, no, text))
            number += 1
            await week.until(acme.at + timedelta(minutes=chance.choice((5, 10, 15))))
            for item in sorted(one for one in waiting if one[0] <= acme.at):
                waiting.remove(item)
                lead = await acme.lead(item[1])
                if lead["owner"] in MEMBERS and lead["owner"] not in ("rep3", "rep6"):
                    await week.says(lead["owner"], item[2])
        await week.until(shanghai(f"{day} 17:50"))
        await week.says("chenjing", "超时")
    await week.says("chenjing", "周报")


async def transcript_of(root: Path, platform: str) -> list[str]:
    """Live through the week; returns a line for every message that somebody wrote or got."""

    def turns(text: str) -> str:
        return text.replace("per_day: 50", "per_day: 1000") + TURNS

    async with town(root, members=MEMBERS, platform=platform, rules=turns) as acme:
        async with asyncio.timeout(20):
            while not acme.database.rows("select 1 from due where corp = 'acme' and kind = 'weekly'"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await acme.until(shanghai("2026-04-03 09:00"))
        week = Week(acme)
        await the_week(week)
        assert [drop.why for drop in acme.standin.chats.dropped] == []
        return week.lines


def write() -> None:
    """Write both transcripts anew, to be read."""
    for platform in PLATFORMS:
        with tempfile.TemporaryDirectory() as folder:
            lines = asyncio.run(transcript_of(Path(folder), platform))
        path = Path(__file__).parent / f"week-{platform}.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
