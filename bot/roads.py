"""Which roads to customers this installation has: what is set up in leadbot.yaml, and no more."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from bot.byhand import HandRoad
from bot.context import Context
from bot.letter import Channel
from bot.platform import Teller
from bot.schedule import Worker
from bot.sms.desk import SmsDesk
from bot.sms.road import SmsRoad
from bot.wechat.road import AccountRoad
from bot.wecom.client import WeComClient
from bot.wecom.kfroad import KfRoad
from bot.wecom.mass import Mass, MassRoad
from config.settings import Settings
from store.db import Store


class Held(Channel, Protocol):
    """A road with a connection of its own."""

    async def close(self) -> None:
        """Give it back."""
        ...


class Roads:
    """The roads by their names, who reads what comes back by them (`tellers`), and who looks for it (`patrols`)."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        wecom: WeComClient | None,
        context: Callable[[], Awaitable[Context]],
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.channels: dict[str, Channel] = {}
        self.tellers: dict[str, Teller] = {}
        self.patrols: dict[Worker, float] = {}
        self._held: list[Held] = []
        if settings.mail is not None:
            from bot.mail.mailbox import Mailbox, MailboxAddress  # what talks SMTP is large, and most have no mail
            from bot.mail.road import MailRoad

            self._hold("mail", MailRoad(settings.mail, monotonic=monotonic))
            inbox = settings.mail.inbox.get_secret_value() if settings.mail.inbox is not None else ""
            self.mailbox = Mailbox(MailboxAddress.of_url(inbox), settings.mail.sender, store, now)
            self.tellers["mail"] = self.mailbox
            if inbox:
                self.patrols[Worker("mailbox", self.mailbox.run_once)] = 60.0

        if settings.sms is not None:
            self._hold("sms", SmsRoad(settings.sms, now=now))
            self.tellers["sms"] = SmsDesk(settings.sms)

        if any(account.secret is not None for account in settings.wechat.values()):
            self._hold("mp", AccountRoad(settings.wechat, monotonic=monotonic))
        self.channels["hand"] = HandRoad(store, context)
        if wecom is not None:
            self.channels["mass"] = MassRoad(store, context)
            self.channels["kf"] = KfRoad(wecom)
            self.mass = Mass(store, wecom, context)
            self.patrols[Worker("mass", self.mass.run_once)] = 30.0

    def _hold(self, name: str, road: Held) -> None:
        self.channels[name] = road
        self._held.append(road)

    async def close(self) -> None:
        """Give the connections back."""
        for road in self._held:
            await road.close()
