"""One day at a small company, as docs/first-day.md and its twin tell it: who did what, and what the bot showed."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.sides import Message, seen
from tests.town import Town, shanghai

SHANGHAI = ZoneInfo("Asia/Shanghai")
DOCS = Path(__file__).parents[2] / "docs"
PLATFORMS = {"wecom": "企业微信", "dingtalk": "钉钉"}
INTRO = """# 用线索助手的第一天({platform})

这一页是一次真实运行的记录:下面每一句话、每一张卡片,都由测试发给机器人、再从{platform}的替身里收回来,
图片是同一时刻的卡片。改了机器人的话,这一页会跟着变(`./run pictures` 重新生成,`./run test` 会对照)。
同一天在{other}上是什么样:[{other}]({elsewhere})。

人物:**王磊**、**李娜**是销售,**陈静**是主管。时间从 2026 年 3 月 18 日(周三)上午 10:20 开始,
上班时间 9:00–12:00、13:30–18:00。
"""


def document_of(platform: str) -> Path:
    """Where the day on this platform is told."""
    return DOCS / ("first-day.md" if platform == "wecom" else f"first-day-{platform}.md")


def pictures_of(platform: str) -> Path:
    """Where its pictures lie."""
    return DOCS / "pictures" if platform == "wecom" else DOCS / "pictures" / platform


@dataclass
class Step:
    """One thing that happened: a sentence about it, what came of it in whose chat, and the name of its picture."""

    at: datetime
    text: str
    shown: list[tuple[str, Message]] = field(default_factory=list)
    picture: str = ""
    words: list[str] = field(default_factory=list)


@dataclass
class Day:
    """The steps so far; `on_picture(step)` is awaited for each step that wants its last card photographed."""

    acme: Town
    on_picture: object = None
    steps: list[Step] = field(default_factory=list)

    async def tell(self, text: str, *shown: tuple[str, Message], picture: str = "") -> None:
        """Write a step down with the cards as they are at this moment."""
        words = [seen(message) for _, message in shown]
        step = Step(self.acme.at, text, list(shown), picture, words)
        self.steps.append(step)
        if picture and self.on_picture is not None:
            await self.on_picture(step)  # type: ignore[operator]

    def document(self) -> str:
        """The day as Markdown."""
        names = {user: name for user, (name, _, _) in self.acme.members.items()}
        platform = self.acme.lies_on
        (other,) = PLATFORMS.keys() - {platform}
        elsewhere = document_of(other).name
        folder = pictures_of(platform).relative_to(DOCS)
        lines = [INTRO.format(platform=PLATFORMS[platform], other=PLATFORMS[other], elsewhere=elsewhere)]
        for step in self.steps:
            lines.append(f"**{step.at.astimezone(SHANGHAI):%m-%d %H:%M}** {step.text}\n")
            for (user, _), words in zip(step.shown, step.words, strict=True):
                if step.picture:
                    read = " / ".join(_lines(words)).replace("[", "").replace("]", "")
                    lines.append(f"![{names[user]}看到:{read}]({folder}/{step.picture}.png)\n")
                else:
                    quoted = "\n".join(f"> {line}  " for line in _lines(words))
                    lines.append(f"> *{names[user]}看到:*  \n{quoted}\n")
        return "\n".join(lines)


def _lines(words: str) -> list[str]:
    """What can be read on a card, its buttons on one line."""
    lines = words.splitlines()
    buttons = [line for line in lines if line.startswith("[")]
    return [line for line in lines if not line.startswith("[")] + ([" ".join(buttons)] if buttons else [])


async def first_day(day: Day) -> None:
    """The day itself: a lead is claimed, worked and reminded of; another is nearly forgotten."""
    acme = day.acme

    def newest(user: str, button: str | None = None) -> tuple[str, Message]:
        return user, acme.card(user, button)

    def last(user: str) -> tuple[str, Message]:
        return user, acme.standin.chat(user)[-1]

    await acme.capture(
        name="王建国", phone="13800138000", title="采购总监", company="杭州云栖智能科技有限公司", city="杭州",
        need="急需三十台工业相机,下周要报价", budget="50万",
    )  # fmt: skip
    await day.tell(
        "客户在官网提交了表单。几秒后,能领这条线索的销售都收到一张卡片,电话先遮住。", newest("wanglei"), picture="offer"
    )
    mine, other = newest("wanglei"), newest("lina")
    await acme.press("wanglei", "领取")
    await day.tell("王磊点「领取」。同一张卡片变成他的,电话露出来,时限换成「首次联系」。", mine, picture="mine")
    await day.tell("李娜手里那张也变了:谁领的,一眼看见,不会再打给同一位客户。", other, picture="gone")
    await acme.later(minutes=12)
    await acme.text("wanglei", "刚打了,要下周三报价")
    await day.tell(
        "王磊打完电话,直接发一句话:「刚打了,要下周三报价」。机器人先给他看听懂了什么。",
        newest("wanglei"),
        picture="draft",
    )
    await acme.press("wanglei", "保存")
    await day.tell("他点「保存」。跟进记下了,下周三 10:00 会提醒。", newest("wanglei"), picture="saved")
    await acme.later(minutes=8)
    await acme.text("wanglei", "新线索 赵敏 13900139000 苏州微光生物 想看演示,明天下午3点联系")
    await day.tell(
        "展会上加的客户,一句话录进来:「新线索 赵敏 13900139000 苏州微光生物 想看演示,明天下午3点联系」。",
        last("wanglei"),
        picture="entered",
    )
    await acme.text("lina", "查重 139-0013-9000")
    await day.tell("李娜也遇到了赵敏,先问一声「查重 139-0013-9000」:", last("lina"))
    await acme.text("wanglei", "跟进 L1002 发了资料,明天下午3点电话约演示")
    await day.tell("王磊:「跟进 L1002 发了资料,明天下午3点电话约演示」。", last("wanglei"))
    late = await acme.capture(
        "百度", name="周海峰", phone="13700137000", title="总经理", company="宁波杰森绿能股份有限公司", city="宁波",
        need="产线月底前要上线,请尽快报价", budget="80-120万",
    )  # fmt: skip
    await day.tell(f"又来了一条热线索 {late},大家都在忙,没有人领。领取的承诺是 2 个工作小时。")
    await acme.until(shanghai("2026-03-18 11:41"))
    await day.tell("过了一半时间,还能领的人收到提醒。午休不算在内。", newest("lina"), picture="half")
    await acme.until(shanghai("2026-03-18 14:12"))
    await day.tell("到点了还没有人领。主管陈静收到一张卡片,只此一张。", newest("chenjing"), picture="overdue")
    await acme.press("chenjing", "指派")
    await day.tell("她点「指派」,从名单里选人。", newest("chenjing", "确定转出"), picture="choose")
    await acme.press("chenjing", "确定转出", to="lina")
    await day.tell("李娜立刻知道这条线索归她了。", last("lina"), picture="assigned")
    await acme.press("lina", "打通了")
    await acme.text("lina", f"合格 {late}")
    await day.tell(f"李娜打通电话,点「打通了」,再发「合格 {late}」。", last("lina"))
    await acme.until(shanghai("2026-03-19 09:00"))
    await acme.text("wanglei", "待办")
    await day.tell("第二天早上,王磊发「待办」:", last("wanglei"))
    await acme.until(shanghai("2026-03-19 15:00"))
    await day.tell("下午 3 点整,答应赵敏的电话到时间了。", newest("wanglei", "打通了"), picture="reminder")
    await acme.press("wanglei", "没人接")
    await acme.text("wanglei", "看 L1002")
    await day.tell("没人接,点一下就记好了。发「看 L1002」,来龙去脉都在:", acme_story(acme, "wanglei"))
    await acme.text("chenjing", "超时")
    await day.tell("陈静发「超时」,看还有没有掉队的:", last("chenjing"))


def acme_story(acme: Town, user: str) -> tuple[str, Message]:
    """The story that 看 has told, which comes before the lead's card."""
    return user, next(m for m in reversed(acme.standin.chat(user)) if m.kind == "text" and not m.mine)
