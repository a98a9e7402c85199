"""One sentence changes the rules: written into their text, and held against the company before anybody publishes it."""

from dataclasses import dataclass

from bot.context import Context
from config.amend import NotAmendable, flow, with_item, with_value
from config.document import BadDocument, load, validate
from config.rules import Rules, load_rules
from config.sanity import Crew, unfit
from leads.errors import Unusable
from leads.rule_words import Amendment, read_rule
from store import rulebook
from store.members import list_members
from store.tx import Tx


@dataclass(frozen=True)
class Amended:
    """The running version, and the rules as they would be."""

    running: int
    text: str
    rules: Rules
    says: str
    line: str  # what an administrator writes into rules.yaml, so that the file says it too


async def amended(tx: Tx, sentence: str, ctx: Context) -> Amended:
    """The running rules with what a sentence wants. Raises Unusable with what does not fit, and what can be said."""
    running = await rulebook.latest_rules(tx)
    if running is None:
        raise Unusable("还没有发布过规则,请管理员先启动一次服务。")
    people = await list_members(tx)
    takers = {one.name: one.id for one in people if one.role in ("rep", "manager")}
    before = load_rules(running.text, "rules.yaml")
    change = read_rule(sentence, members=takers, teams={one.team for one in people if one.team}, rules=before)
    try:
        text = (with_item if change.item else with_value)(running.text, change.path, change.value)
        for path, value in change.also:
            text = with_value(text, path, value)
        document = load(text, "rules.yaml")
        rules = validate(Rules, document)
    except NotAmendable as error:
        raise Unusable(f"rules.yaml 里的 {error} 机器人不敢动。请管理员在文件里改。") from None
    except BadDocument as error:
        raise Unusable(f"这样改,规则就不成立了:{error.problems[0].message}") from None
    crew = Crew(
        [(one.role, one.team) for one in people], [group.id for group in ctx.groups], [one.id for one in people]
    )
    known = {one.message for one in unfit(before, load(running.text, "rules.yaml"), crew)}
    if flaws := [one for one in unfit(rules, document, crew) if one.message not in known]:
        raise Unusable(f"这样改,和公司现在的人对不上:{flaws[0].message}")
    if rules == before:
        raise Unusable("规则本来就是这样,没有要改的。")
    return Amended(running.version, text, rules, change.says, _line(change))


def _line(change: Amendment) -> str:
    place = ".".join(change.path)
    line = f"{place} 下面第一条:- {flow(change.value)}" if change.item else f"{place}: {flow(change.value)}"
    return "\n".join([line, *(f"{'.'.join(path)}: {flow(value)}" for path, value in change.also)])
