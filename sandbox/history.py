"""Makes the sample's history through the bot's own API, every act at its time, as if the team had worked for days."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

import aiohttp

from sandbox.sample import CAMPAIGNS, Deal, Seed

Act = tuple[str, dict[str, object]]  # the path of a route and what it is given
OF_DEALS = ("stage", "win", "lose")


class Past:
    """A clock that can be set back while the sample's history is made."""

    def __init__(self, real: Callable[[], datetime]) -> None:
        self.real = real
        self.back = timedelta(0)

    def now(self) -> datetime:
        """The sample's time."""
        return self.real() - self.back

    def seconds(self) -> float:
        """The same in seconds."""
        return self.now().timestamp()


async def plant(list_of: list[Seed], *, key: str, past: Past, base: str) -> None:
    """Make the sample's history through the bot's own API, every act at its time, the oldest first."""
    headers = {"Authorization": f"Bearer {key}"}
    leads: dict[str, str] = {}
    deals: dict[str, str] = {}
    async with aiohttp.ClientSession(base_url=base, headers=headers) as session:
        await _open_campaigns(session, past)
        for minutes, seed, act in sorted(history(list_of, past.real()), key=lambda entry: -entry[0]):
            past.back = timedelta(minutes=minutes)
            number = seed.fields["submission_id"]
            if act is None:
                leads[number] = (await _post(session, f"/capture/{seed.source}", seed.fields))["lead"]
                continue
            path, body = act
            body = {"by": seed.owner, **body}
            if path == "opportunities":
                made = await _post(session, "/api/v1/opportunities", {"lead": leads[number], **body})
                deals[number] = made["no"]
            elif path in OF_DEALS:
                await _post(session, f"/api/v1/opportunities/{deals[number]}/{path}", body)
            else:
                await _post(session, f"/api/v1/leads/{leads[number]}/{path}", body)
    past.back = timedelta(0)


async def _open_campaigns(session: aiohttp.ClientSession, past: Past) -> None:
    past.back = timedelta(days=3)
    for name, source, cost in CAMPAIGNS:
        opened = await _post(session, "/api/v1/campaigns", {"name": name, "source": source})
        await _post(session, f"/api/v1/campaigns/{opened['campaign']}/costs", {"amount": cost, "key": name})


def history(list_of: list[Seed], now: datetime) -> Iterator[tuple[float, Seed, Act | None]]:
    """(minutes ago, whose lead, path and body of an act; None for its capture)."""
    for seed in list_of:
        yield seed.age_minutes, seed, None
        if seed.owner:
            yield max(seed.age_minutes - 9, 0), seed, ("claim", {})
        for number, words in enumerate(seed.notes):
            body: dict[str, object] = {"kind": "call", "text": words}
            if seed.next_hours and number == len(seed.notes) - 1:
                body["next_step_at"] = (now + timedelta(hours=seed.next_hours)).isoformat()
            yield max(seed.age_minutes - 20 - 10 * number, 0), seed, ("followups", body)
        if seed.deal is not None:
            for number, act in enumerate(_dealing(seed.deal, now)):
                yield max(seed.age_minutes - 50 - 10 * number, 0), seed, act


def _dealing(deal: Deal, now: datetime) -> Iterator[Act]:
    soon = (now + timedelta(days=20)).date().isoformat()
    yield "opportunities", {"product": deal.product, "amount": deal.amount, "expected_on": soon}
    yield "stage", {"stage": deal.stage}
    if deal.ended:
        yield deal.ended, {"reason": deal.reason} if deal.reason else {}


async def _post(session: aiohttp.ClientSession, path: str, body: Mapping[str, object]) -> dict[str, str]:
    async with session.post(path, json=dict(body)) as answer:
        if answer.status >= 400:
            raise RuntimeError(f"the sample could not be planted: {path} {answer.status} {await answer.text()}")
        found: dict[str, str] = await answer.json()
        return found
