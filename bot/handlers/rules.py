"""The rules in chat: what a changed file would have done lately, and one tap back to the version before."""

from bot.context import Answer, Context, say
from bot.office_actions import RollBack
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who, require_role
from store import due, rulebook
from store.timeline import audit
from store.tx import Tx

LEADERS = ("manager", "marketing", "admin")


async def on_try_word(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """试算: rules.yaml against the running version on the last thirty days; the answer comes when it is counted."""
    require_role(who, LEADERS, "规则试算")
    key = f"rehearse:{who.id}:{ctx.now.isoformat()}"
    await due.do_once(tx, kind="rehearse", key=key, now=ctx.now, payload={"by": who.id, "key": key})
    return [say("好的,用改过的 rules.yaml 重新过一遍最近 30 天的线索,算好马上告诉你。什么都不会变。")]


async def on_roll_back(tx: Tx, action: RollBack, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 回退: the version before is published again, unless another one was published meanwhile."""
    require_role(who, ("admin",), "回退规则", verb="做")
    running = await rulebook.latest_version(tx)
    before = await rulebook.find_rules(tx, action.version)
    if before is None:
        raise Unusable(f"找不到规则第 {action.version} 版了。")
    if running != action.over:
        raise Unusable(f"规则已经是第 {running} 版,不再是第 {action.over} 版了,没有回退。发「帮助」看看现在能做什么。")
    note = f"回退到第 {action.version} 版"
    version = await rulebook.publish_rules(tx, before.text, after=running, by=who.id or "", note=note, now=ctx.now)
    await audit(tx, act="rules published", by=who.id, subject=f"rules {version}", at=ctx.now)
    return [say(f"已经回退:第 {version} 版就是原来的第 {action.version} 版,几秒内生效。rules.yaml 文件没有动。")]
