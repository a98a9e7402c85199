"""When a customer may be written to in WeChat: 48 hours and five messages since they wrote last.

The same for 微信客服 (WeCom, page 94677) and official accounts (公众号, 客服消息; what follows a scan, a menu or a new
follower lasts one minute only and is of no use to us).
"""

from datetime import datetime, timedelta

from leads.errors import Refused

OPEN_FOR = timedelta(hours=48)
MOST = 5


class WindowClosed(Refused):
    """WeCom lets nobody write to this customer until they write again."""

    code = "window_closed"


def replies_left(no: str, last_at: datetime | None, replies: int, *, now: datetime) -> int:
    """How many replies may still go out, at least one. Raises WindowClosed, with what to do instead."""
    if last_at is None:
        raise WindowClosed(f"{no} 没有在微信客服里来过消息,没法从这里回。请打电话或加微信联系。")
    if now >= last_at + OPEN_FOR:
        raise WindowClosed(f"{no} 上次来消息已经超过 48 小时,微信客服不让再发。等客户再来消息,或者打电话联系。")
    if replies >= MOST:
        raise WindowClosed(f"{no} 这一轮已经回了 {MOST} 条,微信客服要等客户再说话才能继续发。急事请打电话。")
    return MOST - replies
