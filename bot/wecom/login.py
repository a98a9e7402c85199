"""Logging in to the pages with WeCom: inside the app by OAuth2, in a desktop browser by a QR code."""

from collections.abc import Mapping
from urllib.parse import urlencode

from bot.calling import NotReached, OutcomeUnknown
from bot.entrance import CODE_SPENT, NO_CODE, NotLetIn
from bot.wecom.client import WeComClient
from bot.wecom.errors import WeComError

SPENT = (40029, 42003, 42022)  # the code is wrong, too old, or was used (page 90313)


class WeComEntrance:
    """The login of one self-built app (pages 91022, 91023 and 98152)."""

    name = "wecom"
    label = "企业微信"
    asks_inside = ""  # its OAuth2 asks nobody anything inside the app

    def __init__(self, client: WeComClient, *, oauth_base: str, sso_base: str) -> None:
        self._client = client
        self._oauth, self._sso = oauth_base.rstrip("/"), sso_base.rstrip("/")

    def is_inside(self, agent: str) -> bool:
        """WeCom's own browser says wxwork."""
        return "wxwork/" in agent.lower()

    def address(self, back: str, state: str, *, inside: bool) -> str:
        """The page that asks WeCom; the fragment is part of what it wants."""
        account = self._client.account
        agent = {"agentid": account.agent_id, "redirect_uri": back, "state": state}
        if inside:
            query = {"appid": account.corp_id, "response_type": "code", "scope": "snsapi_base", **agent}
            return f"{self._oauth}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"
        query = {"login_type": "CorpApp", "appid": account.corp_id, **agent}
        return f"{self._sso}/wwlogin/sso/login?{urlencode(query)}"

    async def recognise(self, answer: Mapping[str, str]) -> str:
        """auth/getuserinfo: only members have a userid; everybody else comes with an openid and is turned away."""
        code = answer.get("code", "")
        if not 0 < len(code) <= 512:
            raise NotLetIn(NO_CODE)
        try:
            found = await self._client.call("GET", "auth/getuserinfo", params={"code": code})
        except (NotReached, OutcomeUnknown):
            raise NotLetIn("现在连不上企业微信,没法确认你是谁。请过一会儿再点一次登录。") from None
        except WeComError as error:
            if error.code in SPENT:
                raise NotLetIn(CODE_SPENT) from None
            raise NotLetIn(f"企业微信没有确认你是谁。请把这句话转给管理员:{error}") from None
        user = found.get("userid")
        if not isinstance(user, str) or not user:
            raise NotLetIn("你登录的微信不是这家企业的成员。请用公司的企业微信账号登录。")
        return user
