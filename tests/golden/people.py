"""The made-up people and deals that the goldens are about, unless a card says otherwise."""

from typing import Any

from store.tables import Lead, Member
from tests.conftest import NOW


def customer(**changed: Any) -> Lead:
    """王建国 of 云栖, unless a test says otherwise."""
    values: dict[str, Any] = {
        "id": 1024, "corp": "acme", "name": "王建国", "company": "杭州云栖智能科技有限公司", "title": "采购总监",
        "city": "杭州", "phone": "13800138000", "wechat": "wangjg_88", "need": "急需三十台工业相机,下周要报价",
        "budget_min": 500000, "budget_max": 500000, "stage": "mql", "score": 100, "grade": "A", "temperature": "hot",
        "pool": "public", "source": "官网", "created_at": NOW, "version": 3,
    }  # fmt: skip
    return Lead(**(values | changed))


def member(member_id: str, name: str) -> Member:
    """A colleague of the sales team."""
    return Member(corp="acme", id=member_id, name=name, role="rep", team="华东")
