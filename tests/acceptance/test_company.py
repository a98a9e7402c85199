"""A company on one card: who decides, who uses, who is silent, what is sold to them."""

import pytest

from tests.acceptance.test_conversion import deals, qualified
from tests.town import words

FIRM = "杭州云栖智能科技有限公司"


@pytest.mark.feature("N3")
async def test_the_company_card_shows_who_decides_and_who_is_silent(acme):
    boss = await qualified(acme)
    user = await qualified(
        acme, phone="13800138001", name="刘芳", title="设备工程师", company="云栖智能科技(杭州)有限公司"
    )
    await acme.text("wanglei", f"转商机 {boss} CRM 50万")
    (deal,) = await deals(acme)
    assert "决策人" in words(await acme.text("wanglei", f"角色 {boss} 决策人"))
    said = words(await acme.text("wanglei", f"联系人 {deal['no']} {user} 使用人"))
    assert f"加了联系人 {user}(使用人)" in said and "刘芳(使用人)" in said and "王建国(决策人)" in said
    await acme.later(days=15)
    await acme.text("wanglei", f"跟进 {boss} 电话聊了,在走流程")
    card = words(await acme.text("wanglei", f"公司 {FIRM}"))
    assert "2 位联系人 · 王磊负责" in card and f"商机 {deal['no']} CRM 初步接触 50 万" in card
    lines = {line.split()[1]: line for line in card.split("\n") if line[:2] in ("1.", "2.")}
    assert "决策人" in lines[boss] and "最近 今天" in lines[boss]
    assert "使用人" in lines[user] and "天没联系" in lines[user] and "没动静 刘芳" in card.replace(":", " ")
    assert f"{user} 刘芳" in words(await acme.text("wanglei", "2"))
    assert "2 位联系人" in words(await acme.text("wanglei", "看 云栖智能科技")), "people of one company are its card"
    assert sorted((await deals(acme))[0]["contacts"], key=lambda c: c["lead"]) == [
        {"lead": boss, "role": ""}, {"lead": user, "role": "user"},
    ]  # fmt: skip
    for sentence, answer in (
        (f"角色 {boss} 老大", "可以是:决策人"), ("公司", "看哪家公司"), ("公司 没有的公司", "没有找到"),
        (f"联系人 {deal['no']} L999999 决策人", "没有找到"),
    ):  # fmt: skip
        assert answer in words(await acme.text("wanglei", sentence))
    assert "没有找到" in words(await acme.text("zhaoqiang", f"公司 {FIRM}")), "not his to see"
