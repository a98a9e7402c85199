"""反馈 about what somebody sees: what is wrong with it in one tap, and what the administrators read of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.cards.asked import Asked
from bot.cards.card import Button, Card, Field
from bot.context import Context
from bot.hand_actions import AnswerFeedback, SendFeedback
from config.words import ROLE_LABELS
from store.members import find_member
from store.tx import Tx

KINDS: Mapping[str, str] = {
    "unclear": "看不懂", "wrong": "内容不对", "stuck": "点了没反应", "missing": "少了东西",
}  # fmt: skip
SCREENS: Mapping[str, str] = {
    "lead": "线索卡片", "story": "线索动态", "list": "清单", "pool": "线索池", "morning": "早上的清单",
    "numbers": "报表", "weekly": "周报", "deal": "商机卡片", "deals": "商机清单", "forecast": "预测",
    "reminder": "提醒", "overdue": "超时清单", "clock": "时限提醒", "help": "帮助",
    "draft": "确认卡片", "done": "办好了", "ask": "提问", "when": "提问", "wanted": "提问", "deal_wanted": "提问",
    "convert": "转商机", "win": "赢单", "lose": "输单", "quote": "报价", "approval": "审批", "refusal": "审批",
    "content": "素材", "merge": "合并", "duplicates": "查重", "dispute": "撞单", "company": "公司", "history": "历史",
    "why": "为什么", "stopwatch": "秒表", "own": "字段", "quick": "联系客户", "postpone": "顺延",
    "extension": "申请延期", "undelivered": "未送达", "import": "导入", "picture": "图片", "namecard": "名片",
}  # fmt: skip


@dataclass(frozen=True)
class View:
    """A screen (a card's name and its lead's number); who says what about it, once it was said."""

    screen: str
    about: int
    kind: str = ""
    words: str = ""
    by: str = ""
    by_id: str = ""
    role: str = ""
    version: str = ""


def screen_text(screen: str, about: int) -> str:
    """线索卡片 L1024; nothing of the customer."""
    name = screen.partition(":")[0]
    label = SCREENS.get(name, "卡片" if name else "没有卡片")
    return f"{label} L{about}" if about else label


async def look_ask(tx: Tx, asked: Asked, ctx: Context) -> View:
    """The screen that was shown last."""
    return View(str(asked.params.get("screen", "")), int(asked.params.get("about", 0)))


def draw_ask(view: View) -> Card:
    """One tap says what is wrong."""
    return Card(
        title=f"反馈:{screen_text(view.screen, view.about)}",
        subtitle="点一下就发给管理员,不带客户信息",
        source="反馈",
        text="想说得细一点,直接发:反馈 希望卡片上能看到预算",
        buttons=tuple(
            Button(label, SendFeedback(kind, view.screen, view.about)) for kind, label in KINDS.items()
        ),
    )  # fmt: skip


async def look_told(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """What was said; only administrators read it."""
    told = asked.params
    member = await find_member(tx, str(told.get("by", "")))
    if asked.who is None or asked.who.role != "admin" or member is None:
        return None
    return View(
        str(told.get("screen", "")), int(told.get("about", 0)), str(told.get("kind", "")), str(told.get("words", "")),
        member.name, member.id, ROLE_LABELS.get(member.role, member.role), str(told.get("version", "")),
    )  # fmt: skip


def draw_told(view: View) -> Card:
    """Who, about which screen, and a button that answers them."""
    return Card(
        title=f"{view.by}的反馈:{KINDS.get(view.kind, '有话说')}",
        source="反馈",
        quote_title=f"{view.by}说" if view.words else "",
        quote=view.words[:300],
        fields=(
            Field("看的是", screen_text(view.screen, view.about)),
            Field("角色", view.role),
            Field("版本", view.version),
        ),
        buttons=(Button("回复他", AnswerFeedback(view.by_id), "primary"),),
    )
