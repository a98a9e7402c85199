"""What WeCom answers on its bad days: a number of its own choice, or a number in quotes."""

import json

from aiohttp import web

from sandbox.fault import Fault, Faults


def wecom_faults() -> Faults:
    """The switches of a WeCom: endpoints are named as in /cgi-bin/<endpoint>."""
    return Faults({"errcode": _errcode}, {"string_errcode": _string})


def _errcode(fault: Fault) -> web.Response:
    return web.json_response({"errcode": fault.errcode, "errmsg": "fault"})


def _string(done: web.Response) -> web.Response:
    answer = json.loads(done.body if isinstance(done.body, bytes) else b"{}")
    return web.json_response({**answer, "errcode": str(answer["errcode"])})
