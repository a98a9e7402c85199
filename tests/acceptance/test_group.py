"""A group is told of a free lead without personal data; details come in private."""

import pytest

from tests.sides import GROUP_KEY
from tests.town import town, words

GROUP = "销售群"


def with_group(text):
    return text.replace("    label: 公共线索池\n", f"    label: 公共线索池\n    group: {GROUP}\n")


@pytest.fixture
async def acme(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=with_group, group=GROUP) as place:
        yield place


@pytest.mark.feature("P3", "P2")
async def test_a_group_reads_a_form_of_address_a_line_of_business_and_a_masked_number(acme):
    no = await acme.mql(company="杭州云栖智能科技有限公司", need="急需报价,打我 13800138000", wechat="wangjg_88")
    (told,) = acme.side.told(GROUP)
    how = f"私聊线索助手发「领取 {no}」,先到先得。" if acme.lies_on == "wecom" else "[领取]"  # WeCom's are text
    assert told.removeprefix("线索助手\n").splitlines() == [
        f"【新线索】{no}", "王总监 · 智能科技 · 杭州", "138****8000", "A / 100 分 · 热", how
    ]  # fmt: skip
    assert "13800138000" in words(await acme.text("wanglei", f"领取 {no}"))
    for secret in ("王建国", "云栖", "13800138000", "wangjg", "急需报价"):
        assert secret not in "".join(acme.side.told(GROUP))


@pytest.mark.feature("P3")
async def test_a_lead_that_was_taken_meanwhile_is_not_announced(acme):
    acme.side.fail()
    no = await acme.mql()
    await acme.text("lina", f"领取 {no}")
    acme.standin.faults.clear()
    await acme.later(minutes=2)
    assert acme.side.told(GROUP) == []


@pytest.mark.feature("P3")
async def test_five_hundred_leads_at_nine_are_a_few_lines_in_the_group(acme):
    for number in range(40):
        await acme.mql(phone=f"1390013{number:04}", name=f"客户{number}")
    await acme.later(minutes=3)
    told = acme.side.told(GROUP)
    assert len(told) == 6
    assert told[-1] == "公共线索池还有 40 条线索待领取。\n私聊线索助手发「线索池」就能领。"


async def test_a_group_that_is_gone_is_seen_under_undelivered_and_can_be_told_again(acme):
    acme.side.close_group(GROUP)
    no = await acme.mql()
    listed = words(await acme.text("chenjing", "未送达"))
    assert f"群「销售群」 {no}" in listed and ("重新添加" in listed or "把机器人加回群里" in listed)
    acme.side.open_group(GROUP)
    await acme.press("chenjing", "重发 1")
    assert no in acme.side.told(GROUP)[0]


@pytest.mark.platforms("wecom")  # on DingTalk a group has an id, and nobody can write there by knowing it
async def test_the_key_of_a_group_is_never_told(acme, capsys):
    acme.side.close_group(GROUP)
    await acme.mql()
    assert GROUP_KEY not in words(await acme.text("chenjing", "未送达"))
    printed = capsys.readouterr()
    assert GROUP_KEY not in repr(acme.settings) + printed.out + printed.err
