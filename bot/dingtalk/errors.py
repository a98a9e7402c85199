"""What DingTalk's error codes mean for us: one table, one decision each, for both generations of its API.

Codes of the new API are words (HTTP 4xx/5xx with `code`), those of the old one numbers (HTTP 200 with `errcode`); an
old 88 hides the real one in `sub_code`. Sources: the error pages of both APIs and of the robot, open.dingtalk.com.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from config.telling import Tellable

Decision = Literal["retry", "token", "final", "alarm", "template", "gone", "quota", "accepted", "session"]


@dataclass(frozen=True)
class Meaning:
    """What to do about a code; `cure` is what the administrator is told, in Chinese."""

    decision: Decision
    cure: str
    delay: timedelta | None = None


_SECOND, _MINUTE = timedelta(seconds=1), timedelta(seconds=61)
_BUSY = Meaning("retry", "钉钉系统繁忙,稍后自动重试")
_QPS = Meaning("retry", "调用太快,钉钉要求放慢", _SECOND)
_QPM = Meaning("retry", "这一分钟调用太多,钉钉要求放慢", _MINUTE)
_TOKEN = Meaning("token", "access_token 失效,自动换新")
_QUOTA = Meaning("quota", "钉钉本月的调用额度用完了:升级钉钉版本或买加量包,或等下个月 1 号")
_SECRET = Meaning(
    "alarm", "Client ID 或 Client Secret 不对:到开发者后台「凭证与基础信息」重新复制,填进 .env 的 DINGTALK_SECRET"
)
_PERMISSION = Meaning("alarm", "应用没有这个接口的权限:到开发者后台「权限管理」开通(doctor 会列出要开哪些)")
_ADDRESS = Meaning("alarm", "服务器的出口 IP 不在白名单里:到开发者后台「安全设置」加上")
_ROBOT = Meaning(
    "alarm", "机器人不可用:核对 leadbot.yaml 的 dingtalk.robot_code,并到开发者后台确认机器人已启用、已发布"
)
_TEMPLATE = Meaning(
    "template", "卡片模板不存在或没有发布:到卡片平台发布,核对 leadbot.yaml 的 dingtalk.card_template_id"
)
_RANGE = Meaning("final", "不在应用的授权范围:到开发者后台「权限管理」把成员所在部门加进授权范围")
_PERSON = Meaning("final", "钉钉里没有这个人,或机器人对他不可见:核对 members.csv 的 dingtalk 一列和应用的可见范围")
_GROUP = Meaning("final", "这个群不在了,或机器人不在群里:把机器人加回群里,核对 leadbot.yaml 的 dingtalk.groups")
_CONTENT = Meaning("final", "钉钉不接受这条消息的内容")
_SESSION = Meaning("session", "会话地址过期了,改用接口发送")
_EDITION = Meaning("final", "这个功能要专业版或专属版钉钉:不用它就把 leadbot.yaml 里的 dingtalk.ding 设为 false")

# Compared in lower case; a code that ends in * stands for all that begin so. The first match counts.
MEANINGS: dict[str, Meaning] = {
    "system.busy": _BUSY,
    "systembusy": _BUSY,
    "system.error": _BUSY,
    "serviceunavailable": _BUSY,
    "internalerror": _BUSY,
    "-1": _BUSY,
    "15": _BUSY,
    "forbidden.accessdenied.qpslimit*": _QPS,
    "90002": _QPS,
    "90018": _QPS,
    "90006": _QPM,
    "90007": _QPM,
    "forbidden.accessdenied.qpmlimit*": _QPM,
    "send.too.fast": _QPM,
    "send.bytoken.toofast": _QPM,
    "too.many.*": _QPM,
    "toomuch.msg": _QPM,
    "143103": _QPM,
    "143104": _QPM,
    "429": Meaning("retry", "网关说调用太频繁,稍后自动重试", _MINUTE),
    "410100": Meaning("retry", "群消息太快,钉钉要求停十分钟", timedelta(minutes=10)),
    "1111": Meaning("retry", "调用太多,钉钉暂时封了这台服务器的 IP", timedelta(minutes=5)),
    "invalidauthentication": _TOKEN,
    "40001": _TOKEN,
    "40014": _TOKEN,
    "42001": _TOKEN,
    "forbidden.accessdenied.apicountlimitfororg": _QUOTA,
    "90020": _QUOTA,
    "90030": _QUOTA,
    "20001": _QUOTA,
    "ding.serverquota.insufficient": _EDITION,
    "invalidclientidorsecret": _SECRET,
    "40089": _SECRET,
    "forbidden.accessdenied.accesstokenpermissiondenied": _PERMISSION,
    "60011": _PERMISSION,
    "forbidden.accessdenied.ipnotinwhitelist": _ADDRESS,
    "60020": _ADDRESS,
    "90001": _BUSY,
    "90004": _BUSY,
    "50002": _RANGE,
    "50004": _RANGE,
    "robot.oto.notexist": _ROBOT,
    "chatbotid.notallow.sendoto": _ROBOT,
    "invalidparameter.robotcode*": _ROBOT,
    "robot.*": _ROBOT,
    "bot.stopped": _ROBOT,
    "400102": _ROBOT,
    "template.stopped": _TEMPLATE,
    "param.templatenotexist": _TEMPLATE,
    "param.templateunpublished": _TEMPLATE,
    "param.cardtemplateidempty": _TEMPLATE,
    "param.cardalreadyexist": Meaning("accepted", "这张卡片已经发过"),
    "param.cardnotexist": Meaning("gone", "要改的卡片不在了"),
    "staffid.notexisted": _PERSON,
    "invalidstaffidlist": _PERSON,
    "param.useridnotexist": _PERSON,
    "33012": _PERSON,
    "60121": _PERSON,
    "resource.not.found": _PERSON,
    "grouptemplate.*": Meaning(
        "final",
        "群模板不能用:到开发者后台「开放能力 → 场景群 → 群模板」发布它,核对 leadbot.yaml 的 dingtalk.group_template_id",
    ),
    "permession.checkfailed": Meaning(
        "final", "没有建群的权限,或者群主不在应用的可见范围:到「权限管理」开通「钉钉群基础信息管理权限」"
    ),
    "member.notfound": _PERSON,
    "member.exceed": Meaning("final", "群成员太多了,钉钉不让建"),
    "group.disbanded": _GROUP,
    "400013": _GROUP,
    "invalid.openconversationid": _GROUP,
    "param.openspaceidinvalid": _GROUP,
    "session.expired": _SESSION,
    "session.notexisted": _SESSION,
    "miss.param.*": _CONTENT,
    "invalidparameter.msgparam*": _CONTENT,
    "contain.*": _CONTENT,
    "param.contentunsafe": _CONTENT,
    "43010*": _CONTENT,
    "400002": _CONTENT,
    "40035": _CONTENT,
}
CODE = re.compile(r"[A-Za-z][A-Za-z._-]{0,79}|-?[0-9]{1,9}")  # else it is a sentence, and may quote what we sent
UNKNOWN = Meaning("final", "钉钉不接受这次调用")


def meaning_of(code: str, status: int = 200) -> Meaning:
    """The meaning of a code; an unknown one with HTTP 429 or 5xx is worth another try."""
    name = code.lower()
    if name in MEANINGS:
        return MEANINGS[name]
    for known, meaning in MEANINGS.items():
        if known.endswith("*") and name.startswith(known[:-1]):
            return meaning
    return _BUSY if status == 429 or status >= 500 else UNKNOWN


class DingTalkError(Tellable):
    """DingTalk answered with an error code. No secret, token or body is ever part of it.

    `request_id` is DingTalk's own name of the call, for its support.
    """

    def __init__(self, code: str, endpoint: str, *, status: int = 200, request_id: str = "") -> None:
        self.code = code if CODE.fullmatch(code) else "未知的错误码"
        self.endpoint = endpoint
        self.request_id = request_id
        self.meaning = meaning_of(code, status)
        super().__init__(f"{self.meaning.cure}(钉钉 {self.code},{endpoint})")
