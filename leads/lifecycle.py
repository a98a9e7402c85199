"""The life of a lead as one table: which move leads from where to where, and whose move it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.rules import Rules
from config.words import STAGE_LABELS
from leads.errors import FieldsMissing, NoRight, WrongStage
from leads.rights import Who, can_act, can_tend, not_yours
from leads.wanted import missing
from store.leads import FREE_STAGES, OPEN_STAGES
from store.members import name_of
from store.tables import Lead
from store.tx import Tx

WHOSE: Mapping[str, str] = {
    "rules": "规则", "marketing": "市场", "pool": "能领这个池子的销售", "owner": "负责人或他的主管", "manager": "主管",
}  # fmt: skip


@dataclass(frozen=True)
class Move:
    """One way on. Until a lead is SQL it is marketing's unless somebody owns it; from then on it is its owner's.

    `gate`: the fields that the rules require at `after` must be there; moves back ask for nothing.
    """

    name: str
    label: str
    before: tuple[str, ...]
    after: str
    whose: tuple[str, ...]
    gate: bool = False


UNSOLD = tuple(stage for stage in OPEN_STAGES if stage != "opportunity")  # open deals are won or lost one by one

TABLE = (
    Move("ready", "成为市场合格", ("new", "nurturing"), "mql", ("rules", "marketing"), gate=True),
    Move("nurture", "转回培育", ("new", "mql", "sal", "sql", "dormant"), "nurturing", ("marketing", "owner")),
    Move("claim", "领取", FREE_STAGES, "sal", ("pool",)),
    Move("assign", "分配", FREE_STAGES, "sal", ("rules", "manager")),
    Move("qualify", "转为销售合格", ("new", "nurturing", "mql", "sal", "dormant"), "sql", ("owner",), gate=True),
    Move("release", "退回线索池", ("sal", "sql"), "mql", ("owner",)),
    Move("recycle", "收回", ("sal", "sql"), "mql", ("rules",)),
    Move("disqualify", "标为无效", UNSOLD, "invalid", ("marketing", "owner")),
    Move("sleep", "转为沉睡", ("new", "nurturing", "mql", "sal", "sql"), "dormant", ("marketing", "owner")),
    Move("convert", "转商机", ("sql", "opportunity", "won", "lost"), "opportunity", ("owner",), gate=True),
    Move("win", "赢单", ("opportunity",), "won", ("owner",), gate=True),
    Move("lose", "输单", ("opportunity",), "lost", ("owner",), gate=True),
    Move("resume", "重新打开商机", ("won", "lost"), "opportunity", ("owner",)),
    Move("wake", "沉睡后有动静,醒过来", ("dormant",), "mql", ("rules",)),
    Move("reopen", "再次咨询,重新打开", ("invalid", "lost", "dormant"), "new", ("rules",)),
)
MOVES: Mapping[str, Move] = {move.name: move for move in TABLE}
CLOSED = tuple(stage for stage in STAGE_LABELS if stage not in OPEN_STAGES)


def move_of(name: str) -> str:
    """The name of a move that waits for a field; what stands behind its dot is the draft with which it goes on."""
    return name.partition(".")[0]


async def require_move(tx: Tx, lead: Lead, who: Who, name: str, *, rules: Rules) -> Move:
    """The move, if this person may make it with this lead now.

    Raises NotYours or NoRight (whose move it is), WrongStage (from where it is possible), FieldsMissing.
    """
    move = MOVES[name]
    await _require_right(tx, lead, who, move)
    if lead.stage not in move.before:
        raise WrongStage(why_not(lead, move))
    require_fields(lead, move, rules=rules)
    return move


def require_fields(lead: Lead, move: Move, *, rules: Rules) -> None:
    """Raise FieldsMissing when the rules want more to be known before this move."""
    wanted = missing(lead, move.after, rules=rules) if move.gate else ()
    if wanted:
        raise FieldsMissing(lead.no, move.name, move.label, [(one.key, one.label) for one in wanted])


async def _require_right(tx: Tx, lead: Lead, who: Who, move: Move) -> None:
    if lead.owner_id is None and "marketing" in move.whose:
        if not await can_tend(tx, lead, who):
            if "owner" in move.whose and who.role != "marketing":
                raise not_yours(lead, who, None)
            raise NoRight(f"{lead.no} 还没有人负责,归市场管,「{move.label}」由市场来做。想跟进就发「领取 {lead.no}」。")
    elif not await can_act(tx, lead, who):
        raise not_yours(lead, who, await name_of(tx, lead.owner_id))
    elif "owner" not in move.whose:
        raise NoRight(f"「{move.label}」由{'、'.join(WHOSE[one] for one in move.whose)}来做,{lead.no} 已经有负责人了。")


def is_ready(lead: Lead, *, rules: Rules) -> bool:
    """Whether a lead that scores well becomes an MQL by itself: free, reachable, and known as far as rules want it."""
    move = MOVES["ready"]
    reachable = not lead.phone_flaw and not lead.flaw
    return lead.stage in move.before and lead.owner_id is None and reachable and not missing(lead, "mql", rules=rules)


def why_not(lead: Lead, move: Move) -> str:
    """Why a move is not possible from where the lead is, and what is."""
    here = STAGE_LABELS[lead.stage]
    if lead.stage == move.after and lead.stage not in CLOSED:
        return f"{lead.no} 已经是「{here}」了,不用再转,接着跟进就好。"
    if lead.stage in CLOSED:
        why = f",原因:{lead.closed_reason}" if lead.closed_reason else ""
        again = f"已经是「{here}」了{why},不用再转" if lead.stage == move.after else f"{ended(lead)},不能再{move.label}"
        return f"{lead.no} {again}。{way_back(lead)}"
    ways = [f"{one.label}({'、'.join(WHOSE[w] for w in one.whose)})" for one in TABLE if lead.stage in one.before]
    return f"{lead.no} 现在是「{here}」,不能{move.label}。现在可以:{'、'.join(ways)}。"


def ended(lead: Lead) -> str:
    """已经结束了(无效,原因:空号)."""
    why = f",原因:{lead.closed_reason}" if lead.closed_reason else ""
    return f"已经结束了({STAGE_LABELS[lead.stage]}{why})"


def way_back(lead: Lead) -> str:
    """What brings a closed lead back, as a sentence."""
    if lead.stage == "won":
        return f"跟进照常记;客户要买别的,发「转商机 {lead.no} 产品」。"
    cure = "发「新线索 姓名 电话」再记一次咨询" if lead.stage == "invalid" else f"发「重开 {lead.no}」"
    return f"还要跟,{cure};客户再来咨询会自动重新打开。"


def may_follow(before: str, after: str) -> bool:
    """Whether some moves lead from one stage to another: what a list may say of a lead that is known already.

    Who has bought stays a customer: only their deals, one by one, say anything else.
    """
    reached, edge = {before}, {before}
    while edge := edge - {"won"}:
        edge = {move.after for move in TABLE if edge & set(move.before)} - reached
        reached |= edge
    return after in reached
