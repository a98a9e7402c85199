"""Every card in every state that a person may meet, drawn from views written by hand: what the goldens are made of."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.cards import (
    attachment,
    batch,
    brief,
    clock,
    company,
    content,
    deal,
    deal_asked,
    deal_group,
    dispute,
    duplicates,
    extension,
    feedback,
    forecast,
    group,
    hand,
    inherit,
    journeys,
    lead,
    leaver,
    listing,
    mass,
    merge,
    missing,
    morning,
    overdue,
    own,
    plain,
    postpone,
    question,
    recheck,
    reminder,
    rules,
    shelf,
    sop,
    story,
    unsure,
    wanted,
    weekly,
    why,
)
from bot.cards import help as help_card
from bot.cards.card import Button, File, Link, Message, Text
from bot.forecasting import Outlook
from bot.lead_actions import Show
from config.pipeline import DealStage, PlayStep
from leads.missing import QUESTIONS
from leads.wanted import Wanted
from reports.forecast import Error, Forecast
from sla.handover import Estate
from sla.record import Delivered, Kept, Record
from store.batch import ImportBatch
from store.content import Content
from store.deal import Opportunity
from store.effect import Effect
from store.handed import Handed, MassTask
from store.helps import Help
from store.rechecks import Recheck
from store.tables import Clock, Lead, Member
from store.twin import Dispute
from tests.conftest import NOW
from tests.golden import figures_made_up
from tests.golden.exports import EXPORTS
from tests.golden.quotes import QUOTES


def customer(**changed: Any) -> Lead:
    """王建国 of 云栖, unless a test says otherwise."""
    values: dict[str, Any] = {
        "id": 1024, "corp": "acme", "name": "王建国", "company": "杭州云栖智能科技有限公司", "title": "采购总监",
        "city": "杭州", "phone": "13800138000", "wechat": "wangjg_88", "need": "急需三十台工业相机,下周要报价",
        "budget_min": 500000, "budget_max": 500000, "stage": "mql", "score": 100, "grade": "A", "temperature": "hot",
        "pool": "public", "source": "官网", "created_at": NOW, "version": 3,
    }  # fmt: skip
    return Lead(**(values | changed))


def piece(name: str, title: str, version: int, expires_on: str) -> Content:
    """A piece of the library."""
    return Content(corp="acme", name=name, title=title, version=version, expires_on=expires_on, at=NOW)


def of_lead(part: str, **changed: Any) -> Message:
    """The living card; what is not named is empty."""
    about = changed.pop("lead", customer(stage="mql" if part == "free" else "sal"))
    values: dict[str, Any] = {
        "lead": about, "part": part, "owner": "王磊", "reveal": part in ("mine", "lead"), "promise": "", "keeping": "",
        "last_words": "", "last_at": "", "next_step": "", "releases": (), "undo_act": None, "said": "",
        "headline": "", "pool_label": "公共线索池",
    }  # fmt: skip
    return lead.draw(lead.View(**(values | changed)))


def of_clock(part: str, *, left: str = "1 小时", ended: str = "", label: str = "领取", owner: str = "") -> Message:
    """A promise that is running out, or broken."""
    return clock.draw(
        clock.View(
            lead=customer(), label=label, share=50, due="今天 13:50", left=left, arithmetic="", owner=owner, part=part,
            reveal=part in ("owner", "manager"), ended=ended,
        )
    )  # fmt: skip


def clock_superseded() -> Message:
    """An earlier step's card after a later one has rung."""
    shown = clock.View(
        lead=customer(), label="领取", share=50, due="今天 13:50", left="30 分", arithmetic="", owner="", part="claim",
        reveal=False, ended="看下面最新的提醒", older=True,
    )  # fmt: skip
    return clock.draw(shown)


def late(about: Lead, owner: str, over: str) -> overdue.Late:
    """A broken promise that nobody has caught up on."""
    promise = Clock(
        id=7, corp="acme", lead_id=about.id or 0, name="first_contact", state="overdue", started_at=NOW, due_at=NOW,
        rule={"label": "首次联系"}, rules_version=1,
    )  # fmt: skip
    return overdue.Late(about, promise, owner, over)


def of_reminder(done: str = "") -> Message:
    """The promised minute."""
    return reminder.draw(
        reminder.View(customer(stage="sal"), True, "今天 15:10", "电话聊了,下午再打", "今天 10:32", done)
    )


def of_import(state: str, **changed: Any) -> Message:
    """A list of a thousand rows."""
    values: dict[str, Any] = {
        "id": 3, "corp": "acme", "kind": "list", "name": "深圳展会.xlsx", "digest": b"", "created_at": NOW,
        "run_at": NOW, "state": state, "rows": 1000, "new": 800, "updated": 180, "skipped": 20, "lines": 1001,
        "heading": {
            "titles": ["姓名", "手机号码", "单位", "备注", "序号"],
            "fields": ["name", "phone", "company", "need", "skip"],
        },
    }  # fmt: skip
    before = changed.pop("before", ())
    bad = changed.pop("bad", ((7, "电话「1380013」不对:位数不对"),))
    left = changed.pop("left", ())
    return batch.draw(batch.View(ImportBatch(**(values | changed)), bad, left, bool(bad), before))


def of_comparison(before: int = 0, **kept: int) -> Message:
    """An old system's thousand rows beside ours, after so many nights on which both agreed."""
    counts = {"same": 980, "differing": 0, "there": 0, "doubled": 0, "here": 985, "only_here": 0, "newer": 5}
    values: dict[str, Any] = {"corp": "acme", "kind": "compare", "digest": b"", "created_at": NOW, "run_at": NOW}
    nights = [ImportBatch(**values, name="", kept=counts) for _ in range(before)]
    lines = {"rows": 980 + kept.get("there", 0), "new": kept.get("there", 0), "updated": 980, "skipped": 0}
    return of_import("compared", kind="compare", name="crm.xlsx", before=nights, kept=counts | kept, **lines)


def of_extension(ended: str = "") -> Message:
    """A colleague asks for more time."""
    due, until = "03-25 周三 10:20", "03-30 周一 10:20"
    return extension.draw(
        extension.View(customer(), 7, "保留", "王磊", "等客户内部评审", due, until, "电话聊了,在走流程", ended)
    )


def of_draft(kind: str, state: str = "open", about: str = "L1024") -> Message:
    """What was understood."""
    title = ("记到 L1024 王建国?" if about else "这句话记到哪一条?") if kind == "followup" else "新线索,这样录入?"
    fields = (("方式", "电话"), ("下一步", "03-25 周三 10:00")) if kind == "followup" else (("姓名", "张三"),)
    return question.draw_draft(question.DraftView(7, kind, state, title, about, fields, "刚打了,要下周三报价"))


def of_namecard(title: str = "新线索,这样录入?", *, about: str = "", **known: Any) -> Message:
    """What was read from a photo; the number is to be looked at again."""
    fields = (
        ("姓名", "王建国"), ("电话", "1381234567(请核对)"), ("公司", "杭州云栖智能科技有限公司"), ("职位", "销售总监"),
        ("微信", "wangjg_88"), ("邮箱", "wangjg@yunqi-smart.com"),
    )  # fmt: skip
    address = "杭州市西湖区文三路478号华星时代广场A座1203室"
    return question.draw_draft(question.DraftView(7, "lead", "open", title, about, fields, address, **known))


def of_ask(what: str, **more: Any) -> Message:
    """Why, to whom, what happened."""
    return question.draw_ask(question.AskView(what, customer(stage="sal"), **more))


def of_recheck(pairs: tuple[tuple[Lead, Lead, str], ...] = (), **so_far: Any) -> Message:
    """A look at all leads again: on its way, or with what it found."""
    began = {"started_at": NOW.isoformat(), "by": "chenjing", "last": 41023, "total": 40000}
    return recheck.draw((Recheck(**(began | so_far)), pairs))


def sold(**changed: Any) -> Opportunity:
    """王建国 may buy a CRM."""
    values: dict[str, Any] = {
        "id": 88, "corp": "acme", "lead_id": 1024, "pipeline": "standard", "stage": "方案报价", "product": "CRM",
        "amount": 50_000_000, "expected_on": "2026-06-30", "owner_id": "wanglei", "competitor": "金蝶",
        "created_at": NOW, "stage_at": NOW, "touched_at": NOW, "version": 3,
    }  # fmt: skip
    return Opportunity(**(values | changed))


def of_deal(about: Opportunity | None = None, **changed: Any) -> Message:
    """The card of a deal; what is not named is empty."""
    steps = ((PlayStep(do="发方案", text="一页纸", content="case"), True), (PlayStep(do="报价"), False))
    values: dict[str, Any] = {
        "deal": about or sold(), "lead": customer(stage="opportunity"), "owner": "王磊", "may_act": True,
        "reveal": True, "chance": "50% · 同类 34%", "days": 3, "late": False, "playbook": steps,
        "following": DealStage(name="商务谈判", probability=70), "people": ("刘芳(决策人)",), "next_step": "明天 15:00",
        "paid": "", "undo_act": None, "said": "",
    }  # fmt: skip
    return deal.draw(deal.View(**(values | changed)))


def of_forecast(*, may_commit: bool, last: Error | None = None) -> Message:
    """The month of a team: one is committed to, one is not."""
    whole = Forecast(40_000_000, 90_000_000, 110_000_000, 76_000_000, 70_500_000, 1, 100_000_000)
    each = ((member("wanglei", "王磊"), whole), (member("lina", "李娜"), Forecast(0, 0, 0, 0, 0, 0)))
    seen = Outlook("2026-03", whole, each, (sold(),), {88: 50_000_000}, last)
    lines = (
        (88, 50_000_000, "O88 CRM · 云栖(王磊)50 万,商务谈判,预计 03-31"),
        (91, 0, "O91 云盘 · 云栖(李娜)金额待定,报价"),
    )
    return forecast.draw(forecast.View("华东组", seen, lines, "2026-03-23", may_commit, ""))


def asked_about(draw: Any, **more: Any) -> Message:
    """A question about the deal."""
    return draw(deal_asked.DealView(sold(), customer(stage="opportunity"), reasons=("价格太高", "选了竞品"), **more))


DEAL_GROUP = deal_group.View(
    "O88", "opened", "王总监 · 智能科技 · 杭州", "方案报价", "CRM", "2026-06-30", "王磊", hears=False,
    page="https://crm.example.com/app/leads/L1024",
)  # fmt: skip
HANDED = Handed(
    id=7, corp="acme", key="k", lead_id=1024, channel="hand", member_id="wanglei", subject="春季新品",
    text="王总您好,春季新品到了,您上次问的线扫相机也在里面。", at=NOW,
)  # fmt: skip
MASS = MassTask(
    id=3, corp="acme", member_id="wanglei", sender="wanglei", text="春季新品到了,欢迎来看样机。", customers=12,
    called_at=NOW, look_at=NOW,
)  # fmt: skip


def member(member_id: str, name: str) -> Member:
    return Member(corp="acme", id=member_id, name=name, role="rep", team="华东")


PEOPLE = (member("lina", "李娜"), member("zhaoqiang", "赵强"), *(member(f"rep{n:02}", f"销售{n:02}") for n in range(8)))
POOL = tuple(customer(id=1024 + n, name=f"客户{n}") for n in range(5))

TOPICS = {"news": "产品资讯", "event": "活动邀请", "service": "服务通知"}
OF_THE_LEAD = Link("打开 L1024", "https://crm.example.com/app/leads/L1024")

STATES: dict[str, Message] = {
    "lead-free": of_lead("free", may_claim=True, promise="今天 13:50前要领取,还剩 2 小时"),
    "lead-free-for-a-manager": of_lead("free", may_claim=True, may_give=True),
    "lead-given-back-three-times": of_lead("free", may_claim=True, releases=("打了三次没人接", "说要等预算")),
    "lead-mine": of_lead("mine", promise="03-19 周四 10:20前要首次联系,还剩 8 小时", next_step="明天 15:00"),
    "lead-mine-with-its-page": replace(of_lead("mine", next_step="明天 15:00"), link=OF_THE_LEAD),
    "lead-mine-can-be-undone": of_lead("mine", undo_act=9, said="已记到 L1024", last_words="聊了", last_at="今天"),
    "lead-of-my-team": of_lead("lead"),
    "lead-gone": of_lead("gone", lead=customer(owner_id="lina", stage="sal"), owner="李娜"),
    "lead-closed": of_lead("gone", lead=customer(stage="invalid", closed_reason="同行")),
    "lead-taken-back": of_lead("gone"),
    "lead-with-a-name-that-is-a-link": of_lead("free", may_claim=True, lead=customer(name="[点我](http://x)*_`#")),
    "clock-to-claim": of_clock("claim"),
    "clock-late-for-a-manager": of_clock("manager", left=""),
    "clock-late-for-the-owner": of_clock("owner", left="", label="首次联系", owner="王磊"),
    "clock-superseded": clock_superseded(),
    "leaver": leaver.draw(
        leaver.View(
            "wanglei", "王磊", Estate(37, 5, 8, 12, 2), (("lina", "李娜(华东)", 12), ("zhaoqiang", "赵强(华北)", 8))
        )
    ),
    "leaver-of-nothing": leaver.draw(leaver.View("wanglei", "王磊", Estate(0, 0, 0, 0, 0), ())),
    "leaver-with-customers": leaver.draw(
        leaver.View("wanglei", "王磊", Estate(0, 0, 0, 0, 0), (("lina", "李娜(渝西)", 4),), befriended=True)
    ),
    "inherit": inherit.draw(
        inherit.View(3, "王磊", "李娜", {"done": 12, "waiting": 200, "refused": 1, "failed": 2}, "03-19 10:20")
    ),
    "inherit-hindered": inherit.draw(
        inherit.View(3, "王磊", "李娜", {"wanted": 30}, error="应用没有这个接口的权限:到「客户联系」加上本应用")
    ),
    "inherit-ended": inherit.draw(
        inherit.View(3, "王磊", "李娜", {"done": 212, "refused": 1, "failed": 2}, reasons=("接手的同事客户数满了",))
    ),
    "heirs": inherit.draw_each(
        inherit.Each(
            "王磊的微信客户,第 1 到 3 位",
            (
                ("L1024 王建国 · 云栖智能", "失败:接手的同事客户数满了"),
                ("L1030 刘芳", "等待(到 明天 10:20)"),
                ("没有线索的客户", "成功"),
            ),
        )
    ),
    "heirs-beyond-the-end": inherit.draw_each(inherit.Each("王磊的微信客户", ())),
    "heirs_left": inherit.draw_rest(inherit.Rest(3, 20, 195)),
    "drill": leaver.draw_drill(
        (
            leaver.Risk("王磊", Estate(37, 5, 8, 12, 2, 3), "李娜、赵强"),
            leaver.Risk("李娜", Estate(4, 0, 0, 1, 0), ""),
        )
    ),
    "brief": brief.draw(
        (
            brief.Brief(
                customer(stage="sal"), 3, "昨天 16:20「电话聊了,要比较两家」", "03-25 周三 10:00", "王磊", "李娜"
            ),
            brief.Brief(
                customer(id=1030, name="刘芳", title="", need="", budget_min=None, budget_max=None),
                0,
                "",
                "",
                "",
                "李娜",
            ),
        )
    ),
    "weekly": weekly.draw(
        weekly.View(
            "03-16 到 03-22",
            Record(
                {"claim": Kept("领取", 30, 3), "first_contact": Kept("首次联系", 20, 1)},
                {"lina": Kept("", 8, 2), "wanglei": Kept("", 10, 0)},
                {"官网": Kept("官网", 30, 1), "展会": Kept("展会", 7, 3)},
                2,
            ),
            Record({"claim": Kept("领取", 20, 3)}),
            Delivered(183, 22),
            200,
            {"lina": "李娜", "wanglei": "王磊"},
            "2026-03-16",
        )
    ),
    **figures_made_up.states(customer(stage="sal"), Clock(id=5, lead_id=1024)),
    "picture": File("漏斗03-17.png", b"a picture"),
    "weekly-of-nothing": weekly.draw(
        weekly.View("03-16 到 03-18", Record(), Record(), Delivered(0, 0), None, {}, "2026-03-16")
    ),
    "morning": morning.draw(
        morning.View(
            (customer(stage="sal"),), ("再次咨询",), tuple(customer(id=2000 + n, name=f"客户{n}") for n in range(7)), 9
        )
    ),
    "morning-assigned": morning.draw(
        morning.View((customer(stage="sal"), customer(id=1030, stage="sal")), ("分给你", "转给你"), ())
    ),
    "overdue": overdue.draw(
        overdue.View(
            late(customer(stage="sal", owner_id="wanglei"), "王磊", "1 小时 20 分"),
            (late(customer(id=1030, name="刘芳"), "还没人领", "10 分"),),
            2,
            "昨天 16:20",
            True,
            "华东组到 04-01",
        )
    ),
    "overdue-to-read": overdue.draw(
        overdue.View(late(customer(stage="sal", owner_id="wanglei"), "王磊", "1 小时"), (), 1, "还没有", False)
    ),
    "overdue-none": overdue.draw(overdue.View(None, (), 0)),
    "postpone": postpone.draw(postpone.View(customer(), 7, "首次联系")),
    "postpone-asked-for": postpone.draw(postpone.View(customer(), 7, "保留", request=True)),
    "extension": of_extension(),
    "extension-decided": of_extension("已处理"),
    "clock-ended": of_clock("claim", ended="已被李娜领取", owner="李娜"),
    "clock-of-somebody-else": of_clock("other"),
    "reminder": of_reminder(),
    "reminder-done": of_reminder("已跟进"),
    "group-offer": group.draw(group.View(customer())),
    "group-taken": group.draw(group.View(customer(), taken="已被李娜领取")),
    "group-many": group.draw(group.View(None, "公共线索池", 40)),
    "pool": listing.draw_pool(listing.PoolView(POOL, 60, True, "线索池")),
    "pool-to-read": listing.draw_pool(listing.PoolView(POOL[:2], 2, False, "线索池")),
    "pool-empty": listing.draw_pool(listing.PoolView((), 0, True, "线索池")),
    "list": listing.draw(listing.ListView("我的线索", (listing.Line(customer(), "还没联系"),), "回复序号打开")),
    "story": story.draw(story.View("L1024 王建国", (story.Told("今天 10:20", "", "首次咨询(官网)"),), 7)),
    "history": story.draw_history(story.HistoryView("L1024", (story.Term("王磊", "今天 10:20", "", 1, ""),))),
    "duplicates": duplicates.draw(duplicates.View("138", ("· 王磊:L1024",), (Button("看 L1024", Show(1024)),))),
    "merge": merge.draw(
        merge.View(1024, 1025, "合并", (merge.Row("name", "姓名", "王建国", "王总", True, True),), (), None, "", False)
    ),
    "recheck": of_recheck(
        ((customer(), customer(id=2048, name="王总"), "phone"), (customer(id=1030), customer(id=2050), "name")),
        checked=40000,
        bound=12,
        twins=1,
        alike=1,
        ended_at=(NOW + timedelta(seconds=95)).isoformat(),
    ),
    "recheck-running": of_recheck(at=13000, checked=12400),
    "recheck-clean": of_recheck(checked=40000, ended_at=(NOW + timedelta(seconds=42)).isoformat()),
    **{f"help-for-{role}": plain.draw_help(plain.Reader(role, new=role == "rep")) for role in plain.FIRST_FIVE},
    "story-with-its-page": replace(
        story.draw(story.View("L1024 王建国", (story.Told("今天 10:20", "", "首次咨询(官网)"),), 0)), link=OF_THE_LEAD
    ),
    "why": why.draw(why.View("L1024 王建国", ("评分 100",))),
    "draft-followup": of_draft("followup"),
    "draft-followup-of-no-lead": of_draft("followup", about=""),
    "draft-lead": of_draft("lead", about=""),
    "draft-namecard": of_namecard(),
    "draft-namecard-known": of_namecard("这个邮箱已经有了:L1024,李娜在跟", about="L1024", lead_id=1024, disputed=True),
    "draft-saved": of_draft("followup", "saved"),
    "draft-dropped": of_draft("followup", "dropped"),
    "ask-followup": of_ask("followup"),
    "ask-transfer": of_ask("transfer", people=PEOPLE),
    "ask-transfer-to-nobody": of_ask("transfer"),
    "ask-release": of_ask("release", pools=(("public", "公共线索池"),)),
    "ask-release-to-one-of-two": of_ask("release", pools=(("public", "公共线索池"), ("east", "华东池"))),
    "ask-disqualify": of_ask("disqualify"),
    "when": question.draw_when(
        question.WhenView(customer(), "明天或者后天再联系", (("2026-03-19T10:00:00+08:00", "明天 10:00"),))
    ),
    "done": question.draw_done(question.DoneView(customer(), "L1024 已退回公共线索池", 9, 10)),
    "done-for-good": question.draw_done(question.DoneView(customer(), "好了", None, 10)),
    "missing": missing.draw((customer(), QUESTIONS["budget"])),
    "own": own.draw(own.View(customer(), (("area", "面积", "300"), ("decider", "决策人", "")), "", True)),
    "own-none": own.draw(own.View(customer(), (), "", True)),
    "wanted-one-of-three": wanted.draw(
        wanted.View(customer(), Wanted("decider", "决策人", "select", ("是", "否", "不清楚"), own=True), "qualify", 2)
    ),
    "wanted-one-of-many": wanted.draw(
        wanted.View(customer(), Wanted("kind", "类型", "select", tuple(f"类{n}" for n in range(8)), own=True), "", 0)
    ),
    "wanted-in-words": wanted.draw(wanted.View(customer(), Wanted("area", "面积", "number", own=True), "qualify", 1)),
    "lead-mine-with-own-fields": of_lead("mine", own=(("面积", "300"), ("决策人", "是"))),
    "lead-free-for-marketing": of_lead("free", may_tend=True, lead=customer(stage="new")),
    "import-asked": of_import("asked", doubts={"负责人「小王」不在成员名单里,先放进线索池": 12}),
    "import-asked-to-start": of_import("asked", options={"start": True}, skipped=0, bad=()),
    "import-nothing-usable": of_import("asked", new=0, updated=0, rows=20),
    "import-running": of_import("running", done_line=400),
    "import-done": of_import("done"),
    "import-undone": of_import("undone", left=(("L1003", "之后有「领取」(王磊)"),)),
    "import-refused": of_import("failed", error="这个表格加了密码,打不开。请去掉密码再发。"),
    "import-dropped": of_import("dropped"),
    "import-compared": of_comparison(
        2, same=970, differing=10, there=12, doubled=3, here=990, only_here=8, **{"field:负责人": 7, "field:阶段": 4}
    ),
    "import-compared-the-same": of_comparison(3),
    "import-compared-nothing": of_import("failed", kind="compare", error="没有新的导出,最新的是 03-17 的。"),
    "returned": File("深圳展会-需修改.xlsx", b"PK"),
    "content": content.draw(
        content.View(
            "报价",
            (
                (
                    piece("quote", "工业相机报价", 3, "2026-12-31"),
                    Effect(12, 5, 3, 2, (1024,), (("lina", 12),), replied=2, deals=1),
                ),
                (piece("price-list", "价目表", 1, ""), Effect()),
            ),
            2,
            1024,
        )
    ),
    "content-without-a-customer": content.draw(content.View("", ((piece("quote", "报价", 1, ""), Effect()),))),
    "content-of-nothing": content.draw(content.View("报价", ())),
    "shelf": shelf.draw(shelf.View(7, "春季报价", "春季报价.pdf", TOPICS, frozenset(("news", "event")))),
    "shelf-until": shelf.draw(shelf.View(7, "春季报价", "春季报价.pdf", TOPICS, frozenset(("news", "event")), "news")),
    "content_file": File("工业相机报价.pdf", b"PDF"),
    "qr": File("夏季沙龙-签到.png", b"PNG"),
    "sop": sop.draw(
        sop.View(9, (sop.Ready("L1024", "王建国", "产品手册"), sop.Ready("L1030", "李雷", "同行案例")), more=6)
    ),
    "journey": File("白皮书跟进.png", b"png"),
    "journey_draft": journeys.draw_draft(journeys.Question(7, "下载白皮书后等2天发案例", 5)),
    "rules": rules.draw(rules.View(3, 2, "规则第 3 版已经生效。改动:\nclocks.claim.within:2h 改成 4h", running=True)),
    "rules-outdated": rules.draw(rules.View(3, 2, "规则第 3 版已经生效。", running=False)),
    "dispute": dispute.draw(
        dispute.View(
            Dispute(id=4, corp="acme", lead_id=1024, holder_id="wanglei", claimant_id="lina", opened_at=NOW),
            "L1024 王建国",
            "王磊",
            "李娜",
            (("首次咨询", "今天 10:20 官网"),),
            True,
            "",
        )
    ),
    "stopwatch": why.draw(
        why.View(
            "L1024 王建国 · 云栖智能",
            (
                "秒表:",
                " · 渠道送来:20 分,今天 10:00 到 今天 10:20",
                " · 销售领取:35 分,今天 10:20 到 今天 10:55",
                " · 首次联系:3 小时 30 分(上班时间 2 小时),今天 10:55 到现在还没有",
            ),
        )
    ),
    "undelivered": plain.draw_undelivered((plain.Undelivered(5, "李娜", "L1024", "不在可见范围", "今天 10:20"),)),
    "attachments": attachment.draw(
        attachment.View(
            customer(), (attachment.Line(12, "file", "报价单.pdf", 1_300_000, "王磊", "今天 10:20"),), 0, may_get=True
        )
    ),
    "attachments-none": attachment.draw(attachment.View(customer(), (), 0, may_get=True)),
    "attached": attachment.draw_kept(attachment.Kept(12, "L1024", "图片.jpg", readable=True)),
    "attached-no-card": attachment.draw_kept(attachment.Kept(12, "L1024", "录音.amr", readable=False)),
    "deal_group": deal_group.draw(DEAL_GROUP),
    "deal_group-heard": deal_group.draw(replace(DEAL_GROUP, hears=True, page="")),
    "deal_group-won": deal_group.draw(replace(DEAL_GROUP, what="won")),
    "deal_group-lost": deal_group.draw(replace(DEAL_GROUP, what="lost")),
    "deal_group-reopened": deal_group.draw(replace(DEAL_GROUP, what="reopened")),
    "attachment": File("报价单.pdf", b"%PDF-1.7 example"),
    "help_asked": help_card.draw(
        help_card.View(
            Help(id=5, corp="acme", lead_id=1024, by_id="wanglei", to_id="zhaoqiang", words="能报到几折?", at=NOW),
            customer(stage="sal"),
            "王磊",
            "电话聊了,要报价",
        )
    ),
    "feedback": feedback.draw_ask(feedback.View("lead", 1024)),
    "feedback_told": feedback.draw_told(
        feedback.View("lead", 1024, "wrong", "", "王磊", "wanglei", "销售", "0.1.0,规则第 3 版")
    ),
    "hand": hand.draw(hand.View(HANDED, customer())),
    "quick": hand.draw_quick(hand.Quick(customer(), "138 0013 8000", "asked")),
    "hand_text": Text(HANDED.text),
    "mass": mass.draw(MASS),
    "mass_rates": mass.draw_rates(
        mass.Rates((("王磊", 4, 3, 340),), {("mass", "sent"): 240, ("mass", "asked"): 100, ("hand", "skipped"): 2})
    ),
    "unsure": unsure.draw(unsure.Unsure((("mail", 12), ("sms", 2)), (("mail", 3),))),
    "undelivered-none": plain.draw_undelivered(()),
    "lead-mine-qualified": of_lead("mine", lead=customer(stage="sql")),
    "lead-mine-with-deals": of_lead(
        "mine", lead=customer(stage="opportunity"), deals=((88, "O88 方案报价 50 万"), (91, "O91 初步接触"))
    ),
    "deal": of_deal(),
    "deal-late-at-its-last-stage": of_deal(late=True, following=None, playbook=(), undo_act=9, said="金额已记好"),
    "deal-won": of_deal(
        sold(result="won", renews_on="2027-06-30"), chance="100%", playbook=(), paid="10 万", said="恭喜!O88 赢单 50 万"
    ),
    "deal-lost": of_deal(sold(result="lost", reason="选了竞品"), chance="0%", playbook=()),
    "deal-of-somebody-else": of_deal(may_act=False, reveal=False),
    "deal-that-comes-back": of_deal(sold(origin="renewal"), headline="续约还有 30 天"),
    "deals": deal.draw_list(
        (
            "我的商机,共 2 个,1 个过了预计成交日",
            (
                deal.Line(sold(), customer(), "", "方案报价 · 50 万 · 预计 03-01(已过)"),
                deal.Line(sold(id=91, product=""), customer(company=""), "李娜", "初步接触 · 金额待定"),
            ),
        )
    ),
    "forecast": of_forecast(may_commit=True, last=Error(50_000_000, 40_000_000)),
    "forecast-to-read": of_forecast(may_commit=False),
    "company": company.draw(
        company.View(
            "杭州云栖智能科技有限公司",
            (
                company.Person(customer(stage="opportunity"), ("决策人",), "王磊", "今天 10:20", 0),
                company.Person(customer(id=1030, name="刘芳", title="工程师"), ("使用人",), "王磊", "03-01", 17),
            ),
            ("王磊",),
            (sold(),),
            (sold(id=70, result="won"),),
            1,
            0,
        )
    ),
    "deal_wanted": asked_about(deal_asked.draw_wanted, field="expected_on", stage="商务谈判", left=2),
    "deal_wanted-amount": asked_about(
        deal_asked.draw_wanted, field="amount", stage="商务谈判", guesses=(20_000_000, 30_000_000)
    ),
    "deal_wanted-decider": asked_about(deal_asked.draw_wanted, field="decider", stage="签约", left=1),
    "convert": deal_asked.draw_convert(deal_asked.ConvertView(customer(stage="sql"), 7, "terms")),
    "convert-amount": deal_asked.draw_convert(
        deal_asked.ConvertView(customer(stage="sql"), 7, "amount", (50_000_000,))
    ),
    "convert-twin": deal_asked.draw_convert(
        deal_asked.ConvertView(customer(stage="sql"), 7, "twin", other=customer(id=1030, stage="won"))
    ),
    "win": asked_about(deal_asked.draw_win, guesses=(50_000_000,)),
    "lose": asked_about(deal_asked.draw_lose),
    "note": Text("好的,L1024 不设提醒。"),
    **QUOTES,
    **EXPORTS,
}
