"""Do the forms of WeCom's 审批 that the rules name fit what would be filled in? One line a form."""

import asyncio
from collections.abc import Mapping

from bot.calling import OutcomeUnknown
from bot.commands.finding import Finding
from bot.platform import SendLater, SendRefused
from bot.wecom.approval import Approvals, contents_of
from bot.wecom.client import WeComClient
from config.selling import ApprovalRule

PATIENCE = 5.0
SAMPLE = {"amount": "¥1", "discount": "1%"}
WORDS = "A1"


async def examine_forms(client: WeComClient, rules: Mapping[str, ApprovalRule]) -> list[Finding]:
    """Look at the template of each rule that is asked in WeCom."""
    return [await _examine(client, rule) for rule in rules.values() if rule.template]


async def _examine(client: WeComClient, rule: ApprovalRule) -> Finding:
    step, cure = (
        f"审批模板「{rule.label}」",
        "对照 docs/wecom.md 的「审批」一节,改 rules.yaml 的 approvals 或后台的模板",
    )
    try:
        async with asyncio.timeout(PATIENCE):
            controls = await Approvals(client).controls(rule.template)
        contents_of(controls, {name: SAMPLE.get(what, WORDS) for name, what in rule.fields.items()})
    except (SendLater, SendRefused, OutcomeUnknown) as error:
        return Finding(step, False, str(error), cure)
    except TimeoutError:
        return Finding(step, False, f"{PATIENCE:g} 秒没有回答", "检查服务器能否访问外网")
    return Finding(step, True, f"{len(rule.fields)} 个控件都对得上")
