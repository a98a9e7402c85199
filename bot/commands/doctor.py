"""Is everything in place? One line per step of the set-up, with what is missing and its cure."""

import asyncio
import shutil
import stat
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy.exc import DBAPIError

from bot import clock
from bot.calling import NotReached, OutcomeUnknown
from bot.commands.doctor_approval import examine_forms
from bot.commands.doctor_dingtalk import examine_dingtalk
from bot.commands.finding import Finding
from bot.wecom.client import WeComAccount, WeComClient
from bot.wecom.errors import WeComError
from bot.wecom.menu import MENU
from config.document import BadDocument, read_text
from config.folder import Folder
from config.holidays import unknown_years
from config.hours import calendar_of
from config.members import MemberRow, read_members
from config.rules import load_rules
from config.selling import ApprovalRule
from config.settings import Settings, WeComSettings, load_settings
from store.access import get_property
from store.db import Store, WrongKey
from store.engine import StoreUnreachable, is_server_error, sqlite_path, unreachable
from store.sealed import Keys
from store.soundness import Damaged, look_over, must_have_folder
from store.webhook import Webhook, count_open, list_webhooks

PLACEHOLDER_CORP = "ww0000000000000000"
PLACEHOLDER_SECRET = "请填入"
ADDRESS_REFUSED = 60020  # the server's address is not among the trusted ones
PATIENCE = 5.0
LONGEST_LOOK = 600.0  # seconds for looking through the store's file
LEAST_DISK = 256 * 2**20


async def examine(folder: Folder, environ: Mapping[str, str]) -> list[Finding]:
    """Walk through the set-up; settings that cannot be read end the walk."""
    try:
        settings = load_settings(folder, environ)
    except (BadDocument, OSError) as error:
        return [Finding("设置 leadbot.yaml", False, "读不了", str(error))]
    found = [
        Finding("设置 leadbot.yaml", True, f"公司代号 {settings.corp}"),
        _env(folder),
        _address(settings),
        _disk(folder),
    ]
    found += _rules(folder, settings)
    members, findings = _members(folder)
    found += findings
    found += _products(folder)
    found += await _store(folder, settings)
    if settings.wecom is not None:
        found += await _wecom(settings.wecom, members, _approvals(folder))
    if settings.dingtalk is not None:
        found += await examine_dingtalk(folder, settings, settings.dingtalk, members)
    return found


def _products(folder: Folder) -> list[Finding]:
    """The price list's file, and the font that quotes are set in; nothing where nothing is sold."""
    from bot.paper.font import NoFont, find_font
    from config.products import read_products

    try:
        rows = read_products(folder.products)
    except (BadDocument, OSError) as error:
        return [Finding("产品 products.csv", False, "读不了", str(error))]
    if not rows:
        return []
    found = [Finding("产品 products.csv", True, f"{len(rows)} 个产品;改了要 ./run products publish 才生效")]
    try:
        font = find_font()
    except NoFont as error:
        return [*found, Finding("报价 PDF 的字体", False, "没有中文字体", str(error))]
    return [*found, Finding("报价 PDF 的字体", True, font.file)]


def _env(folder: Folder) -> Finding:
    if not folder.env.is_file():
        return Finding("密钥 .env", False, "没有这个文件", "从备份恢复 .env;没有它就读不出客户电话")
    mode = stat.S_IMODE(folder.env.stat().st_mode)
    if mode & 0o077:
        return Finding("密钥 .env", False, f"别人也能读(权限 {mode:o})", f"chmod 600 {folder.env}")
    return Finding("密钥 .env", True, "只有本人可读")


def _address(settings: Settings) -> Finding:
    url = settings.server.public_url
    if url.startswith("https://"):
        return Finding("外网地址", True, url)
    if settings.wecom is None and settings.dingtalk is not None and settings.dingtalk.mode == "stream":
        return Finding("外网地址", True, f"{url};Stream 模式收消息不用外网地址")
    cure = "在 leadbot.yaml 的 server.public_url 填上 https:// 开头的域名;企业微信和钉钉只回调可信域名"
    return Finding("外网地址", False, url, cure)


def _disk(folder: Folder) -> Finding:
    free = shutil.disk_usage(folder.root).free
    if free < LEAST_DISK:
        return Finding("磁盘", False, f"只剩 {free // 2**20} MiB", "清理磁盘;满了就收不了回调")
    return Finding("磁盘", True, f"剩 {free // 2**30} GiB")


def _rules(folder: Folder, settings: Settings) -> list[Finding]:
    try:
        rules = load_rules(read_text(folder.rules), str(folder.rules))
        calendar = calendar_of(rules, folder, today=clock.now().date())
    except (BadDocument, OSError, ValueError) as error:
        return [Finding("规则 rules.yaml", False, "有错误", str(error))]
    now = clock.now()
    missing = unknown_years(calendar, now, now)
    ahead = unknown_years(calendar, now, now + timedelta(days=365))
    found = [Finding("规则 rules.yaml", True, f"{len(rules.pools)} 个线索池,{len(rules.clocks)} 个时限")]
    groups = {name for section in (settings.wecom, settings.dingtalk) if section is not None for name in section.groups}
    for name, pool in rules.pools.items():
        if pool.group and pool.group not in groups:
            cure = "在 leadbot.yaml 的 wecom.groups 里加上这个群的消息推送地址,或在 dingtalk.groups 里加上群的 ID"
            found.append(Finding(f"群「{pool.group}」", False, f"线索池 {name} 要通知它,设置里却没有", cure))
    if missing:
        cure = "升级 Leadbot,或在 rules.yaml 的 calendar.override 里放一份放假安排"
        found.append(Finding("工作日历", False, f"没有 {missing[0]} 年的放假安排", cure))
    else:
        note = "今年和明年的放假安排都有"
        if ahead:
            note = f"{ahead[0]} 年的放假安排还没有,年底前升级 Leadbot 或写进 calendar.override 的放假表"
        found.append(Finding("工作日历", True, note))
    return found


def _approvals(folder: Folder) -> Mapping[str, ApprovalRule]:
    """What needs consent; nothing while the rules cannot be read, which another line tells."""
    try:
        return load_rules(read_text(folder.rules), str(folder.rules)).approvals
    except (BadDocument, OSError, ValueError):
        return {}


def _members(folder: Folder) -> tuple[list[MemberRow], list[Finding]]:
    try:
        rows = read_members(folder.members)
    except BadDocument as error:
        return [], [Finding("成员 members.csv", False, "有错误", str(error))]
    if not rows:
        return [], [
            Finding("成员 members.csv", False, "还没有成员", f"在 {folder.members} 里一行写一位同事,再重启 serve")
        ]
    lost = [row.name for row in rows if not row.wecom and not row.dingtalk]
    if lost:
        return rows, [
            Finding("成员 members.csv", False, f"{'、'.join(lost[:5])} 没有填账号", "填上 wecom 一列,否则收不到消息")
        ]
    return rows, [Finding("成员 members.csv", True, f"{len(rows)} 位")]


async def _store(folder: Folder, settings: Settings) -> list[Finding]:
    path = sqlite_path(settings.store_url(folder))
    try:
        if path is not None:
            must_have_folder(path)
            await asyncio.to_thread(look_over, path, longest=LONGEST_LOOK)
            if not path.exists():
                return [Finding("数据库", True, "还没有,第一次 serve 时会建好")]
        store = Store(settings.store_url(folder), settings.corp, Keys(settings.data_key()))
    except (Damaged, OSError, StoreUnreachable) as error:
        return [Finding("数据库", False, "用不了", str(error))]
    try:
        async with store.read() as tx:
            mark = await get_property(tx, "data_key")
            verified = await get_property(tx, "callback_verified")
            told = _webhooks(await list_webhooks(tx), await count_open(tx))
    except Exception as error:
        if isinstance(error, DBAPIError) and is_server_error(error):
            return [Finding("数据库", False, "用不了", str(unreachable(settings.store_url(folder), error)))]
        return [Finding("数据库", False, f"打不开({type(error).__name__})", "先运行 migrate,或从备份恢复")]
    finally:
        await store.dispose()
    if mark is not None and mark != store.keys.fingerprint():
        return [Finding("数据库", False, "是用另一把钥匙写的", str(WrongKey("把原来的 LEADBOT_DATA_KEY 放回 .env")))]
    if settings.wecom is None:
        return [Finding("数据库", True, "能打开,钥匙对得上"), *told]
    if verified:
        called = Finding("回调验证", True, f"最近一次 {verified}")
    else:
        cure = "serve 启动后,到企业微信后台「接收消息」保存一次 URL、Token、EncodingAESKey"
        called = Finding("回调验证", False, "企业微信还没有来验证过", cure)
    return [Finding("数据库", True, "能打开,钥匙对得上"), called, *told]


def _webhooks(rows: Sequence[Webhook], counts: Mapping[int, Mapping[str, int]]) -> list[Finding]:
    """One line for all webhooks; nothing where there are none."""
    ill = [one for one in rows if one.failing_since is not None or counts.get(one.id or 0, {}).get("parked")]
    if not ill:
        return [Finding("Webhook", True, f"{len(rows)} 个,都送得到")] if rows else []
    waiting = sum(sum(counts.get(one.id or 0, {}).values()) for one in ill)
    seen = "、".join(f"{one.no}({one.error or '有没送到的'})" for one in ill)
    cure = "对方修好后自动补发;停用了的到网页「Webhook」里点「启用」"
    return [Finding("Webhook", False, f"{seen},积压 {waiting} 条", cure)]


async def _wecom(
    settings: WeComSettings, members: list[MemberRow], approvals: Mapping[str, ApprovalRule]
) -> list[Finding]:
    if settings.corp_id == PLACEHOLDER_CORP:
        cure = "到企业微信后台「我的企业」复制企业ID,填进 leadbot.yaml 的 wecom.corp_id"
        return [Finding("企业微信 企业ID", False, "还是示例值", cure)]
    if settings.secret.get_secret_value().startswith(PLACEHOLDER_SECRET):
        cure = "到「应用管理 → 自建应用」复制 Secret,填进 .env 的 WECOM_SECRET"
        return [Finding("企业微信 Secret", False, "还没有填", cure)]
    account = WeComAccount(settings.corp_id, settings.agent_id, settings.secret.get_secret_value(), settings.api_base)
    client = WeComClient(account, monotonic=clock.monotonic)
    try:
        found = await _ask_wecom(client, members)
        return found + (await examine_forms(client, approvals) if all(one.ok for one in found[:2]) else [])
    finally:
        await client.close()


async def _ask_wecom(client: WeComClient, members: list[MemberRow]) -> list[Finding]:
    token = await _tried("企业微信 连接", client.token.get)
    if not token.ok:
        return [token]
    menu: list[str] = []
    hidden: list[str] = []

    async def look_at_menu() -> None:
        try:
            menu.extend(str(entry.get("name")) for entry in await client.menu_get())
        except WeComError as error:
            if error.meaning.decision != "final":  # a final answer only means that there is no menu yet
                raise

    async def look(row: MemberRow) -> None:
        try:
            await client.user_get(row.wecom or "")
        except WeComError as error:
            if error.meaning.decision != "final":  # it is not about this member: the address, the app, the load
                raise
            hidden.append(f"{row.name}(错误 {error.code})")

    asked = [row for row in members if row.wecom][:50]
    calls: list[Callable[[], Awaitable[object]]] = [look_at_menu, *(partial(look, row) for row in asked)]
    for call in calls:
        tried = await _tried("企业微信 接口", call)
        if not tried.ok:
            refused = tried.seen == f"错误 {ADDRESS_REFUSED}"
            return [token, replace(tried, step="企业可信IP") if refused else tried]
    found = [token, Finding("企业可信IP", True, "这台服务器可以调用接口"), _menu(menu)]
    if hidden:
        cure = "到应用页「可见范围」加上他们,并核对 members.csv 的 wecom 一列"
        found.append(Finding("可见范围", False, "、".join(hidden[:5]), cure))
    elif asked:
        found.append(Finding("可见范围", True, f"查了 {len(asked)} 位成员,都在"))
    return found


def _menu(names: list[str]) -> Finding:
    if names == [entry["name"] for entry in MENU["button"]]:
        return Finding("应用菜单", True, " · ".join(names))
    cure = "启动 serve,它会自己建好「我的线索 · 线索池 · 记一笔」;还不行就看日志里 menu 那一行"
    return Finding("应用菜单", False, " · ".join(names) or "还没有", cure)


async def _tried(step: str, call: Callable[[], Awaitable[object]]) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE):
            await call()
    except WeComError as error:
        return Finding(step, False, f"错误 {error.code}", error.meaning.cure)
    except (NotReached, OutcomeUnknown) as error:
        return Finding(step, False, str(error), "检查服务器能否访问外网,以及 wecom.api_base")
    except TimeoutError:
        return Finding(step, False, f"{PATIENCE:g} 秒没有回答", "检查服务器能否访问外网")
    return Finding(step, True, "正常")
