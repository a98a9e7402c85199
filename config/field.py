"""A field that a company adds to its leads: what it is called, what may stand in it, where it is shown."""

from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator

from config.lifecycle import Gate
from config.section import Section

FieldLabel = Annotated[
    str, StringConstraints(min_length=1, max_length=10, pattern="^[^\\s=:,;\uff1d\uff1a\uff0c\uff1b]+$")
]
FieldOption = Annotated[str, StringConstraints(min_length=1, max_length=16, pattern="^[^\\s,;\uff0c\uff1b\u3001]+$")]
FieldType = Literal["text", "number", "date", "select", "multi"]


class OwnField(Section):
    """One own field. `options` are what select (one) and multi (several) offer; `personal` values rest sealed."""

    label: FieldLabel
    type: FieldType = "text"
    options: tuple[FieldOption, ...] = ()
    required_at: Gate | None = None
    show: tuple[Literal["card", "export"], ...] = ("card", "export")
    personal: bool = False

    @model_validator(mode="after")
    def _choices(self) -> "OwnField":
        if self.type in ("select", "multi"):
            if not self.options:
                raise ValueError(f"type: {self.type} lets people choose; list the options, such as [是, 否]")
            if twice := [one for one in self.options if self.options.count(one) > 1]:
                raise ValueError(f"the option {twice[0]!r} stands twice; keep one of them")
        elif self.options:
            raise ValueError(f"type: {self.type} has nothing to choose from; leave out options, or use select or multi")
        return self
