"""What somebody hears while they practise; whatever comes from their room says 练习 first."""

from dataclasses import replace
from datetime import timedelta

from bot.cards.card import Card, File, Message, Text
from bot.lessons import Step

SIGN = "【练习】"
ENDED = "这是练习用的卡片,练习已经结束了。再练一遍,发「练习」。"
PAUSED = "先忙真的线索。练习停在这一步,忙完发「练习」接着来。"
IDLE = "练习放了半小时没动,我先收起来了。想再练,发「练习」就好。"
STOPPED = "练习结束,练习用的线索都清掉了,报表里什么也没有。随时发「练习」再来。"
NONE = "现在没有在练习。发「练习」,3 分钟走一遍。"
OFFER = "第一次用?发「练习」,用一条假线索走一遍,3 分钟,不进报表。"
WHAT_NEXT = {
    "rep": "真的线索来了就这样做:发「线索池」看看有没有能领的。",
    "manager": "每天早上我会把日报发给你,有超时的也会告诉你。",
    "admin": "每天早上我会把日报发给主管,有超时的也会告诉他们。",
    "marketing": "每天早上我会把渠道的数字发给你,链接随时能建。",
}


def marked(message: Message) -> Message:
    """The same message, plainly a practice; its buttons lead back into the room, and no page shows what is in it."""
    if isinstance(message, Card):
        buttons = tuple(replace(button, practice=True) for button in message.buttons)
        return replace(message, title=f"{SIGN}{message.title}", buttons=buttons, link=None)
    if isinstance(message, File):
        return replace(message, name=f"{SIGN}{message.name}")
    return Text(f"{SIGN}{message.text}")


def opening(name: str) -> str:
    """Before the first step."""
    return f"{name},来练一遍,3 分钟。线索是假的,只有你看得到,不进报表,也不会打扰同事。"


def step_told(lesson: tuple[Step, ...], step: int, no: str) -> str:
    """Where they are, and what to do now."""
    one = lesson[step]
    return f"第 {step + 1} 步,共 {len(lesson)} 步 · {one.name}\n{one.told.format(no=no)}"


def again(lesson: tuple[Step, ...], step: int, no: str) -> str:
    """The same for whoever comes back to it."""
    return f"{SIGN}接着练。{step_told(lesson, step, no)}\n(从头来发「练习 重来」,不练了发「结束练习」)"


def finished(role: str, took: timedelta) -> str:
    """After the last step, and how long it took."""
    minutes, seconds = divmod(int(took.total_seconds()), 60)
    lasted = f"{minutes} 分 {seconds} 秒" if minutes else f"{seconds} 秒"
    return f"练完了,用了 {lasted}。练习的线索一会儿自己消失,报表里不会有它。\n{WHAT_NEXT[role]}忘了哪句话,发「帮助」。"
