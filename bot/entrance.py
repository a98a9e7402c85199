"""How a member proves to a page who they are: the chat tool vouches for them, nobody types a password."""

from collections.abc import Mapping
from typing import Protocol

from config.telling import Tellable

CODE_SPENT = "这次登录的凭证用过了,或者过了 5 分钟。请再点一次登录。"
NO_CODE = "没有登录成功:你取消了,或者链接没有复制完整。请再点一次登录。"


class NotLetIn(Tellable):
    """Nobody was vouched for; the text is for the visitor and names cause and cure."""


class Entrance(Protocol):
    """One chat tool's login. `name` is the platform's, `label` what people call it."""

    name: str
    label: str
    asks_inside: str  # the organisation that the app itself is asked about by a script of its pages; "" without one

    def is_inside(self, agent: str) -> bool:
        """Whether a browser (its User-Agent) is the chat tool's own: there is nothing to choose then."""
        ...

    def address(self, back: str, state: str, *, inside: bool) -> str:
        """Where to send the browser; it comes back to `back` with a code and with `state` (letters and digits)."""
        ...

    async def recognise(self, answer: Mapping[str, str]) -> str:
        """The platform's user id behind what the browser brought back; raises NotLetIn."""
        ...
