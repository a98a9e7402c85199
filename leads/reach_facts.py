"""What a person has said about hearing from us: no more of this, or yes again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leads.facts import Fact

WAYS: Mapping[str, str] = {
    "page": "退订页", "mail": "邮件", "sms": "短信", "kf": "微信客服", "mp": "公众号", "chat": "同事代记",
    "api": "接口", "bounce": "送不到", "complaint": "投诉", "erase": "删除信息", "form": "网页表单",
}  # fmt: skip
CHANNEL_LABELS: Mapping[str, str] = {
    "mail": "邮件", "sms": "短信", "mass": "企业微信群发", "kf": "微信客服", "mp": "公众号", "hand": "销售亲自发"
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ContactStopped(Fact):
    """The person wants no more messages: about a topic ("" all), by a channel ("" every one)."""

    kind = "contact_stopped"
    topic: str
    label: str
    channel: str
    way: str
    words: str = field(default="", repr=False)

    def text(self) -> str:
        return f"{what_of(self.label, self.channel)}({WAYS.get(self.way, self.way)})" + (
            f":{self.words}" if self.words else ""
        )

    def data(self) -> Mapping[str, Any]:
        return {"topic": self.topic, "channel": self.channel, "way": self.way}


@dataclass(frozen=True, kw_only=True)
class ContactAllowed(Fact):
    """The person wants to hear from us again; what they agreed to stands in a fact of its own."""

    kind = "contact_allowed"
    topic: str
    label: str
    channel: str
    way: str
    stopped_at: datetime

    def text(self) -> str:
        return f"{what_of(self.label, self.channel)}({WAYS.get(self.way, self.way)})"

    def data(self) -> Mapping[str, Any]:
        told = {"topic": self.topic, "channel": self.channel, "way": self.way}
        return told | {"stopped_at": self.stopped_at.isoformat()}


@dataclass(frozen=True, kw_only=True)
class ContentShared(Fact):
    """A colleague took a piece of the library to give it to the person themselves."""

    kind = "content_shared"
    content: str
    title: str

    def text(self) -> str:
        return f"「{self.title}」"

    def data(self) -> Mapping[str, Any]:
        return {"content": self.content}


@dataclass(frozen=True, kw_only=True)
class LeadWoke(Fact):
    """A sleeping lead has stirred after so many days; its old owner (None: nobody) has it first."""

    kind = "woke"
    days: int
    what: str
    owner_id: str | None

    def text(self) -> str:
        return f"沉睡 {self.days} 天后{self.what}"

    def data(self) -> Mapping[str, Any]:
        return {"days": self.days, "owner": self.owner_id}


@dataclass(frozen=True, kw_only=True)
class PagesRead(Fact):
    """The person looked at pages of something that was sent to them: seconds by page, on so many devices so far."""

    kind = "pages_read"
    title: str
    seconds: Mapping[int, int]
    devices: int

    def told(self) -> str:
        """「报价」第 3 页 2 分钟(共 5 页 4 分钟,在第 2 台设备上)."""
        if not self.seconds:
            return f"「{self.title}」"
        page, longest = max(self.seconds.items(), key=lambda one: (one[1], -one[0]))
        more = [f"共 {len(self.seconds)} 页 {spoken(sum(self.seconds.values()))}"] if len(self.seconds) > 1 else []
        more += [f"有 {self.devices} 台设备打开过,可能转给了同事"] if self.devices > 1 else []
        return f"「{self.title}」第 {page} 页 {spoken(longest)}" + (f"({','.join(more)})" if more else "")

    def text(self) -> str:
        return self.told()

    def data(self) -> Mapping[str, Any]:
        return {"seconds": {str(page): count for page, count in self.seconds.items()}, "devices": self.devices}


@dataclass(frozen=True, kw_only=True)
class PersonErased(Fact):
    """What was stored of the person was erased on their request; the receipt names it."""

    kind = "erased"
    receipt: str

    def data(self) -> Mapping[str, Any]:
        return {"receipt": self.receipt}


def spoken(seconds: int) -> str:
    """40 秒, 2 分钟."""
    return f"{seconds} 秒" if seconds < 60 else f"{round(seconds / 60)} 分钟"


def what_of(label: str, channel: str) -> str:
    """「产品资讯」, 「产品资讯」的短信, 所有短信, 全部消息."""
    by = CHANNEL_LABELS.get(channel, channel)
    if label:
        return f"「{label}」" + (f"的{by}" if by else "")
    return f"所有{by}" if by else "全部消息"
