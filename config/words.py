"""The words that rules, cards and programs share: stages, facts, kinds of follow-up, roles, in Chinese for people."""

from collections.abc import Mapping
from types import MappingProxyType

STAGE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "new": "新线索",
        "nurturing": "培育中",
        "mql": "市场合格",
        "sal": "销售已接",
        "sql": "销售合格",
        "opportunity": "商机",
        "won": "赢单",
        "lost": "输单",
        "invalid": "无效",
        "dormant": "沉睡",
    }
)

WARMTH: Mapping[str, str] = MappingProxyType({"hot": "热", "warm": "温", "cold": "冷"})

FACT_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "captured": "首次咨询",
        "enquired": "再次咨询",
        "scored": "评分",
        "behaved": "行为",
        "consented": "同意",
        "content_shared": "发资料",
        "woke": "沉睡后醒来",
        "erased": "按本人要求删除",
        "pages_read": "看了资料",
        "contact_stopped": "退订",
        "contact_allowed": "恢复联系",
        "letter_sent": "发出",
        "file_added": "附件",
        "file_removed": "附件拿掉",
        "group_opened": "拉群",
        "help_asked": "请同事帮忙",
        "help_given": "同事回话",
        "letter_returned": "没有送到",
        "call_logged": "通话",
        "chat_logged": "聊天",
        "cooling": "快要冷下来",
        "wrote": "来消息",
        "mql": "成为合格线索",
        "claimed": "领取",
        "assigned": "分配",
        "placed": "放进线索池",
        "released": "退回",
        "transferred": "转给",
        "followup_logged": "跟进",
        "next_step_set": "约定下一步",
        "node_reached": "走到节点",
        "nurtured": "转回培育",
        "qualified": "转为销售合格",
        "disqualified": "标为无效",
        "opportunity_opened": "转商机",
        "opportunity_moved": "商机进入",
        "opportunity_changed": "修改商机",
        "opportunity_transferred": "商机转给",
        "opportunity_won": "赢单",
        "opportunity_lost": "输单",
        "opportunity_reopened": "重新打开商机",
        "payment_received": "回款",
        "edited": "修改资料",
        "merged": "合并",
        "crossed": "可能和另一条是同一个人",
        "merge_undone": "撤销合并",
        "dispute_opened": "撞单",
        "dispute_decided": "撞单裁决",
        "undone": "撤销",
        "clock_started": "开始计时",
        "clock_met": "按时完成",
        "clock_warned": "时限提醒",
        "clock_overdue": "超时",
        "clock_escalated": "超时升级",
        "clock_paused": "暂停计时",
        "clock_resumed": "继续计时",
        "clock_moved": "时限顺延",
        "extension_requested": "申请延期",
        "extension_denied": "没有同意延期",
        "recycled": "收回",
        "nudged": "催办",
        "cover_began": "请人顶班",
        "cover_ended": "顶班结束",
        "contract_drawn": "合同",
        "contract_signed": "合同签好",
        "order_placed": "下单",
        "order_accepted": "对方接单",
        "order_stuck": "订单待人工",
        "order_delivered": "发货",
        "quoted": "报价",
        "quote_sent": "报价发给客户",
        "approval_asked": "提交审批",
        "approval_decided": "审批结果",
        "approval_withdrawn": "同意被撤销",
        "fell_asleep": "转为沉睡",
        "reminded": "到点提醒",
        "journey_began": "进入旅程",
        "journey_paused": "旅程暂停",
        "journey_resumed": "旅程继续",
        "journey_ended": "旅程结束",
        "journey_told": "旅程提醒",
        "left_alone": "不再联系",
    }
)

# The facts that start promises about time, and those that promises hear of (that may stop, pause or restart them).
STARTING = (
    "captured", "enquired", "mql", "claimed", "assigned", "transferred", "qualified", "released", "recycled",
    "reminded", "followup_logged", "node_reached", "opportunity_opened", "opportunity_moved", "opportunity_reopened",
)  # fmt: skip
HEARD = (
    "enquired", "claimed", "assigned", "transferred", "qualified", "next_step_set", "reminded", "followup_logged",
    "node_reached", "opportunity_opened", "opportunity_moved", "opportunity_reopened",
)  # fmt: skip

FOLLOW_UP_LABELS: Mapping[str, str] = MappingProxyType(
    {"call": "电话", "visit": "拜访", "meeting": "见面", "chat": "沟通", "email": "邮件", "note": "备注"}
)

ACT_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "claim": "领取",
        "release": "退回",
        "transfer": "转给",
        "followup": "跟进",
        "next_step": "提醒时间",
        "qualify": "合格",
        "disqualify": "无效",
        "nurture": "转回培育",
        "ready": "市场合格",
        "sleep": "沉睡",
        "capture": "录入",
        "convert": "转商机",
        "advance": "商机换阶段",
        "deal": "修改商机",
        "win": "赢单",
        "lose": "输单",
        "resume": "重开商机",
        "merge": "合并",
    }
)

FIELD_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "name": "姓名",
        "company": "公司",
        "title": "职位",
        "city": "城市",
        "phone": "电话",
        "email": "邮箱",
        "wechat": "微信",
        "need": "需求",
        "budget": "预算",
        "source": "来源",
        "stage": "阶段",
        "owner": "负责人",
        "pool": "线索池",
    }
)

INVALID_REASONS = ("空号", "同行", "学生", "打错了", "没有需求", "重复")  # what a tap offers; the rest is 其他


def kind_of_reason(reason: str) -> str:
    """The reason as reports count it: the first of the offered ones that the words name, 其他 for all else."""
    return next((kind for kind in INVALID_REASONS if kind in reason), "其他")


ROLE_LABELS: Mapping[str, str] = MappingProxyType(
    {"rep": "销售", "manager": "主管", "marketing": "市场", "admin": "管理员"}
)
