"""What a follower did, from the XML of an official account: pure, and never an error; unknown things are Ignored."""

import hashlib
from datetime import datetime

from bot.events import Event, FollowerActed, Ignored
from bot.wecom.instant import instant
from bot.wecom.parser import account_events as known
from bot.wecom.parser import messages, parse_account

PLATFORM = "wechat"
SCENE = "qrscene_"  # before the parameter when the scan made them follow


def parse(xml: bytes, *, account: str, app_id: str, received_at: datetime) -> Event:
    """The event in a callback's plain XML."""
    try:
        message = parse_account(xml)
        data = message._data
        openid = str(data.get("FromUserName") or "").strip()
        at = instant(data.get("CreateTime"), received_at)
        key = hashlib.sha256(f"{account}|{data.get('MsgId') or ''}|".encode() + xml).hexdigest()[:32]
        scene = str(data.get("EventKey") or "").removeprefix(SCENE)[:64]

        def acted(deed: str, what: str = "", text: str = "") -> FollowerActed:
            return FollowerActed(
                PLATFORM,
                "",
                at,
                account=account,
                app_id=app_id,
                openid=openid,
                deed=deed,
                key=key,
                what=what[:200],
                text=text,
            )

        if not openid:
            return Ignored(PLATFORM, "", at, "no follower")
        if isinstance(message, known.SubscribeScanEvent | known.ScanEvent):
            return acted("scan", scene)
        if isinstance(message, known.SubscribeEvent):
            return acted("follow")
        if isinstance(message, known.UnsubscribeEvent):
            return acted("leave")
        if isinstance(message, known.ClickEvent | known.ViewEvent):
            return acted("menu", str(data.get("EventKey") or ""))
        if isinstance(message, messages.TextMessage):
            return acted("message", text=str(data.get("Content") or "").strip())
        if isinstance(message, messages.BaseMessage) and data.get("MsgId"):
            return acted("message", what=str(data.get("MsgType") or "")[:20])
        return Ignored(PLATFORM, "", at, f"wechat {str(data.get('Event') or data.get('MsgType'))[:40]}")
    except Exception as error:
        return Ignored(PLATFORM, "", received_at, f"unreadable: {type(error).__name__}")
