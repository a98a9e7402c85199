"""The rules in chat: one said in a sentence, what a change would have done lately, one tap back to what held before."""

from bot.amending import amended
from bot.context import Answer, Context, say
from bot.office_actions import DropRule, PublishRule, RollBack
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who, require_role
from leads.rule_words import HELP
from store import due, rulebook
from store.talk import add_draft, close_draft, find_draft
from store.timeline import audit
from store.tx import Tx

LEADERS = ("manager", "marketing", "admin")
KIND = "rule"


async def on_rule_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """规则 领取时限改成4小时: shown as understood and tried out on the last thirty days; one tap publishes it."""
    require_role(who, LEADERS, "规则")
    if not rest:
        return [say(f"现在用的是规则第 {ctx.rules.version} 版。改一条,说一句话就行。{HELP}")]
    change = await amended(tx, rest, ctx)
    kept = {"sentence": rest, "says": change.says, "text": rest}
    draft_id = await add_draft(tx, who.id or "", KIND, kept, lead_id=None, now=ctx.now)
    key = f"rehearse:{who.id}:{draft_id}:{ctx.now.isoformat()}"
    payload = {"by": who.id, "key": key, "sentence": rest}
    await due.do_once(tx, kind="rehearse", key=key, now=ctx.now, payload=payload)
    return [Answer("rule_draft", params={"sketch": draft_id})]


async def on_publish(tx: Tx, action: PublishRule, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 发布: written into the rules that run now, whatever was published since."""
    require_role(who, ("admin",), "发布规则", verb="做")
    draft = await find_draft(tx, action.sketch_id, who.id or "")
    if draft is None or draft.kind != KIND or draft.state != "open":
        raise Unusable("这一条已经发布或丢弃了。要改,再说一遍就行。")
    change = await amended(tx, str(draft.content["sentence"]), ctx)
    version = await rulebook.publish_rules(
        tx, change.text, after=change.running, by=who.id or "", note=change.says[:200], now=ctx.now
    )
    await audit(tx, act="rules published", by=who.id, subject=f"rules {version}", at=ctx.now)
    await close_draft(tx, action.sketch_id, "saved")
    told = f"发布了,规则第 {version} 版,几秒内生效。{change.says}。"
    kept = f"rules.yaml 文件没有动:下次发布文件以前,把这一行也写进去,不然就没有了:\n{change.line}"
    return [say(f"{told}\n{kept}")]


async def on_drop(tx: Tx, action: DropRule, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 丢弃."""
    await close_draft(tx, action.sketch_id, "dropped")
    return [say("好,规则不变。")]


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
