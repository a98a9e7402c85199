"""Kind refusals: what cannot be done, why, and what to do instead. A refusal changes nothing."""

from collections.abc import Sequence
from datetime import datetime

from store.writer import Refusal


class Refused(Refusal):
    """Base of all refusals; `code` is the word programs get, str() the Chinese sentence people get."""

    code = "refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def details(self) -> dict[str, object]:
        """What programs may want to know besides the code."""
        return {}


class NotFound(Refused):
    """No such lead, or none that this person may see: the same answer for both."""

    code = "not_found"

    def __init__(self, what: str, cure: str = "发「我的」看自己的线索,发「线索池」看可领取的。") -> None:
        super().__init__(f"没有找到 {what},或者它不在你能看的范围里。{cure}")


class NoBatch(NotFound):
    """No such import."""

    def __init__(self, no: str) -> None:
        Refused.__init__(self, f"没有导入 {no}。批次叫 I1、I2 这样的编号,发「导入」看最近的几批。")


class AlreadyClaimed(Refused):
    """Somebody was faster."""

    code = "already_claimed"

    def __init__(self, no: str, *, winner_id: str, winner: str, ago_s: float) -> None:
        super().__init__(f"{no} 已被{winner}领取({spoken_ago(ago_s)})。发「线索池」看看还有哪些可以领。")
        self.winner_id = winner_id
        self.winner = winner
        self.ago_s = ago_s

    def details(self) -> dict[str, object]:
        return {"winner": self.winner_id, "winner_name": self.winner, "ago_s": round(self.ago_s, 3)}


class AlreadyYours(Refused):
    """The lead belongs to the asker already."""

    code = "already_yours"

    def __init__(self, no: str) -> None:
        super().__init__(f"{no} 已经是你的了,直接发「跟进 {no} …」记一笔就好。")


AWAY = "要再跟,请市场发「培育 编号」放回来;客户再来咨询也会自动打开。"


class NotYours(Refused):
    """Only the owner or their manager may do this.

    `free`: without an owner it could be claimed; `claims`: by whoever is refused.
    """

    code = "not_yours"

    def __init__(self, no: str, owner: str | None, *, free: bool = True, claims: bool = True) -> None:
        whose = f"现在由{owner}负责" if owner else "还没有人领取" if free else "没有人负责,现在也不能领取"
        first = f"先发「领取 {no}」。" if claims else "要跟进,请主管指派给销售。"
        cure = "需要接手的话,请主管改派。" if owner else first if free else AWAY
        super().__init__(f"{no} {whose},这一步要由负责人来做。{cure}")


class ClaimLimit(Refused):
    """The rep has claimed enough for now."""

    code = "claim_limit"

    def __init__(self, limit: str, lifts: str, lifts_at: datetime | None) -> None:
        super().__init__(f"{limit},{lifts}。")
        self.lifts_at = lifts_at

    def details(self) -> dict[str, object]:
        return {"lifts_at": self.lifts_at.isoformat() if self.lifts_at else None}


class WrongStage(Refused):
    """The lead is not in a stage where this makes sense."""

    code = "stage"


class FieldsMissing(WrongStage):
    """The rules want more to be known before the lead may move on; `missing` are (key, label)."""

    def __init__(self, no: str, move: str, label: str, missing: Sequence[tuple[str, str]]) -> None:
        names = "、".join(f"「{label}」" for _, label in missing)
        example = f"字段 {no} {missing[0][1]}=…"
        super().__init__(f"{no} 要{label},还差{names}。补上就行,例如:{example}")
        self.move = move
        self.missing = tuple(missing)

    def details(self) -> dict[str, object]:
        return {"missing": [{"field": key, "label": label} for key, label in self.missing]}


class NoRight(Refused):
    """A role that may not do this at all."""

    code = "no_right"


class AlreadyOne(Refused):
    """The two leads were merged before."""

    code = "already_merged"


class NothingToUndo(Refused):
    """There is no act of this person that can be taken back."""

    code = "nothing_to_undo"


class Unusable(Refused):
    """What was given cannot be used: it names the cause and the cure."""

    code = "unusable"


class BadFile(Unusable):
    """A file that is no table of leads: it names the cause and the cure, and nothing of it is stored."""

    code = "bad_file"


def spoken_ago(seconds: float) -> str:
    """How long ago, as one says it: 0.2 秒前, 3 秒前, 5 分钟前, 2 小时前, 3 天前."""
    if seconds < 1:
        return f"{max(seconds, 0.1):.1f} 秒前"
    if seconds < 60:
        return f"{seconds:.0f} 秒前"
    if seconds < 3600:
        return f"{seconds // 60:.0f} 分钟前"
    if seconds < 86400:
        return f"{seconds // 3600:.0f} 小时前"
    return f"{seconds // 86400:.0f} 天前"
