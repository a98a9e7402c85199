"""What has happened on the way in: somebody agreed to be contacted, somebody telephoned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from leads.facts import Fact
from leads.reach_facts import WAYS


@dataclass(frozen=True, kw_only=True)
class Consented(Fact):
    """The person agreed to a purpose; the proof of it stands in the table of consents."""

    kind = "consented"
    purpose: str
    version: str
    form: str
    topic: str = ""
    way: str = "form"

    def text(self) -> str:
        where = f"表单 {self.form}" if self.way == "form" else WAYS.get(self.way, self.way)
        return f"{self.purpose}(第 {self.version} 版,{where})"

    def data(self) -> Mapping[str, Any]:
        told = {"purpose": self.purpose, "version": self.version, "form": self.form}
        return told | ({"topic": self.topic, "way": self.way} if self.topic else {})


@dataclass(frozen=True, kw_only=True)
class CallLogged(Fact):
    """Somebody telephoned, or was telephoned; `called_at` is when, `recording` a link or ""."""

    kind = "call_logged"
    called_at: datetime
    inbound: bool
    answered: bool
    seconds: int
    recording: str = field(default="", repr=False)

    @property
    def missed(self) -> bool:
        """Whether a customer called and nobody answered."""
        return self.inbound and not self.answered

    def text(self) -> str:
        said = ("来电" if self.inbound else "去电") + (f",通话 {self.seconds} 秒" if self.answered else ",没有接通")
        said = "未接来电" if self.missed else said
        return said + (f",录音 {self.recording}" if self.recording else "")

    def data(self) -> Mapping[str, Any]:
        told = {"inbound": self.inbound, "answered": self.answered, "seconds": self.seconds}
        return told | {"called_at": self.called_at.isoformat()}


@dataclass(frozen=True, kw_only=True)
class ChatLogged(Fact):
    """Somebody talked with the customer in WeChat, as the archive tells; `theirs` are the customer's messages."""

    kind = "chat_logged"
    began_at: datetime
    messages: int
    theirs: int
    answered_after: timedelta | None = None

    def text(self) -> str:
        said = f"聊天 {self.messages} 条(客户 {self.theirs},我们 {self.messages - self.theirs})"
        return said + (f",首次回复 {_lasting(self.answered_after)}" if self.answered_after is not None else "")

    def data(self) -> Mapping[str, Any]:
        waited = self.answered_after
        told: dict[str, Any] = {"began_at": self.began_at.isoformat(), "messages": self.messages, "theirs": self.theirs}
        return told | {"answered_after": round(waited.total_seconds()) if waited is not None else None}


def _lasting(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 1:
        return "不到 1 分"
    return f"{minutes} 分" if minutes < 60 else f"{minutes // 60} 小时 {minutes % 60} 分"
