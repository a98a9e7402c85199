"""A company's server over real HTTP, with two strangers beside it in the same file: their rows must never show."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.context import Context
from bot.importer import Importer
from bot.metrics import Metrics
from bot.web.desk import Desk
from bot.web.health import Health
from bot.web.routes import add_routes
from config.document import load, validate
from config.folder import Folder
from config.hours import calendar_of
from config.rules import Rules
from leads.capture import Person, capture
from store.access import create_key, revoke_key
from store.db import Store
from store.members import save_member
from store.outbox import ask
from store.sealed import Keys
from store.tables import Clock, Member
from store.timeline import record
from store.tx import Tx

ADMIN_KEY = "canary-admin-key-0123456789"
START = datetime(2026, 3, 18, 2, 20, tzinfo=UTC)  # a Wednesday, 10:20 in Shanghai
TEMPLATE = Path(__file__).parents[3] / "config" / "templates" / "default" / "rules.yaml"
JOURNEYS = TEMPLATE.with_name("journeys.yaml")

MEMBERS = (
    ("li", "李娜", "rep", "华东"),
    ("wang", "王强", "rep", "华东"),
    ("zhou", "周敏", "manager", "华东"),
    ("ma", "马丽", "marketing", ""),
    ("chen", "陈总", "admin", ""),
    ("gone", "高离", "rep", "华东"),
)

READY = {  # MQL at once under the default rules
    "name": "张三",
    "phone": "13800138000",
    "company": "杭州云栖智能科技有限公司",
    "title": "采购总监",
    "budget": "50万",
    "need": "急需报价,本周要定",
    "source": "官网",
}


@dataclass
class Time:
    """A clock that tests set."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def pass_by(self, span: timedelta) -> None:
        self.at += span


@dataclass
class Office:
    """The server, the keys, and what tests look at behind its back."""

    client: TestClient[Any, Any]
    store: Store
    desk: Desk
    health: Health
    app: web.Application
    time: Time
    public: Path
    keys: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, *, key: str | None = "admin", **more: Any) -> ClientResponse:
        """A request with one of the keys (or none)."""
        headers = dict(more.pop("headers", {}))
        if key is not None:
            headers.setdefault("Authorization", f"Bearer {self.keys[key]}")
        return await self.client.request(method, path, headers=headers, **more)

    async def get(self, path: str, *, key: str | None = "admin", status: int = 200, **more: Any) -> Any:
        """A GET's JSON, its status checked."""
        answer = await self.ask("GET", path, key=key, **more)
        assert answer.status == status, await answer.text()
        return await answer.json(content_type=None)

    async def post(
        self, path: str, body: Any = None, *, key: str | None = "admin", status: int = 200, **more: Any
    ) -> Any:
        """A POST's JSON, its status checked."""
        answer = await self.ask("POST", path, key=key, json=body if body is not None else {}, **more)
        assert answer.status == status, await answer.text()
        return await answer.json(content_type=None)

    async def lead(self, **changes: Any) -> str:
        """A new lead's number."""
        body = await self.post("/api/v1/leads", READY | changes, status=201)
        assert body["new"] is True
        return str(body["lead"])


@pytest.fixture
def rules() -> Rules:
    found = validate(Rules, load(TEMPLATE.read_text("utf-8") + JOURNEYS.read_text("utf-8"), "rules.yaml"))
    return found.model_copy(update={"version": 1})


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def office(
    store: Store, rules: Rules, time: Time, tmp_path: Path, aiohttp_client: Callable[..., Awaitable[Any]]
) -> AsyncIterator[Office]:
    calendar = calendar_of(rules, Folder(tmp_path), today=START.date())

    async def context() -> Context:
        return Context(rules, calendar, time.now())

    keys = {"admin": ADMIN_KEY}

    async def settle_in(tx: Tx) -> None:
        for member_id, name, role, team in MEMBERS:
            state = "left" if member_id == "gone" else "active"
            await save_member(
                tx,
                Member(
                    corp=tx.corp, id=member_id, name=name, role=role, team=team, wecom=f"wx_{member_id}",
                    mobile="+8613911112222" if member_id == "li" else "", state=state,
                ),
            )  # fmt: skip
        for name, role, source in (
            ("crm", "integration", ""),
            ("web", "integration", "官网"),
            ("board", "readonly", ""),
            ("old", "integration", ""),
            ("boss", "admin", ""),
        ):
            keys[name] = await create_key(tx, name=name, role=role, source=source, now=START)
        await revoke_key(tx, "old", now=START)

    await store.transaction(settle_in)
    stranger = Store(store.url, "globex", Keys(b"k" * 32))
    await stranger.open()
    keys["stranger"] = await stranger.transaction(lambda tx: _strangers(tx, rules))
    await stranger.close()

    metrics = Metrics()
    desk = Desk(store, context, time.now, Importer(store, context, time.now, monotonic))
    health = Health(store, metrics, time.now)
    public = tmp_path / "public"
    public.mkdir()
    app = web.Application()
    add_routes(app, desk, admin_key=ADMIN_KEY, public_dir=public, health=health)
    server = TestServer(app)
    await server.start_server(auto_decompress=False)
    client = await aiohttp_client(server)
    yield Office(client, store, desk, health, app, time, public, keys)
    await asyncio.sleep(0)


async def _strangers(tx: Tx, rules: Rules) -> str:
    """Another company: the same numbers, names and ids, and a few rows of everything."""
    for number in range(3):
        phone = f"1380013800{number}"
        person = Person("官网", name="陌生人", phone=phone, company="杭州云栖智能科技有限公司", need="别家的咨询")
        captured = await capture(tx, person, rules=rules, now=START)
        await record(
            tx, lead_id=captured.lead_id, kind="captured", at=START, by=None, text="别家的咨询", data={"pool": "public"}
        )
        await tx.add(
            Clock(
                corp=tx.corp, lead_id=captured.lead_id, name="claim", state="running", started_at=START, due_at=START,
                rules_version=1,
            )
        )  # fmt: skip
        await ask(
            tx, platform="wecom", place="wx_stranger", lane="wecom:member:wx_stranger", card="lead", key=f"s{number}",
            now=START, lead_id=captured.lead_id,
        )  # fmt: skip
    await save_member(tx, Member(corp=tx.corp, id="stranger", name="陌生同事", role="admin", wecom="wx_stranger"))
    return await create_key(tx, name="theirs", role="admin", source="", now=START)
