"""Makes the sample's history through the bot's own API, every act at its time, as if the team had worked for days."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

import aiohttp

from sandbox.sample import Seed


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
    numbers: dict[str, str] = {}
    async with aiohttp.ClientSession(base_url=base, headers=headers) as session:
        for minutes, seed, act in sorted(history(list_of, past.real()), key=lambda entry: -entry[0]):
            past.back = timedelta(minutes=minutes)
            number = seed.fields["submission_id"]
            if act is None:
                numbers[number] = (await _post(session, f"/capture/{seed.source}", seed.fields))["lead"]
                continue
            path, body = act
            await _post(session, f"/api/v1/leads/{numbers[number]}/{path}", {"by": seed.owner, **body})
    past.back = timedelta(0)


def history(list_of: list[Seed], now: datetime) -> Iterator[tuple[float, Seed, tuple[str, dict[str, object]] | None]]:
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


async def _post(session: aiohttp.ClientSession, path: str, body: Mapping[str, object]) -> dict[str, str]:
    async with session.post(path, json=dict(body)) as answer:
        if answer.status >= 400:
            raise RuntimeError(f"the sample could not be planted: {path} {answer.status} {await answer.text()}")
        found: dict[str, str] = await answer.json()
        return found
