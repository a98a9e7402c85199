"""An industry's template runs at once: its typical buyer is offered within seconds, a student is not."""

import pytest

from config.folder import TEMPLATES
from tests.town import shanghai, town, words

BUYERS = {
    "manufacturing": {
        "title": "设备部经理",
        "company": "苏州恒力精密机械有限公司",
        "need": "要两台五轴加工中心,请报价",
    },
    "software": {"title": "IT总监", "company": "成都云帆信息技术有限公司", "need": "想试用,本月要定下来"},
    "consumer": {"city": "杭州", "need": "周末到店试穿,有什么优惠"},
    "education": {"city": "武汉", "need": "孩子初三,想约试听,学费多少"},
    "services": {"title": "财务总监", "company": "青岛海澜贸易有限公司", "need": "年底审计外包,请给方案和报价"},
}
FIELDS = {
    "manufacturing": ("台数=2", "台数 2"), "software": ("使用人数=50", "使用人数 50"),
    "consumer": ("到店门店=西湖店", "到店门店 西湖店"), "education": ("年级=初三", "年级 初三"),
    "services": ("服务内容=审计", "服务内容 审计"),
}  # fmt: skip
STAGES = {
    "manufacturing": "立项沟通", "software": "初步接触", "consumer": "意向", "education": "咨询",
    "services": "初步接触",
}  # fmt: skip
LABELS = {"manufacturing": "20d", "software": "10d", "consumer": "3d", "education": "7d", "services": "30d"}


def test_every_template_has_its_typical_buyer():
    assert {path.name for path in TEMPLATES.iterdir() if path.is_dir()} - {"default"} == set(BUYERS)


@pytest.mark.feature("R4")
@pytest.mark.parametrize("template", BUYERS)
async def test_a_template_scores_offers_and_keeps_time_at_once(tmp_path, platform, template):
    rules = (TEMPLATES / template / "rules.yaml").read_text("utf-8")
    async with town(tmp_path, platform=platform, rules=lambda _: rules) as acme:
        await acme.until(shanghai("2026-03-18 14:00"))
        buyer = await acme.capture(name="王女士", phone="13800138000", **BUYERS[template])
        student = await acme.capture(name="小李", phone="", title="学生", email="li@example.com", need="写论文用")
        assert (await acme.lead(buyer))["stage"] == "mql", await acme.lead(buyer)
        assert f"{buyer} " in words([acme.card("wanglei", "领取")])
        assert (await acme.lead(student))["stage"] == "new"
        await acme.text("wanglei", f"领取 {buyer}")
        assert "保留 还剩" in words([acme.card("wanglei")])
        _, found = await acme.api("GET", "/clocks?state=running")
        names = {clock["name"] for clock in found["items"] if clock["lead"] == buyer}
        assert names == {"first_contact", "keep"}
        assert f"within: {LABELS[template]}" in rules
        said, shown = FIELDS[template]
        await acme.text("wanglei", f"字段 {buyer} {said}")
        assert shown in words(await acme.text("wanglei", f"字段 {buyer}")).replace(":", " "), (
            "what is asked in this line has its field"
        )
        await acme.text("wanglei", f"合格 {buyer}")
        assert STAGES[template] in words(await acme.text("wanglei", f"转商机 {buyer} 合同 5万"))
