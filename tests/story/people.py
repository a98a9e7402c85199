"""The customers and sentences of the story: real company names, plausible people, what reps type about them."""

from pathlib import Path

NAMES = Path(__file__).parent.parent / "data" / "company_short.txt"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = ("建国", "敏", "晓彤", "志强", "丽华", "伟", "思远", "婷", "海峰", "雪梅", "俊杰", "静", "文博", "芳")
CITIES = ("上海", "杭州", "苏州", "南京", "宁波", "无锡", "合肥", "常州")
SOURCES = ("官网", "百度", "抖音", "展会", "老客户介绍")
TITLES = ("采购总监", "总经理", "技术总监", "采购经理")

# What a rep types after a call, the instant of the next step it names at 10:20-17:00 on any working day of March 2026
# as (days ahead, hour, minute), None: no next step, and how the contact was made.
NOTES = (
    ("电话聊了,明天下午3点再打给他", (1, 15, 0), "call"),
    ("刚打了,后天上午10点发报价", (2, 10, 0), "call"),
    ("加了微信,明天上午9点半约演示", (1, 9, 30), "chat"),
    ("客户在开会,没说几句", None, "chat"),
    ("拜访了一次,对方在比价", None, "visit"),
    ("发了邮件报价单,后天下午2点跟进", (2, 14, 0), "email"),
    ("打电话没人接,明天再联系", (1, 10, 0), "call"),
)


def companies(count: int) -> list[str]:
    """Real short names of companies, each once, noisy as they are."""
    lines = NAMES.read_text(encoding="utf-8").splitlines()
    found = [line for line in lines if not line.startswith("#")]
    if len(found) < count:
        raise ValueError(f"{NAMES} has {len(found)} names, {count} are wanted")
    return found[:count]


def customer(number: int, company: str) -> dict[str, str]:
    """The form that customer `number` of a company fills in: urgent enough to be offered at once."""
    return {
        "name": SURNAMES[number % 20] + GIVEN[number % 14],
        "phone": f"13{5 + number % 5}{10000000 + number * 7919 % 89999999:08}",
        "company": company,
        "title": TITLES[number % 4],
        "city": CITIES[number % 8],
        "need": f"急需 {number % 90 + 10} 台工业相机,下周要报价",
        "budget": f"{number % 80 + 20}万",
        "submission_id": f"story-{number}",
    }
