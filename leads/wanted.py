"""What must be known of a lead before it may enter a stage, and what has been left open so far."""

from dataclasses import dataclass

from config.field import FieldType
from config.rules import Rules
from config.words import FIELD_LABELS
from leads.own import values_of
from store.tables import Lead

WAY = ("mql", "sql", "opportunity", "won")  # who enters one of them must have what the earlier ones ask for


@dataclass(frozen=True)
class Wanted:
    """One field that is still open: its key, what people call it, what may be answered."""

    key: str
    label: str
    type: FieldType = "text"
    options: tuple[str, ...] = ()
    own: bool = False


def missing(lead: Lead, stage: str, *, rules: Rules) -> tuple[Wanted, ...]:
    """The open fields that the rules require before this stage, in the order of the rules."""
    gates = WAY[: WAY.index(stage) + 1] if stage in WAY else (stage,)
    names = [name for gate, listed in rules.lifecycle.require.items() if gate in gates for name in listed]
    found = [wanted_of(name, rules=rules) for name in dict.fromkeys(names) if _is_blank(lead, name)]
    held = values_of(lead)
    found += [
        wanted_of(key, rules=rules)
        for key, field in rules.fields.items()
        if field.required_at in gates and key not in held
    ]
    return tuple(one for one in found if one is not None)


def missing_of(lead: Lead, name: str, *, rules: Rules) -> bool:
    """Whether a lead's field, one of the company's own too, is open."""
    return name not in values_of(lead) if name in rules.fields else _is_blank(lead, name)


def wanted_of(key: str, *, rules: Rules) -> Wanted | None:
    """A field by its key, whether a lead has it from the start or the company added it; None when there is none."""
    if key in rules.fields:
        field = rules.fields[key]
        return Wanted(key, field.label, field.type, field.options, own=True)
    return Wanted(key, FIELD_LABELS[key]) if key in FIELD_LABELS else None


def _is_blank(lead: Lead, name: str) -> bool:
    if name == "budget":
        return lead.budget_min is None and lead.budget_max is None
    if name == "phone":
        return not lead.phone or bool(lead.phone_flaw)
    return not getattr(lead, name)
