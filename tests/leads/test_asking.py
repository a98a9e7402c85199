"""What customers' words ask for: price, time, a look; and what they do not."""

import pytest

from leads.asking import wants_of


@pytest.mark.parametrize(
    ("words", "wants"),
    [
        ("你们这个多少钱?", ("问价格",)),
        ("麻烦报个价,30 台", ("问价格",)),
        ("30台的话有没有优惠", ("问价格",)),
        ("什么时候能上?", ("问时间",)),
        ("最快几天能发货", ("问时间",)),
        ("交期多久,价格发我一份", ("问价格", "问时间")),
        ("能安排一次演示吗", ("要试用或下单",)),
        ("怎么下单", ("要试用或下单",)),
        ("在吗", ()),
        ("好的,谢谢", ()),
        ("报价收到了,谢谢", ()),
        ("不用报价了", ()),
        ("太贵了,不考虑", ()),
        ("我们上线很久了", ()),
        ("好的\n\n> 原始邮件\n> 报价单见附件,价格有效期一个月", ()),
        ("", ()),
    ],
)
def test_what_their_words_ask_for(words, wants):
    assert wants_of(words) == wants
