"""The cards of lists that come in, and of leads that may be one, drawn from views written by hand."""

from datetime import timedelta
from typing import Any

from bot.cards import batch, dispute, duplicates, merge, recheck
from bot.cards.card import Button, File, Message
from bot.lead_actions import Show
from store.batch import ImportBatch
from store.rechecks import Recheck
from store.tables import Lead
from store.twin import Dispute
from tests.conftest import NOW
from tests.golden.people import customer


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
    return batch.draw(batch.View(ImportBatch(**(values | changed)), bad, left, bool(bad), "公共线索池", before))


def of_comparison(before: int = 0, **kept: int) -> Message:
    """An old system's thousand rows beside ours, after so many nights on which both agreed."""
    counts = {"same": 980, "differing": 0, "there": 0, "doubled": 0, "here": 985, "only_here": 0, "newer": 5}
    values: dict[str, Any] = {"corp": "acme", "kind": "compare", "digest": b"", "created_at": NOW, "run_at": NOW}
    nights = [ImportBatch(**values, name="", kept=counts) for _ in range(before)]
    lines = {"rows": 980 + kept.get("there", 0), "new": kept.get("there", 0), "updated": 980, "skipped": 0}
    return of_import("compared", kind="compare", name="crm.xlsx", before=nights, kept=counts | kept, **lines)


def of_recheck(pairs: tuple[tuple[Lead, Lead, str], ...] = (), **so_far: Any) -> Message:
    """A look at all leads again: on its way, or with what it found."""
    began = {"started_at": NOW.isoformat(), "by": "chenjing", "last": 41023, "total": 40000}
    return recheck.draw((Recheck(**(began | so_far)), pairs))


LISTS: dict[str, Message] = {
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
}
