"""The web application around a bot: callbacks, pages, forms and the API; the bot starts and stops with it."""

from collections.abc import AsyncIterator

from aiohttp import web

from bot.app import Leadbot
from bot.guard import watch
from bot.refusal import Refusals
from bot.sms.doors import add_sms
from bot.web.routes import add_routes
from bot.wechat.doors import WeChatCallbacks, keys_of

LARGEST_BODY = 1024 * 1024


def site(bot: Leadbot) -> web.Application:
    """All routes of this bot."""
    settings = bot.settings
    app = web.Application(client_max_size=LARGEST_BODY)
    refusals = Refusals(bot.metrics, bot.monotonic)
    if bot.wecom is not None:
        bot.wecom.add_routes(app, refusals)
    if bot.dingtalk is not None:
        bot.dingtalk.add_routes(app, refusals)
    if settings.wechat:
        WeChatCallbacks(bot.store, keys_of(settings.wechat), bot.metrics, bot.now, refusals).add_routes(app)
    add_routes(
        app,
        bot.desk,
        admin_key=settings.security.admin_key.get_secret_value(),
        public_dir=bot.folder.public,
        health=bot.health,
        channels=settings.channels,
        entrances=bot.entrances,
        settings=settings,
    )
    add_sms(app, bot.desk, settings.sms)
    app.middlewares.insert(0, watch)

    async def running(_: web.Application) -> AsyncIterator[None]:
        await bot.start()
        yield
        await bot.stop()

    app.cleanup_ctx.append(running)
    return app
