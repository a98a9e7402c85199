"""The one thing about a customer that is worth asking after a call: what we do not know and what would count most."""

from dataclasses import dataclass

from config.rules import Rules
from store.tables import Lead


@dataclass(frozen=True)
class Question:
    """What is asked, and three answers: (what the button says, the values that it sets)."""

    field: str
    text: str
    answers: tuple[tuple[str, dict[str, object]], ...]


QUESTIONS = {
    "budget": Question(
        "budget",
        "客户的预算大概多少?",
        (
            ("5 万以内", {"budget_min": 0, "budget_max": 50_000}),
            ("5–20 万", {"budget_min": 50_000, "budget_max": 200_000}),
            ("20 万以上", {"budget_min": 200_000, "budget_max": None}),
        ),
    ),
    "title": Question(
        "title",
        "对方是什么角色?",
        (("能拍板", {"title": "总经理"}), ("经手采购", {"title": "采购经理"}), ("只是了解", {"title": "专员"})),
    ),
    "need": Question(
        "need",
        "客户打算什么时候定?",
        (("本月", {"need": "本月要定"}), ("三个月内", {"need": "三个月内定"}), ("还不急", {"need": "还不急"})),
    ),
}
WORDS_OF = {"budget": ("budget_min", "budget_max"), "title": ("title",), "need": ("need",)}


def most_valuable(lead: Lead, *, rules: Rules) -> Question | None:
    """The missing field for which the scoring rules give most; None when nothing that can be asked is missing."""
    missing = []
    if lead.budget_min is None and lead.budget_max is None:
        missing.append("budget")
    missing += [name for name in ("title", "need") if not getattr(lead, name)]
    if not missing:
        return None
    worth = {
        name: sum(rule.add for rule in rules.scoring.rules if rule.field in WORDS_OF[name] and rule.add > 0)
        for name in missing
    }
    return QUESTIONS[max(missing, key=lambda name: worth[name])]
