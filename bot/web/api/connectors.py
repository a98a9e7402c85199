"""The systems beside us for programs: how they are, and trying again what they have not taken."""

from bot.cards.connectors import systems_of
from bot.context import Context
from bot.handlers import connector as connecting
from bot.pipeline import Outcome
from bot.quote_actions import RetryConnector
from bot.web.api.auth import acting
from bot.web.api.quotes import V1, ByWhom, deeds
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from leads.errors import NotFound
from store.tx import Tx


class ConnectorShown(Shape):
    """How one system is doing: instants as people read them, what waits, what was given up, what could not be read."""

    name: str
    label: str
    last_sent: str
    last_heard: str
    waiting: int
    parked: int
    put_aside: int
    reason: str


class ConnectorList(Shape):
    """All of them."""

    items: list[ConnectorShown]
    next_cursor: str | None = None


class Done(Shape):
    """It was done."""

    done: bool = True


async def list_connectors(call: Call) -> Reply:
    """GET /connectors."""
    async with call.desk.store.read() as tx:
        found = await systems_of(tx, call.context)
    items = [
        ConnectorShown(
            name=one.name, label=one.label, last_sent=one.last, last_heard=one.heard, waiting=one.waiting,
            parked=one.parked, put_aside=one.aside, reason=one.why,
        )
        for one in found
    ]  # fmt: skip
    return Reply(ConnectorList(items=items))


async def retry(call: Call) -> Reply:
    """POST /connectors/{system}/retry."""
    given: ByWhom = call.body

    async def verb(tx: Tx, ctx: Context) -> Outcome:
        if call.path["system"] not in ctx.connectors:
            raise NotFound(call.path["system"][:20])
        by = await acting(tx, given.by, call.caller)
        return deeds(await connecting.on_retry_connector(tx, RetryConnector(call.path["system"]), by, ctx))

    await call.desk.act(verb)
    return Reply(Done())


ROUTES = (
    Route("GET", V1 + "/connectors", list_connectors, "对接的系统好不好", ConnectorList, "any",
          statuses={200: "全部系统"}),
    Route("POST", V1 + "/connectors/{system}/retry", retry, "重试", Done, "acting", body=ByWhom, statuses={200: "好了"},
          refusals=(404,)),
)  # fmt: skip
