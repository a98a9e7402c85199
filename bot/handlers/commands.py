"""The words of chat: what each does, for whom, and an example; the help is drawn from this table."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.context import Answer, Context
from bot.handlers import (
    approval,
    attachment,
    audit,
    campaign,
    capture,
    channel,
    claim,
    close,
    company,
    connector,
    consent,
    content,
    convert,
    deal,
    deal_group,
    dispute,
    extension,
    feedback,
    field,
    followup,
    forecast,
    hand,
    handover,
    importing,
    journey,
    kf,
    leave,
    look,
    merge,
    numbers,
    office,
    order,
    overdue,
    practice,
    product,
    qualify,
    quote,
    release,
    rules,
    stage,
    subscribe,
    transfer,
    undo,
    way,
    weekly,
    why,
)
from leads.facts import Fact
from leads.rights import Who
from store.tx import Tx

Reply = Awaitable[list[Fact | Answer]]
LEADERS = frozenset({"manager", "marketing", "admin"})


@dataclass(frozen=True)
class Command:
    """A word with its aliases. Exactly one of the three handlers is set, none for the help itself.

    `bare`: a bare number after the word is a lead's number (領取 1024), not part of a sentence.
    `verbatim`: what follows is kept or sent as it was written, to its last full stop.
    """

    words: tuple[str, ...]
    does: str
    example: str
    on_lead: Callable[[Tx, int | None, str, Who, Context], Reply] | None = None
    on_words: Callable[[Tx, str, Who, Context], Reply] | None = None
    on_alone: Callable[[Tx, Who, Context], Reply] | None = None
    bare: bool = True
    verbatim: bool = False
    roles: frozenset[str] = frozenset()


TABLE = (
    Command(("帮助", "help", "?", "\uff1f", "菜单"), "看看我能做什么", "帮助"),
    Command(
        ("新线索", "新增", "录入"), "贴上客户信息就能录入", "新线索 张三 13800138000 杭州云栖 想要报价",
        on_words=capture.on_new_lead_word, verbatim=True,
    ),
    Command(("线索池", "公海"), "看可以领取的线索", "线索池", on_alone=look.on_pool),
    Command(("领取", "认领", "抢"), "领取一条线索", "领取 L1024", on_lead=claim.on_claim_word),
    Command(("我的", "我的线索"), "我手上的线索,最急的在前", "我的", on_alone=look.on_mine),
    Command(("待办", "今天"), "今天要跟进的", "待办", on_alone=look.on_today),
    Command(("看", "查", "详情"), "看一条线索", "看 L1024,看 王总", on_lead=look.on_show_word, bare=False),
    Command(("更多", "全部"), "接着看刚打开的那条线索的动态", "更多", on_alone=look.on_more_word),
    Command(("查重",), "这个电话或公司谁有了", "查重 13800138000", on_words=look.on_duplicates_word),
    Command(
        ("跟进", "记", "记一笔"), "记下跟进,顺便约好下次", "跟进 L1024 电话聊了,下周三下午3点上门",
        on_lead=followup.on_followup_word, bare=False, verbatim=True,
    ),
    Command(
        ("回复",), "回复在微信客服里说话的客户", "回复 L1024 您好,报价单今天下午发您", on_lead=kf.on_reply_word,
        bare=False, verbatim=True,
    ),
    Command(
        ("退订",), "客户不想再收到某类消息,马上停", "退订 L1024 产品资讯", on_lead=consent.on_stop_word, bare=False,
    ),
    Command(
        ("同意",), "同意一件审批(同意 A3);客户同意接收消息也记在这里", "同意 L1024 产品资讯 3月18日展会上当面说的",
        on_lead=approval.on_agree_word, bare=False,
    ),
    Command(("素材",), "找资料发给客户,看发了有没有用", "素材 报价", on_words=content.on_content_word),
    Command(("合格",), "转为合格线索", "合格 L1024", on_lead=qualify.on_qualify_word),
    Command(("无效",), "标为无效,说一句原因", "无效 L1024 空号", on_lead=qualify.on_disqualify_word),
    Command(("字段",), "看或改这条线索的字段", "字段 L1024 预算=50万", on_lead=field.on_field_word),
    Command(
        ("转商机",), "谈成了一半:转成商机,写上产品、金额、预计成交日", "转商机 L1024 CRM 50万 6月底",
        on_lead=convert.on_convert_word,
    ),
    Command(("商机",), "手上的商机,看一个、改一个", "商机 O88,商机 O88 金额=60万", on_words=deal.on_deal_word),
    Command(
        ("拉群",), "给商机拉一个群,关键的话记回来", "拉群 O88 @李娜", on_words=deal_group.on_group_word,
    ),
    Command(("赢单",), "签下来了", "赢单 O88 50万", on_words=close.on_win_word),
    Command(("输单",), "没谈成,说一句原因", "输单 O88 价格太高", on_words=close.on_lose_word),
    Command(("重开",), "赢单、输单点早了,接着谈", "重开 O88", on_words=close.on_reopen_word),
    Command(("公司",), "一家公司的人、谁拍板、谁没动静、商机", "公司 云栖智能", on_words=company.on_company_word),
    Command(("角色",), "他是决策人、使用人还是影响人", "角色 L1024 决策人", on_lead=company.on_role_word),
    Command(("联系人",), "商机里还有谁", "联系人 O88 L1030 决策人", on_words=company.on_contact_word),
    Command(("预测",), "这个月能签多少", "预测", on_words=forecast.on_forecast_word),
    Command(("承诺",), "下周一定能签下的商机和金额", "承诺 O88 40万", on_words=forecast.on_commit_word, roles=LEADERS),
    Command(("目标",), "定每个人、每个组这个月签多少", "目标 王磊 50万", on_words=forecast.on_target_word),
    Command(("打勾",), "这个阶段的动作做好了一步", "打勾 O88 2", on_words=deal.on_tick_word),
    Command(("阶段",), "改线索的阶段", "阶段 L1024 培育中 明年才有预算", on_lead=stage.on_stage_word),
    Command(("培育",), "时机没到,转回市场培育", "培育 L1024 明年才有预算", on_lead=stage.on_nurture_word),
    Command(("沉睡",), "一直没动静,先放着;再来咨询会自动打开", "沉睡 L1024 半年没回音", on_lead=stage.on_sleep_word),
    Command(("退回",), "退回线索池,说一句原因", "退回 L1024 三次没人接", on_lead=release.on_release_word),
    Command(("转给", "改派", "转派"), "转给同事", "转给 L1024 李娜", on_lead=transfer.on_transfer_word),
    Command(
        ("合并",), "两条线索是同一个人,并成一条(30 天内可撤销)", "合并 L1024 L1030", on_words=merge.on_merge_word,
    ),
    Command(("对比",), "合并前先看看两条线索,挑要保留的", "对比 L1024 L1030", on_words=merge.on_compare_word),
    Command(("撤销合并",), "合并错了,两条各归各位", "撤销合并 L1030", on_words=merge.on_undo_merge_word),
    Command(("撞单",), "同事的客户其实是我的,请主管定", "撞单 L1024", on_lead=dispute.on_dispute_word),
    Command(("复查",), "全部线索再查一遍有没有重复的", "复查", on_alone=merge.on_recheck_word, roles=LEADERS),
    Command(
        ("导入",), "把名单、Excel 里的客户搬进来", "导入", on_words=importing.on_import_word, roles=LEADERS,
    ),
    Command(("回滚",), "整批撤销一次导入", "回滚 I3", on_words=importing.on_roll_back_word, roles=LEADERS),
    Command(("撤销",), "撤销我刚做的一步(10 分钟内)", "撤销", on_alone=undo.on_undo_word),
    Command(("历史",), "这条线索经过谁的手", "历史 L1024", on_lead=look.on_history_word),
    Command(("为什么", "为啥"), "为什么归他、为什么这个分、为什么这个时限", "为什么 L1024", on_lead=why.on_why_word),
    Command(("秒表",), "从客户提交到第一次联系,时间花在哪", "秒表 L1024", on_lead=why.on_stopwatch_word),
    Command(("报价",), "给商机报价,折扣超过线会自动找主管批", "报价 O88 相机×30 9折", on_words=quote.on_quote_word),
    Command(("授信",), "客户能欠我们多少", "授信 L1024 50万", on_lead=quote.on_credit_word),
    Command(("下单",), "客户要了,报价变成订单", "下单 Q12", on_words=order.on_order_word),
    Command(("订单",), "订单到哪一步了;人工录好的补上单号", "订单 D12", on_words=order.on_order_look_word),
    Command(
        ("合同",), "登记合同号,要审批的自动提;签好传文件", "合同 O88 HT-2026-001 50万", on_words=order.on_contract_word,
    ),
    Command(("回款",), "记一笔收到的钱", "回款 O88 5万 首付款", on_words=order.on_payment_word),
    Command(("连接",), "ERP 这些系统通不通、积压多少", "连接", on_words=connector.on_connector_word),
    Command(("审批",), "等我批的、我提的;拜访也在这里提", "审批", on_words=approval.on_approval_word),
    Command(("驳回",), "驳回一件审批,说一句原因", "驳回 A3 毛利不够", on_words=approval.on_refuse_word),
    Command(("产品",), "产品多少钱、库存还有多少", "产品 相机", on_words=product.on_product_word),
    Command(("请假",), "请假期间不分新线索", "请假 到周五", on_words=leave.on_leave_word),
    Command(("销假",), "提前回来了", "销假", on_alone=leave.on_back_word),
    Command(("分配规则",), "线索按什么规则分、各分了多少", "分配规则", on_alone=why.on_rules_word, roles=LEADERS),
    Command(
        ("渠道",), "每个渠道来了多少、花了多少、回了多少", "渠道 上月", on_words=channel.on_channel_word, roles=LEADERS,
    ),
    Command(
        ("规则",), "一句话改规则:先看最近 30 天会怎样,再发布", "规则 领取时限改成4小时", on_words=rules.on_rule_word,
        roles=LEADERS,
    ),
    Command(("试算",), "改过的规则放到最近 30 天会怎样", "试算", on_alone=rules.on_try_word, roles=LEADERS),
    Command(
        ("活动",), "办活动:报名、签到、谁来了", "活动 新建 夏季沙龙 7月3日", on_words=campaign.on_event_word,
        roles=LEADERS,
    ),
    Command(
        ("旅程",), "培育旅程:画出来、试运行、一句话新建", "旅程 新建 下载白皮书后等2天发案例,再等3天没打开就让销售联系",
        on_words=journey.on_journey_word,
    ),
    Command(("活码", "获客链接"), "活码和获客链接在哪,谁在接待", "活码", on_alone=way.on_ways_word, roles=LEADERS),
    Command(("日历",), "哪天上班、哪天休息", "日历", on_alone=office.on_calendar),
    Command(
        ("反馈",), "卡片哪里不对,告诉管理员", "反馈 希望卡片上能看到预算", on_words=feedback.on_feedback_word,
        verbatim=True,
    ),
    Command(("超时",), "超时还没跟上的线索", "超时", on_words=overdue.on_overdue_word, roles=LEADERS),
    Command(
        ("申请延期", "延期"), "来不及了,请主管多给点时间", "申请延期 L1024 3天 等客户内部评审",
        on_lead=extension.on_extension_word,
    ),
    Command(
        ("顺延",), "给时限多一点时间,要写原因", "顺延 L1024 1天 客户出差", on_lead=overdue.on_postpone_word,
        roles=LEADERS,
    ),
    Command(("交接",), "同事离职,线索交给谁", "交接 王磊 李娜", on_words=handover.on_hand_over_word, roles=LEADERS),
    Command(("离职演练",), "如果某人今天离职", "离职演练", on_alone=handover.on_drill, roles=LEADERS),
    Command(("日报",), "今天的数字和最该救的 5 条", "日报", on_words=numbers.on_day_word, roles=LEADERS),
    Command(("周报",), "这一周答应客户的时间做到了多少", "周报 上周", on_words=weekly.on_weekly, roles=LEADERS),
    Command(("月报",), "上个月的数字和输单的原因", "月报", on_words=numbers.on_month_word, roles=LEADERS),
    Command(
        ("订阅",), "到点自动收报表,也可以发到群", "订阅 渠道周报 周一9点 到 销售群",
        on_words=subscribe.on_subscribe_word, roles=LEADERS,
    ),
    Command(("漏斗",), "来的线索走到了哪一步", "漏斗 上月", on_words=numbers.on_funnel_word, roles=LEADERS),
    Command(
        ("归因",), "赢单和回款按首次、末次、平均各归给哪个渠道", "归因 上月", on_words=numbers.on_attribution_word,
        roles=LEADERS,
    ),
    Command(("排行", "龙虎榜"), "谁响应快、谁说到做到", "排行 本月", on_words=numbers.on_ranking_word),
    Command(
        ("使用情况", "上线对比", "采用", "采用情况"), "谁还没用起来,上线前后差多少", "使用情况",
        on_alone=numbers.on_adoption_word, roles=LEADERS,
    ),
    Command(("电话", "复制电话"), "只要号码,点一下就能拨", "电话 L1024", on_lead=hand.on_phone_word),
    Command(("加微信",), "加客户的微信,通过了自动记下", "加微信 L1024", on_lead=hand.on_friend_word),
    Command(("联系",), "打电话、加微信、发素材,一张卡片", "联系 L1024", on_lead=hand.on_reach_word),
    Command(("附件",), "线索的图片、文件和录音", "附件 L1024", on_lead=attachment.on_attachments_word),
    Command(("群发",), "群发谁确认了、发到了多少", "群发", on_alone=hand.on_mass_word, roles=LEADERS),
    Command(("审计",), "谁看过一位客户的资料", "审计 L1024", on_lead=audit.on_audit_word, bare=False),
    Command(
        ("练习", "新手", "上手"), "用一条假线索走一遍,不进报表", "练习", on_words=practice.on_practice_word,
    ),
    Command(("结束练习",), "不练了,练习的线索清掉", "结束练习", on_alone=practice.on_end_word),
    Command(("未送达",), "没有送到的消息", "未送达", on_alone=office.on_undelivered, roles=LEADERS),
)  # fmt: skip


def _index(table: tuple[Command, ...]) -> dict[str, str]:
    """alias → first word; an alias that two commands claim is refused at start."""
    found: dict[str, str] = {}
    for command in table:
        for alias in command.words:
            if alias in found:
                raise ValueError(f"the word {alias} belongs to two commands: {found[alias]} and {command.words[0]}")
            found[alias] = command.words[0]
    return found


COMMANDS = {command.words[0]: command for command in TABLE}
ALIASES = _index(TABLE)
