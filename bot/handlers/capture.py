"""Leads that a colleague types or pastes into chat: 新线索 with any text."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.context import Answer, Context
from bot.handlers.followup import next_step_of
from leads.capture import Person, capture
from leads.errors import Unusable
from leads.facts import Fact
from leads.followup import log_followup, set_next_step
from leads.own import read_own, taken_from
from leads.rights import Who, can_see
from leads.understand.phone import mistyped_mobile, normal_phone
from leads.understand.reading import Fields, understand
from leads.undo import remember
from store.leads import find_by_identity, get_lead
from store.members import name_of
from store.talk import add_draft, set_focus
from store.tx import Tx


def person_of(fields: Fields, source: str, own: Mapping[str, object]) -> Person:
    """What was read from a text, as somebody who asks."""
    return Person(
        source=source,
        name=fields.name or "",
        phone=fields.mobile or fields.tel or "",
        company=fields.company or "",
        email=fields.email or "",
        wechat=fields.wechat or "",
        title=fields.title or "",
        city=fields.city or "",
        need=fields.need or "",
        budget_min=fields.budget_min,
        budget_max=fields.budget_max,
        own=own,
    )


def draft_of(fields: Fields, doubtful: tuple[str, ...], text: str, own: Mapping[str, object]) -> dict[str, Any]:
    """What waits for one tap: the fields as read, which of them are doubtful, and the words themselves."""
    names = ("name", "title", "company", "mobile", "tel", "email", "wechat", "city", "budget_min", "budget_max", "need")
    return {
        "fields": {name: getattr(fields, name) for name in names},
        "doubtful": list(doubtful),
        "text": text[:1000],
        "own": dict(own),
    }


async def on_new_lead_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """新线索 …: saved at once with a name, a phone and nobody who has that number; otherwise a card to confirm."""
    if not rest:
        raise Unusable("把客户信息贴在后面就行,例如:新线索 张三 13800138000 杭州云栖 想要报价")
    own, words = taken_from(rest, rules=ctx.rules)
    read_own(own, rules=ctx.rules, now=ctx.now)  # what does not fit is said before anything is kept
    reading = understand(words, now=ctx.now.astimezone(ctx.rules.zone))
    fields, doubtful = reading.fields, reading.doubtful
    if not (fields.mobile or fields.tel) and (typed := mistyped_mobile(rest)):
        fields, doubtful = replace(fields, mobile=typed), (*doubtful, "mobile")
    phone = normal_phone(fields.mobile or fields.tel or "")
    known = None
    if phone is not None and phone.valid:
        known = await find_by_identity(tx, "phone", phone.key)
    if known is not None:
        return await known_already(tx, known, fields, rest, doubtful, own, who, ctx)
    if fields.name and phone is not None and phone.valid:
        return await save_lead(tx, person_of(fields, "手工录入", own), rest, who, ctx)
    content = draft_of(fields, doubtful, rest, own)
    draft_id = await add_draft(tx, who.id or "", "lead", content, lead_id=None, now=ctx.now)
    return [Answer("draft", params={"draft": draft_id})]


async def known_already(
    tx: Tx, lead_id: int, fields: Fields, text: str, doubtful: tuple[str, ...], own: Mapping[str, object], who: Who,
    ctx: Context,
) -> list[Fact | Answer]:  # fmt: skip
    """The number is known: say who has it, and offer to book the words as one more enquiry."""
    return [await known_card(tx, lead_id, draft_of(fields, doubtful, text, own), who, ctx)]


async def known_card(
    tx: Tx, lead_id: int, content: Mapping[str, Any], who: Who, ctx: Context, *, kind: str = "lead", by: str = "号码"
) -> Answer:
    """The card that says who has a person already; `by` names what they are known by."""
    lead = await get_lead(tx, lead_id)
    draft_id = await add_draft(tx, who.id or "", kind, dict(content), lead_id=lead_id, now=ctx.now)
    visible = await can_see(tx, lead, who, rules=ctx.rules)
    return Answer("draft", params={"draft": draft_id, "visible": visible, "by": by})


async def save_lead(
    tx: Tx, person: Person, words: str, who: Who, ctx: Context, *, note: str = ""
) -> list[Fact | Answer]:
    """Book the person; a rep who enters a new lead owns it, and is reminded of the step that their words name.

    `note` is what else is known and has no field: the owner of a new lead finds it in the lead's story.
    """
    captured = await capture(tx, person, by=who, keep=True, rules=ctx.rules, now=ctx.now)
    lead_id = captured.lead_id
    lead = await get_lead(tx, lead_id)
    await set_focus(tx, who.id or "", lead_id=lead_id, asked="", now=ctx.now)
    if not captured.new:
        owner = await name_of(tx, lead.owner_id) if lead.owner_id else "线索池"
        said = f"{lead.no} 早就有了(在{owner}),这次咨询已记上"
        shown = await can_see(tx, lead, who, rules=ctx.rules)
        return [
            *captured.facts,
            Answer("lead", lead_id, {"said": said}) if shown else Answer("note", params={"text": said + "。"}),
        ]
    said = f"{lead.no} 已录入" + ("" if lead.owner_id else ",放进了线索池")
    facts = list(captured.facts)
    next_step_at, _ = next_step_of(words, ctx)
    if lead.owner_id == who.id and next_step_at is not None:
        facts.append(await set_next_step(tx, lead_id, who, next_step_at, rules=ctx.rules, now=ctx.now))
        said += ",到点提醒你"
    if note and lead.owner_id == who.id:
        facts.append(await log_followup(tx, lead_id, who, note, channel="note", rules=ctx.rules, now=ctx.now))
    act_id = await remember(tx, who, "capture", lead_id, {}, now=ctx.now)
    if lead.phone_flaw:
        said += f"。电话有疑问:{lead.phone_flaw},请核对"
    return [*facts, Answer("lead", lead_id, {"said": said, "act": act_id})]
