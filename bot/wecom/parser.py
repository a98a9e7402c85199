"""wechatpy's parser and the classes of its events, without its client: requests, which only that needs, stays away."""

from bot.memory import hollow

with hollow("requests"):
    from wechatpy import events as account_events
    from wechatpy import messages
    from wechatpy import parse_message as parse_account
    from wechatpy.enterprise import events as enterprise_events
    from wechatpy.enterprise.events import register_event
    from wechatpy.enterprise.parser import parse_message as parse_enterprise
    from wechatpy.events import BaseEvent
    from wechatpy.fields import StringField

__all__ = [
    "BaseEvent", "StringField", "account_events", "enterprise_events", "messages", "parse_account",
    "parse_enterprise", "register_event",
]  # fmt: skip
