"""Journeys that were said in one sentence."""

import pytest

from leads.errors import Unusable
from nurture.sentence import read_journey
from tests.customers import rules_with

RULES = rules_with()
LIBRARY = {"客户案例": "case", "产品手册": "manual", "春季优惠": "spring", "感谢信": "thanks", "近况问候": "hello"}


def read(sentence):
    found = read_journey(sentence, contents=LIBRARY, taken={"journey_1"}, rules=RULES)
    return found.plain["start"], [_short(step) for step in found.plain["steps"]], found.doubts


def _short(step):
    return {key: value for key, value in step.items() if key not in ("topic", "text")}


UNSEEN = {"until": ["open", "click"], "otherwise": "no_1"}


@pytest.mark.feature("K1")
@pytest.mark.parametrize(
    ("sentence", "start", "steps"),
    [
        (
            "下载白皮书后等2天发案例,再等3天没打开就让销售联系",
            {"behaviour": ["download"]},
            [
                {"wait": "2d"}, {"send": "mail", "content": "case"}, {"wait": "3d", **UNSEEN}, {"stop": True},
                {"name": "no_1", "give": "sales"},
            ],
        ),
        (
            "90天没动静的发近况问候,等一周没回复再发短信春季优惠",
            {"silent_days": 90},
            [
                {"send": "mail", "content": "hello"}, {"wait": "7d", **UNSEEN}, {"stop": True},
                {"name": "no_1", "send": "sms", "content": "spring"},
            ],
        ),
        ("看了报价页以后等两小时交给销售", {"behaviour": ["price"]}, [{"wait": "2h"}, {"give": "sales"}]),
        (
            "到40分后用企业微信群发产品手册,等三天通知市场",
            {"score_at_least": 40},
            [{"send": "mass", "content": "manual"}, {"wait": "3d"}, {"tell": "marketing"}],
        ),
        ("参加活动后等1天发感谢信", {"behaviour": ["event"]}, [{"wait": "1d"}, {"send": "mail", "content": "thanks"}]),
        ("转回培育后等1个月发案例", {"stage": ["nurturing"]}, [{"wait": "30d"}, {"send": "mail", "content": "case"}]),
        ("从展会来的客户发产品手册", {"source": ["展会"]}, [{"send": "mail", "content": "manual"}]),
    ],
)  # fmt: skip
def test_a_sentence_becomes_steps(sentence, start, steps):
    assert read(sentence) == (start, steps, ())


def test_what_the_library_lacks_is_said():
    _, steps, doubts = read("下载资料后发新品邀请函")
    assert steps == [{"send": "mail", "content": "新品邀请函"}] and "新品邀请函" in doubts[0]


@pytest.mark.parametrize("sentence", ["", "随便", "下载资料后", "天上掉馅饼后发客户案例"])
def test_what_is_no_journey_is_answered_with_an_example(sentence):
    with pytest.raises(Unusable, match="旅程 新建 下载白皮书后"):
        read(sentence)
