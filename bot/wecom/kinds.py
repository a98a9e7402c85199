"""The events that wechatpy 1.8.18 does not know, as classes of its own kind (WeCom pages 90240, 92130, 97299, 91815).

Without them a card's button or a new customer would arrive as an UnknownMessage.
"""

from functools import cache
from typing import Any

from bot.wecom.parser import BaseEvent, StringField, register_event


class CardPressed(BaseEvent):  # type: ignore[misc]
    """A button of a template card, or its menu at the top right."""

    key = StringField("EventKey", "")
    task_id = StringField("TaskId", "")
    response_code = StringField("ResponseCode", "")

    def selected(self) -> dict[str, tuple[str, ...]]:
        """question key → chosen option ids; a list of one comes as a plain element."""
        items = (self._data.get("SelectedItems") or {}).get("SelectedItem") or []
        found = {}
        for item in _listed(items):
            if isinstance(item, dict) and item.get("QuestionKey"):
                options = _listed((item.get("OptionIds") or {}).get("OptionId") or [])
                found[str(item["QuestionKey"])] = tuple(str(option) for option in options if option)
        return found


class ContactChanged(BaseEvent):  # type: ignore[misc]
    """A customer was added, deleted or changed by a member (change_external_contact)."""

    change = StringField("ChangeType", "")
    user_id = StringField("UserID", "")
    external_id = StringField("ExternalUserID", "")
    state = StringField("State", "")
    welcome_code = StringField("WelcomeCode", "")
    source = StringField("Source", "")
    fail_reason = StringField("FailReason", "")


class DirectoryChanged(BaseEvent):  # type: ignore[misc]
    """A member was created, changed or deleted (change_contact; only with the contacts-sync callback)."""

    change = StringField("ChangeType", "")
    user_id = StringField("UserID", "")


class AcquisitionChanged(BaseEvent):  # type: ignore[misc]
    """获客助手: quota, links, and who of their customers has begun to talk (customer_acquisition)."""

    change = StringField("ChangeType", "")
    user_id = StringField("UserID", "")
    external_id = StringField("ExternalUserID", "")


class ApprovalMoved(BaseEvent):  # type: ignore[misc]
    """A form of WeCom's own app 审批 has moved on (sys_approval_change, page 91815)."""

    def told(self, name: str) -> str:
        """A field of ApprovalInfo that is no list, "" where it is missing."""
        info = self._data.get("ApprovalInfo")
        value = info.get(name) if isinstance(info, dict) else None
        return value.strip() if isinstance(value, str) else ""


class AppAlarm(BaseEvent):  # type: ignore[misc]
    """The app was, or is about to be, disabled for inactivity."""


ALARMS = {
    "inactive_alert": "企业微信提醒:线索助手应用太久没人用,快要被停用了。请大家打开应用用一用。",
    "close_inactive_agent": "企业微信已停用线索助手应用(不活跃)。请管理员到后台重新启用。",
    "low_active_alert": "企业微信提醒:线索助手应用活跃度低,可能失去客户数据权限。请大家打开应用用一用。",
    "low_active": "线索助手应用因活跃度低,已不能读取客户资料。请管理员到企业微信后台处理。",
}
QUOTA = {
    "balance_low": "获客助手额度不足 20,请及时购买。",
    "balance_exhausted": "获客助手额度已用完,新客户加不进来。请尽快购买。",
    "link_unavailable": "有一条获客链接失效了,请检查链接里的使用成员。",
    "quota_expire_soon": "获客助手有额度快要过期,请尽快使用。",
}


@cache
def register() -> None:
    """Teach wechatpy these events; once."""
    for name in ("template_card_event", "template_card_menu_event"):
        register_event(name)(CardPressed)
    register_event("change_external_contact")(ContactChanged)
    register_event("change_contact")(DirectoryChanged)
    register_event("customer_acquisition")(AcquisitionChanged)
    register_event("sys_approval_change")(ApprovalMoved)
    for name in ALARMS:
        register_event(name)(AppAlarm)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
