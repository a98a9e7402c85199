"""The card of a large file, drawn from views written by hand."""

from bot.cards import exporting
from bot.cards.card import Message
from store.exporting import ExportRequest
from tests.conftest import NOW

ASKED = ExportRequest(
    id=3, corp="acme", by="lina", query="scope=mine", format="xlsx", rows=1280, why="展会前逐个邀请",
    approver_id="chenjing", asked_at=NOW,
)  # fmt: skip
EXPORTS: dict[str, Message] = {
    "export-asked": exporting.draw(exporting.View(ASKED, "李娜")),
    "export-ended": exporting.draw(exporting.View(ASKED, "李娜", "陈静已同意")),
}
