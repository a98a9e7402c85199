"""Which handler answers which button, and what a card says once its question is answered."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.actions import Action
from bot.context import Answer, Context
from bot.customer_actions import DecideUnsure, DropJourney, GetContent, SendContent, StartJourney
from bot.deal_actions import ConvertDraft, Lose, SupplyDeal, Win
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
from bot.import_actions import AskColumns, ConfirmImport, DropImport, UndoImport
from bot.lead_actions import (
    AskDisqualify,
    AskField,
    AskFollowUp,
    AskRelease,
    AskTransfer,
    ChangeDraft,
    Claim,
    Disqualify,
    DropDraft,
    Fill,
    More,
    MoveTo,
    NoteCall,
    OtherLead,
    Qualify,
    Release,
    SaveDraft,
    SetNextStep,
    Show,
    ShowMine,
    ShowPool,
    Supply,
    Transfer,
    Undo,
)
from bot.office_actions import HandOver, Resend, RollBack, ShowHeirs
from bot.promise_actions import (
    AskExtension,
    AskPostpone,
    DecideExtension,
    Nudge,
    Postpone,
    RequestExtension,
    ShowMisses,
    ShowOverdue,
)
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
from bot.report_actions import ShowNumber, ShowReport
from bot.twin_actions import Compare, DecideDispute, KeepOther, MergeLeads, OpenDispute, UndoMerge
from leads.facts import Fact
from leads.rights import Who
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
