"""The cards of deals and their forecast, drawn from views written by hand."""

from dataclasses import replace
from typing import Any

from bot.cards import company, deal, deal_asked, deal_group, forecast
from bot.cards.card import Message
from bot.forecasting import Outlook
from config.pipeline import DealStage, PlayStep
from reports.forecast import Error, Forecast
from store.deal import Opportunity
from tests.conftest import NOW
from tests.golden.people import customer, member


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


DEALS: dict[str, Message] = {
    "deal_group": deal_group.draw(DEAL_GROUP),
    "deal_group-heard": deal_group.draw(replace(DEAL_GROUP, hears=True, page="")),
    "deal_group-won": deal_group.draw(replace(DEAL_GROUP, what="won")),
    "deal_group-lost": deal_group.draw(replace(DEAL_GROUP, what="lost")),
    "deal_group-reopened": deal_group.draw(replace(DEAL_GROUP, what="reopened")),
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
}
