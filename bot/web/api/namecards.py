"""Reading a photo of a business card for a program, without keeping anything."""

from pydantic import ConfigDict

from bot.namecard.reader import LARGEST, BadPicture, NoReader, TooMany
from bot.web.api.problem import Problem
from bot.web.api.route import Call, Reply, Route
from bot.web.api.shape import Shape
from bot.web.multipart import Part
from leads.namecard.reading import FIELDS, read_namecard

PHOTO = Part("image", LARGEST, lambda size: Problem("too_large", BadPicture("too_large").sentence))
AGAIN = "10"  # seconds after which a program may ask again


class Photo(Shape):
    """There are no fields beside the picture."""

    model_config = ConfigDict(extra="forbid")


class CardFields(Shape):
    """What stands on the card; null where nothing was found. `tel` ends in its extension (-8006)."""

    name: str | None
    title: str | None
    company: str | None
    mobile: str | None
    tel: str | None
    email: str | None
    wechat: str | None
    city: str | None
    address: str | None


class CardRead(Shape):
    """The fields, the names of those to look at again, and every line as it was read, from the top."""

    fields: CardFields
    doubtful: list[str]
    lines: list[str]


async def post(call: Call) -> Reply:
    """POST /cards/read. A picture without any words is no error: all fields are null."""
    content = call.file.content if call.file is not None else b""
    try:
        seen = await call.desk.reader.read(content)
    except TooMany as refused:
        raise Problem(refused.code, refused.sentence, headers={"Retry-After": AGAIN}) from None
    except (NoReader, BadPicture) as refused:
        raise Problem(refused.code, refused.sentence) from None
    card = read_namecard(seen)
    fields = CardFields.model_validate({name: getattr(card, name) for name in FIELDS})
    return Reply(CardRead(fields=fields, doubtful=list(card.doubtful), lines=list(card.words)))


ROUTES = (
    Route(
        "POST", "/api/v1/cards/read", post, "读名片照片(JPG、PNG,最大 10 MB)", CardRead, "acting", body=Photo,
        takes_file=PHOTO, statuses={200: "名片上的内容"}, refusals=(413, 501),
    ),
)  # fmt: skip
