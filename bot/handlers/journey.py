"""旅程 in chat: what there is and how it goes, one as a picture, said in a sentence, tried out, started; one lead's."""

from datetime import timedelta

from bot.context import Answer, Context, say
from bot.customer_actions import DropJourney, StartJourney
from bot.journeys.said import awakening_text, confirmed, counted, dry_run, line_of, verdicts
from bot.journeys.started import add_journey, block_of
from config.journey import Journey
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who, get_visible, require_role
from nurture import running
from nurture.facts import CAUSES
from nurture.sentence import HELP, read_journey
from nurture.sketch import sketch
from store import content, journeys
from store.journey import JourneyRun
from store.merges import current
from store.talk import add_draft, close_draft, find_draft
from store.tx import Tx

MAKERS = ("marketing", "admin")
LEADERS = ("manager", "marketing", "admin")
KIND = "journey"


async def on_journey_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """旅程, 旅程 X, 旅程 新建 …, 旅程 试运行 X, 旅程 唤醒, 旅程 L1024, 旅程 暂停 L1024."""
    word, _, more = rest.partition(" ")
    for verb in ("新建", "试运行", "唤醒", "暂停", "继续", "停止", "停"):
        if rest.startswith(verb):
            word, more = verb, rest.removeprefix(verb).strip()
            break
    if word in ("暂停", "继续", "停止", "停"):
        return await _turn(tx, word, more, who, ctx)
    if word[:1] in "Ll" and word[1:].isdigit():
        return await _of_lead(tx, word, who, ctx)
    require_role(who, LEADERS, "旅程")
    if word == "新建":
        return await _draft(tx, more, who, ctx)
    if not rest:
        return await _list(tx, ctx)
    if word == "唤醒":
        month = ctx.today if more != "上月" else ctx.today.replace(day=1) - timedelta(days=1)
        told = await awakening_text(tx, month, ctx)
        none = "还没有唤醒旅程的话,请管理员在规则里加一个:沉睡满 90 天就开始。"
        return [say(told or f"{month.month} 月还没有唤醒过谁。{none}")]
    name, journey = find_journey(more if word == "试运行" else rest, ctx)
    if word == "试运行":
        return [say(await dry_run(tx, name, journey, ctx))]
    lines = sketch(journey, rules=ctx.rules, counts=await counted(tx, name, journey))
    states = await journeys.count_states(tx, name)
    head = f"旅程「{journey.label}」({name}){'' if journey.active else ' · 没有启用'}\n{line_of(states)}"
    lines += [*await confirmed(tx, name), *await verdicts(tx, name, journey)]
    return [say("\n".join([head, *lines])), Answer("journey", params={"journey": name})]


def find_journey(words: str, ctx: Context) -> tuple[str, Journey]:
    """The journey that is meant by its name or label. Raises Unusable."""
    words = words.strip()
    for name, journey in ctx.rules.journeys.items():
        if words in (name, journey.label):
            return name, journey
    found = [(name, one) for name, one in ctx.rules.journeys.items() if words and words in one.label]
    if len(found) == 1:
        return found[0]
    known = "、".join(one.label for one in ctx.rules.journeys.values()) or "还没有"
    raise Unusable(f"没有叫「{words[:20]}」的旅程。有:{known}。")


async def _list(tx: Tx, ctx: Context) -> list[Fact | Answer]:
    if not ctx.rules.journeys:
        return [say(f"还没有旅程。{HELP}")]
    lines = []
    for name, journey in ctx.rules.journeys.items():
        states = line_of(await journeys.count_states(tx, name))
        lines.append(f"· {journey.label}{'' if journey.active else '(没有启用)'}:{states}")
    return [say("\n".join(["旅程:", *lines, "看一个:旅程 名字;试一试:旅程 试运行 名字;新的:旅程 新建 …"]))]


async def _draft(tx: Tx, sentence: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A sentence is drawn, tried out on real leads, and waits for one tap."""
    require_role(who, MAKERS, "新建旅程", verb="做")
    library = {piece.title: piece.name for piece in await content.list_pieces(tx)}
    draft = read_journey(sentence, contents=library, taken=set(ctx.rules.journeys), rules=ctx.rules)
    kept = {"name": draft.name, "plain": dict(draft.plain), "text": sentence}
    draft_id = await add_draft(tx, who.id or "", KIND, kept, lead_id=None, now=ctx.now)
    said = ["我理解成这样:", *sketch(draft.journey, rules=ctx.rules), *(f"! {doubt}" for doubt in draft.doubts)]
    answers: list[Fact | Answer] = [
        say("\n".join(said)),
        Answer("journey", params={"draft": draft_id}),
        say(await dry_run(tx, draft.name, draft.journey, ctx)),
    ]
    if not draft.doubts:
        answers.append(Answer("journey_draft", params={"sketch": draft_id}))
    return answers


async def on_start(tx: Tx, action: StartJourney, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 启动: the journey becomes part of the rules."""
    require_role(who, MAKERS, "启动旅程", verb="做")
    draft = await find_draft(tx, action.sketch_id, who.id or "")
    if draft is None or draft.kind != KIND or draft.state != "open":
        raise Unusable("这个旅程已经启动或丢弃了。发「旅程」看看现在有哪些。")
    name, plain = str(draft.content["name"]), draft.content["plain"]
    version = await add_journey(tx, name, plain, who, ctx)
    await close_draft(tx, action.sketch_id, "saved")
    told = f"「{plain['label']}」启动了,规则第 {version} 版,几秒内生效。"
    kept = "rules.yaml 文件没有动:下次发布文件以前,把下面几行贴到它的 journeys: 下面,不然这个旅程就没有了。"
    return [say(told + kept), say(block_of(name, plain))]


async def on_drop(tx: Tx, action: DropJourney, who: Who, ctx: Context) -> list[Fact | Answer]:
    """The button 丢弃."""
    await close_draft(tx, action.sketch_id, "dropped")
    return [say("好,不启动。换个说法再发一遍「旅程 新建 …」就行。")]


async def _of_lead(tx: Tx, no: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    lead_id = await current(tx, int(no[1:]))
    lead = await get_visible(tx, lead_id, who, rules=ctx.rules)
    lines = []
    for run in await journeys.list_of_lead(tx, lead_id):
        lines.append(f"· {(await running.plan_of(tx, run)).label}:{_standing(run, ctx)}")
    if not lines:
        return [say(f"{lead.no} 没有走过旅程。")]
    return [say("\n".join([f"{lead.no} 的旅程:", *lines, f"停一停:旅程 暂停 {lead.no};接着走:旅程 继续 {lead.no}"]))]


def _standing(run: JourneyRun, ctx: Context) -> str:
    zone = ctx.rules.zone
    if run.state == "running":
        return f"走到 {run.step},{run.run_at.astimezone(zone):%m-%d %H:%M} 下一步"
    if run.state == "paused":
        return f"停在 {run.step}({CAUSES[run.cause]})"
    how = {"finished": "走完了", "goal": "达成目标"}.get(run.state, "退出了")
    return f"{run.ended_at.astimezone(zone):%m-%d} {how}" if run.ended_at is not None else how


async def _turn(tx: Tx, word: str, no: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A person lets a lead's journeys rest, go on, or end."""
    if not (no[:1] in "Ll" and no[1:].isdigit()):
        raise Unusable(f"哪一条?例如:旅程 {word} L1024")
    lead = await get_visible(tx, await current(tx, int(no[1:])), who, rules=ctx.rules)
    facts: list[Fact | Answer] = []
    for run in await journeys.list_open(tx, lead.id or 0):
        if word == "暂停":
            facts += await running.hold(tx, run, now=ctx.now)
        elif word == "继续":
            facts += await running.let_go(tx, run, rules=ctx.rules, now=ctx.now)
        else:
            facts += await running.stop(tx, run, now=ctx.now)
    if not facts:
        raise Unusable(f"{lead.no} 现在没有可以{word}的旅程。发「旅程 {lead.no}」看看。")
    done = {"暂停": "先停下了", "继续": "接着走了"}.get(word, "不再走了")
    return [*facts, say(f"{lead.no} 的旅程{done}。")]
