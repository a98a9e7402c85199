"""Logging in to the pages with DingTalk: inside the app without a question (免登), in a browser by its OAuth2."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from bot.calling import NotReached, OutcomeUnknown
from bot.dingtalk.client import DingTalkClient
from bot.dingtalk.errors import DingTalkError
from bot.entrance import CODE_SPENT, NO_CODE, NotLetIn

SPENT = ("invalidcode", "invalidauthcode", "40078")
UNKNOWN = ("60121", "33012")  # nobody of the organisation has this union id
OTHER_CORP = "你登录的是另一个组织。请在钉钉里选公司的组织,再点一次登录。"


class DingTalkEntrance:
    """The login of one internal app (pages 实现登录第三方网站 and 企业内部应用免登)."""

    name = "dingtalk"
    label = "钉钉"

    def __init__(self, client: DingTalkClient, *, login_base: str) -> None:
        self._client = client
        self.asks_inside = client.account.corp_id
        self._base = login_base.rstrip("/")

    def is_inside(self, agent: str) -> bool:
        """DingTalk's own browser says so."""
        return "dingtalk" in agent.lower()

    def address(self, back: str, state: str, *, inside: bool) -> str:
        """The page that asks DingTalk, also for the organisation that the person means."""
        query = {
            "redirect_uri": back, "response_type": "code", "client_id": self._client.account.client_id,
            "scope": "openid corpid", "state": state, "prompt": "consent",
        }  # fmt: skip
        return f"{self._base}/oauth2/auth?{urlencode(query, quote_via=quote)}"

    async def recognise(self, answer: Mapping[str, str]) -> str:
        """A code of the app itself → their user id; or of the login page: their own token and organisation →

        their union id → their user id here.
        """
        code = answer.get("authCode") or answer.get("code", "")
        if not 0 < len(code) <= 512:
            raise NotLetIn(NO_CODE)
        try:
            if "inside" in answer:
                return _user_of(await self._client.user_inside(code))
            given = await self._client.person_token(code)
            if str(given.get("corpId") or self._client.account.corp_id) != self._client.account.corp_id:
                raise NotLetIn(OTHER_CORP)
            person = await self._client.person(str(given.get("accessToken") or ""))
            found = await self._client.user_of_union(str(person.get("unionId") or ""))
        except (NotReached, OutcomeUnknown):
            raise NotLetIn("现在连不上钉钉,没法确认你是谁。请过一会儿再点一次登录。") from None
        except DingTalkError as error:
            raise NotLetIn(_said(error)) from None
        return _user_of(found)


def _user_of(found: Mapping[str, Any]) -> str:
    """The user id of a member of the organisation; contact_type 1 is somebody outside it."""
    user = found.get("userid")
    if str(found.get("contact_type", 0)) != "0" or not isinstance(user, str) or not user:
        raise NotLetIn("你登录的钉钉账号不是这家公司的成员。请换公司的账号登录。")
    return user


def _said(error: DingTalkError) -> str:
    if error.code.lower() in SPENT:
        return CODE_SPENT
    if error.code in UNKNOWN:
        return "你登录的钉钉账号不是这家公司的成员。请换公司的账号登录。"
    return f"钉钉没有确认你是谁。请把这句话转给管理员:{error}"
