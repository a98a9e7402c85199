"""Whatever people write: something is understood or not, but nothing that contradicts itself, and never an error."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from bot.web.api.understand import NAMES
from leads.understand.reading import understand

ZONE = ZoneInfo("Asia/Shanghai")
NOWS = st.datetimes(datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2030-12-31"), timezones=st.just(ZONE))
PHRASES = """
    明天 后天 昨天 下周三 下下周五 周日 月底前 3月15号 2月30日 13月1日 2026-09-30 9/31 国庆后 上午 下午
    凌晨 半夜 10点 25点 3点半 17:45 24:00 三刻 半小时后 两天后 0天后 99999天后 前天下午 除夕 中秋
    13800138000 138-0013-8000 +8613800138000 +1 650 0571-88886666-8006 400-800-1234 0512 4008001234
    138001380001 微信同号 微信:abc_123 wx:1 a@b.cn @@ x@ 王总 张三 李经理 欧阳 采购总监 杭州 上海市
    吉林 朝阳区 长沙县 杭州云栖智能科技有限公司 北京分公司 有限公司 50万 10-20万 五十万元 0万 1e9
    99999999999亿 3k 预算 左右 以内 负 急需 报价 打电话 跟进 不要 取消 已经 了 , 。 ; : ( ) 、 / - .
    L1024 ㊙ ½ ② Ⅷ
"""
SAID = st.sampled_from(PHRASES.split())
TEXTS = st.lists(SAID | st.text(max_size=4), max_size=12).map("".join) | st.text(max_size=60)


@given(TEXTS, NOWS)
@example("", datetime(2026, 3, 18, 10, 20, tzinfo=ZONE))
@example("9" * 3000, datetime(2026, 3, 18, 10, 20, tzinfo=ZONE))
@example("\x00\ud800\u202e", datetime(2026, 3, 18, 10, 20, tzinfo=ZONE))
def test_what_is_understood_never_contradicts_itself(text: str, now: datetime) -> None:
    found = understand(text, now=now)
    fields = found.fields
    assert found.intent and set(found.doubtful) <= {*NAMES, "when"}
    for name in NAMES:
        value = getattr(fields, name)
        assert value is None or isinstance(value, int) or value.strip(), f"{name} is blank instead of null"
    form = r"\+?\d{5,20}" if "mobile" in found.doubtful else r"1\d{10}|\+\d{6,15}"  # a wrong number is shown as it is
    assert fields.mobile is None or re.fullmatch(form, fields.mobile)
    assert fields.tel is None or re.fullmatch(r"[+\d][\d-]*", fields.tel)
    assert fields.email is None or re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", fields.email)
    assert fields.city is None or not fields.city.endswith("市")
    low, high = fields.budget_min, fields.budget_max
    assert (low is None or low >= 0) and (high is None or high >= 0)
    assert low is None or high is None or low <= high
    for when in (found.when, *found.other_whens, found.missed):
        if when is not None:
            assert when.start <= when.end and when.start.tzinfo is not None
            assert (when.precision == "minute") <= (when.start == when.end)
            assert when.precision != "minute" or re.search(r"[点點时時:：刻分hHpPaA]", text), "nobody said a time"
    if found.when is not None:
        assert not found.when.past
        assert found.when.end >= now - timedelta(days=1), "a past moment gives no future one"
