"""The living card of a lead: it shows who owns it now and offers what the reader may do next."""

from dataclasses import dataclass

from bot.cards.asked import (
    Asked,
    budget_of,
    moment,
    odds_of,
    phone_of,
    rating_of,
    stage_of,
    title_of,
    words_of,
)  # fmt: skip
from bot.cards.card import Button, Card, Field
from bot.cards.journey import journey_of
from bot.cards.promise import promises_of
from bot.cards.way import WAY, way_of
from bot.context import Context
from bot.deal_actions import AskConvert, ShowDeal
from bot.lead_actions import (
    AskDisqualify,
    AskRelease,
    AskTransfer,
    Claim,
    More,
    MoveTo,
    NoteCall,
    Qualify,
    Undo,
)
from config.words import STAGE_LABELS
from leads.lifecycle import MOVES
from leads.mask import said
from leads.money import yuan_text
from leads.own import shown_own
from leads.rights import can_act, can_see, is_free, pools_of, works_on
from store import deals, findings, leads, talk, timeline
from store.chat import Act
from store.handed import friend_states
from store.members import name_of
from store.tables import Lead
from store.tx import Tx

OWN = ""  # where the company's own fields stand among the others
REGISTER = ("industry", "scale", "capital", "status", "risk")

FRIEND = {"asked": "待通过", "added": "已是好友"}


@dataclass(frozen=True)
class View:
    """What the card shows; `part` is the reader's relation to the lead: free, mine, lead (their team's), gone."""

    lead: Lead
    part: str
    owner: str
    reveal: bool
    promise: str
    keeping: str
    last_words: str
    last_at: str
    next_step: str
    releases: tuple[str, ...]
    undo_act: int | None
    said: str
    headline: str
    pool_label: str
    may_claim: bool = False
    may_give: bool = False
    register: str = ""
    covers: bool = False  # the reader works on it for the owner, who is away
    own: tuple[tuple[str, str], ...] = ()
    may_tend: bool = False
    way: tuple[tuple[str, str], ...] = ()  # how they came: campaign, keyword, landing page
    odds: str = ""
    further: str = ""  # how far a follow-up prolongs what the owner may keep, and until when at most
    kept: tuple[str, str] | None = None  # the promise that the last contact kept, and how
    arithmetic: str = ""  # how what is left of the promise lies over the days
    journey: str = ""  # on which journey, and why it rests
    friend: str = ""  # whether the reader is their friend in WeChat
    deals: tuple[tuple[int, str], ...] = ()  # the open deals: number, and stage with amount
    again: str = ""  # what they asked for when they came once more, and nobody has followed up since

    @property
    def deal_buttons(self) -> tuple[Button, ...]:
        """A way to each open deal, or to one more."""
        shown = tuple(Button(f"商机 O{number}", ShowDeal(number)) for number, _ in self.deals[:2])
        return shown or (Button("转商机", AskConvert(self.lead.id or 0)),)


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read what the card shows to this reader; None when the lead is not theirs to see at all."""
    who = asked.who
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    if lead is None or who is None:
        return None
    act = await can_act(tx, lead, who)
    claimable = is_free(lead) and lead.pool in pools_of(who, rules=ctx.rules)
    if works_on(lead, who) and lead.stage in leads.CARED_STAGES:
        part = "mine"
    elif is_free(lead) and (claimable or who.role == "admin"):
        part = "free"
    elif act and lead.stage in leads.CARED_STAGES:
        part = "lead"
    else:
        part = "gone"
    reveal = act and part != "free"
    last = await timeline.last_followup(tx, lead.id or 0)
    visible = await can_see(tx, lead, who, rules=ctx.rules)
    act_last = await undoable(tx, lead, who.id or "", ctx)
    releases = await timeline.list_last(tx, lead.id or 0, ("released",), limit=3) if visible else []
    latest = await leads.list_enquiries(tx, lead.id or 0, limit=1) if lead.enquiries > 1 and visible else []
    again = latest[0].need if latest and (last is None or latest[0].at > last.at) else ""
    promises = await promises_of(tx, lead, last, ctx)
    return View(
        lead=lead,
        part=part,
        owner=await name_of(tx, lead.owner_id) if lead.owner_id else "",
        reveal=reveal,
        promise=promises.urgent if part != "gone" else "",
        keeping=promises.keeping if part in ("mine", "lead") else "",
        further=promises.further if part in ("mine", "lead") else "",
        kept=promises.kept if part in ("mine", "lead") else None,
        last_words=words_of(last.text, reveal=reveal) if last and visible else "",
        last_at=moment(last.at, now=ctx.now, zone=ctx.rules.zone) if last else "",
        again=words_of(again, reveal=reveal) if again else "",
        next_step=moment(lead.next_step_at, now=ctx.now, zone=ctx.rules.zone) if lead.next_step_at else "",
        releases=tuple(words_of(item.text, reveal=reveal, most=30) for item in releases),
        undo_act=act_last.id if act_last is not None else None,
        said=str(asked.params.get("said", "")) or _said_of(lead, act_last),
        headline=str(asked.params.get("headline", "")),
        pool_label=ctx.rules.pools[lead.pool].label if lead.pool in ctx.rules.pools else lead.pool,
        may_claim=claimable and (who.role == "manager" or (who.role == "rep" and _is_taken_from(lead, ctx))),
        may_give=is_free(lead) and who.role in ("manager", "admin"),
        covers=part == "mine" and lead.owner_id != who.id,
        register=await _register(tx, lead, ctx) if ctx.enriches and visible else "",
        own=tuple(row[1:] for row in shown_own(lead, reveal=reveal, rules=ctx.rules, on="card")) if visible else (),
        may_tend=who.role == "marketing" and is_free(lead),
        way=await way_of(tx, lead) if visible else (),
        odds=odds_of(lead, ctx) if visible else "",
        arithmetic=promises.arithmetic if part in ("mine", "lead") else "",
        journey=await journey_of(tx, lead, ctx) if visible else "",
        friend=FRIEND.get((await friend_states(tx, lead.id or 0)).get(who.id or "", ""), "") if reveal else "",
        deals=await _open_deals(tx, lead) if visible and lead.stage == "opportunity" else (),
    )


async def _open_deals(tx: Tx, lead: Lead) -> tuple[tuple[int, str], ...]:
    """O88 方案报价 50 万, for each."""
    return tuple(
        (deal.id or 0, " ".join(part for part in (deal.no, deal.stage, yuan_text(deal.amount)) if part))
        for deal in await deals.list_of_lead(tx, lead.id or 0)
        if deal.result == "open"
    )


def _is_taken_from(lead: Lead, ctx: Context) -> bool:
    """Whether reps take leads from this lead's pool themselves."""
    pool = ctx.rules.pools.get(lead.pool)
    return pool is None or pool.claim


async def _register(tx: Tx, lead: Lead, ctx: Context) -> str:
    """What the register knows of the company, with source and day; what somebody typed stands elsewhere."""
    found = {row.field: row for row in await findings.list_of_lead(tx, lead.id or 0) if row.field in REGISTER}
    if not found:
        return ""
    latest = max(found.values(), key=lambda row: row.at)
    origin = f"({latest.source} {latest.at.astimezone(ctx.rules.zone):%m-%d})"
    told = ""
    for value in (found[field].value for field in REGISTER if field in found):
        more = f"{told}/{value}" if told else value
        told = more if len(more) + len(origin) <= 30 else told
    return (told or "已查到") + origin


async def undoable(tx: Tx, lead: Lead, member_id: str, ctx: Context) -> Act | None:
    """The reader's last act on this lead while they may still take it back."""
    window = talk.undo_window(ctx.rules.undo_minutes, ctx.now)
    for act in await talk.last_acts(tx, member_id, since=window):
        if act.lead_id == lead.id:
            return act if act.version_after == lead.version else None
    return None


def _said_of(lead: Lead, act: Act | None) -> str:
    """A tap on 领取 changes the card itself, so the card has to say that it worked."""
    return taken(lead.id or 0) if act is not None and act.kind == "claim" else ""


def taken(lead_id: int) -> str:
    """What whoever claimed a lead reads."""
    return f"L{lead_id} 已领取,现在是你的了"


def draw(view: View) -> Card:
    """The card for this reader."""
    lead = view.lead
    if view.part == "gone":
        return _gone(view)
    head = {
        "free": f"{view.pool_label} · 待领取",
        "mine": f"替{view.owner}顶班" if view.covers else "我的线索",
        "lead": f"{view.owner}的线索",
    }[view.part]
    quote_title, quote = "", ""
    if view.again:
        quote_title, quote = "客户这次说", view.again
    elif view.last_words:
        quote_title, quote = f"上次跟进 {view.last_at}", view.last_words
    elif lead.need:
        quote_title, quote = "客户说", words_of(lead.need, reveal=view.reveal)
    return Card(
        title=title_of(lead),
        subtitle=_subtitle(view),
        source=head,
        quote_title=quote_title,
        quote=quote,
        text="\n".join(
            part
            for part in (
                view.said,
                view.arithmetic and f"时限这样算:{view.arithmetic}",
                view.further,
            )
            if part
        ),
        fields=_fields(view),
        buttons=_buttons(view),
    )


def _subtitle(view: View) -> str:
    lead = view.lead
    if lead.flaw:
        return f"无效:{lead.flaw} · 不计时限,不计成本"
    return f"{view.headline or stage_of(lead)} · {rating_of(lead)}"


def _fields(view: View) -> tuple[Field, ...]:
    lead = view.lead
    rows = [
        Field("电话", phone_of(lead, reveal=view.reveal)),
        Field("职位", said(lead.title, reveal=view.reveal)),
        Field("预算", budget_of(lead)),
        Field("来自", said(" · ".join(part for part in (lead.source, lead.city) if part), reveal=view.reveal)),
        Field("下一步", view.next_step),
        Field("商机", ";".join(told for _, told in view.deals)),
        Field("赢率", view.odds),
        Field("时限", view.promise),
        Field("保留", view.keeping),
        Field("旅程", view.journey),
        Field("退回过", ";".join(view.releases)),
        Field("工商", view.register),
        Field("微信", " ".join(part for part in (view.friend, lead.wechat if view.reveal else "") if part)),
        *([Field(view.kept[0][:5], view.kept[1])] if view.kept is not None else []),
        *(Field(label, text) for label, text in (*view.way, *view.own)),
    ]
    known = ("微信",) if view.friend else ()
    how = ("来自", *WAY) if view.way else ()  # who came by an advertisement is greeted with what they looked for
    first = ("电话", "时限", "保留", "旅程", "下一步", "商机", "赢率", "退回过")
    order = (*first, *how, *known, "职位", "预算", OWN, "工商", "来自", "微信")
    present = sorted((r for r in rows if r.value), key=lambda r: order.index(r.name if r.name in order else OWN))
    return tuple(present[:6])


def _buttons(view: View) -> tuple[Button, ...]:
    lead_id, version = view.lead.id or 0, view.lead.version
    more = Button("详情", More(lead_id))
    lead_is_new = view.lead.stage in MOVES["ready"].before
    undo = (Button("撤销", Undo(view.undo_act)),) if view.undo_act is not None else ()
    if view.part == "free":
        claim = (Button("领取", Claim(lead_id, version), "primary"),) if view.may_claim else ()
        give = (Button("指派", AskTransfer(lead_id)),) if view.may_give else ()
        tend = (Button("转培育", MoveTo(lead_id, version, "nurturing")), Button("无效", AskDisqualify(lead_id)))
        if view.may_tend and lead_is_new:
            tend = (Button("转给销售", MoveTo(lead_id, version, "mql"), "primary"), tend[-1])
        return (*claim, *give, *(tend if view.may_tend else ()), more, *undo)
    if view.part == "lead":
        sold = view.lead.stage in ("opportunity", "won")
        second = view.deal_buttons if sold else (Button("退回", AskRelease(lead_id)),)
        return (Button("改派", AskTransfer(lead_id), "primary"), *second, more, *undo)[:6]
    calls = (
        Button("打通了", NoteCall(lead_id, version, "talked"), "primary"),
        Button("没人接", NoteCall(lead_id, version, "missed")),
    )
    onward = (
        (Button("合格", Qualify(lead_id, version)),) if view.lead.stage in ("new", "nurturing", "mql", "sal") else ()
    )
    away = (Button("转给", AskTransfer(lead_id)), Button("退回", AskRelease(lead_id)))
    worthless = () if undo else (Button("无效", AskDisqualify(lead_id)),)
    if view.lead.stage == "sql":
        onward = (Button("转商机", AskConvert(lead_id)),)
    if view.lead.stage in ("opportunity", "won"):
        return (*calls, *view.deal_buttons, *away[:1], *undo)[:6]
    return (*calls, *onward, *worthless, *away, *undo)


def _gone(view: View) -> Card:
    """For readers who cannot act any more: what has become of the lead, without its data."""
    lead = view.lead
    if lead.stage not in leads.OPEN_STAGES:
        done = STAGE_LABELS[lead.stage]
        why = said(lead.closed_reason, reveal=False)
        text = f"{lead.no} 已结束" + (f":{why}" if why else "")
    elif lead.owner_id is not None:
        done = f"已被{view.owner}领取"
        text = f"{lead.no} 现在由{view.owner}跟进"
    else:
        done, text = "已收回", f"{lead.no} 不在你的线索池里了"
    return Card(title=title_of(lead), source="线索动态", text=text, done=done)
