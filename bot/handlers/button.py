"""A pressed button: what it means, whether it is still true, and what its card shows afterwards."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.actions import (
    Action,
    AskColumns,
    AskDisqualify,
    AskExtension,
    AskField,
    AskFollowUp,
    AskPostpone,
    AskRelease,
    AskTransfer,
    ChangeDraft,
    Claim,
    Compare,
    ConfirmImport,
    DecideDispute,
    DecideExtension,
    DecideUnsure,
    Disqualify,
    DropDraft,
    DropImport,
    DropJourney,
    Fill,
    GetContent,
    HandOver,
    KeepOther,
    MergeLeads,
    More,
    MoveTo,
    NoteCall,
    Nudge,
    OpenDispute,
    OtherLead,
    Postpone,
    Qualify,
    Release,
    RequestExtension,
    Resend,
    RollBack,
    SaveDraft,
    SendContent,
    SetNextStep,
    Show,
    ShowHeirs,
    ShowMine,
    ShowMisses,
    ShowNumber,
    ShowOverdue,
    ShowPool,
    ShowReport,
    StartJourney,
    Supply,
    Transfer,
    Undo,
    UndoImport,
    UndoMerge,
)  # fmt: skip
from bot.context import Answer, Context, say
from bot.deal_actions import Advance, ConvertDraft, Lose, ShowDeal, SupplyDeal, TickStep, Win
from bot.events import ButtonPressed, MenuPressed
from bot.export_actions import DecideExport
from bot.handlers import (
    approval,
    claim,
    close,
    connector,
    content,
    convert,
    deal,
    dispute,
    draft,
    exporting,
    extension,
    field,
    followup,
    forecast,
    hand,
    handover,
    importing,
    inherit,
    journey,
    look,
    merge,
    numbers,
    office,
    order,
    overdue,
    qualify,
    quote,
    release,
    rules,
    sop,
    stage,
    transfer,
    undo,
    unsure,
    weekly,
)
from bot.handlers.commands import COMMANDS
from bot.handlers.message import run_command
from bot.outgoing import refresh
from bot.packing import BadAction, unpack
from bot.quote_actions import (
    Agree,
    AskRefuse,
    PlaceOrder,
    Refuse,
    RetryConnector,
    RetryOrder,
    SendQuote,
    ShowQuote,
)
from leads.errors import Refused
from leads.facts import Fact
from leads.rights import Who
from store import cards, outbox
from store.leads import find_lead
from store.merges import current
from store.tx import Tx

Handler = Callable[[Tx, Any, Who, Context], Awaitable[list[Fact | Answer]]]


async def _on_pool(tx: Tx, action: ShowPool, who: Who, ctx: Context) -> list[Fact | Answer]:
    return await look.on_pool(tx, who, ctx)


async def _on_mine(tx: Tx, action: ShowMine, who: Who, ctx: Context) -> list[Fact | Answer]:
    return await look.on_mine(tx, who, ctx)


HANDLERS: dict[type[Action], Handler] = {
    Claim: claim.on_claim,
    Show: look.on_show,
    More: look.on_more,
    NoteCall: followup.on_note_call,
    AskFollowUp: followup.on_ask_followup,
    SetNextStep: followup.on_set_next_step,
    Qualify: qualify.on_qualify,
    AskDisqualify: qualify.on_ask_disqualify,
    Disqualify: qualify.on_disqualify,
    AskRelease: release.on_ask_release,
    Release: release.on_release,
    AskTransfer: transfer.on_ask_transfer,
    Transfer: transfer.on_transfer,
    Undo: undo.on_undo,
    SaveDraft: draft.on_save_draft,
    ChangeDraft: draft.on_change_draft,
    OtherLead: draft.on_other_lead,
    DropDraft: draft.on_drop_draft,
    Fill: followup.on_fill,
    AskField: field.on_ask_field,
    Supply: field.on_supply,
    MoveTo: stage.on_move,
    ShowMisses: weekly.on_show_misses,
    ShowNumber: numbers.on_show_number,
    ShowReport: numbers.on_show_report,
    HandOver: handover.on_hand_over,
    ShowHeirs: inherit.on_show_heirs,
    ShowOverdue: overdue.on_show_overdue,
    Nudge: overdue.on_nudge,
    AskExtension: extension.on_ask_extension,
    RequestExtension: extension.on_request,
    DecideExtension: extension.on_decide,
    AskPostpone: overdue.on_ask_postpone,
    Postpone: overdue.on_postpone,
    OpenDispute: dispute.on_open_dispute,
    DecideDispute: dispute.on_decide_dispute,
    Compare: merge.on_compare,
    MergeLeads: merge.on_merge,
    KeepOther: merge.on_keep_other,
    UndoMerge: merge.on_undo_merge,
    ConfirmImport: importing.on_confirm,
    DropImport: importing.on_drop,
    AskColumns: importing.on_ask_columns,
    UndoImport: importing.on_undo_import,
    SendContent: content.on_send_content,
    GetContent: content.on_get_content,
    ShowPool: _on_pool,
    ShowMine: _on_mine,
    Resend: office.on_resend,
    DecideUnsure: unsure.on_decide,
    **hand.HANDLERS,
    **convert.HANDLERS,
    **deal.HANDLERS,
    **close.HANDLERS,
    **forecast.HANDLERS,
    **sop.HANDLERS,
    RollBack: rules.on_roll_back,
    ShowQuote: quote.on_show_quote,
    SendQuote: quote.on_send,
    Agree: approval.on_agree,
    DecideExport: exporting.on_decide,
    AskRefuse: approval.on_ask_refuse,
    Refuse: approval.on_refuse,
    PlaceOrder: order.on_place_order,
    RetryOrder: connector.on_retry_order,
    RetryConnector: connector.on_retry_connector,
    StartJourney: journey.on_start,
    DropJourney: journey.on_drop,
}

# What a card that asked a question says once it is answered; living cards of leads are redrawn instead.
DONE: dict[type[Action], str] = {
    Release: "已退回",
    Disqualify: "已标为无效",
    Transfer: "已转出",
    SaveDraft: "已保存",
    ChangeDraft: "改好再发",
    DropDraft: "已丢弃",
    OtherLead: "换一条",
    Undo: "已撤销",
    SetNextStep: "已设好",
    NoteCall: "已记下",
    Resend: "正在重发",
    DecideUnsure: "已决定",
    RollBack: "正在回退",
    StartJourney: "已启动",
    DropJourney: "已丢弃",
    Fill: "已记好",
    Supply: "已记好",
    HandOver: "已交接",
    Nudge: "已催办",
    Postpone: "已顺延",
    RequestExtension: "已提给主管",
    DecideExtension: "已处理",
    OpenDispute: "已提给主管",
    DecideDispute: "已定",
    Compare: "换好了",
    MergeLeads: "已合并",
    KeepOther: "换好了",
    UndoMerge: "已撤销合并",
    ConfirmImport: "开始导入",
    DropImport: "已取消",
    UndoImport: "正在撤销",
    ConvertDraft: "已转商机",
    SupplyDeal: "已记好",
    Win: "已赢单",
    Lose: "已记为输单",
    SendQuote: "已发给客户",
    Agree: "已同意",
    DecideExport: "已处理",
    Refuse: "已驳回",
    PlaceOrder: "已下单",
    RetryOrder: "正在重试",
    RetryConnector: "正在重试",
}
CHOSEN: dict[type[Action], str] = {Transfer: "to", HandOver: "to", Supply: "value"}
CHOSEN |= dict.fromkeys((Release, Disqualify, Postpone, RequestExtension, Lose, Refuse), "reason")


def _completed(action: Action, event: ButtonPressed) -> Action:
    """The action with what was chosen in the card's list."""
    name = CHOSEN.get(type(action))
    chosen = next((ids[0] for ids in event.choices.values() if ids), "")
    if name is None or getattr(action, name) or not chosen:
        return action
    return type(action)(**{**vars(action), name: chosen})


async def on_button(tx: Tx, event: ButtonPressed, who: Who, ctx: Context) -> list[Fact | Answer]:
    """Run what the button means for the person who pressed it; a refusal is answered and the card made true."""
    living = bool(event.code) and await cards.bring_code(
        tx, event.platform, event.sender, event.ref, event.code, now=ctx.now
    )
    try:
        action = _completed(unpack(event.action), event)
    except BadAction:
        return [say("这个按钮已经失效了。发「我的」看自己的线索,发「线索池」看可领取的。")]
    lead_id: int | None = getattr(action, "lead_id", None)
    if lead_id is not None and type(action) is not UndoMerge and (now_id := await current(tx, lead_id)) != lead_id:
        action, lead_id = type(action)(**{**vars(action), "lead_id": now_id}), now_id
    try:
        outcome = await HANDLERS[type(action)](tx, action, who, ctx)
    except Refused as refusal:
        if living and lead_id is not None and (lead := await find_lead(tx, lead_id)) is not None:
            await refresh(tx, ctx, lead, origin=f"press{event.ref}{event.code[:16]}", only=event.sender)
        return [say(refusal.sentence)]
    if not living:
        await _settle_card(tx, event, action, who, ctx)
        told = any(isinstance(item, Answer) for item in outcome)
        if lead_id is not None and not told:
            return [*outcome, Answer("lead", lead_id, {"said": DONE.get(type(action), "好了")})]
        if not told and isinstance(action, Advance | TickStep):
            return [*outcome, *await deal.on_show_deal(tx, ShowDeal(action.opportunity_id), who, ctx)]
    return outcome


async def _settle_card(tx: Tx, event: ButtonPressed, action: Action, who: Who, ctx: Context) -> None:
    """Grey the buttons of a question that is answered; what is never asked twice must not look open."""
    done = DONE.get(type(action))
    if done is None or not event.code:
        return
    params: dict[str, Any] = {"code": event.code, "done": done}
    if (draft_id := getattr(action, "draft_id", None)) is not None:
        params["draft"] = draft_id
    if (batch_id := getattr(action, "batch_id", None)) is not None:
        params["import"] = batch_id
    await outbox.ask(
        tx, platform=event.platform, place=event.sender, lane=f"{event.platform}:member:{event.sender}",
        card="answered", key=f"answered:{event.ref}:{event.code[:64]}", now=ctx.now, member_id=who.id,
        lead_id=getattr(action, "lead_id", None), purpose="answered", params=params,
    )  # fmt: skip


async def on_menu(tx: Tx, event: MenuPressed, who: Who, ctx: Context) -> list[Fact | Answer]:
    """An entry of the app's menu is a word said with the thumb."""
    words = {"mine": "我的", "today": "待办", "pool": "线索池", "note": "跟进", "help": "帮助"}
    word = words.get(event.key, "帮助")
    return await run_command(tx, COMMANDS[word], "", who, ctx)
