"""Plain sentences, the help for each role, and the list of messages that did not arrive."""

from dataclasses import dataclass

from bot.cards.asked import Asked, moment
from bot.cards.card import Button, Card, Text
from bot.cards.practice import OFFER
from bot.context import Context
from bot.office_actions import Resend
from bot.platform import Place, deal_and_chat
from leads.imports.decide import IMPORTERS
from store import messages
from store.members import find_member
from store.practice import find_practice
from store.tx import Tx

FIRST_FIVE = {
    "rep": (
        ("线索池", "看可以领取的线索"),
        ("我的", "我手上的线索,最急的在前"),
        ("跟进 L1024 电话聊了,下周三3点上门", "记下跟进,到点提醒你"),
        ("新线索 张三 13800138000 想要报价", "录入客户"),
        ("撤销", "撤销刚做的一步"),
    ),
    "manager": (
        ("日报", "今天的数字和最该救的 5 条"),
        ("超时", "谁的线索超时了,可以改派"),
        ("看 L1024", "看一条线索的来龙去脉"),
        ("转给 L1024 李娜", "改派给同事"),
        ("未送达", "没有送到的消息"),
    ),
    "marketing": (
        ("渠道", "每个渠道来了多少、花了多少、回了多少"),
        ("线索池", "还有哪些没人领"),
        ("看 L1024", "看一条线索的来龙去脉"),
        ("查重 13800138000", "这个客户有没有"),
        ("新线索 张三 13800138000 想要报价", "录入客户"),
    ),
    "admin": (
        ("未送达", "没有送到的消息"),
        ("超时", "哪些线索没跟上"),
        ("看 L1024", "看一条线索"),
        ("日历", "哪天上班、哪天休息"),
        ("查重 13800138000", "这个客户有没有"),
    ),
}
MORE = {
    "rep": "领取、待办、查重、合格、无效、退回、转给、转商机、商机、报价、素材、附件、历史、为什么、请假、练习、反馈",
    "manager": "线索池、周报、漏斗、渠道、排行、预测、审批、商机、订阅、旅程、查重、审计、为什么、日历、练习、反馈",
    "marketing": "日报、周报、漏斗、超时、活动、旅程、素材、群发、订阅、未送达、为什么、日历、练习、反馈",
    "admin": "审计、规则、试算、日报、漏斗、渠道、连接、使用情况、订阅、旅程、交接、练习、反馈",
}


async def look_note(tx: Tx, asked: Asked, ctx: Context) -> Text:
    """The sentence itself."""
    return Text(str(asked.params.get("text", "")))


@dataclass(frozen=True)
class Reader:
    """Who asks for help: their role, and whether they have never practised."""

    role: str
    new: bool = False


async def look_help(tx: Tx, asked: Asked, ctx: Context) -> Reader:
    """The role of the person who asks."""
    if asked.who is None:
        return Reader("rep")
    new = tx.corp == tx.home and await find_practice(tx, asked.who.id or "") is None
    return Reader(asked.who.role, new)


def draw_help(reader: Reader) -> Text:
    """The five words that matter to a person of this role first."""
    role = reader.role
    lines = [f"{number}. {word}\n   {does}" for number, (word, does) in enumerate(FIRST_FIVE[role], 1)]
    lists = ("有名单要搬进来,发「导入」。",) if role in IMPORTERS else ()
    more = f"还可以发:{MORE[role]}。也可以直接说话,我会先让你确认。"
    practice = (OFFER,) if reader.new else ()
    return Text("\n".join(["我是线索助手,最常用的五句话:", *lines, more, *lists, *practice]))


@dataclass(frozen=True)
class Undelivered:
    """One message that did not arrive."""

    message_id: int
    to: str
    what: str
    cause: str
    at: str


async def look_undelivered(tx: Tx, asked: Asked, ctx: Context) -> tuple[Undelivered, ...]:
    """Read the last messages that failed, or of which nobody knows."""
    found = []
    for row in await messages.list_undelivered(tx, limit=5):
        member = await find_member(tx, row.member_id) if row.member_id else None
        found.append(
            Undelivered(
                row.id or 0,
                member.name if member else who_else(row.lane),
                f"L{row.lead_id}" if row.lead_id else "通知",
                f"结果未知,{row.error}" if row.state == "unknown" else row.error,
                moment(row.created_at, now=ctx.now, zone=ctx.rules.zone),
            )
        )
    return tuple(found)


def who_else(lane: str) -> str:
    """Whom a message is for that no member gets."""
    place = Place.of_lane(lane)
    own = deal_and_chat(place.id) if place.kind == "group" else None
    return (
        f"群「{own[0] if own else place.id}」"
        if place.kind == "group"
        else "客户"
        if place.kind == "customer"
        else "(非成员)"
    )


def draw_undelivered(rows: tuple[Undelivered, ...]) -> Card | Text:
    """One row and one button each."""
    if not rows:
        return Text("所有消息都送到了,没有未送达的。")
    return Card(
        title=f"未送达 {len(rows)} 条" + ("(最近 5 条)" if len(rows) == 5 else ""),
        subtitle="可以重发,或者换个方式告诉对方",
        source="未送达",
        text="\n".join(f"{number}. {row.at} {row.to} {row.what}:{row.cause}" for number, row in enumerate(rows, 1)),
        buttons=tuple(Button(f"重发 {number}", Resend(row.message_id)) for number, row in enumerate(rows, 1)),
    )
