"""A quote becomes a PDF in a process of its own, so that nobody waits for it; the version keeps it, the rep gets it."""

import asyncio
import contextlib
import json
import secrets
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.context import Context
from bot.outgoing import ring
from bot.paper.worker import NO_FONT
from config.telling import Tellable
from leads.price import yuan
from leads.quantity import quantity
from leads.quote import Line, line_of
from store import quotes
from store.db import Store
from store.leads import find_lead
from store.members import find_member
from store.quote import Quote, QuoteVersion
from store.tables import Lead, Member
from store.tx import Tx

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds for one paper on a busy machine; it takes one
LINK = "/q/"


class NotPrinted(Tellable):
    """The paper could not be made; the text names the cause."""


class Press:
    """Makes papers for whoever asked."""

    def __init__(self, store: Store, context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._context = context

    async def print_quote(self, payload: Mapping[str, Any]) -> None:
        """See print_quote below."""
        await print_quote(self._store, await self._context(), payload)


async def print_quote(store: Store, ctx: Context, payload: Mapping[str, Any]) -> None:
    """Make the version's PDF (once), give it a link, and hand both to whoever asked. Raises NotPrinted to try again."""
    quote_id, number, to = int(payload["quote"]), int(payload["version"]), str(payload["to"] or "")
    async with store.read() as tx:
        quote = await quotes.find_quote(tx, quote_id)
        version = await quotes.find_version(tx, quote_id, number)
        lead = await find_lead(tx, quote.lead_id) if quote is not None else None
        seller = await find_member(tx, (version.made_by or "") if version is not None else "")
    if quote is None or version is None or lead is None:
        return
    try:
        content = version.pdf or await set_paper(paper_of(quote, version, lead, seller, ctx))
    except NotPrinted as error:
        await store.transaction(partial(_tell_failed, quote, number, to, str(error), ctx))
        raise

    async def keep(tx: Tx) -> None:
        linked = bool(version.token) and version.token_until is not None and version.token_until > ctx.now
        token = version.token if linked else secrets.token_urlsafe(24)
        until = version.token_until if linked else ctx.now + timedelta(days=ctx.rules.quotes.link_days)
        await quotes.note_version(tx, quote_id, number, pdf=content, token=token, token_until=until)
        member = await find_member(tx, to)
        if member is None:
            return
        key = f"quote_pdf:{quote_id}:{number}:{payload['at']}"
        await ring(tx, ctx, member, "paper", key=key, lead_id=quote.lead_id, quote=quote_id, version=number)
        text = f"{quote.no} 第 {number} 版,也可以直接发这个链接给客户({until:%m-%d} 前能打开):{link_of(token, ctx)}"
        await ring(tx, ctx, member, "note", key=f"{key}:link", lead_id=quote.lead_id, text=text)

    await store.transaction(keep)


async def _tell_failed(quote: Quote, number: int, to: str, cause: str, ctx: Context, tx: Tx) -> None:
    """Whoever waits for it hears once why there is none yet."""
    member = await find_member(tx, to)
    if member is not None:
        text = f"{quote.no} 第 {number} 版的 PDF 还没做成:{cause}。会自动再试,做好马上发你。"
        await ring(tx, ctx, member, "note", key=f"quote_pdf_failed:{quote.id}:{number}", text=text)


def link_of(token: str, ctx: Context) -> str:
    """Where a customer opens the quote."""
    return f"{ctx.public_url.rstrip('/')}{LINK}{token}"


def paper_of(quote: Quote, version: QuoteVersion, lead: Lead, seller: Member | None, ctx: Context) -> dict[str, Any]:
    """What stands on the paper, in words; nothing that the customer must not see (limits, lists, consents)."""
    lines = [line_of(line) for line in version.lines]
    labels = {name: one.label for name, one in ctx.rules.promotions.items()}
    made = version.made_at.astimezone(ctx.rules.zone)
    about = [
        ("编号", f"{quote.no} 第 {version.version} 版"),
        ("日期", f"{made:%Y-%m-%d}"),
        ("有效期", f"到 {version.valid_until}"),
        ("客户", "  ".join(part for part in (lead.company, lead.name) if part) or "—"),
    ]
    if seller is not None:
        about.append(("联系人", "  ".join(part for part in (seller.name, seller.mobile) if part)))
    sums = [("原价", yuan(version.full)), ("优惠", f"-{yuan(version.full - version.total)}")]
    notes = [line for line in ctx.rules.quotes.note.splitlines() if line.strip()]
    return {
        "title": f"报价单 {quote.no}",
        "made_at": made.isoformat(),
        "seller": ctx.rules.quotes.seller,
        "about": about,
        "lines": [
            {"name": line.name, "count": f"{quantity(line.count)} {line.unit}", "net": yuan(line.net),
             "amount": yuan(line.amount), "note": _note(line, labels)} for line in lines
        ],
        "sums": [*(sums if version.full > version.total else []), ("合计(含税)", yuan(version.total))],
        "notes": [*notes, "金额单位:人民币元。"],
    }  # fmt: skip


def _note(line: Line, labels: Mapping[str, str]) -> str:
    if line.net == line.price and not line.cut:
        return ""
    parts = [f"原价 {yuan(line.price)}"] + ([labels.get(line.promotion, "促销")] if line.promotion else [])
    if line.cut:
        parts.append(f"立减 {yuan(line.cut)}")
    return ",".join(parts)


async def set_paper(told: Mapping[str, Any]) -> bytes:
    """The PDF of these words. Raises NotPrinted."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.paper.worker", cwd=ROOT, stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE):
            content, said = await process.communicate(json.dumps(told, ensure_ascii=False).encode())
    except TimeoutError:
        raise NotPrinted("做 PDF 用了太久,服务器太忙") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == NO_FONT:
        raise NotPrinted(said.decode("utf-8", "replace")[:300])
    if process.returncode != 0 or not content.startswith(b"%PDF"):
        raise NotPrinted(f"做 PDF 的程序出错了({process.returncode})")
    return content
