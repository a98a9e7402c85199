"""渠道 新建, 费用, 列表 and 活动 in chat: a link with its QR code, what it costs, who came."""

import re
from datetime import date, timedelta

from bot.context import Answer, Context, say
from leads.attendance import came
from leads.campaign import Plan, book_cost, door_of, get_campaign, link_of, open_campaign, read_yuan, require_opener
from leads.capture import Person, capture
from leads.errors import Unusable
from leads.facts import Fact
from leads.rights import Who
from leads.understand.reading import understand
from leads.understand.when import find_whens
from store import attendances
from store.campaigns import cost_of, count_enquiries, list_campaigns
from store.origin import Campaign
from store.tx import Tx

MOST_LINES = 200
LISTED = 15
HELP = "活动这样用:活动 新建 夏季沙龙 7月3日;活动 C3(看报名和到场);活动 到场 C3 后面贴到场的人,一行一个「姓名 手机」。"


async def on_open(tx: Tx, words: str, who: Who, ctx: Context, *, kind: str = "campaign") -> list[Fact | Answer]:
    """新建 抖音-夏季 [6月1日到6月30日]: the link, its QR code, and where the costs go."""
    name, starts_on, ends_on = _period(words, ctx)
    plan = Plan(name, kind, starts_on=starts_on, ends_on=ends_on)
    campaign = await open_campaign(tx, plan, who, rules=ctx.rules, now=ctx.now)
    return _shown(campaign, f"{campaign.no}「{campaign.name}」建好了,来的线索记成来源「{campaign.source}」。", 0, ctx)


async def on_cost(tx: Tx, words: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """费用 抖音-夏季 3000 [投放]."""
    found = re.fullmatch(r"(.+?)\s+(-?[\d,.]+\s*万?\s*元?)(?:\s+(.+))?", words.strip())
    fen = read_yuan(found[2]) if found else None
    if found is None or fen is None:
        raise Unusable("写上活动和多少元,例如:渠道 费用 抖音-夏季 3000 投放")
    campaign = await get_campaign(tx, found[1])
    total = await book_cost(tx, campaign, fen, who, day=ctx.today, note=found[3] or "", now=ctx.now)
    return [say(f"{campaign.no}「{campaign.name}」记了 {_yuan(fen)} 元,合计 {_yuan(total)} 元。记错了再记一笔负数。")]


async def on_list(tx: Tx, who: Who, ctx: Context) -> list[Fact | Answer]:
    """列表: each with its enquiries and costs, newest first."""
    require_opener(who)
    rows = await list_campaigns(tx, limit=LISTED)
    if not rows:
        return [say("还没有活动。发「渠道 新建 抖音-夏季」,就有链接和二维码。")]
    lines = []
    for row in rows:
        enquiries, cost = await count_enquiries(tx, row.id or 0), await cost_of(tx, row.id or 0)
        lines.append(f"· {row.no} {row.name}:线索 {enquiries},费用 {_yuan(cost)} 元")
    no = rows[0].no
    return [say("\n".join(["活动(新的在前):", *lines, f"看链接和二维码:渠道 {no};记费用:渠道 费用 {no} 3000"]))]


async def on_show(tx: Tx, named: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """渠道 C3: its link again, with how it is doing."""
    require_opener(who)
    campaign = await get_campaign(tx, named)
    told = f"{campaign.no}「{campaign.name}」:线索 {await count_enquiries(tx, campaign.id or 0)}"
    if campaign.kind == "event":
        registered, there = await attendances.count(tx, campaign.id or 0)
        told += f",报名 {registered},到场 {there}"
    return _shown(campaign, told + "。", await cost_of(tx, campaign.id or 0), ctx)


async def on_event_word(tx: Tx, rest: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """活动 新建 …, 活动 C3, 活动 到场 C3 …."""
    require_opener(who)
    if rest.startswith("新建"):
        return await on_open(tx, rest.removeprefix("新建"), who, ctx, kind="event")
    if rest.startswith("到场"):
        return await _attendance(tx, rest.removeprefix("到场").strip(), who, ctx)
    return await on_show(tx, rest, who, ctx) if rest else [say(HELP)]


async def _attendance(tx: Tx, words: str, who: Who, ctx: Context) -> list[Fact | Answer]:
    """A pasted list of those who came, one in a line: known ones are found, others become leads of the event."""
    named, _, text = words.partition("\n") if "\n" in words else words.partition(" ")
    named, _, more = named.strip().partition(" ")
    lines = [line.strip() for line in f"{more}\n{text}".splitlines() if line.strip()]
    event = await get_campaign(tx, named)
    if not lines:
        raise Unusable(f"把到场的人贴在后面,一行一个,例如:活动 到场 {event.no}\n王建国 13800138000")
    if len(lines) > MOST_LINES:
        raise Unusable(f"一次最多 {MOST_LINES} 行,分几次发;更多的用接口 /api/v1/campaigns/{event.no}/attendance。")
    facts: list[Fact | Answer] = []
    unread, there = [], 0
    for line in lines:
        fields = understand(line, now=ctx.now.astimezone(ctx.rules.zone)).fields
        phone = fields.mobile or fields.tel or ""
        if not phone and not fields.email:
            unread.append(line[:20])
            continue
        person = Person(
            source=event.source, name=fields.name or "", phone=phone, email=fields.email or "",
            company=fields.company or "", submission_id=f"attended:{event.id}:{phone or fields.email}",
            campaign_id=event.id,
        )  # fmt: skip
        captured = await capture(tx, person, rules=ctx.rules, now=ctx.now)
        news = await came(tx, event, captured.lead_id, way="list", rules=ctx.rules, now=ctx.now)
        facts += [*captured.facts, *news]
        there += 1
    told = f"「{event.name}」到场记了 {there} 位。"
    told += (
        f"没看懂 {len(unread)} 行:{'、'.join(unread[:5])}。要有手机或邮箱。" if unread else "今晚各自的销售会收到名单。"
    )
    return [*facts, say(told)]


def _shown(campaign: Campaign, told: str, fen: int, ctx: Context) -> list[Fact | Answer]:
    link, door = link_of(campaign, ctx.public_url), door_of(campaign, ctx.public_url)
    lines = [told, f"链接:{link}", f"二维码:{_picture(link)}"]
    if door:
        lines += [f"签到链接(现场扫):{door}", f"签到二维码:{_picture(door)}"]
    lines.append(f"费用:{_yuan(fen)} 元。记一笔:渠道 费用 {campaign.no} 3000")
    qr: list[Fact | Answer] = []
    if "wecom" in ctx.platforms:  # DingTalk's robot sends no pictures of ours; the address above is one tap away
        doors = (False, True) if door else (False,)
        qr = [Answer("qr", params={"campaign": campaign.id, "door": at_door}) for at_door in doors]
    return [say("\n".join(lines)), *qr]


def _picture(link: str) -> str:
    return link.replace("?c=", ".png?c=", 1)


def _yuan(fen: int) -> str:
    return f"{fen / 100:,.2f}".removesuffix(".00")


def _period(words: str, ctx: Context) -> tuple[str, date | None, date | None]:
    """The name, and the days that stand behind it."""
    name, _, rest = words.strip().partition(" ")
    whens = find_whens(rest, now=ctx.now.astimezone(ctx.rules.zone)) if rest else []
    if not whens:
        return words.strip(), None, None
    zone, last = ctx.rules.zone, whens[-1]
    end = last.end - timedelta(microseconds=1) if last.end is not None and last.end > last.start else last.start
    return name, whens[0].start.astimezone(zone).date(), end.astimezone(zone).date()
