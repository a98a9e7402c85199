"""What is done for a customer in WeChat: the welcome within 20 seconds, tags, a reply of 微信客服.

Bodies name the call and hold what WeCom gets, so that the same bytes can be sent again where that is safe.
"""

import json
from collections.abc import Mapping
from typing import Any

ENDPOINTS = {
    "welcome": "externalcontact/send_welcome_msg",  # page 92137: once per code, within 20 seconds
    "tag": "externalcontact/mark_tag",  # page 92117: marking twice marks once
    "kf": "kf/send_msg",  # page 94677: a msgid is sent once
}
REPEATABLE = ("tag", "kf")
HEAD = b'{"deed":'


def deed_body(deed: str, params: Mapping[str, Any]) -> bytes:
    """What `send` understands: the deed, until when it makes sense (Unix seconds), and the call's body."""
    content = {"deed": deed, "until": params.get("until"), "body": params["body"]}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def is_deed(body: bytes) -> bool:
    """Whether a body is something done for a customer."""
    return body.startswith(HEAD)


def is_repeatable(body: bytes) -> bool:
    """Whether doing it twice does it once."""
    return json.loads(body)["deed"] in REPEATABLE
