"""When people want their reports."""

import pytest

from reports.schedule import Unclear, Wish, read_wish


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("渠道周报 周一9点 到 销售群", Wish("channel", "0", "09:00", "销售群", "")),
        ("日报 每天 8点半", Wish("day", "day", "08:30", "", "")),
        ("华东 排行 每周五下午5点 到 销售群", Wish("ranking", "4", "17:00", "销售群", "华东")),
        ("日报 每天早上九点", Wish("day", "day", "09:00", "", "")),
        ("漏斗月报", Wish("funnel", "month", "09:00", "", "")),
        ("周报 周日 9:15", Wish("weekly", "6", "09:15", "", "")),
    ],
)
def test_wishes(said, wish):
    assert read_wish(said) == wish


@pytest.mark.parametrize("said", ["天气 每天", "日报 每天 25点"])
def test_what_cannot_be_says_how_to_write_it(said):
    with pytest.raises(Unclear, match="例如:订阅"):
        read_wish(said)
