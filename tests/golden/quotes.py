"""The cards of quotes and consents, drawn from views written by hand."""

from dataclasses import asdict
from typing import Any

from bot.cards import approval, connectors, quote
from bot.cards.card import File, Message
from leads.quote import Line
from store.approval import Approval
from store.order import SalesOrder
from store.quote import Quote, QuoteVersion
from store.tables import Lead
from tests.conftest import NOW

LEAD = Lead(
    id=1024, corp="acme", name="王建国", company="杭州云栖智能科技有限公司", stage="opportunity", created_at=NOW,
    owner_id="wanglei", version=3,
)  # fmt: skip
LINES = (
    Line("CAM-500", "工业相机 500 万", "台", 30_000, 880_000, 704_000, 0, 21_120_000, 2000, max_off=1000),
    Line("LENS-25", "25mm 镜头", "个", 10_000, 128_000, 115_200, 50_000, 1_102_000, 434, promotion="summer"),
)
LABELS = {"summer": "夏季促销"}


def of_quote(state: str, **changed: Any) -> Message:
    """Q12 in a state; what is not named is as a rep sees it."""
    version = QuoteVersion(
        corp="acme", quote_id=12, version=2, price_list=3, lines=[asdict(line) for line in LINES], total=22_222_000,
        full=27_680_000, label="折扣超过 10% 要主管同意", valid_until="2026-04-01", made_at=NOW,
    )  # fmt: skip
    row = Quote(id=12, corp="acme", opportunity_id=88, lead_id=1024, version=2, state=state, created_at=NOW)
    values: dict[str, Any] = {
        "lead": LEAD, "quote": row, "version": version, "deal": "O88", "lines": LINES, "promotions": LABELS,
        "acts": True,
    }  # fmt: skip
    return quote.draw(quote.View(**(values | changed)))


def of_approval(**changed: Any) -> Message:
    """A3 as its approver sees it."""
    row = Approval(
        id=3, corp="acme", kind="discount", subject="quote", subject_id=12, subject_version=2, lead_id=1024,
        rule="discount", label="折扣超过 10% 要主管同意", rules_version=4, asked_by="wanglei", asked_at=NOW,
        reason="老客户,年底冲量", approver_id="chenjing",
    )  # fmt: skip
    about = (("报价", "Q12 第 2 版"), ("合计", "¥222,220(原价 ¥276,800)"), ("价格表", "第 3 版"))
    values: dict[str, Any] = {"row": row, "lead": LEAD, "asker": "王磊", "about": about}
    return approval.draw(approval.View(**(values | {"lines": tuple(quote.told_lines(LINES, LABELS))} | changed)))


def of_order(state: str, *, paid: int = 0, **changed: Any) -> Message:
    """Q12 after it was ordered."""
    order = SalesOrder(
        id=7, corp="acme", opportunity_id=88, lead_id=1024, quote_id=12, quote_version=2, amount=22_222_000,
        connector="erp", state=state, created_at=NOW, **changed,
    )  # fmt: skip
    return of_quote("ordered", consent="陈静已同意", order=order, system="ERP", paid=paid)


def of_connectors(*, may_retry: bool = True) -> Message:
    """An ERP with a backlog beside a healthy store."""
    ill = connectors.System("erp", "ERP", "今天 09:20", "今天 09:31", 3, 1, 2, "物料 LIGHT-A 不存在")
    return connectors.draw(
        connectors.View((ill, connectors.System("depot", "仓库", "", "今天 10:00", 0, 0, 0)), may_retry)
    )


QUOTES: dict[str, Message] = {
    "quote-asking": of_quote("asking", consent="等陈静同意", headline="超过了审批线,已提交审批 A3"),
    "quote-ready": of_quote("ready", consent="陈静已同意", cautions=("超出客户授信 ¥87,600(ERP,03-18 10:00)",)),
    "quote-sure": of_quote("ready", consent="陈静已同意", sure=True, headline="先看一下:超出客户授信 ¥87,600"),
    "quote-sent": of_quote("sent", consent="陈静已同意"),
    "quote-of-a-colleague": of_quote("refused", consent="陈静驳回:毛利不够", acts=False),
    "approval-asked": of_approval(),
    "approval-ended": of_approval(ended="陈静已同意"),
    "refusal": of_approval(refusing=True),
    "quote-ordered": of_order("waiting", error="连不上对方"),
    "quote-taken-over": of_order("accepted", theirs="XSD00001", delivery="已发货 20 台", paid=10_000_000),
    "quote-paid-too-much": of_order("accepted", theirs="XSD00001", paid=22_262_050),
    "quote-stuck": of_order("manual", error="物料 LIGHT-A 不存在"),
    "connectors-ill": of_connectors(),
    "connectors-for-a-rep": of_connectors(may_retry=False),
    "paper": File("报价单-Q12-第2版.pdf", b"%PDF"),
}
