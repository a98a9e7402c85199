"""What DingTalk answers on its bad days, and what may go wrong with its pushes."""

import json

from aiohttp import web

from sandbox.dingtalk.refusal import Refused, refusal, wrapped
from sandbox.fault import Fault, Faults

QPS = "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
QPM = "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi"
TOO_FAST = "您的企业应用调用钉钉开放平台当前接口的所有请求都被暂时禁用了"
PUSHES = ("no_staff_id", "twice", "hold", "over_quota")
"""Of the endpoints push/robot, push/event and push/card: without the sender's userid; the same msgId twice; held back
until the next one has gone out; without content because the month's quota is used up."""


def dingtalk_faults() -> Faults:
    """The switches of a DingTalk: endpoints are named as in /v1.0/<endpoint> and oapi/<endpoint>.

    qps and qpm: the caller is too fast (403); code: any code of the new API; errcode: any number of the old one;
    sub_code: the old gateway's 88 with `code` inside; http_504: no upstream answer within 3 s; punish: the firewall.
    """
    return Faults(
        {
            "qps": lambda fault: refusal(Refused(QPS, TOO_FAST, status=403)),
            "qpm": lambda fault: refusal(Refused(QPM, TOO_FAST, status=403)),
            "code": lambda fault: refusal(Refused(fault.code, "fault", status=_status(fault))),
            "errcode": lambda fault: refusal(Refused(fault.errcode, "fault")),
            "sub_code": lambda fault: web.json_response(wrapped(fault.code, "fault")),
            "http_504": lambda fault: refusal(Refused("GatewayTimeout", "upstream request timeout", status=504)),
            "punish": _punish,
        },
        {"string_errcode": _string},
        PUSHES,
    )


def _status(fault: Fault) -> int:
    return fault.errcode if 400 <= fault.errcode <= 599 else 400


def _punish(fault: Fault) -> web.Response:
    return web.json_response({"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": "0a1b2c3d"})


def _string(done: web.Response) -> web.Response:
    answer = json.loads(done.body if isinstance(done.body, bytes) else b"{}")
    return web.json_response({**answer, "errcode": str(answer.get("errcode", 0))})
