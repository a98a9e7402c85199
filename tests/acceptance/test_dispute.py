"""Two reps, one customer: one card with the evidence for both and the manager, whose tap decides."""

import pytest

from tests.town import words


@pytest.mark.feature("B7")
async def test_the_manager_decides_with_one_tap_and_it_is_logged(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.later(minutes=30)
    await acme.text("wanglei", f"跟进 {no} 打电话聊了需求")
    assert f"有争议发「撞单 {no}」" in words(await acme.text("lina", "查重 13800138000"))
    await acme.text("lina", f"撞单 {no}")
    for user in ("wanglei", "lina", "chenjing"):
        card = words(acme.standin.chat(user)[-1:])
        assert f"撞单:{no}" in card and "李娜说这位客户是自己的,现在由王磊负责" in card
        assert "2 次" in card and "没有记录" in card
    assert "8000" not in words(acme.standin.chat("lina")[-1:]) and "王建国" not in words(acme.standin.chat("lina")[-1:])
    assert "[归李娜]" not in words(acme.standin.chat("lina")[-1:])
    await acme.press("chenjing", "归李娜")
    assert (await acme.lead(no))["owner"] == "lina"
    assert "已定:归李娜" in words(acme.standin.chat("wanglei")) and "已定:归李娜" in words(acme.standin.chat("lina"))
    story = [(item["kind"], item["by"]) for item in await acme.story(no)]
    assert ("dispute_opened", "lina") in story and ("dispute_decided", "chenjing") in story
    assert not [m for m in acme.standin.chat("chenjing") if "[归王磊]" in words([m])], "what is decided has no buttons"


@pytest.mark.feature("B7")
async def test_slips_are_explained_and_the_card_of_a_known_number_offers_it(acme):
    no = await acme.mql()
    assert f"领取 {no}" in words(await acme.text("lina", f"撞单 {no}"))
    await acme.text("wanglei", f"领取 {no}")
    assert "本来就是你的" in words(await acme.text("wanglei", f"撞单 {no}"))
    assert "哪一条撞单了" in words(await acme.text("lina", "撞单"))
    draft = words(await acme.text("lina", "新线索 老王 138-0013-8000 云栖科技 问价格"))
    assert "这个号码已经有了" in draft and "[撞单]" in draft
    await acme.press("lina", "撞单")
    assert "撞单已经提给主管" in words(await acme.text("lina", f"撞单 {no}"))
    assert f"撞单:{no}" in words(acme.standin.chat("chenjing"))
