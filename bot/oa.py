"""Consent that is given in the OA: the form is handed over once, and its word comes back, by callback or asked."""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import structlog

from bot.approving import withdraw
from bot.calling import NotReached, OutcomeUnknown
from bot.consent import RESULTS, word
from bot.context import Context
from bot.dingtalk import workflow
from bot.dingtalk.client import DingTalkClient
from bot.dingtalk.errors import DingTalkError
from bot.handlers.approval import about_of
from bot.outgoing import ring
from bot.pipeline import apply
from config.selling import ApprovalRule
from leads.price import yuan
from leads.quantity import quantity
from leads.quote import line_of, off_of, percent_off
from store import approval as approvals
from store import crash, quotes
from store.approval import Approval
from store.db import Store
from store.leads import find_lead
from store.members import find_member
from store.order import get_contract
from store.tx import Tx

log = structlog.get_logger()

LONGEST = 500  # characters of one field of a form


class Office:
    """Hands forms over and looks after them; without DingTalk there is none, and cards are used."""

    def __init__(self, store: Store, client: DingTalkClient | None, context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._client = client
        self._context = context

    async def ask(self, payload: Mapping[str, Any]) -> None:
        """Begin the OA approval of a question, at most once; where that cannot be known it goes on by card."""
        ctx, approval_id = await self._context(), int(payload["approval"])
        async with self._store.read() as tx:
            row = await approvals.find_approval(tx, approval_id)
            told = await _form(tx, row, ctx) if row is not None else None
        if row is None or row.state != "open" or row.oa == "asked":
            return
        if told is None or self._client is None:
            await self._by_card(row, "规则里没有这个审批模板了", ctx)
            return
        if not await self._store.transaction(lambda tx: approvals.hand_to_oa(tx, approval_id, "", "asking")):
            await self._by_card(row, "上一次交给钉钉 OA 时断了,不知道成没成", ctx)  # never handed over twice
            return
        rule, originator, values = told
        crash.point("oa_before_call")
        try:
            instance = await workflow.begin(self._client, process=rule.process, originator=originator, values=values)
        except OutcomeUnknown as error:
            await self._by_card(row, str(error), ctx)
            return
        except (NotReached, DingTalkError) as error:
            if isinstance(error, DingTalkError) and not _passes(error):
                await self._by_card(row, str(error), ctx)
                return
            await self._store.transaction(lambda tx: approvals.hand_to_oa(tx, approval_id, "asking", ""))
            raise
        crash.point("oa_after_call")

        async def handed(tx: Tx) -> None:
            await approvals.hand_to_oa(tx, approval_id, "asking", "asked", instance=instance)
            now_there = await approvals.find_approval(tx, approval_id)
            if now_there is not None and now_there.state == "void":  # changed while it was handed over
                await withdraw(tx, now_there, ctx)

        await self._store.transaction(handed)

    async def look(self, payload: Mapping[str, Any]) -> None:
        """Read an approval in the OA: one whose number we never got is known by the number in its form."""
        if self._client is None:
            return
        instance, ctx = str(payload["instance"]), await self._context()
        try:
            found = await workflow.look(self._client, instance)
        except DingTalkError as error:
            if _passes(error):
                raise
            log.warning("an approval cannot be looked at in the OA", instance=instance, cause=str(error))
            return
        if found.get("status") not in ("COMPLETED", "TERMINATED"):
            return
        values = {str(one.get("name")): str(one.get("value")) for one in found.get("formComponentValues") or []}

        async def work(tx: Tx) -> None:
            row = await approvals.find_by_instance(tx, instance) or await _by_number(tx, values, ctx)
            if row is None:
                return
            await approvals.settle(tx, row.id or 0, instance=instance)
            agreed = found.get("status") == "COMPLETED" and RESULTS.get(str(found.get("result")).lower(), False)
            ended = "在 OA 里撤销了" if found.get("status") == "TERMINATED" else "在 OA 里没有通过"
            facts = await word(tx, row, agreed=agreed, note="" if agreed else ended, ctx=ctx)
            await apply(tx, facts, ctx, origin=f"oa:{instance}")

        await self._store.transaction(work)

    async def end(self, payload: Mapping[str, Any]) -> None:
        """End a form that is about what has changed; where the OA will not, whoever asked is told to withdraw it."""
        if self._client is None:
            return
        instance, ctx = str(payload["instance"]), await self._context()
        async with self._store.read() as tx:
            row = await approvals.find_by_instance(tx, instance)
        if row is None or row.state != "void":
            return
        try:
            if (await workflow.look(self._client, instance)).get("status") == "RUNNING":
                await workflow.end(self._client, instance, why=f"{about_of(row)}之后改过,这张作废")
        except DingTalkError as error:
            if _passes(error):
                raise
            log.warning("an approval could not be ended in the OA", approval=row.no, cause=str(error))
            await self._store.transaction(partial(_tell_to_withdraw, row, ctx))

    async def _by_card(self, row: Approval, cause: str, ctx: Context) -> None:
        log.warning("an approval goes on by card", approval=row.no, cause=cause)
        await self._store.transaction(partial(_hand_back, row, cause, ctx))


def _passes(error: DingTalkError) -> bool:
    return error.meaning.decision in ("retry", "token")


async def _tell_to_withdraw(row: Approval, ctx: Context, tx: Tx) -> None:
    asker = await find_member(tx, row.asked_by) if row.asked_by else None
    if asker is not None:
        text = f"{row.no}({about_of(row)})改过了,OA 里的那张没能自动撤回,请在钉钉「审批」里自己撤回。批了也不算。"
        await ring(tx, ctx, asker, "note", key=f"approval:{row.id}:withdraw", lead_id=row.lead_id, text=text)


async def _hand_back(row: Approval, cause: str, ctx: Context, tx: Tx) -> None:
    if not await approvals.settle(tx, row.id or 0, way="card"):
        return
    approver = await find_member(tx, row.approver_id)
    asker = await find_member(tx, row.asked_by) if row.asked_by else None
    if approver is not None:
        await ring(tx, ctx, approver, f"approval:{row.id}", key=f"approval:{row.id}:card", lead_id=row.lead_id)
        if asker is not None:
            text = f"{row.no} 没有交到钉钉 OA({cause}),已改成请{approver.name}在卡片上批。"
            await ring(tx, ctx, asker, "note", key=f"approval:{row.id}:by-card", lead_id=row.lead_id, text=text)


async def _by_number(tx: Tx, values: Mapping[str, str], ctx: Context) -> Approval | None:
    """The question whose number (A3) stands in the form's field for it."""
    for rule in ctx.rules.approvals.values():
        for name, what in rule.fields.items():
            match = re.match(r"A(\d{1,12})\b", values.get(name, "")) if what == "no" and rule.process else None
            if match is not None:
                return await approvals.find_approval(tx, int(match[1]))
    return None


async def _form(tx: Tx, row: Approval, ctx: Context) -> tuple[ApprovalRule, str, dict[str, str]] | None:
    """The rule, in whose name it is asked, and what stands in the form; None when the rule is not there any more."""
    rule = ctx.rules.approvals.get(row.rule)
    asker = await find_member(tx, row.asked_by or "")
    lead = await find_lead(tx, row.lead_id)
    if rule is None or not rule.process or asker is None or not asker.dingtalk or lead is None:
        return None
    told = {
        "no": f"{row.no} {about_of(row)}",
        "customer": f"{lead.no} {lead.company or lead.name}",
        "reason": row.reason or "没有写",
        "asker": asker.name,
        "amount": "—",
        "discount": "—",
        "lines": about_of(row),
    }
    contract = await get_contract(tx, row.subject_id) if row.subject == "contract" else None
    if contract is not None:
        told |= {"amount": yuan(contract.amount), "lines": contract.no}
    version = await quotes.find_version(tx, row.subject_id, row.subject_version) if row.subject == "quote" else None
    if version is not None:
        lines = [line_of(line) for line in version.lines]
        told |= {
            "amount": yuan(version.total),
            "discount": f"{percent_off(off_of(version.total, version.full))}({version.why})",
            "lines": ";".join(f"{line.name} {quantity(line.count)}{line.unit} × {yuan(line.net)}" for line in lines),
        }
    return rule, asker.dingtalk, {name: told[what][:LONGEST] for name, what in rule.fields.items()}
