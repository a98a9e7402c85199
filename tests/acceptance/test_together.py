"""Colleagues help each other with a lead: asked by name, seen until answered, kept on the lead."""

import pytest

from tests.town import words


@pytest.mark.feature("G5")
@pytest.mark.only("sqlite")
async def test_a_colleague_who_is_asked_sees_the_lead_until_they_have_answered(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    assert "负责人" not in words(await acme.text("zhaoqiang", f"看 {no}"))
    assert "问赵强了" in words(await acme.text("wanglei", f"@赵强 {no} 线扫相机能报到几折?"))
    card = words([acme.card("zhaoqiang", "回话")])
    assert "线扫相机能报到几折?" in card and no in card and "138" not in card
    assert "云栖" in words(await acme.text("zhaoqiang", f"看 {no}")), "who shall answer may look"
    await acme.press("zhaoqiang", "回话")
    assert "回过了" in words(await acme.text("zhaoqiang", "最低八五折,十台以上可以再谈"))
    assert "最低八五折,十台以上可以再谈" in words(acme.standin.chat("wanglei")[-1:])
    story = [(item["kind"], item["by"]) for item in await acme.story(no)]
    assert ("help_asked", "wanglei") in story and ("help_given", "zhaoqiang") in story
    hidden = words(await acme.text("zhaoqiang", f"看 {no}"))
    assert "云栖" not in hidden, "and no longer"


@pytest.mark.feature("G5")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_a_question_that_cannot_be_asked_says_why(acme):
    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    assert "没有叫「孙悟空」的同事" in words(await acme.text("wanglei", f"@孙悟空 {no} 在吗"))
    assert "问哪条线索、问什么" in words(await acme.text("wanglei", "@李娜"))
    assert "这是你自己" in words(await acme.text("wanglei", f"@王磊 {no} 在吗"))
    assert "help_asked" not in [item["kind"] for item in await acme.story(no)]
    assert "由王磊跟进" in words(await acme.text("lina", f"@赵强 {no} 帮我看看")) or "L" in no
