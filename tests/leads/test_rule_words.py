"""A rule in one sentence is read as exactly one change, or it is said what can be said."""

import pytest

from config.folder import TEMPLATES
from config.rules import load_rules
from leads.errors import Unusable
from leads.rule_words import EXAMPLES, read_rule

RULES = load_rules((TEMPLATES / "default" / "rules.yaml").read_text("utf-8"), "rules.yaml")
MEMBERS = {"王磊": "wanglei", "李娜": "lina"}
POINTS, GIVES = ("scoring", "rules"), ("assignment", "rules")


def read(sentence):
    return read_rule(sentence, members=MEMBERS, teams={"华东", "华北"}, rules=RULES)


@pytest.mark.feature("R2")
@pytest.mark.parametrize(
    ("sentence", "path", "value"),
    [
        ("领取时限改成4小时", ("clocks", "claim", "within"), "4h"),
        ("把首次联系的时限改为 2 天。", ("clocks", "first_contact", "within"), "2d"),
        ("领取改成半小时", ("clocks", "claim", "within"), "30m"),
        ("领取的时限缩短到九十分钟", ("clocks", "claim", "within"), "90m"),
        ("领取期限改成1.5小时", ("clocks", "claim", "within"), "90m"),
        ("首次联系1天内", ("clocks", "first_contact", "within"), "1d"),
        ("领取时限3小时", ("clocks", "claim", "within"), "3h"),
        ("到70分算合格", ("scoring", "mql", "score"), 70),
        ("合格线改成六十五分", ("scoring", "mql", "score"), 65),
        ("一个人一天最多领20条", ("claims", "per_day"), 20),
        ("销售手上最多100条", ("claims", "holding"), 100),
        ("职位有总监加20分", POINTS, {"field": "title", "contains": ["总监"], "add": 20}),
        ("职位里有总监或总裁的加二十分", POINTS, {"field": "title", "contains": ["总监", "总裁"], "add": 20}),
        ("来源是展会、官网的加10分", POINTS, {"field": "source", "one_of": ["展会", "官网"], "add": 10}),
        ("预算20万以上就加15分", POINTS, {"field": "budget_max", "at_least": 200_000, "add": 15}),
        ("没留公司扣5分", POINTS, {"field": "company", "present": False, "add": -5}),
        ("留了邮箱加5分", POINTS, {"field": "email", "present": True, "add": 5}),
        ("咨询3次以上加10分", POINTS, {"field": "enquiries", "at_least": 3, "add": 10}),
        ("重庆的线索分给李娜", GIVES, {"when": {"region": ["重庆"]}, "by": "round_robin", "members": ["lina"]}),
        ("官网来的线索分给李娜", GIVES, {"when": {"source": ["官网"]}, "by": "round_robin", "members": ["lina"]}),
        ("来源是展会的都给王磊和李娜",
         GIVES, {"when": {"source": ["展会"]}, "by": "round_robin", "members": ["wanglei", "lina"]}),
        ("预算50万以上的按比例分给华东组",
         GIVES, {"when": {"budget_at_least": 500_000}, "by": "weighted", "team": "华东"}),
        ("四川、重庆的客户交给华北团队轮流",
         GIVES, {"when": {"region": ["四川", "重庆"]}, "by": "round_robin", "team": "华北"}),
    ],
)  # fmt: skip
def test_what_a_sentence_changes(sentence, path, value):
    found = read(sentence)
    assert found.path == path and found.item == (path in (POINTS, GIVES))
    if isinstance(value, dict):
        assert {key: part for key, part in found.value.items() if key not in ("why", "name")} == value
    else:
        assert found.value == value
    assert found.says


@pytest.mark.feature("R2")
@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("今天天气不错", "没看懂这条规则"),
        ("", "没看懂这条规则"),
        ("付款时限改成3天", "没有叫「付款」的时限。有:领取、首次联系"),
        ("领取时限改成0小时", "整数的分钟、小时或天"),
        ("重庆的线索分给孙悟空", "没有叫「孙悟空」的同事或小组。有:李娜、王磊、华东组"),
        ("到700分算合格", "合格线写 0 到 100"),
        ("一个人一天最多领0条", "最少写 1 条"),
        ("职位有总监加500分", "1 到 100 分"),
        ("工业相机的线索分给王磊", "没看懂「工业相机」是地区、来源还是产品。可以说:重庆的"),
        ("星座是狮子座加5分", "没看懂「星座是狮子座」是什么条件"),
    ],
)
def test_what_is_not_understood_says_what_can_be_said(sentence, told):
    with pytest.raises(Unusable, match=told):
        read(sentence)


def test_a_time_beyond_the_longest_takes_the_longest_along():
    found = read("领取时限改成6小时")
    assert found.also == ((("clocks", "claim", "longest"), "12h"),) and "最长 4h → 12h" in found.says
    assert read("领取时限改成4小时").also == ()


def test_the_examples_are_understood():
    for sentence in EXAMPLES:
        assert read(sentence).says
