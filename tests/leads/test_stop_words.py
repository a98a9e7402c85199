"""Who wants no more messages is understood, and nobody else is taken for one."""

import pytest

from leads.stop_words import Stopping, read_stop
from tests.customers import rules_with

RULES = rules_with()
HERE, EVERYTHING = Stopping(), Stopping(everywhere=True)
NEWS = Stopping("news", everywhere=True)


@pytest.mark.feature("K4")
@pytest.mark.parametrize(
    ("channel", "text", "meant"),
    [
        ("sms", "T", HERE), ("sms", "t ", HERE), ("sms", "TD", HERE), ("sms", "\uff34\uff24", HERE),
        ("sms", "退订", HERE), ("sms", "退订。", HERE), ("sms", "N", HERE), ("sms", "stop", HERE),
        ("sms", "STOP ALL", EVERYTHING),
        ("kf", "退订", HERE), ("kf", "TD", HERE), ("kf", "别再发了!", HERE), ("kf", "全部退订", EVERYTHING),
        ("kf", "请不要再联系我", EVERYTHING), ("kf", "退订产品资讯", NEWS), ("kf", "退订「产品资讯」", NEWS),
        ("kf", "产品资讯退订", NEWS), ("kf", "取消订阅 news", NEWS), ("kf", "T", None), ("kf", "n", None),
        ("kf", "怎么退订?", None), ("kf", "退订单怎么操作", None), ("kf", "我要退订单", None),
        ("kf", "不要再发旧版报价,发新的", None),
        ("kf", "退订白皮书", None), ("kf", "", None), ("kf", "stopwatch 多少钱", None), ("kf", "t恤多少钱", None),
        ("mail", "退订\n\n> 退订请点这里", HERE),
        ("mail", "unsubscribe\n\nSent from my iPhone", HERE),
        ("mail", "我 3 月 20 日前休假,急事找同事。\n\n> 退订", None),
        ("mail", "想了解价格\n\n----原始邮件----\n退订", None),
        ("mail", "> 退订", None),
        ("mail", "退订\r\n发自我的iPhone\r\n", HERE),
    ],
)  # fmt: skip
def test_what_an_answer_wants_to_stop(channel: str, text: str, meant: Stopping | None) -> None:
    assert read_stop(text, channel, rules=RULES) == meant
