"""Is everything in place on DingTalk? The steps of docs/dingtalk.md, one line each, and how far the quota reaches."""

import asyncio
import calendar
from collections.abc import Awaitable, Callable

from bot import clock
from bot.calling import NotReached, OutcomeUnknown
from bot.commands.finding import Finding
from bot.dingtalk.client import DingTalkClient
from bot.dingtalk.errors import DingTalkError
from bot.dingtalk.parts import account_of
from bot.dingtalk.quota import LABELS
from bot.dingtalk.stream import SUBSCRIPTIONS
from config.document import read_text
from config.folder import Folder
from config.members import MemberRow
from config.rules import load_rules
from config.settings import DingTalkSettings, Settings
from store import usage
from store.access import get_property
from store.db import Store
from store.engine import sqlite_path
from store.sealed import Keys

PATIENCE = 5.0
ASKED = 50  # members that are looked up
NARROW = 0.9  # of a quota


async def examine_dingtalk(
    folder: Folder, settings: Settings, dingtalk: DingTalkSettings, members: list[MemberRow]
) -> list[Finding]:
    """Walk through the console's steps; without a token there is nothing more to ask DingTalk."""
    client = DingTalkClient(account_of(dingtalk), monotonic=clock.monotonic)
    try:
        token = await _tried("钉钉 连接", client.token.get)
        found = [token]
        if token.ok:
            found += await _ask(client, dingtalk, members)
    finally:
        await client.close()
    seen, used = await _stored(folder, settings)
    return [*found, *_receives(dingtalk, seen), _template(dingtalk), *_quota(dingtalk, used)]


async def _ask(client: DingTalkClient, dingtalk: DingTalkSettings, members: list[MemberRow]) -> list[Finding]:
    found = []
    if not dingtalk.robot_code:
        cure = "到「应用能力 → 机器人」复制 RobotCode,填进 leadbot.yaml 的 dingtalk.robot_code"
        found.append(Finding("钉钉 RobotCode", False, "没有填,先当它和 Client ID 一样", cure))
    if dingtalk.mode == "stream":
        found.append(await _tried("钉钉 Stream", lambda: client.open_stream(SUBSCRIPTIONS)))
    missing: list[str] = []
    asked = [row for row in members if row.dingtalk][:ASKED]
    for row in asked:
        tried = await _tried("钉钉 通讯录权限", lambda row=row: _look(client, row, missing))  # type: ignore[misc]
        if not tried.ok:
            return [*found, tried]
    if missing:
        cure = "核对 members.csv 的 dingtalk 一列(填 userid),并到「权限管理」把他们所在的部门加进授权范围"
        found.append(Finding("钉钉 成员", False, "、".join(missing[:5]), cure))
    elif asked:
        found.append(Finding("钉钉 成员", True, f"查了 {len(asked)} 位成员,都在"))
    return found


async def _look(client: DingTalkClient, row: MemberRow, missing: list[str]) -> None:
    try:
        await client.user_get(row.dingtalk or "")
    except DingTalkError as error:
        if error.meaning.decision != "final":  # it is not about this member: the permission, the address, the load
            raise
        missing.append(f"{row.name}(错误 {error.code})")


def _receives(dingtalk: DingTalkSettings, seen: dict[str, str | None]) -> list[Finding]:
    if dingtalk.mode == "stream":
        return []
    found = []
    if at := seen["dingtalk_robot_seen"]:
        found.append(Finding("钉钉 收消息", True, f"最近一次 {at}"))
    else:
        cure = "serve 启动后,把消息接收地址填成 /callback/dingtalk/robot 并发布,再给机器人发一句「帮助」"
        found.append(Finding("钉钉 收消息", False, "还没有收到过消息", cure))
    if dingtalk.events is None:
        cure = "到「事件订阅」填 /callback/dingtalk/events,把 Token 和 aes_key 填进 dingtalk.events;不然不知道谁离职"
        found.append(Finding("钉钉 事件订阅", False, "没有配", cure))
    elif at := seen["dingtalk_events_seen"]:
        found.append(Finding("钉钉 事件订阅", True, f"最近一次 {at}"))
    else:
        found.append(Finding("钉钉 事件订阅", False, "钉钉还没有来验证过", "serve 启动后,到「事件订阅」点一次保存"))
    return found


def _template(dingtalk: DingTalkSettings) -> Finding:
    if dingtalk.card_template_id:
        return Finding("钉钉 卡片模板", True, f"{dingtalk.card_template_id};改过模板要重新发布")
    return Finding("钉钉 卡片模板", True, "没有配,用文字加链接的卡片(最省额度)")


def _quota(dingtalk: DingTalkSettings, used: dict[str, int]) -> list[Finding]:
    """This month's use, and what it will be at the month's end if it goes on like this."""
    now = clock.now()
    days = calendar.monthrange(now.year, now.month)[1]
    found = []
    for kind, limit in (("api", dingtalk.quota.api), ("webhook", dingtalk.quota.webhook)):
        count = used.get(kind, 0)
        expected = count * days // max(now.day, 1)
        seen = f"本月 {count} / {limit},照这样月底到 {expected}"
        cure = "升级钉钉版本或买加量包;省额度的办法见 docs/dingtalk.md" if expected > limit else ""
        found.append(Finding(f"钉钉 额度({LABELS[kind]})", count < NARROW * limit and not cure, seen, cure))
    return found


async def _stored(folder: Folder, settings: Settings) -> tuple[dict[str, str | None], dict[str, int]]:
    """What the server has noted; nothing when there is no store yet or it cannot be read (another line says so)."""
    names = ("dingtalk_robot_seen", "dingtalk_events_seen")
    path = sqlite_path(settings.store_url(folder))
    nothing: dict[str, str | None] = dict.fromkeys(names)
    if path is not None and not path.exists():
        return nothing, {}
    try:
        store = Store(settings.store_url(folder), settings.corp, Keys(settings.data_key()))
        zone = load_rules(read_text(folder.rules), str(folder.rules)).zone
        try:
            async with store.read() as tx:
                month = f"{clock.now().astimezone(zone):%Y-%m}"
                used = await usage.used_in(tx, platform="dingtalk", month=month)
                return {name: await get_property(tx, name) for name in names}, used
        finally:
            await store.dispose()
    except Exception:
        return nothing, {}


async def _tried(step: str, call: Callable[[], Awaitable[object]]) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE):
            await call()
    except DingTalkError as error:
        return Finding(step, False, f"错误 {error.code}", error.meaning.cure)
    except (NotReached, OutcomeUnknown) as error:
        return Finding(step, False, str(error), "检查服务器能否访问外网,以及 dingtalk.api_base 和 dingtalk.oapi_base")
    except TimeoutError:
        return Finding(step, False, f"{PATIENCE:g} 秒没有回答", "检查服务器能否访问外网")
    return Finding(step, True, "正常")
