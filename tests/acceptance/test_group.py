"""A group is told of a free lead without personal data; details come in private."""

import re

import pytest

from tests.town import town, words

KEY = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"


def with_group(text):
    return text.replace("    label: 公共线索池\n", "    label: 公共线索池\n    group: 销售群\n")


def settings(text):
    return text.replace("  callbacks:", f"  groups: {{销售群: {KEY}}}\n  callbacks:", 1)


@pytest.fixture
async def acme(tmp_path):
    async with town(tmp_path, rules=with_group, settings=settings) as place:
        place.standin.groups.open("销售群", KEY)
        yield place


@pytest.mark.feature("P3", "P2")
async def test_a_group_reads_a_form_of_address_a_line_of_business_and_a_masked_number(acme):
    no = await acme.mql(company="杭州云栖智能科技有限公司", need="急需报价,打我 13800138000", wechat="wangjg_88")
    (told,) = acme.standin.groups.messages["销售群"]
    assert told.splitlines() == [
        f"【新线索】{no}", "王总监 · 智能科技 · 杭州", "138****8000", "A / 100 分 · 热",
        f"私聊线索助手发「领取 {no}」,先到先得。",
    ]  # fmt: skip
    assert "13800138000" in words(await acme.text("wanglei", f"领取 {no}"))
    for secret in ("王建国", "云栖", "13800138000", "wangjg", "急需报价"):
        assert secret not in "".join(acme.standin.groups.messages["销售群"])


@pytest.mark.feature("P3")
async def test_a_lead_that_was_taken_meanwhile_is_not_announced(acme):
    acme.standin.faults.add("webhook/send", "errcode", times=1, errcode=-1)
    no = await acme.mql()
    await acme.text("lina", f"领取 {no}")
    await acme.later(minutes=2)
    assert acme.standin.groups.messages["销售群"] == []


@pytest.mark.feature("P3")
async def test_five_hundred_leads_at_nine_are_a_few_lines_in_the_group(acme):
    for number in range(40):
        await acme.mql(phone=f"1390013{number:04}", name=f"客户{number}")
    await acme.later(minutes=3)
    told = acme.standin.groups.messages["销售群"]
    assert len(told) == 6
    assert told[-1] == "公共线索池还有 40 条线索待领取。\n私聊线索助手发「线索池」就能领。"


async def test_a_group_that_is_gone_is_seen_under_undelivered_and_can_be_told_again(acme):
    acme.standin.groups.close(KEY)
    no = await acme.mql()
    listed = words(await acme.text("chenjing", "未送达"))
    assert f"群「销售群」 {no}" in listed and "重新添加" in listed
    acme.standin.groups.open("销售群", KEY)
    await acme.press("chenjing", "重发 1")
    assert re.search(no, acme.standin.groups.messages["销售群"][0])


async def test_the_key_of_a_group_is_never_told(acme, capsys):
    acme.standin.groups.close(KEY)
    await acme.mql()
    assert KEY not in words(await acme.text("chenjing", "未送达"))
    printed = capsys.readouterr()
    assert KEY not in repr(acme.settings) + printed.out + printed.err
