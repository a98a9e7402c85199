"""How far the standard edition reaches for a team of twenty: counted by the stand-in, as docs/dingtalk.md says it."""

import json
import re
from pathlib import Path

import pytest

from bot.cards.card import Text
from bot.dingtalk.render import params_of
from tests.sides import TEMPLATE
from tests.town import town

GUIDE = (Path(__file__).parents[3] / "docs" / "dingtalk.md").read_text(encoding="utf-8")
REPS = {f"rep{number:02}": (f"销售{number:02}", "rep", "华东") for number in range(20)}
API, PUSHES = 5000, 3000  # a month of the standard edition
LEADS = 4


@pytest.mark.parametrize(("name", "template"), [("文字加链接", ""), ("卡片模板,发给每个人", TEMPLATE)])
async def test_the_guide_tells_what_a_lead_costs(tmp_path: Path, name: str, template: str) -> None:
    """An offer to twenty, one tap to claim, one sentence after the call with its tap, one tap 合格."""
    async with town(tmp_path, members=REPS, platform="dingtalk", template=template) as place:
        for number in range(LEADS):
            rep = f"rep{number:02}"
            await place.mql(phone=f"1390013900{number}", name=f"客户{number}")
            await place.press(rep, "领取")
            await place.text(rep, "刚打了,要下周三报价")
            await place.press(rep, "保存")
            await place.press(rep, "合格")
            await place.later(minutes=2)
        quota = place.standin.quota
        api, pushes = quota.api / LEADS, quota.pushes / LEADS
    told = re.search(rf"^\| {re.escape(name)} \| ([\d.]+) \| ([\d.]+) \| (\d+) \|", GUIDE, re.MULTILINE)
    assert told is not None, (name, api, pushes)
    assert [float(told[1]), float(told[2])] == [api, pushes], (name, api, pushes)
    assert int(told[3]) == int(min(API / api if api else PUSHES, PUSHES / pushes)), (api, pushes)


def test_the_template_has_the_parameters_that_are_sent_and_the_guide_explains_each() -> None:
    file = Path(__file__).parents[3] / "docs" / "dingtalk-card-template.json"
    editor = json.loads(json.loads(file.read_text(encoding="utf-8"))["editorData"])
    sent = list(params_of(Text("你好")))
    assert [variable["name"] for variable in editor["variableList"]] == sent
    assert re.findall(r"^\| `(\w+)` \|", GUIDE.split("## 四、")[1], re.MULTILINE) == sent
