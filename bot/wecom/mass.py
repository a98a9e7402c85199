"""企业群发: one task for equal words to the customers of one colleague, who confirms it; results are asked for.

WeCom's call has no key: what came of a call that was cut off is read back before it is made again (page 92135).
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.byhand import handed_of
from bot.calling import NotReached, OutcomeUnknown
from bot.context import Context
from bot.letter import Letter
from bot.outgoing import ring
from bot.pipeline import apply, origin_of
from bot.platform import Receipt
from bot.prose import blocks_of, plain_of
from bot.wecom import groupmsg
from bot.wecom.client import WeComClient
from bot.wecom.errors import WeComError
from leads.errors import Unusable
from leads.facts import Fact
from leads.letter_facts import LetterReturned, LetterSent
from store import handed
from store.db import Store
from store.handed import Friend, Handed, MassTask
from store.members import find_member
from store.tables import Lead
from store.tx import Tx

log = structlog.get_logger()

GATHER = timedelta(minutes=1)  # what is wanted within it shares a task
MOST = 10_000  # customers of a task
TEXT_BYTES = 4000
IN_DOUBT = timedelta(minutes=2)  # after which a call that was cut off is read back
PAUSES = (timedelta(minutes=2), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
GIVE_UP = timedelta(days=7)  # of waiting for a confirmation
ENDS = {1: "sent", 2: "refused", 3: "refused"}
CAUSES = {2: "客户已经不是好友", 3: "客户这段时间收到的群发够多了(企业微信的上限)"}


class MassRoad:
    """Takes a message for a customer who is a friend of a colleague's; it waits there for its task."""

    final = False
    repeatable = True
    limits: Mapping[timedelta, int] = {}

    def __init__(self, store: Store, context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._context = context

    async def render(self, tx: Tx, letter: Letter, ctx: Context) -> bytes:
        """By whom it goes, to which friend. Raises Unusable when there is none, or the text is too long."""
        friend = await _friend(tx, letter.lead, letter.by)
        text = plain_of(blocks_of(letter.text))
        if len(text.encode()) > TEXT_BYTES:
            raise Unusable(f"太长了,企业微信群发一条最多 {TEXT_BYTES} 字节(约 1300 个汉字)。请写短些。")
        row = handed_of(letter, "mass", friend.member_id, text=text, external_id=friend.external_id)
        return json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass")

    async def send(self, body: bytes) -> Receipt:
        """Keep it for the next task; doing it twice does it once."""
        ctx = await self._context()
        given = json.loads(body.decode("utf-8", "surrogatepass"))
        mark = hashlib.sha256(given["text"].encode("utf-8", "replace")).digest()[:16]
        row = Handed(corp=self._store.corp, at=ctx.now, mark=mark, **given)
        await self._store.transaction(lambda tx: handed.hand(tx, row))
        return Receipt()


class Mass:
    """Makes the tasks and asks what became of them."""

    def __init__(self, store: Store, client: WeComClient, context: Callable[[], Awaitable[Context]]) -> None:
        self._store = store
        self._client = client
        self._context = context

    async def run_once(self) -> int:
        """Do what is due; always 0: the next tick goes on."""
        ctx = await self._context()
        for task in await self._store.transaction(lambda tx: self._gather(tx, ctx)):
            await self._make(task, ctx)
        async with self._store.read() as tx:
            doubtful = await handed.list_tasks(tx, "making", now=ctx.now)
            made = await handed.list_tasks(tx, "made", now=ctx.now)
        for task in doubtful:
            await self._read_back(task, ctx)
        for task in made:
            await self._look(task, ctx)
        return 0

    async def _gather(self, tx: Tx, ctx: Context) -> list[MassTask]:
        """One task for each colleague and text; noted before the first call, to be read back if we die."""
        groups: dict[tuple[str, bytes], list[Handed]] = {}
        for row in await handed.list_ready(tx, before=ctx.now - GATHER, limit=MOST):
            groups.setdefault((row.member_id, row.mark), []).append(row)
        tasks = []
        for (member_id, _), rows in groups.items():
            member = await find_member(tx, member_id)
            if member is None or member.state != "active" or not member.wecom:
                for row in rows:
                    await handed.settle(tx, row.id or 0, of=("waiting",), state="refused", cause="同事已经不在了")
                continue
            task = MassTask(
                corp=tx.corp, member_id=member_id, sender=member.wecom, text=rows[0].text, customers=len(rows),
                called_at=ctx.now, look_at=ctx.now + IN_DOUBT,
            )  # fmt: skip
            await tx.add(task)
            for row in rows:
                await handed.settle(tx, row.id or 0, of=("waiting",), state="asked", task_id=task.id)
            tasks.append(task)
        return tasks

    async def _make(self, task: MassTask, ctx: Context) -> None:
        """externalcontact/add_msg_template: it creates a task, and nothing reaches anybody before it is confirmed."""
        async with self._store.read() as tx:
            rows = await handed.list_of_task(tx, task.id or 0)
        body = {
            "chat_type": "single", "external_userid": [row.external_id for row in rows], "sender": task.sender,
            "text": {"content": task.text},
        }  # fmt: skip
        try:
            made = await groupmsg.add(self._client, body)
        except (NotReached, OutcomeUnknown) as error:
            log.warning("a task of 群发 may have been made; it will be read back", task=task.id, cause=str(error))
            return
        except WeComError as error:
            cause = str(error)
            if error.meaning.decision in ("retry", "limit", "token", "alarm"):
                await self._store.transaction(lambda tx: _ungather(tx, task, cause, ctx))
            else:
                await self._store.transaction(lambda tx: _refused(tx, task, cause, ctx))
            return
        msgid, failed = str(made.get("msgid") or ""), [str(one) for one in made.get("fail_list") or []]
        await self._store.transaction(lambda tx: _made(tx, task, msgid, failed, ctx))

    async def _read_back(self, task: MassTask, ctx: Context) -> None:
        """Whether WeCom has made the task though nobody could say so; only if it has not is it asked for again."""
        async with self._store.read() as tx:
            known = await handed.known_msgids(tx, since=task.called_at - timedelta(days=1))
        try:
            msgid = await self._find(task, known, ctx.now)
        except (WeComError, NotReached, OutcomeUnknown) as error:
            log.warning("a task of 群发 could not be read back yet", task=task.id, cause=str(error))
            later = {"look_at": ctx.now + IN_DOUBT}
            await self._store.transaction(lambda tx: handed.change_task(tx, task.id or 0, **later))
            return
        if msgid:
            await self._store.transaction(lambda tx: _made(tx, task, msgid, [], ctx))
            return
        anew = {"called_at": ctx.now, "look_at": ctx.now + IN_DOUBT}
        await self._store.transaction(lambda tx: handed.change_task(tx, task.id or 0, **anew))
        await self._make(task, ctx)

    async def _find(self, task: MassTask, known: set[str], now: datetime) -> str:
        """WeCom's name of the task of this colleague with these words that was made since our call; "" without one."""
        begin, end = int(task.called_at.timestamp()) - 60, int(now.timestamp()) + 60
        for one in await groupmsg.listed(self._client, begin, end):
            msgid = str(one.get("msgid") or "")
            words = str((one.get("text") or {}).get("content") or "")
            if msgid in known or words.strip() != task.text.strip():
                continue
            whose = [str(each.get("userid")).lower() for each in await groupmsg.tasks(self._client, msgid)]
            if task.sender.lower() in whose:
                return msgid
        return ""

    async def _look(self, task: MassTask, ctx: Context) -> None:
        """Whether it is confirmed, and what became of each customer's message."""
        try:
            tasks = await groupmsg.tasks(self._client, task.msgid)
            results = await groupmsg.results(self._client, task.msgid, task.sender)
        except (WeComError, NotReached, OutcomeUnknown) as error:
            log.warning("the results of 群发 could not be asked for", task=task.id, cause=str(error))
            tasks, results = [], []
        await self._store.transaction(lambda tx: _note(tx, task, tasks, results, ctx))


async def _friend(tx: Tx, lead: Lead, by: str | None) -> Friend:
    """The friend by whom a customer is written to: the owner's, else the latest. Raises Unusable."""
    added = [one for one in await handed.list_friends(tx, lead.id or 0) if one.state == "added" and one.external_id]
    wanted = (by, lead.owner_id, lead.cover_id)
    added.sort(key=lambda one: one.member_id not in wanted)
    for one in added:
        member = await find_member(tx, one.member_id)
        if member is not None and member.state == "active" and member.wecom:
            return one
    raise Unusable("还没有同事加这位客户的企业微信好友,群发不到。")


async def _made(tx: Tx, task: MassTask, msgid: str, failed: Sequence[str], ctx: Context) -> None:
    """The task is there: its colleague is told what to confirm."""
    for row in await handed.list_of_task(tx, task.id or 0):
        if row.external_id in failed:
            await _end(tx, row, 2, ctx)
    await handed.change_task(tx, task.id or 0, state="made", msgid=msgid, look_at=ctx.now + PAUSES[0])
    member = await find_member(tx, task.member_id)
    if member is not None:
        await ring(tx, ctx, member, "mass", key=f"mass:{task.id}", task=task.id)


async def _ungather(tx: Tx, task: MassTask, cause: str, ctx: Context) -> None:
    """WeCom did not take it now: its messages wait for another task."""
    for row in await handed.list_of_task(tx, task.id or 0):
        await handed.settle(tx, row.id or 0, of=("asked",), state="waiting", task_id=None, at=ctx.now)
    await handed.change_task(tx, task.id or 0, state="failed", cause=cause)


async def _refused(tx: Tx, task: MassTask, cause: str, ctx: Context) -> None:
    """WeCom will never take it."""
    log.error("WeCom refuses a task of 群发", task=task.id, cause=cause)
    for row in await handed.list_of_task(tx, task.id or 0):
        await handed.settle(tx, row.id or 0, of=("asked",), state="refused", done_at=ctx.now, cause=cause)
    await handed.change_task(tx, task.id or 0, state="failed", cause=cause)
    member = await find_member(tx, task.member_id)
    if member is not None:
        text = f"给 {task.customers} 位客户的群发没有建成:{cause}"
        await ring(tx, ctx, member, "note", key=f"mass:{task.id}:refused", text=text)


async def _note(
    tx: Tx, task: MassTask, tasks: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, Any]], ctx: Context
) -> None:
    """What WeCom says: each customer's message ends once."""
    mine = next((one for one in tasks if str(one.get("userid")).lower() == task.sender.lower()), None)
    confirmed = mine is not None and mine.get("status") == 2
    told = {str(one.get("external_userid")): int(one.get("status") or 0) for one in results}
    left = 0
    for row in await handed.list_of_task(tx, task.id or 0):
        status = told.get(row.external_id, 0)
        if status in ENDS:
            await _end(tx, row, status, ctx)
        else:
            left += 1
    old = ctx.now - task.called_at > GIVE_UP
    if old and left:
        for row in await handed.list_of_task(tx, task.id or 0):
            await handed.settle(tx, row.id or 0, of=("asked",), state="skipped", done_at=ctx.now, cause="一周没有确认")
    changes: dict[str, Any] = {"looks": task.looks + 1}
    changes["look_at"] = ctx.now + PAUSES[min(task.looks + 1, len(PAUSES) - 1)]
    if confirmed and task.confirmed_at is None:
        changes["confirmed_at"] = _instant(mine, ctx.now)
    if old or not left:
        changes["state"] = "over"
    await handed.change_task(tx, task.id or 0, **changes)


async def _end(tx: Tx, row: Handed, status: int, ctx: Context) -> None:
    cause = CAUSES.get(status, "")
    if not await handed.settle(tx, row.id or 0, of=("asked",), state=ENDS[status], done_at=ctx.now, cause=cause):
        return
    fact: Fact = (
        LetterSent(
            lead_id=row.lead_id, at=ctx.now, by=row.member_id, channel=row.channel, content=row.content,
            topic=row.topic, subject=row.subject,
        )
        if status == 1
        else LetterReturned(lead_id=row.lead_id, at=ctx.now, channel=row.channel, content=row.content, cause=cause)
    )  # fmt: skip
    await apply(tx, [fact], ctx, origin=origin_of("mass", row.key))


def _instant(mine: Mapping[str, Any] | None, now: datetime) -> datetime:
    sent = (mine or {}).get("send_time")
    return datetime.fromtimestamp(sent, now.tzinfo) if isinstance(sent, int) and sent > 0 else now
