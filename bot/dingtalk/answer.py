"""What DingTalk answered to a call: done, refused with a code, or nothing that one could understand."""

import json
from collections.abc import Mapping
from typing import Any

from bot.calling import OutcomeUnknown
from bot.dingtalk.errors import DingTalkError

LARGEST = 4 * 1024 * 1024  # bytes
TOO_MANY = 429  # HTTP's own way to say it, from a gateway before DingTalk: nothing has happened behind it
UNANSWERED = (504,)  # no answer from behind DingTalk's gateway: the call may have been done
HIDDEN = "88"  # the old API's number for "look at sub_code"
BANNED = 1111  # the gateway's ban of our address, in place of an answer


def read_new(api: str, status: int, raw: bytes) -> dict[str, Any]:
    """An answer of the new API (api_base/v1.0/…). Raises DingTalkError, OutcomeUnknown."""
    answer = _object(api, status, raw)
    code = str(answer.get("code") or answer.get("errcode") or "")
    if 200 <= status < 300 and code in ("", "0"):
        return answer
    if code and status not in UNANSWERED:
        raise _refusal(code, api, status, answer)
    raise OutcomeUnknown(f"钉钉回答 HTTP {status}")


def read_old(api: str, status: int, raw: bytes) -> dict[str, Any]:
    """An answer of the old API (oapi_base/…). Raises DingTalkError, OutcomeUnknown."""
    answer = _object(api, status, raw)
    code = str(answer.get("errcode", answer.get("code", "")))
    if code == HIDDEN:
        code = str(answer.get("sub_code") or "")
    if not code or code == "15":  # no answer from behind the gateway: the call may have been done
        raise OutcomeUnknown(f"钉钉的回答看不懂(HTTP {status})")
    if code != "0":
        raise _refusal(code, api, status, answer)
    if status != 200:
        raise OutcomeUnknown(f"钉钉回答 HTTP {status}")
    return answer


def _object(api: str, status: int, raw: bytes) -> dict[str, Any]:
    if len(raw) > LARGEST:
        raise OutcomeUnknown("钉钉的回答太长")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        if status == TOO_MANY:
            raise DingTalkError(str(status), api, status=status)
        raise OutcomeUnknown(f"钉钉的回答看不懂(HTTP {status})")
    if found.get("status") == BANNED:
        raise _refusal(str(BANNED), api, status, found)
    return found


def _refusal(code: str, api: str, status: int, answer: Mapping[str, Any]) -> DingTalkError:
    request_id = str(answer.get("requestid") or answer.get("request_id") or "")
    return DingTalkError(code, api, status=status, request_id=request_id)
