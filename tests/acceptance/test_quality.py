"""What sales thinks of a lead goes back to the channel that brought it, the same day."""

import pytest

from tests.acceptance.test_forgotten import asked
from tests.town import shanghai, words


async def taken(acme, number, source):
    no = await acme.mql(source=source, phone=f"1390000{number:04}", name=f"客户{number}")
    await acme.api("POST", f"/leads/{no}/claim", by="wanglei")
    return no


@pytest.mark.feature("D8")
async def test_one_tap_of_a_reason_is_in_the_channels_report_the_same_day(acme):
    fair = [await taken(acme, number, "展会") for number in range(4)]
    web = await taken(acme, 10, "官网")
    await acme.text("wanglei", f"无效 {fair[0]}")
    if acme.lies_on == "wecom":
        await acme.press("wanglei", "确定无效", reason="学生")
    else:
        await acme.press("wanglei", "学生")
    await acme.text("wanglei", f"无效 {fair[1]} 是同行来打听价格")
    await acme.text("wanglei", f"无效 {fair[2]} 打过去是空号")
    told = [words([m]) for m in acme.standin.chat("linda") if "标为无效" in words([m])]
    assert len(told) == 3 and f"王磊把 {fair[0]}(来源 展会)标为无效:学生" in told[0] and "今天已有" not in told[0]
    assert "展会今天已有 3 条无效:" in told[2] and all(f"{kind} 1" in told[2] for kind in ("学生", "同行", "空号"))
    report = words(await acme.text("linda", "渠道 今天"))
    assert "· 展会:新线索 4 条,标无效 3 条(" in report and "无效率 75%" in report
    assert "· 官网:新线索 1 条,无效率 0%" in report
    await acme.text("wanglei", "撤销")
    status, found = await acme.api("GET", "/reports/quality?from=2026-03-18&to=2026-03-18&by=source")
    assert status == 200
    await asked(acme, "person erase", phone="13900000003")
    assert found == (await acme.api("GET", "/reports/quality?from=2026-03-18&to=2026-03-18&by=source"))[1], (
        "who asks to be forgotten says nothing against the channel"
    )
    assert found["rows"] == [
        {"key": "展会", "leads": 4, "invalid": 2, "reasons": {"学生": 1, "同行": 1}, "invalid_rate": 0.5},
        {"key": "官网", "leads": 1, "invalid": 0, "reasons": {}, "invalid_rate": 0.0},
    ], "what was taken back does not count"
    await acme.until(shanghai("2026-03-20 10:00"))
    await acme.text("wanglei", f"无效 {web} 没人接")
    _, found = await acme.api("GET", "/reports/quality?from=2026-03-20&to=2026-03-20")
    assert found["rows"] == [{"key": "官网", "leads": 0, "invalid": 1, "reasons": {"其他": 1}, "invalid_rate": None}]
    assert "给主管和市场用" in words(await acme.text("wanglei", "渠道"))
    assert "看哪段时间" in words(await acme.text("linda", "渠道 火星年"))
    status, refused = await acme.api("GET", "/reports/quality?from=2026-03-20&to=2026-03-01")
    assert status == 422 and "from=2026-03-01&to=2026-03-20" in refused["detail"], "the cure is what they meant"
