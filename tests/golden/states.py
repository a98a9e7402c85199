"""Every card in every state that a person may meet, drawn from views written by hand: what the goldens are made of."""

from dataclasses import replace
from typing import Any

from bot.cards import (
    attachment,
    feedback,
    group,
    lead,
    listing,
    missing,
    own,
    plain,
    question,
    rules,
    story,
    wanted,
    why,
)
from bot.cards import help as help_card
from bot.cards.card import File, Link, Message, Text
from leads.missing import QUESTIONS
from leads.wanted import Wanted
from store.helps import Help
from store.tables import Clock
from tests.conftest import NOW
from tests.golden import figures_made_up
from tests.golden.deals import DEALS
from tests.golden.exports import EXPORTS
from tests.golden.leaving import LEAVING
from tests.golden.letters import LETTERS
from tests.golden.lists import LISTS
from tests.golden.people import customer, member
from tests.golden.promises import PROMISES
from tests.golden.quotes import QUOTES


def of_lead(part: str, **changed: Any) -> Message:
    """The living card; what is not named is empty."""
    about = changed.pop("lead", customer(stage="mql" if part == "free" else "sal"))
    values: dict[str, Any] = {
        "lead": about, "part": part, "owner": "王磊", "reveal": part in ("mine", "lead"), "promise": "", "keeping": "",
        "last_words": "", "last_at": "", "next_step": "", "releases": (), "undo_act": None, "said": "",
        "headline": "", "pool_label": "公共线索池",
    }  # fmt: skip
    return lead.draw(lead.View(**(values | changed)))


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


PEOPLE = (member("lina", "李娜"), member("zhaoqiang", "赵强"), *(member(f"rep{n:02}", f"销售{n:02}") for n in range(8)))
POOL = tuple(customer(id=1024 + n, name=f"客户{n}") for n in range(5))


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
    **figures_made_up.states(customer(stage="sal"), Clock(id=5, lead_id=1024)),
    "picture": File("漏斗03-17.png", b"a picture"),
    "group-offer": group.draw(group.View(customer())),
    "group-taken": group.draw(group.View(customer(), taken="已被李娜领取")),
    "group-many": group.draw(group.View(None, "公共线索池", 40)),
    "pool": listing.draw_pool(listing.PoolView(POOL, 60, True, "线索池")),
    "pool-to-read": listing.draw_pool(listing.PoolView(POOL[:2], 2, False, "线索池")),
    "pool-empty": listing.draw_pool(listing.PoolView((), 0, True, "线索池")),
    "list": listing.draw(listing.ListView("我的线索", (listing.Line(customer(), "还没联系"),), "回复序号打开")),
    "story": story.draw(story.View("L1024 王建国", (story.Told("今天 10:20", "", "首次咨询(官网)"),), 7)),
    "history": story.draw_history(story.HistoryView("L1024", (story.Term("王磊", "今天 10:20", "", 1, ""),))),
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
    "rule_draft": rules.draw_draft(rules.Question(7, "「领取」的时限:2h → 4h", may=True)),
    "rules": rules.draw(rules.View(3, 2, "规则第 3 版已经生效。改动:\nclocks.claim.within:2h 改成 4h", running=True)),
    "rules-outdated": rules.draw(rules.View(3, 2, "规则第 3 版已经生效。", running=False)),
    "undelivered": plain.draw_undelivered((plain.Undelivered(5, "李娜", "L1024", "不在可见范围", "今天 10:20"),)),
    "attachments": attachment.draw(
        attachment.View(
            customer(), (attachment.Line(12, "file", "报价单.pdf", 1_300_000, "王磊", "今天 10:20"),), 0, may_get=True
        )
    ),
    "attachments-none": attachment.draw(attachment.View(customer(), (), 0, may_get=True)),
    "attached": attachment.draw_kept(attachment.Kept(12, "L1024", "图片.jpg", readable=True)),
    "attached-no-card": attachment.draw_kept(attachment.Kept(12, "L1024", "录音.amr", readable=False)),
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
    "undelivered-none": plain.draw_undelivered(()),
    "lead-mine-qualified": of_lead("mine", lead=customer(stage="sql")),
    "lead-mine-with-deals": of_lead(
        "mine", lead=customer(stage="opportunity"), deals=((88, "O88 方案报价 50 万"), (91, "O91 初步接触"))
    ),
    "note": Text("好的,L1024 不设提醒。"),
    **QUOTES,
    **EXPORTS,
    **LEAVING,
    **DEALS,
    **LETTERS,
    **LISTS,
    **PROMISES,
}
