"""What WeCom's error numbers mean for us (WeCom developer page 90313): one table, one decision each."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from config.telling import Tellable

Decision = Literal["retry", "token", "final", "alarm", "code", "limit", "accepted"]


@dataclass(frozen=True)
class Meaning:
    """What to do about an error number; `cure` is what the administrator is told, in Chinese."""

    decision: Decision
    cure: str
    delay: timedelta | None = None


_MINUTE = timedelta(seconds=61)
_ALARM_PAUSE = timedelta(seconds=61)  # an administrator needs longer; a try a minute shows when it is mended

MEANINGS: dict[int, Meaning] = {
    -1: Meaning("retry", "企业微信系统繁忙,稍后自动重试"),
    6000: Meaning("retry", "数据版本冲突,稍后自动重试"),
    40001: Meaning("alarm", "应用的 Secret 不对:到企业微信后台「应用管理」重新复制 Secret,填进 .env 的 WECOM_SECRET"),
    40013: Meaning("alarm", "企业ID 不对:核对 leadbot.yaml 的 wecom.corp_id"),
    40091: Meaning("alarm", "Secret 不是这个应用的:核对 .env 的 WECOM_SECRET"),
    40014: Meaning("token", "access_token 失效,自动换新"),
    42001: Meaning("token", "access_token 过期,自动换新"),
    40003: Meaning("final", "企业微信里没有这个账号:核对 members.csv 的 wecom 一列"),
    40031: Meaning("final", "企业微信里没有这个账号:核对 members.csv 的 wecom 一列"),
    60111: Meaning("final", "企业微信里没有这个账号:核对 members.csv 的 wecom 一列"),
    81013: Meaning("final", "收件人都不在应用的可见范围:到后台把他们加进可见范围"),
    60011: Meaning("final", "不在应用的可见范围:到后台把成员加进可见范围"),
    50002: Meaning("final", "不在应用的可见范围:到后台把成员加进可见范围"),
    60021: Meaning("final", "不在应用的可见范围:到后台把成员加进可见范围"),
    60030: Meaning("final", "不在应用的可见范围:到后台把成员加进可见范围"),
    40056: Meaning("alarm", "agent_id 不对:核对 leadbot.yaml 的 wecom.agent_id", _ALARM_PAUSE),
    301002: Meaning("alarm", "agent_id 和 Secret 不是同一个应用:核对 leadbot.yaml 的 wecom", _ALARM_PAUSE),
    43012: Meaning("alarm", "应用还没有配置接收消息的 URL,按钮卡片发不出去:到后台「接收消息」填写"),
    60020: Meaning("alarm", "服务器的出口 IP 不在「企业可信IP」里:到后台应用页加上(一分钟后生效)", _ALARM_PAUSE),
    50003: Meaning("alarm", "应用被停用了:到后台重新启用", _ALARM_PAUSE),
    60031: Meaning("alarm", "这个接口对应用不开放:核对应用权限", _ALARM_PAUSE),
    48001: Meaning("alarm", "应用没有这个接口的权限:到后台开通", _ALARM_PAUSE),
    48002: Meaning("alarm", "应用没有这个接口的权限:到「客户联系 → 可调用接口的应用」加上本应用", _ALARM_PAUSE),
    48007: Meaning("alarm", "客服账号没有授权给应用:到「微信客服 → API」里加上", _ALARM_PAUSE),
    48006: Meaning("alarm", "应用不活跃,数据权限被收回:到后台处理", _ALARM_PAUSE),
    48011: Meaning("alarm", "应用不活跃,数据权限被收回:到后台处理", _ALARM_PAUSE),
    84061: Meaning("final", "客户和这位成员没有好友关系"),
    40096: Meaning("final", "客户的 external_userid 不对"),
    45009: Meaning("limit", "调用太频繁,企业微信要求暂停", _MINUTE),
    45033: Meaning("limit", "同时调用太多,稍后自动重试", timedelta(seconds=5)),
    45035: Meaning("retry", "同时修改同一客户,稍后自动重试"),
    45036: Meaning("limit", "访问数据异常,企业微信要求放慢", timedelta(minutes=5)),
    429: Meaning("limit", "网关说调用太频繁,稍后自动重试", _MINUTE),
    301025: Meaning(
        "final",
        "审批单和模板对不上,或者提的人不在应用的可见范围:请管理员对一遍 rules.yaml 的 template、fields,再看可见范围",
    ),
    301055: Meaning(
        "alarm", "应用没有审批的权限:到后台「应用管理 → 审批 → API → 可调用接口的应用」勾上线索助手", _ALARM_PAUSE
    ),
    93000: Meaning("final", "群的消息推送已被删除:在群里重新添加,把新的地址填进 leadbot.yaml 的 wecom.groups"),
    93001: Meaning("final", "这个群不允许消息推送:在群设置里打开"),
    93004: Meaning("final", "群的消息推送被停用了:在群里重新启用"),
    93008: Meaning("final", "消息推送不在这个群里了:重新添加"),
    40144: Meaning("final", "这个客户的标签太多了:在企业微信里去掉几个"),
    41049: Meaning("final", "没有欢迎码,发不了欢迎语"),
    41050: Meaning("final", "客户加上已经超过 20 秒,企业微信不再让发欢迎语"),
    41053: Meaning("final", "客户还没有同意会话存档,发不了欢迎语"),
    41048: Meaning("final", "这些客户都已经不是这位同事的好友"),
    41063: Meaning("retry", "群发任务还在派发,稍后再看"),
    41093: Meaning("final", "这次群发已经取消了"),
    41096: Meaning("retry", "别的应用正在给这位客户发欢迎语", timedelta(seconds=2)),
    84084: Meaning("final", "客户把成员删除了"),
    95001: Meaning("final", "这一轮已经发了 5 条,微信客服要等客户再说话"),
    95002: Meaning("final", "客户上次说话已经超过 48 小时,微信客服不让再发"),
    95007: Meaning("final", "微信客服的通知过期了"),
    95013: Meaning("final", "会话已经结束,等客户再说话"),
    95018: Meaning("final", "客户正由客服后台的同事接待,机器人不能插话:请在客服工作台里回"),
    95031: Meaning("final", "客户没有在这个客服账号里说过话"),
    95033: Meaning("accepted", "这条回复已经发过"),
    41051: Meaning("accepted", "欢迎语已经发过,或者已经聊上了"),
    42014: Meaning("accepted", "这张卡片已经发过"),
    60140: Meaning("code", "卡片的更新码用过或过期了"),
}
NEVER_LIKED = Meaning(
    "alarm", "企业微信不认刚刚发给我们的 access_token:核对 wecom.corp_id、agent_id 和 WECOM_SECRET 是不是同一个应用的"
)
UNKNOWN = Meaning("final", "企业微信不接受这条消息")


class WeComError(Tellable):
    """WeCom answered with an error number. No secret, token or body is ever part of it."""

    def __init__(self, code: int, endpoint: str, meaning: Meaning | None = None) -> None:
        self.code = code
        self.endpoint = endpoint
        self.meaning = meaning or MEANINGS.get(code, UNKNOWN)
        super().__init__(f"{self.meaning.cure}(企业微信 {code},{endpoint})")
