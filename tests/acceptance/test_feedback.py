"""反馈: two taps tell the administrators what somebody sees, and the answer comes back to the same person."""

import pytest

from tests.town import words


@pytest.mark.feature("U4")
@pytest.mark.only("sqlite")
async def test_two_taps_send_the_screen_and_the_answer_comes_back(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", f"看 {no}")
    before = {user: len(acme.standin.chat(user)) for user in acme.members}
    assert f"反馈:线索卡片 {no}" in words(await acme.text("wanglei", "反馈"))
    assert len(acme.standin.chat("admin")) == before["admin"], "nothing is sent before the tap"
    assert "已转给管理员" in words(await acme.press("wanglei", "内容不对"))
    told = words(acme.standin.chat("admin")[before["admin"] :])
    assert "王磊的反馈:内容不对" in told and f"线索卡片 {no}" in told and "销售" in told and "0.1.0" in told
    assert "138" not in told and "王建国" not in told and "云栖" not in told, "nothing of the customer"
    await acme.press("admin", "回复他")
    assert "已发给王磊" in words(await acme.text("admin", "预算下一版就能看到了"))
    assert "回复你的反馈:\n预算下一版就能看到了" in words(acme.standin.chat("wanglei")[-1:])
    for user in ("lina", "chenjing", "linda"):
        assert len(acme.standin.chat(user)) == before[user], "nobody else hears of it"


@pytest.mark.feature("U4")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_words_go_at_once(acme):
    await acme.text("lina", "线索池")
    assert "已转给管理员" in words(await acme.text("lina", "反馈 希望卡片上能看到预算"))
    told = words(acme.standin.chat("admin")[-1:])
    assert "李娜的反馈" in told and "希望卡片上能看到预算" in told
