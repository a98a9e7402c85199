"""Asking a register (工商 data) about a company: one HTTP provider as leadbot.yaml declares it, once per company."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import structlog

from config.settings import Enrichment
from config.telling import Tellable
from leads.firm import read_firm
from store import findings
from store.db import Store
from store.leads import find_lead
from store.tx import Tx

log = structlog.get_logger()

LARGEST = 256 * 1024  # bytes of an answer


class RegisterFailed(Tellable):
    """The register did not answer as declared; the text names the cause without the key."""


class Enriching:
    """Asks the register about leads, when a job says so."""

    def __init__(self, store: Store, provider: Enrichment, now: Callable[[], datetime]) -> None:
        self._store = store
        self._provider = provider
        self._now = now

    async def enrich(self, payload: Mapping[str, Any]) -> None:
        """Find out about the lead that a job names; raises RegisterFailed."""
        await enrich(self._store, self._provider, int(payload["lead"]), now=self._now())


async def enrich(store: Store, provider: Enrichment, lead_id: int, *, now: datetime) -> bool:
    """Find out about a lead's company and keep it with source and day; False when there is nothing to ask.

    A company asked within `cache_days` is not asked again. What a person typed is never touched. Raises RegisterFailed.
    """
    async with store.read() as tx:
        lead = await find_lead(tx, lead_id)
        firm = read_firm(lead.company) if lead is not None else None
        if lead is None or firm is None:
            return False
        record = await findings.find_record(tx, firm.whole, provider.name)
    fresh = record is not None and now - record.at < timedelta(days=provider.cache_days)
    answer = dict(record.answer) if fresh and record is not None else await _ask(provider, lead.company)

    async def keep(tx: Tx) -> None:
        if not fresh:
            await findings.keep_record(tx, firm.whole, provider.name, answer, now=now)
        await findings.note(tx, lead_id, answer, source=provider.name, now=now)

    await store.transaction(keep)
    return True


async def _ask(provider: Enrichment, company: str) -> dict[str, str]:
    url = provider.url.get_secret_value().replace("{company}", quote(company, safe=""))
    headers = {name: value.get_secret_value() for name, value in provider.headers.items()}
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=provider.timeout_s)) as http:
            async with http.get(url, headers=headers) as answer:
                if answer.status != 200:
                    raise RegisterFailed(f"{provider.name} answered {answer.status}; check its key and quota")
                raw = await answer.content.read(LARGEST + 1)
                if len(raw) > LARGEST:
                    raise RegisterFailed(f"{provider.name} answered more than {LARGEST} bytes")
                body = _json(raw)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise RegisterFailed(f"{provider.name} cannot be reached: {type(error).__name__}") from None
    found = {field: _at(body, path) for field, path in provider.fields.items()}
    return {field: value for field, value in found.items() if value}


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise RegisterFailed("the register's answer is no JSON") from None


def _at(body: Any, path: str) -> str:
    """The value at a path such as result.0.industry; "" when there is none."""
    for part in path.split("."):
        if isinstance(body, Mapping):
            body = body.get(part)
        elif isinstance(body, list) and part.isdigit() and int(part) < len(body):
            body = body[int(part)]
        else:
            return ""
    return str(body)[:200] if isinstance(body, str | int | float) and not isinstance(body, bool) else ""
