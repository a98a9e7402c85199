"""Which lead goes to whom: rules in order, the first that fits decides where a lead waits and who gets it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from config.section import AtKey, Name, Section

Label = Annotated[str, StringConstraints(min_length=1, max_length=30)]
Strategy = Literal["claim", "round_robin", "weighted", "least_loaded"]


class When(Section):
    """Conditions on a lead; all that are written must hold, of the words of one any is enough. None: every lead."""

    region: tuple[Label, ...] = ()
    industry: tuple[Label, ...] = ()
    product: tuple[Label, ...] = ()
    source: tuple[Label, ...] = ()
    budget_at_least: int | None = Field(default=None, ge=1)

    def covers(self, other: "When") -> bool:
        """Whether every lead that `other` means is meant by this one too, as far as the words say."""
        lists = ("region", "industry", "product", "source")
        for name in lists:
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine and (not theirs or not set(theirs) <= set(mine)):
                return False
        return self.budget_at_least is None or (other.budget_at_least or 0) >= self.budget_at_least


class AssignmentRule(Section):
    """One rule: which leads, in which pool they wait, and how one of the people gets them."""

    name: Label
    when: When = When()
    pool: Name | None = None
    by: Strategy = "claim"
    team: str = ""
    members: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _somebody(self) -> "AssignmentRule":
        if self.by != "claim" and not self.team and not self.members:
            raise ValueError(f"by: {self.by} gives leads to somebody; name a team or members")
        if self.by == "claim" and (self.team or self.members):
            raise ValueError("by: claim lets people take the lead from its pool; name the pool, not team or members")
        return self


class Sticky(Section):
    """Who is asked before the rules: the owner of the same company's leads, the previous owner of this one."""

    same_company: bool = False
    previous_owner: bool = False


class Assignment(Section):
    """All about giving leads to people."""

    rules: tuple[AssignmentRule, ...] = ()
    sticky: Sticky = Sticky()
    skip_overdue: int | None = Field(default=3, ge=1)
    per_day: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _each_can_apply(self) -> "Assignment":
        names = [rule.name for rule in self.rules]
        if twice := [name for name in names if names.count(name) > 1]:
            second = len(names) - 1 - names[::-1].index(twice[0])
            raise AtKey(f"two rules are called {twice[0]!r}; each needs a name of its own", "rules", second, "name")
        for number, later in enumerate(self.rules):
            for earlier in self.rules[:number]:
                if earlier.when.covers(later.when):
                    raise AtKey(
                        f"rule {later.name!r} can never apply: {earlier.name!r} stands before it and takes every lead "
                        "that it means; put the narrower rule first", "rules", number,
                    )  # fmt: skip
        return self

    @property
    def gives(self) -> bool:
        """Whether any lead may be given to somebody, instead of being offered to its pool."""
        return bool(self.rules) or self.sticky.same_company or self.sticky.previous_owner
