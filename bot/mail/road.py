"""Mail as a road to customers."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from bot.context import Context
from bot.letter import Letter
from bot.mail.client import MailClient, MailServer, is_address
from bot.mail.render import mail_body
from bot.platform import Receipt
from config.road import Mail
from leads.errors import Unusable
from store.tx import Tx


class MailRoad:
    """The company's mail server, as leadbot.yaml names it."""

    final = True
    repeatable = False

    def __init__(self, settings: Mail, *, monotonic: Callable[[], float]) -> None:
        self._sender = settings.sender
        self._client = MailClient(MailServer.of_url(settings.url.get_secret_value()), monotonic=monotonic)
        self.limits: Mapping[timedelta, int] = {timedelta(minutes=1): settings.per_minute} | (
            {timedelta(days=1): settings.per_day} if settings.per_day is not None else {}
        )

    async def render(self, tx: Tx, letter: Letter, ctx: Context) -> bytes:
        """The mail, complete. Raises Unusable for an address or a subject that no mail can have."""
        if not is_address(letter.lead.email):
            raise Unusable("客户的邮箱不是一个能写信的地址,请先核对。")
        if not letter.subject.strip():
            raise Unusable("这条内容没有标题,发不了邮件。请在素材里写上标题。")
        return mail_body(letter, sender=self._sender, now=ctx.now)

    async def send(self, body: bytes) -> Receipt:
        """See bot/mail/client.py."""
        return await self._client.send(body)

    async def close(self) -> None:
        """Hang up."""
        await self._client.close()
