"""反馈: what somebody sees goes to the administrators in two taps, and their answer comes back to the same person."""

from typing import Any

from bot.cards.feedback import KINDS
from bot.context import Answer, Context, say
from bot.hand_actions import AnswerFeedback, SendFeedback
from bot.release import release
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who, require_role
from store.members import find_member, list_members, name_of
from store.messages import shown_last
from store.talk import set_focus
from store.timeline import audit
from store.tx import Tx

ASKED = "feedback:"
NO_SCREENS = ("note", "answered", "feedback", "feedback_told")


async def on_feedback_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """反馈 alone asks what is wrong with what was shown last; with words it is sent at once."""
    screen, about = await _seen(tx, who, ctx)
    if rest:
        return await _send(tx, "", rest[:500], screen, about, who, ctx)
    return [Answer("feedback", params={"screen": screen, "about": about})]


async def on_send(tx: Tx, action: SendFeedback, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The second tap."""
    if action.kind not in KINDS:
        raise Unusable("这个按钮已经失效了。直接发:反馈 哪里不对")
    return await _send(tx, action.kind, "", action.screen, action.about, who, ctx)


async def on_ask_answer(tx: Tx, action: AnswerFeedback, who: Who, ctx: Context) -> list[Fact | Answer]:
    """回复他: the administrator's next line is the answer."""
    require_role(who, ("admin",), "回复反馈")
    await set_focus(tx, who.id or "", asked=f"{ASKED}{action.member_id}", now=ctx.now)
    return [say(f"好,把要回{await name_of(tx, action.member_id)}的话直接发给我。")]


async def on_answer(tx: Tx, asked: str, text: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The line after 回复他 goes to whoever gave the feedback."""
    require_role(who, ("admin",), "回复反馈")
    member = await find_member(tx, asked.removeprefix(ASKED))
    await set_focus(tx, who.id or "", asked="", now=ctx.now)
    if member is None or member.state != "active":
        raise Unusable("他已经不在名单里了,没有发。")
    await audit(tx, act="feedback answered", by=who.id, subject=member.id, at=ctx.now)
    return [say(f"{who.name}回复你的反馈:\n{text[:1500]}", to=member.id), say(f"已发给{member.name}。")]


async def _seen(tx: Tx, who: Who, ctx: Context) -> tuple[str, int]:
    """(name of the card, number of its lead or 0) that a member was shown last."""
    member = await find_member(tx, who.id or "")
    place = ctx.place_of(member) if member is not None else None
    if place is None:
        return "", 0
    found = await shown_last(tx, place.lane(), without=NO_SCREENS)
    return (found[0], found[1] or 0) if found is not None else ("", 0)


async def _send(
    tx: Tx, kind: str, words: str, screen: str, about: int, who: Who, ctx: Context
) -> list[Fact | Answer]:  # fmt: skip
    await audit(tx, act="feedback", by=who.id, subject=f"L{about}" if about else screen, at=ctx.now)
    admins = await list_members(tx, role="admin")
    told: dict[str, Any] = {
        "by": who.id, "kind": kind, "words": words, "screen": screen, "about": about,
        "version": f"{release()},规则第 {ctx.rules.version} 版",
    }  # fmt: skip
    cards: list[Fact | Answer] = [Answer("feedback_told", params=told, to=admin.id) for admin in admins]
    if not admins:
        return [say("收到。还没有设置管理员,请告诉你的主管。")]
    return [*cards, say("收到,已转给管理员,有回复会发到这里。谢谢你。")]
