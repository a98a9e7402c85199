"""Groups that the app opens in DingTalk, from a template of the company's own (developer page create-a-scene-group).

The template brings the robot along. The call carries our own name for the group (uuid): DingTalk makes it once.
"""

from collections.abc import Sequence

from bot.calling import NotReached, OutcomeUnknown
from bot.dingtalk.client import DingTalkClient
from bot.dingtalk.errors import DingTalkError
from bot.platform import SendLater, SendRefused

NAME = 30  # characters
LATER = ("retry", "token")


class SceneGroups:
    """Opens groups by one template."""

    def __init__(self, client: DingTalkClient, template: str) -> None:
        self._client = client
        self._template = template

    async def begin(self, *, chat: str, name: str, owner: str, people: Sequence[str]) -> str:
        """A group of these people; a call that is repeated with the same `chat` opens no second one."""
        body = {
            "title": name[:NAME], "template_id": self._template, "owner_user_id": owner, "user_ids": list(people),
            "uuid": chat,
        }  # fmt: skip
        try:
            answer = await self._client.new("POST", "im/sceneGroup/create", body)
        except NotReached as error:
            raise SendLater(str(error)) from None
        except DingTalkError as error:
            if error.meaning.decision in LATER:
                raise SendLater(str(error), error.meaning.delay) from None
            raise SendRefused(str(error)) from None
        conversation = str(answer.get("open_conversation_id") or "")
        if not conversation:
            raise OutcomeUnknown("钉钉没有给出群的 ID")
        return conversation

    async def is_there(self, chat: str) -> bool:
        """Not to be asked; the call itself may be repeated."""
        return False
