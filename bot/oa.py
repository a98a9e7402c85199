"""Consent that is given in the OA: the form is handed over once, and its word comes back, by callback or asked."""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import structlog

from bot.approval_desk import Desk, Form, Found
from bot.approving import withdraw
from bot.calling import OutcomeUnknown
from bot.consent import word
from bot.context import Context
from bot.dingtalk.client import DingTalkClient
from bot.dingtalk.workflow import Workflow
from bot.handlers.approval import about_of
from bot.oa_form import form_of
from bot.outgoing import ring
from bot.pipeline import apply
from bot.platform import SendRefused
from bot.wecom.approval import Approvals
from bot.wecom.client import WeComClient
from leads.approval import DESKS
from leads.mask import said
from store import approval as approvals
from store import crash
from store.approval import Approval
from store.db import Store
from store.members import find_by_platform, find_member
from store.tx import Tx

log = structlog.get_logger()


def desks_of(wecom: WeComClient | None, dingtalk: DingTalkClient | None) -> dict[str, Desk]:
    """The OAs that can be asked, by platform."""
    found: dict[str, Desk] = {}
    if wecom is not None:
        found["wecom"] = Approvals(wecom)
    if dingtalk is not None:
        found["dingtalk"] = Workflow(dingtalk)
    return found


class Office:
    """Hands forms over and looks after them; where no desk is open, cards are used."""

    def __init__(self, store: Store, desks: Mapping[str, Desk], context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._desks = desks  # by platform
        self._context = context

    async def ask(self, payload: Mapping[str, Any]) -> None:
        """Begin the OA approval of a question, once; where it cannot be known whether it was, it goes on by card."""
        ctx, approval_id = await self._context(), int(payload["approval"])
        async with self._store.read() as tx:
            row = await approvals.find_approval(tx, approval_id)
            form = await form_of(tx, row, ctx) if row is not None else None
        if row is None or row.oa == "asked" or row.state not in ("open", "void"):
            return
        desk, begun = self._desks.get(row.desk), row.oa == "asking"
        if row.state == "void" and not (begun and desk is not None and desk.finds):
            return
        if form is None or desk is None:
            await self._by_card(row, "规则里没有这个审批模板了", ctx)
            return
        if begun and not desk.finds:
            await self._by_card(row, f"上一次交给{DESKS[row.desk]}时断了,不知道成没成", ctx)  # never handed over twice
            return
        await self._store.transaction(lambda tx: approvals.hand_to_oa(tx, approval_id, "", "asking"))
        try:
            instance = await self._instance(desk, form, row, ctx, begun=begun)
        except (OutcomeUnknown, SendRefused) as error:
            if desk.finds and isinstance(error, OutcomeUnknown):
                raise  # it is looked for before it is tried again
            await self._by_card(row, str(error), ctx)
            return
        except Exception:
            if not desk.finds:
                await self._store.transaction(lambda tx: approvals.hand_to_oa(tx, approval_id, "asking", ""))
            raise
        if instance is None:
            return
        crash.point("oa_after_call")

        async def handed(tx: Tx) -> None:
            await approvals.hand_to_oa(tx, approval_id, "asking", "asked", instance=instance)
            now_there = await approvals.find_approval(tx, approval_id)
            if now_there is not None and now_there.state == "void":  # changed while it was handed over
                await withdraw(tx, now_there, ctx)

        await self._store.transaction(handed)

    async def _instance(self, desk: Desk, form: Form, row: Approval, ctx: Context, *, begun: bool) -> str | None:
        """The number of a form: of the one that was handed over before, else of a new one (None: not wanted)."""
        if begun and (found := await desk.find(form, since=row.asked_at, until=ctx.now)) is not None:
            log.info("a form whose hand-over was cut off was found in the OA", approval=row.no)
            return found
        if row.state == "void":
            return None
        crash.point("oa_before_call")
        return await desk.begin(form)

    async def look(self, payload: Mapping[str, Any]) -> None:
        """Read an approval in the OA: one whose number we never got is known by the number in its form."""
        platform, instance = str(payload.get("desk") or "dingtalk"), str(payload["instance"])
        desk, ctx = self._desks.get(platform), await self._context()
        if desk is None:
            return
        try:
            found = await desk.look(instance)
        except SendRefused as error:
            log.warning("an approval cannot be looked at in the OA", instance=instance, cause=str(error))
            return
        if found.state != "open":
            await self._store.transaction(partial(_hear, platform, instance, found, ctx))

    async def end(self, payload: Mapping[str, Any]) -> None:
        """End a form that is about what has changed; where the OA will not, people are told to withdraw it."""
        instance, ctx = str(payload["instance"]), await self._context()
        async with self._store.read() as tx:
            row = await approvals.find_by_instance(tx, instance)
        desk = self._desks.get(row.desk) if row is not None else None
        if row is None or desk is None or row.state != "void":
            return
        try:
            ended = await desk.end(instance, why=f"{about_of(row)}之后改过,这张作废")
        except SendRefused as error:
            log.warning("an approval could not be ended in the OA", approval=row.no, cause=str(error))
            ended = False
        if not ended:
            await self._store.transaction(partial(_tell_to_withdraw, row, desk.name, ctx))

    async def _by_card(self, row: Approval, cause: str, ctx: Context) -> None:
        log.warning("an approval goes on by card", approval=row.no, cause=cause)
        await self._store.transaction(partial(_hand_back, row, cause, ctx))


async def _hear(platform: str, instance: str, found: Found, ctx: Context, tx: Tx) -> None:
    row = await approvals.find_by_instance(tx, instance) or await _by_number(tx, platform, found.values, ctx)
    if row is None:
        return
    by = await find_by_platform(tx, platform, found.by) if found.by else None
    told = {"decided_by": by.id, "note": said(found.note, reveal=False)[:200]} if by is not None else {}
    await approvals.settle(tx, row.id or 0, instance=instance, **told)
    row = await approvals.find_approval(tx, row.id or 0) or row
    await apply(tx, await word(tx, row, found.state, ctx, instance=instance), ctx, origin=f"oa:{instance}")


async def _tell_to_withdraw(row: Approval, name: str, ctx: Context, tx: Tx) -> None:
    asker = await find_member(tx, row.asked_by) if row.asked_by else None
    if asker is not None:
        text = f"{row.no}({about_of(row)})改过了,OA 里的那张没能自动撤回,请在{name}「审批」里自己撤回。批了也不算。"
        await ring(tx, ctx, asker, "note", key=f"approval:{row.id}:withdraw", lead_id=row.lead_id, text=text)
    approver = await find_member(tx, row.approver_id)
    if approver is not None:
        text = f"{name}「审批」里的 {row.no}({about_of(row)})作废了,不用批:内容改过,批了也不算。"
        await ring(tx, ctx, approver, "note", key=f"approval:{row.id}:void", lead_id=row.lead_id, text=text)


async def _hand_back(row: Approval, cause: str, ctx: Context, tx: Tx) -> None:
    if not await approvals.settle(tx, row.id or 0, way="card"):
        return
    approver = await find_member(tx, row.approver_id)
    asker = await find_member(tx, row.asked_by) if row.asked_by else None
    if approver is not None:
        await ring(tx, ctx, approver, f"approval:{row.id}", key=f"approval:{row.id}:card", lead_id=row.lead_id)
        if asker is not None:
            text = f"{row.no} 没有交到{DESKS[row.desk]}({cause}),已改成请{approver.name}在卡片上批。"
            await ring(tx, ctx, asker, "note", key=f"approval:{row.id}:by-card", lead_id=row.lead_id, text=text)


async def _by_number(tx: Tx, platform: str, values: Mapping[str, str], ctx: Context) -> Approval | None:
    """The question whose number (A3) stands in the form's field for it."""
    for rule in ctx.rules.approvals.values():
        for name, what in rule.fields.items():
            match = re.match(r"A(\d{1,12})\b", values.get(name, "")) if what == "no" and rule.form(platform) else None
            if match is not None:
                return await approvals.find_approval(tx, int(match[1]))
    return None
