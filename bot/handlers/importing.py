"""A list comes in from chat: sent as a file or over a page, looked at, confirmed by a tap, taken back by a word."""

import hashlib
import re
import secrets

from bot.cards.batch import columns_of
from bot.context import Answer, Context, say
from bot.events import MessageReceived
from bot.import_actions import AskColumns, ConfirmImport, DropImport, UndoImport
from leads.errors import Unusable
from leads.facts import Fact
from leads.imports.decide import (
    STATES,
    arrive,
    await_file,
    batch_id_of,
    compare,
    confirm,
    drop,
    get_batch,
    look_again,
    may_import,
    require_importer,
    take_back,
)
from leads.imports.heading import parse_map
from leads.imports.source import Options
from leads.rights import Who
from store import batches
from store.tx import Tx

PAGE = "/app/import/"
LATEST = 3
A_BATCH = re.compile(r"\s*(?:导入|批次)?\s*[#\uff03]?\s*[Ii]\s*-?\s*\d{1,12}\s*")  # what 对比 may name instead of leads
NAMED = re.compile(r"(?P<batch>[#\uff03]?\s*[Ii]\s*-?\s*\d{1,12})\s*(?P<columns>.*)", re.DOTALL)


def secret_of(token: str) -> bytes:
    """How a page's secret is kept: nobody who reads the store can open the page."""
    return hashlib.sha256(b"import-page:" + token.encode()).digest()


LISTS = (".xlsx", ".xls", ".csv", ".tsv", ".txt", ".ndjson", ".zip")


def may_be_list(event: MessageReceived, who: Who) -> bool:
    """A file of those who may import lists, that may be one."""
    return event.kind == "file" and may_import(who) and event.file_name.lower().endswith(LISTS)


async def on_file(tx: Tx, event: MessageReceived, who: Who, ctx: Context) -> list[Fact | Answer]:
    """Somebody sent a file: from those who may import it is a list, and is looked at first."""
    if not may_import(who):
        return [say("文件收到了。名单由主管、市场或管理员导入,请发给他们;一两条的话直接发「新线索 姓名 电话 需求」。")]
    if not event.content:
        cause = event.flaw or "文件没有取到"
        return [say(f"{cause}。请再发一次;还不行就发「导入」,用网页上传。")]
    batch = await arrive(tx, event.file_name or "名单", event.content, who, options=Options(), tell=who.id, now=ctx.now)
    return [say(f"收到「{batch.name}」({batch.no}),正在检查,什么都还没有写入。查完把结果发给你确认。")]


async def on_import_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """导入; 导入 I3; 导入 I3 手机=电话."""
    require_importer(who)
    found = NAMED.fullmatch(rest.strip())
    if found is not None:
        batch_id = batch_id_of(found["batch"])
        if not found["columns"].strip():
            return [Answer("import", params={"batch": (await get_batch(tx, batch_id, who)).id})]
        batch = await look_again(tx, batch_id, who, parse_map(found["columns"]), tell=who.id, now=ctx.now)
        return [say(f"好的,{batch.no} 按新的列再检查一遍。")]
    if not ctx.public_url:
        raise Unusable("还没有设置网址,打不开上传页。请管理员填 leadbot.yaml 的 server.public_url,或用 import 命令。")
    token = secrets.token_urlsafe(24)
    await await_file(tx, secret_of(token), who, now=ctx.now)
    sends = "dingtalk" in ctx.platforms
    ways = "直接把 Excel 或 CSV 发给我,大的文件用这个网页上传" if sends else "用这个网页上传 Excel 或 CSV"
    if sends and "wecom" in ctx.platforms:  # whose robot is given no files
        ways = f"在钉钉里{ways}"
    told = [f"{ways}(30 分钟内有效,只能用一次):", f"{ctx.public_url.rstrip('/')}{PAGE}{token}"]
    told.append("先检查,你点了确认才会写入。")
    latest = await batches.list_batches(tx, limit=LATEST)
    told += [f"{one.no} {STATES.get(one.state, one.state)} {one.name}" for one in latest]
    return [say("\n".join(told))]


async def on_hold_against_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """对比 I3: hold a list against what is here instead of writing it."""
    require_importer(who)
    batch = await compare(tx, batch_id_of(rest), who, tell=who.id, now=ctx.now)
    return [say(f"好的,正在拿 {batch.no}「{batch.name}」和这里的线索对比,什么都不会改。比完告诉你。")]


async def on_roll_back_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """回滚 I3."""
    require_importer(who)
    if not rest.strip():
        raise Unusable("回滚哪一批?写上编号,例如:回滚 I3。发「导入」看最近的几批。")
    return await on_undo_import(tx, UndoImport(batch_id_of(rest)), who, ctx)


async def on_confirm(tx: Tx, action: ConfirmImport, who: Who, ctx: Context) -> list[Fact | Answer]:
    """导入: from now on rows are written."""
    batch = await confirm(tx, action.batch_id, who, start=bool(action.start), tell=who.id, now=ctx.now)
    return [say(f"{batch.no} 开始导入,不影响大家领取和跟进,导完告诉你。")]


async def on_drop(tx: Tx, action: DropImport, who: Who, ctx: Context) -> list[Fact | Answer]:
    """取消: nothing of it is kept."""
    batch = await drop(tx, action.batch_id, who, now=ctx.now)
    return [say(f"{batch.no} 已取消,什么都没有写入,文件也删掉了。")]


async def on_ask_columns(tx: Tx, action: AskColumns, who: Who, ctx: Context) -> list[Fact | Answer]:
    """列不对: how each column is read now, and how to say it otherwise."""
    batch = await get_batch(tx, action.batch_id, who)
    shown = [f"{title} → {label or '(不导入)'}" for title, label in columns_of(batch.heading)][:20]
    example = f"导入 {batch.no} 手机=电话,备注=不导入"
    return [say("\n".join(["现在是这样认的:", *shown, f"要改就这样发(写几列都行):\n{example}"]))]


async def on_undo_import(tx: Tx, action: UndoImport, who: Who, ctx: Context) -> list[Fact | Answer]:
    """整批撤销: what the batch made goes, what it changed is as before."""
    batch = await take_back(tx, action.batch_id, who, tell=who.id, now=ctx.now)
    return [say(f"正在撤销 {batch.no},之后有人动过的会留下并列出来。撤完告诉你。")]
