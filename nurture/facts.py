"""What has happened on a lead's journey: each fact becomes one line of the lead's story."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leads.facts import Fact


@dataclass(frozen=True, kw_only=True)
class OnJourney(Fact):
    """Common to all: the journey's name and label."""

    journey: str
    label: str

    def text(self) -> str:
        return f"「{self.label}」"

    def data(self) -> Mapping[str, Any]:
        return {"journey": self.journey}


@dataclass(frozen=True, kw_only=True)
class JourneyBegan(OnJourney):
    """The lead has set out on a journey."""

    kind = "journey_began"


@dataclass(frozen=True, kw_only=True)
class JourneyPaused(OnJourney):
    """It rests, and goes on from where it stands; `cause` is a word of CAUSES."""

    kind = "journey_paused"
    cause: str

    def text(self) -> str:
        return f"「{self.label}」已暂停:{CAUSES[self.cause]}"

    def data(self) -> Mapping[str, Any]:
        return {"journey": self.journey, "cause": self.cause}


@dataclass(frozen=True, kw_only=True)
class JourneyResumed(OnJourney):
    """It goes on."""

    kind = "journey_resumed"


@dataclass(frozen=True, kw_only=True)
class JourneyEnded(OnJourney):
    """It is over; `how` is a word of ENDINGS."""

    kind = "journey_ended"
    how: str

    def text(self) -> str:
        return f"「{self.label}」{ENDINGS[self.how]}"

    def data(self) -> Mapping[str, Any]:
        return {"journey": self.journey, "how": self.how}


@dataclass(frozen=True, kw_only=True)
class JourneyTold(OnJourney):
    """A step has something to say to a colleague; `to`: owner or marketing."""

    kind = "journey_told"
    to: str
    words: str = field(repr=False)

    def text(self) -> str:
        return f"「{self.label}」{self.words}"

    def data(self) -> Mapping[str, Any]:
        return {"journey": self.journey, "to": self.to}


@dataclass(frozen=True, kw_only=True)
class LeftAlone(Fact):
    """A lead that has been silent for long is written to no more, and why."""

    kind = "left_alone"
    reason: str

    def text(self) -> str:
        return self.reason


CAUSES: Mapping[str, str] = {
    "claimed": "有同事在跟",
    "replied": "客户回了消息",
    "left": "暂时不符合条件",
    "hand": "有人按了暂停",
}
ENDINGS: Mapping[str, str] = {
    "finished": "走完了",
    "goal": "达成目标",
    "exit": "按规则退出",
    "invalid": "线索无效,退出",
    "gone": "线索不在了,退出",
    "merged": "和另一条线索的旅程重了,退出",
    "hand": "有人停掉了它",
}
