"""DingTalk's login page (OAuth2): asks who is there and sends them back with a code."""

from aiohttp import web

from sandbox.dingtalk.company import Company
from sandbox.dingtalk.directory import Directory
from sandbox.vouching import ask_who, flawed, sent_back


class Login:
    """GET /oauth2/auth. `allowed` is the 重定向URL (回调域名) of the console."""

    def __init__(self, company: Company, directory: Directory) -> None:
        self.company = company
        self.allowed = ""
        self._directory = directory

    def routes(self) -> list[web.RouteDef]:
        """The page."""
        return [web.get("/oauth2/auth", self._page)]

    async def _page(self, request: web.Request) -> web.Response:
        query = request.query
        if query.get("client_id") != self.company.client_id or query.get("response_type") != "code":
            return flawed("client_id 或 response_type 不对")
        if query.get("prompt") != "consent" or "openid" not in query.get("scope", "").split():
            return flawed("prompt 或 scope 不对")
        back = query.get("redirect_uri", "")
        if not self.allowed or not back.startswith(self.allowed):
            return flawed("url不在回调地址列表")
        people = {**self.company.members, **self.company.outside}
        user = query.get("as", "")
        if user not in people:
            return ask_who(request, "钉钉", people)
        code = self._directory.login_code(user)
        return sent_back(back, authCode=code, code=code, state=query.get("state", ""))
