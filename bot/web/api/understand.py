"""Reading a sentence or a pasted contact as the bot does in chat, without keeping anything."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from bot.web.api.fields import Moment, Words
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from leads.understand.reading import understand

NAMES = ("name", "title", "company", "mobile", "tel", "email", "wechat", "city", "budget_min", "budget_max", "need")


class Sentence(Shape):
    """The words, and the moment at which they were said (the present one unless given)."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[Words, Field(min_length=1, max_length=20_000)]
    now: Annotated[Moment | None, Field(description="说这句话的时间,带时区;不写就是现在")] = None


class FieldsRead(Shape):
    """What was read; null where nothing was. Sums are in yuan."""

    name: str | None
    title: str | None
    company: str | None
    mobile: str | None
    tel: str | None
    email: str | None
    wechat: str | None
    city: str | None
    budget_min: int | None
    budget_max: int | None
    need: str | None


class WhenRead(Shape):
    """A coming moment; minute only where a clock time was said."""

    start: datetime
    end: datetime
    precision: Literal["minute", "day", "range"]


class Understood(Shape):
    """The intent, the fields, the coming moment, and the names of the fields that are doubtful."""

    intent: str
    fields: FieldsRead
    when: WhenRead | None
    doubtful: list[str]


async def post(call: Call) -> Reply:
    """POST /understand."""
    given: Sentence = call.body
    zone = call.context.rules.zone
    reading = understand(given.text, now=(given.now or call.context.now).astimezone(zone))
    when = None
    if reading.when is not None:
        start, end = reading.when.start.astimezone(zone), reading.when.end.astimezone(zone)
        when = WhenRead(start=start, end=end, precision=reading.when.precision)
    fields = FieldsRead.model_validate({name: getattr(reading.fields, name) for name in NAMES})
    return Reply(
        Understood(intent=reading.intent, fields=fields, when=when, doubtful=[str(name) for name in reading.doubtful])
    )


ROUTES = (
    Route(
        "POST", "/api/v1/understand", post, "读懂一句话或一段联系方式", Understood, "acting", body=Sentence,
        statuses={200: "读到的内容"},
    ),
)  # fmt: skip
