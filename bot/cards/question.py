"""Cards that ask: is this what you meant, why, to whom, which day; and the receipt of an act with 撤销."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.cards.asked import Asked, budget_text, moment, title_of
from bot.cards.card import Button, Card, Choice, Field, Option, Text
from bot.context import Context
from bot.lead_actions import (
    ChangeDraft,
    Disqualify,
    DropDraft,
    NoteCall,
    OtherLead,
    Release,
    SaveDraft,
    SetNextStep,
    Show,
    Transfer,
    Undo,
)
from bot.twin_actions import OpenDispute
from config.words import FOLLOW_UP_LABELS, INVALID_REASONS, STAGE_LABELS
from leads.assign import pool_for
from leads.rights import Who, pools_of
from store import leads, talk
from store.members import list_members, name_of
from store.tables import Lead, Member
from store.tx import Tx

RELEASE_REASONS = ("多次联系不上", "暂时没有需求", "不在我的区域", "忙不过来", "客户指定别人")
TRANSFER_OPTIONS = 10
POOL_BUTTONS = 5


@dataclass(frozen=True)
class DraftView:
    """What was understood, and which parts of it are doubtful."""

    draft_id: int
    kind: str
    state: str
    title: str
    about: str
    fields: tuple[tuple[str, str], ...]
    text: str
    lead_id: int = 0
    disputed: bool = False  # somebody else has this customer: the reader may call the manager


async def look_draft(tx: Tx, asked: Asked, ctx: Context) -> DraftView | None:
    """Read a draft of this reader."""
    if asked.who is None or asked.who.id is None:
        return None
    draft = await talk.find_draft(tx, int(asked.params.get("draft", 0)), asked.who.id)
    if draft is None or draft.kind == "deal":  # what was asked about a deal has its own card
        return None
    lead = await leads.find_lead(tx, draft.lead_id) if draft.lead_id else None
    content = draft.content
    if draft.kind in ("lead", talk.NAMECARD):
        owner = await name_of(tx, lead.owner_id) if lead is not None and lead.owner_id else ""
        return _lead_draft(draft.id or 0, draft.state, lead, content, asked, owner)
    next_at = datetime.fromisoformat(content["next"]) if content.get("next") else None
    doubtful = [datetime.fromisoformat(at) for at in content.get("doubtful", [])]
    unclear = "保存后选时间" if doubtful else "没有约"
    when = moment(next_at, now=ctx.now, zone=ctx.rules.zone) if next_at else unclear
    return DraftView(
        draft.id or 0,
        "followup",
        draft.state,
        f"记到 {title_of(lead)}?" if lead else "这句话记到哪一条?",
        lead.no if lead else "",
        (("方式", FOLLOW_UP_LABELS[content["channel"]]), ("下一步", when)),
        content["text"],
    )


def _lead_draft(
    draft_id: int, state: str, lead: Lead | None, content: dict[str, Any], asked: Asked, owner: str
) -> DraftView:
    fields, doubtful = content["fields"], content["doubtful"]

    def shown(name: str) -> str:
        value = str(fields.get(name) or "")
        return f"{value}(请核对)" if value and name in doubtful else value

    rows = (
        ("姓名", shown("name")),
        ("电话", shown("mobile") or shown("tel")),
        ("公司", shown("company")),
        ("职位", shown("title")),
        ("微信", shown("wechat")),
        ("预算", budget_text(fields.get("budget_min"), fields.get("budget_max"))),
        ("邮箱", shown("email")),
    )
    title = "新线索,这样录入?"
    if lead is not None:
        title = f"这个{asked.params.get('by', '号码')}已经有了:{lead.no},{_where(lead, owner)}"
    return DraftView(
        draft_id,
        "lead",
        state,
        title,
        lead.no if lead else "",
        tuple(r for r in rows if r[1]),
        fields.get("need") or str(content.get("address") or ""),
        lead.id or 0 if lead is not None else 0,
        lead is not None and asked.who is not None and lead.owner_id not in (None, asked.who.id),
    )


def _where(lead: Lead, owner: str) -> str:
    """With whom a known person is, and what became of them."""
    closed = "" if lead.stage in leads.OPEN_STAGES else STAGE_LABELS[lead.stage]
    if owner:
        return f"{owner}在跟" if not closed else f"在{owner}名下({closed})"
    return closed or "还在线索池"


def draw_draft(view: DraftView) -> Card:
    """The card with 保存 / 改 / 换一条 / 丢弃."""
    save = "记为再次咨询" if view.kind == "lead" and view.about else "保存"
    drop = Button("丢弃", DropDraft(view.draft_id))
    dispute = (Button("撞单", OpenDispute(view.lead_id)),) if view.disputed else ()
    other = (Button("换一条", OtherLead(view.draft_id)),) if view.kind == "followup" else ()
    keep = () if view.kind == "followup" and not view.about else (Button(save, SaveDraft(view.draft_id), "primary"),)
    done = {"saved": "已保存", "dropped": "已丢弃"}.get(view.state, "")
    return Card(
        title=view.title,
        subtitle="我是这样理解的,对吗?",
        source="确认一下",
        quote=view.text[:200],
        fields=tuple(Field(name, value) for name, value in view.fields)[:6],
        buttons=() if done else (*keep, Button("改", ChangeDraft(view.draft_id)), *other, *dispute, drop),
        done=done,
    )


@dataclass(frozen=True)
class AskView:
    """A question about one lead; `people` are the colleagues who may take it."""

    what: str
    lead: Lead
    people: tuple[Member, ...] = ()
    unknown: str = ""
    pools: tuple[tuple[str, str], ...] = ()  # name and label, the one that the rules mean first


async def look_ask(tx: Tx, asked: Asked, ctx: Context) -> AskView | None:
    """Read what the question needs: the lead, and for a transfer the colleagues, those of the same team first."""
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    if lead is None or asked.who is None:
        return None
    what = str(asked.params.get("what", ""))
    if what == "release":
        meant = pool_for(lead, rules=ctx.rules)
        names = sorted(ctx.rules.pools, key=lambda name: (name != meant, name != lead.pool))[:POOL_BUTTONS]
        return AskView(what, lead, pools=tuple((name, ctx.rules.pools[name].label) for name in names))
    if what != "transfer":
        return AskView(what, lead)
    named = asked.params.get("named")
    people = [m for m in await list_members(tx) if m.role in ("rep", "manager") and m.id != lead.owner_id]
    if named:
        people = [m for m in people if m.id in named]
    team, me = asked.who.team, asked.who.id
    people.sort(key=lambda m: (lead.pool not in pools_of(Who.of(m), rules=ctx.rules), m.team != team, m.id == me, m.id))
    return AskView(what, lead, tuple(people[:TRANSFER_OPTIONS]), str(asked.params.get("unknown", "")))


def draw_ask(view: AskView) -> Card | Text:
    """A list to choose from and one button."""
    lead_id, version = view.lead.id or 0, view.lead.version
    title = title_of(view.lead)
    if view.what == "followup":
        return Card(
            title=f"记一笔:{title}",
            subtitle="直接发一句话就好,比如「电话聊了,下周三下午3点上门」",
            source="跟进",
            text="或者点一下:",
            buttons=(
                Button("打通了", NoteCall(lead_id, version, "talked"), "primary"),
                Button("没人接", NoteCall(lead_id, version, "missed")),
                Button("加了微信", NoteCall(lead_id, version, "wechat")),
            ),
        )
    if view.what == "transfer":
        if not view.people:
            return Text(f"{view.lead.no} 没有可以接手的同事。请管理员先在成员名单里加上。")
        hint = f"没有叫「{view.unknown}」的同事,从名单里选" if view.unknown else "跟进记录会一起转过去"
        options = tuple(Option(m.id, m.name + (f"({m.team})" if m.team else "")) for m in view.people)
        return Card(
            title=f"转给谁?{title}",
            subtitle=hint,
            source="改派",
            choice=Choice("to", "接手的同事", options, options[0].id),
            buttons=(Button("确定转出", Transfer(lead_id, version), "primary"),),
        )
    reasons = RELEASE_REASONS if view.what == "release" else INVALID_REASONS
    head = "退回" if view.what == "release" else "无效"
    buttons: tuple[Button, ...] = (Button("确定无效", Disqualify(lead_id, version), "primary"),)
    if view.what == "release" and len(view.pools) == 1:
        buttons = (Button("确定退回", Release(lead_id, version), "primary"),)
    elif view.what == "release":
        buttons = tuple(
            Button(f"退到{label}", Release(lead_id, version, pool=name), "plain" if number else "primary")
            for number, (name, label) in enumerate(view.pools)
        )
    return Card(
        title=f"{head}:{title}",
        subtitle="下一位同事会看到这个原因" if view.what == "release" else "原因会反馈给市场",
        source=head,
        text=f"也可以直接发:{head} {view.lead.no} {_elsewhere(view)}你的原因",
        choice=Choice("reason", "原因", tuple(Option(reason, reason) for reason in reasons), reasons[0]),
        buttons=buttons,
    )


def _elsewhere(view: AskView) -> str:
    return f"到{view.pools[-1][1]} " if view.what == "release" and len(view.pools) > 1 else ""


@dataclass(frozen=True)
class WhenView:
    """The note is kept; these are the instants it may have meant."""

    lead: Lead
    words: str
    choices: tuple[tuple[str, str], ...]


async def look_when(tx: Tx, asked: Asked, ctx: Context) -> WhenView | None:
    """Read the lead and put the instants into words."""
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    if lead is None:
        return None
    instants = [datetime.fromisoformat(at) for at in asked.params.get("instants", [])]
    choices = tuple((at.isoformat(), moment(at, now=ctx.now, zone=ctx.rules.zone)) for at in instants)
    return WhenView(lead, str(asked.params.get("words", "")), choices)


def draw_when(view: WhenView) -> Card:
    """Buttons for each day that was meant, and none at all."""
    lead_id = view.lead.id or 0
    buttons = tuple(
        Button(text.replace(" 周", "周")[:10], SetNextStep(lead_id, at), "primary" if number == 0 else "plain")
        for number, (at, text) in enumerate(view.choices)
    )
    return Card(
        title=f"已记到 {title_of(view.lead)}",
        subtitle="哪天提醒你?",
        source="跟进",
        quote=view.words,
        fields=tuple(Field(f"{number}.", text) for number, (_, text) in enumerate(view.choices, 1)),
        buttons=(*buttons, Button("不提醒", SetNextStep(lead_id, ""))),
    )


@dataclass(frozen=True)
class DoneView:
    """An act that is done, and how to take it back."""

    lead: Lead
    said: str
    act_id: int | None
    minutes: int


async def look_done(tx: Tx, asked: Asked, ctx: Context) -> DoneView | None:
    """Read the lead that the act was about."""
    lead = await leads.find_lead(tx, asked.lead_id or 0)
    if lead is None:
        return None
    act = asked.params.get("act")
    return DoneView(lead, str(asked.params.get("said", "")), int(act) if act else None, ctx.rules.undo_minutes)


def draw_done(view: DoneView) -> Card | Text:
    """The receipt."""
    if view.act_id is None:
        return Text(view.said)
    return Card(
        title=title_of(view.lead),
        subtitle=STAGE_LABELS[view.lead.stage],
        source="办好了",
        text=view.said,
        fields=(Field("点错了", f"{view.minutes} 分钟内可以撤销"),),
        buttons=(Button("撤销", Undo(view.act_id)), Button("看线索", Show(view.lead.id or 0))),
    )
