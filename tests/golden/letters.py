"""The cards about what customers hear from us, drawn from views written by hand."""

from bot.cards import content, hand, journeys, mass, shelf, sop, unsure
from bot.cards.card import File, Message, Text
from store.content import Content
from store.effect import Effect
from store.handed import Handed, MassTask
from tests.conftest import NOW
from tests.golden.people import customer


def piece(name: str, title: str, version: int, expires_on: str) -> Content:
    """A piece of the library."""
    return Content(corp="acme", name=name, title=title, version=version, expires_on=expires_on, at=NOW)


HANDED = Handed(
    id=7, corp="acme", key="k", lead_id=1024, channel="hand", member_id="wanglei", subject="春季新品",
    text="王总您好,春季新品到了,您上次问的线扫相机也在里面。", at=NOW,
)  # fmt: skip


MASS = MassTask(
    id=3, corp="acme", member_id="wanglei", sender="wanglei", text="春季新品到了,欢迎来看样机。", customers=12,
    called_at=NOW, look_at=NOW,
)  # fmt: skip


TOPICS = {"news": "产品资讯", "event": "活动邀请", "service": "服务通知"}


LETTERS: dict[str, Message] = {
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
    "hand": hand.draw(hand.View(HANDED, customer())),
    "quick": hand.draw_quick(hand.Quick(customer(), "138 0013 8000", "asked")),
    "hand_text": Text(HANDED.text),
    "mass": mass.draw(MASS),
    "mass_rates": mass.draw_rates(
        mass.Rates((("王磊", 4, 3, 340),), {("mass", "sent"): 240, ("mass", "asked"): 100, ("hand", "skipped"): 2})
    ),
    "unsure": unsure.draw(unsure.Unsure((("mail", 12), ("sms", 2)), (("mail", 3),))),
}
