"""What a column of a list may be about, and the many headings under which people write it."""

from collections.abc import Mapping
from types import MappingProxyType

from config.words import STAGE_LABELS


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


LABELS: Mapping[str, str] = MappingProxyType(
    {
        "name": "姓名",
        "surname": "姓氏",
        "phone": "电话",
        "email": "邮箱",
        "wechat": "微信",
        "company": "公司",
        "title": "职位",
        "city": "城市",
        "need": "需求",
        "budget": "预算",
        "industry": "行业",
        "product": "产品",
        "source": "来源",
        "external_id": "原系统编号",
        "owner": "负责人",
        "stage": "阶段",
        "pool": "线索池",
        "created_at": "创建时间",
        "followup": "跟进记录",
        "followup_at": "跟进时间",
        "followup_by": "跟进人",
        "followup_kind": "跟进方式",
        "next_step_at": "下次跟进时间",
        "skip": "(不导入)",
    }
)
OWN = "fields."  # before the key of a field that the company added
CONTACTS = ("phone", "email", "wechat")
SEVERAL = ("phone", "email", "wechat", "need", "followup")  # a list may have more than one such column

# A heading's score for a field: 100 is certain; where a heading may mean two things, the other columns decide.
EXACT: Mapping[str, tuple[tuple[str, int], ...]] = MappingProxyType(
    {
        "客户名称": (("company", 75), ("name", 70)),
        "客户": (("company", 60), ("name", 65)),
        "名称": (("company", 60), ("name", 50)),
        "线索名称": (("name", 60), ("company", 55)),
        "名": (("name", 60),),
        "客户全称": (("company", 95),),
        "备注": (("need", 60),),
        "说明": (("need", 50),),
        "时间": (("created_at", 50),),
        "日期": (("created_at", 50),),
        "编号": (("external_id", 60),),
        "状态": (("stage", 70),),
        "类型": (),
        "id": (("external_id", 80),),
        "no": (("external_id", 40),),
        "序号": (("skip", 100),),
        "行号": (("skip", 100),),
        "问题": (("skip", 100),),
        "原因": (("skip", 60),),
        "account": (("company", 70),),
        "account name": (("company", 90),),
        "contact": (("name", 70),),
        "lead": (("name", 60),),
        "owner": (("owner", 90),),
        "notes": (("need", 60),),
        "note": (("need", 60),),
        "comments": (("need", 60),),
        "date": (("created_at", 50),),
    }
)
SYNONYMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "name": _words(
            "姓名|联系人|联系人姓名|客户姓名|名字|称呼|对接人|客户联系人|主要联系人|收件人|"
            "name|full name|contact name|contact person|lead name|customer name|first name|given name"
        ),
        "surname": _words("姓|姓氏|last name|surname|family name"),
        "phone": _words(
            "电话|手机|手机号|手机号码|电话号码|联系电话|联系方式|移动电话|座机|固话|"
            "固定电话|办公电话|公司电话|联系手机|号码|电话1|电话2|手机1|手机2|备用电话|"
            "其他电话|手机/电话|电话/手机|手机(微信同号)|phone|mobile|cell|tel|telephone|"
            "phone number|mobile phone|mobile number|cell phone|contact number|work phone|"
            "business phone"
        ),
        "email": _words("邮箱|电子邮箱|电子邮件|邮件|邮箱地址|邮件地址|email|e-mail|mail|email address|e-mail address"),
        "wechat": _words("微信|微信号|微信id|微信账号|wechat|weixin|wechat id|wx|vx"),
        "company": _words(
            "公司|公司名称|企业|企业名称|单位|单位名称|所在公司|工作单位|公司全称|客户公司|"
            "机构|机构名称|店铺名称|company|company name|organization|organisation|"
            "business name|employer|corporation"
        ),
        "title": _words("职位|职务|岗位|头衔|职称|job title|title|position|job|role"),
        "city": _words("城市|地区|所在地|所在城市|省市|区域|省份城市|所在地区|省|市|city|region|location"),
        "need": _words(
            "需求|咨询内容|意向产品|意向|需求描述|客户需求|留言|咨询产品|感兴趣的产品|"
            "产品需求|采购需求|需求说明|项目需求|message|need|needs|requirement|requirements|"
            "inquiry|enquiry|interest|description"
        ),
        "budget": _words("预算|预算金额|预算(元)|预算(万元)|预计金额|采购预算|budget"),
        "industry": _words("行业|所属行业|客户行业|所在行业|行业类型|行业分类|industry|sector|line of business"),
        "product": _words("产品|产品名称|产品线|关注产品|产品类型|product|product name|product line"),
        "source": _words(
            "来源|渠道|线索来源|客户来源|来源渠道|获客渠道|市场活动|推广渠道|source|lead source|channel|campaign"
        ),
        "external_id": _words(
            "线索编号|客户编号|原编号|原系统编号|系统编号|线索id|客户id|外部编号|外部id|"
            "crm编号|会员号|external id|external_id|lead id|record id|customer id|crm id|"
            "old id"
        ),
        "owner": _words(
            "负责人|归属人|所属销售|销售|业务员|销售负责人|跟进销售|归属销售|客户经理|"
            "销售人员|所有人|sales|sales rep|lead owner|contact owner|assigned to|account owner"
        ),
        "stage": _words("阶段|线索状态|线索阶段|客户状态|跟进状态|销售阶段|跟进阶段|stage|status|lead status"),
        "pool": _words("线索池|公海|公海池|pool"),
        "created_at": _words(
            "创建时间|录入时间|登记时间|咨询时间|提交时间|创建日期|录入日期|登记日期|"
            "线索时间|获取时间|留资时间|created at|created|create time|created time|"
            "created date|date created|create date|submitted at"
        ),
        "followup": _words(
            "跟进记录|跟进内容|跟进情况|最近跟进|沟通记录|拜访记录|跟进详情|最新跟进记录|"
            "最近跟进记录|沟通内容|follow up|follow-up|followup|last note|activity"
        ),
        "followup_at": _words(
            "跟进时间|最近跟进时间|最后跟进时间|跟进日期|最近联系时间|沟通时间|上次跟进时间|"
            "最新跟进时间|followup at|follow-up at|last contacted|last activity|last contact"
        ),
        "followup_by": _words("跟进人|最近跟进人|跟进人员|记录人|followup by|follow-up by|followed by"),
        "followup_kind": _words("跟进方式|沟通方式|联系类型|followup kind|activity type"),
        "next_step_at": _words(
            "下次跟进时间|下次联系时间|下次跟进|计划跟进时间|下次跟进日期|next step at|next follow up|next contact"
        ),
    }
)
NEUTRAL = _words("客户|联系人|线索|对方|主要|企业|公司|单位|常用|您的|你的|请填写|个人|工作|本人|原")
OURS = _words("负责人|销售|业务员|跟进人|介绍人|推荐人|紧急|客服|代理|经办人|创建人|录入人|财务|开票")
# How other systems and lists call the stages of a lead.
STAGES: Mapping[str, str] = MappingProxyType(
    {
        **{label: stage for stage, label in STAGE_LABELS.items()},
        **{stage: stage for stage in STAGE_LABELS},
        **dict.fromkeys(("新建", "未跟进", "待跟进", "未分配", "待分配", "待处理"), "new"),
        **dict.fromkeys(("跟进中", "已领取", "已分配", "已联系"), "sal"),
        **dict.fromkeys(("培育", "待培育"), "nurturing"),
        **dict.fromkeys(("合格", "有效", "高意向"), "sql"),
        **dict.fromkeys(("商机", "已转商机", "已转化"), "opportunity"),
        **dict.fromkeys(("成交", "已成交"), "won"),
        **dict.fromkeys(("丢单", "流失", "战败"), "lost"),
        **dict.fromkeys(("无效线索", "已关闭", "关闭"), "invalid"),
        **dict.fromkeys(("休眠",), "dormant"),
        **dict.fromkeys(("open", "uncontacted"), "new"),
        **dict.fromkeys(("working", "in progress", "contacted", "connected", "attempted to contact"), "sal"),
        **dict.fromkeys(("qualified",), "sql"),
        **dict.fromkeys(("unqualified", "disqualified", "closed"), "invalid"),
        **dict.fromkeys(("customer", "closed won"), "won"),
        **dict.fromkeys(("closed lost",), "lost"),
    }
)
