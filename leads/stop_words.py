"""What people write who want no more messages: 退订, T, TD, stop; read strictly: a wrong guess loses a customer."""

import re
import unicodedata
from dataclasses import dataclass

from config.rules import Rules

THIS_CHANNEL = ("退订", "td", "t", "stop", "unsubscribe", "取消订阅", "取关", "退", "n")
SHORT = ("t", "n", "退")  # mean it only where messages say so: in answer to a text message
PEOPLE_SAY = (
    "不要再发了", "不要再发", "别再发了", "别再发", "别发了", "不要发了", "请不要再发", "请不要再发了",
    "不要再给我发消息", "不要给我发消息", "不需要了不要再发", "请勿打扰",
)  # fmt: skip
FORGET = re.compile(
    r"(请|麻烦|帮我|我要|我要求|要求|立即|马上)*(把|将)?(删除|删掉|清除|注销)(掉)?(你们|贵司|贵公司)?(里面?|系统里)?(的)?(关于)?(我|本人)(的)?"
    r"(所有|全部|个人|全部个人|所有个人)?(的)?(信息|资料|数据|个人信息)(吧|谢谢)?"
)
EVERYTHING = ("全部退订", "退订全部", "退订所有", "所有退订", "不要再联系我", "别再联系我", "请不要再联系我", "stopall")
# Where a mail program begins to quote what we had written.
QUOTED = re.compile(
    r"^\s*(>|-{2,}\s*(原始邮件|original message|forwarded)|on .{5,100} wrote:|.{0,40}于.{5,60}写道"
    r"|发件人\s*[:\uff1a]|from:)",
    re.IGNORECASE,
)
SIGNED = re.compile(r"\s*(发自我的|sent from my|--\s*$|来自)", re.IGNORECASE)


@dataclass(frozen=True)
class Stopping:
    """What is wanted no more: a topic, or (with "") what comes this way; `everywhere`: by no channel at all."""

    topic: str = ""
    everywhere: bool = False


def read_stop(text: str, channel: str, *, rules: Rules) -> Stopping | None:
    """What a customer's answer on a channel (sms, mail, kf) wants to stop; None when it says anything else."""
    plain = _plain(first_words(text) if channel == "mail" else text)
    if plain in EVERYTHING or wants_forgetting(text):
        return Stopping(everywhere=True)
    if plain in THIS_CHANNEL and (plain not in SHORT or channel == "sms"):
        return Stopping()
    if plain in PEOPLE_SAY:
        return Stopping()
    for head in ("退订", "取消订阅", "不要再发", "unsubscribe"):
        named = plain.removeprefix(head).removesuffix("退订") if plain.startswith(head) else plain.removesuffix(head)
        topic = rules.nurture.topic_called(named) if named and named != plain else None
        if topic is not None:
            return Stopping(topic, everywhere=True)
    return None


def wants_forgetting(text: str) -> bool:
    """Whether somebody asks that what is stored of them be erased: 请删除我的个人信息."""
    return FORGET.fullmatch(_plain(first_words(text))) is not None


def first_words(text: str) -> str:
    """What somebody wrote themselves at the head of an answer, without what they quote and their signature."""
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if QUOTED.match(line) or SIGNED.match(line):
            break
        lines.append(line)
    return "\n".join(lines)


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())
