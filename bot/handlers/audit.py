"""审计: who has looked at a lead, at its number, its files; for administrators also what a colleague has done."""

from collections.abc import Sequence

from bot.cards.asked import moment
from bot.context import Answer, Context, say
from leads.errors import NoRight, NotFound, Unusable
from leads.facts import Fact
from leads.rights import Who, get_visible, require_role
from leads.understand.phone import normal_phone
from store.leads import find_by_identity
from store.members import find_by_name, name_of
from store.office import AuditItem
from store.timeline import audit, list_audit
from store.tx import Tx

TOLD = 20  # lines; the rest is read by a program, GET /api/v1/audit
MEANT = "审计谁?例如:审计 L1024,审计 13800138000;管理员还可以看一位同事做过什么:审计 王磊。"
ACTS = {
    "view": "看了", "reveal": "看了完整号码", "attachment": "取了附件", "export": "导出了", "list": "列出了",
    "export_numbers": "导出了数字", "export_asked": "申请导出", "export_agreed": "同意了导出",
    "export_refused": "没同意导出", "audit": "看了审计", "login": "登录了网页", "resend": "重发了消息",
    "let be": "决定不再发", "duplicate_check": "查过重",
    "handover": "交接了线索", "leave": "请了假", "back": "销了假", "target": "定了目标", "content": "发布了素材",
    "rules published": "发布了规则", "prices published": "发布了价格", "erase": "删除了个人信息",
    "feedback": "写了反馈", "feedback answered": "回了反馈",
}  # fmt: skip


async def on_audit_word(tx: Tx, lead_id: int | None, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """审计 L1024, 审计 138…, and for administrators 审计 王磊."""
    require_role(who, ("manager", "admin"), "审计")
    if lead_id is None and not rest:
        raise Unusable(MEANT)
    if lead_id is None and (phone := normal_phone(rest)) is not None and phone.valid:
        lead_id = await find_by_identity(tx, "phone", phone.key)
        if lead_id is None:
            raise NotFound("这个号码的线索")
    if lead_id is None:
        return await _of_a_colleague(tx, rest, who, ctx)
    lead = await get_visible(tx, lead_id, who, rules=ctx.rules)
    found = await list_audit(tx, subject=lead.no, limit=TOLD + 1)
    await audit(tx, act="audit", by=who.id, subject=lead.no, at=ctx.now)
    name = f"{lead.no} {lead.name} · {lead.company}".rstrip(" ·")
    if not found:
        return [say(f"{name}\n还没有人看过它。")]
    lines = [f"· {_at(one, ctx)} {await name_of(tx, one.by) if one.by else '程序'} {_act(one)}" for one in found[:TOLD]]
    return [say("\n".join([f"{name},谁看过、动过,最近的在前:", *lines, *_more(found)]))]


async def _of_a_colleague(tx: Tx, name: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    if who.role != "admin":
        raise NoRight("一位同事做过什么,只给管理员看。看一位客户的:审计 L1024。")
    people = await find_by_name(tx, name)
    if len(people) != 1:
        raise Unusable(f"没有找到(或不止一位)「{name[:20]}」。{MEANT}")
    found = await list_audit(tx, by=people[0].id, limit=TOLD + 1)
    await audit(tx, act="audit", by=who.id, subject=people[0].id, at=ctx.now)
    if not found:
        return [say(f"{people[0].name}还没有留下记录。")]
    lines = [f"· {_at(one, ctx)} {_act(one)} {one.subject}".rstrip() for one in found[:TOLD]]
    return [say("\n".join([f"{people[0].name}看过、做过的,最近的在前:", *lines, *_more(found)]))]


def _act(one: AuditItem) -> str:
    return ACTS.get(one.act, one.act)


def _at(one: AuditItem, ctx: Context) -> str:
    return moment(one.at, now=ctx.now, zone=ctx.rules.zone)


def _more(found: Sequence[AuditItem]) -> list[str]:
    return ["…更早的请管理员用接口 /api/v1/audit 看"] if len(found) > TOLD else []
