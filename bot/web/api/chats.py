"""The chat archive tells of talks in WeChat: how many messages, how soon we answered; the words stay in the archive."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from bot.context import Context
from bot.pipeline import Outcome
from bot.web.api.auth import acting
from bot.web.api.fields import Id, Moment, Words
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from leads.chat import Logged, Talked, log_chat
from store.tx import Tx


class Message(Shape):
    """When something was said, and by whom."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    at: Moment
    sender: Annotated[Literal["customer", "member"], Field(alias="from")]


class NewChat(Shape):
    """One stretch of talk with one customer, told when it has ended."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[Words, Field(min_length=1, max_length=100, description="存档系统的编号,同一个只记一次")]
    phone: Annotated[Words, Field(max_length=60)] = ""
    wechat: Annotated[Words, Field(max_length=60)] = ""
    external_userid: Annotated[Words, Field(max_length=100, description="企业微信的外部联系人")] = ""
    agreed: Annotated[bool, Field(description="客户同意过会话存档")] = False
    messages: Annotated[list[Message], Field(min_length=1, max_length=5000, description="只要时间和谁说的,不要内容")]
    by: Annotated[Id, Field(description="和客户聊的成员")] = None


class ChatBooked(Shape):
    """The customer's lead, null for somebody unknown."""

    lead: str | None


async def post(call: Call) -> Reply:
    """POST /chats."""
    given: NewChat = call.body
    booked: list[Logged] = []
    said = [(one.at, one.sender == "customer") for one in given.messages]
    talk = Talked(given.id, said, given.phone, given.wechat, given.external_userid, given.agreed)

    async def verb(tx: Tx, ctx: Context) -> Outcome:
        agent = await acting(tx, given.by, call.caller) if given.by else None
        booked[:] = [await log_chat(tx, talk, agent, rules=ctx.rules, now=ctx.now)]
        return booked[0].facts

    await call.desk.act(verb)
    return Reply(ChatBooked(lead=f"L{booked[0].lead_id}" if booked[0].lead_id else None))


ROUTES = (
    Route(
        "POST", "/api/v1/chats", post, "会话存档里的一段聊天", ChatBooked, "acting", body=NewChat,
        statuses={200: "记好了"},
    ),
)  # fmt: skip
