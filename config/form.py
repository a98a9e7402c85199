"""A form that strangers fill in: its fields and words, what they consent to, how it looks, and who may embed it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from config.section import AtKey, Section
from config.words import FIELD_LABELS

FormWord = Literal["name", "phone", "company", "email", "wechat", "title", "city", "need", "budget"]
BUILT_IN: tuple[str, ...] = FormWord.__args__  # type: ignore[attr-defined]
CONTACTS = ("phone", "email", "wechat")
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]{1,200}(:[0-9]{1,5})?$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Words = Annotated[str, StringConstraints(max_length=500)]


class FormField(Section):
    """One question: a field of every lead or of the company's own; without a label the field's own name is shown."""

    field: Key
    label: Annotated[str, StringConstraints(max_length=30)] = ""
    required: bool = False
    hint: Annotated[str, StringConstraints(max_length=60)] = ""


class Consent(Section):
    """What the person agrees to before anything is kept: `version` changes whenever the words do."""

    purpose: Line
    version: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    policy: Annotated[str, StringConstraints(pattern=r"^(https?://\S{1,300})?$")] = ""


class Subscribe(Section):
    """What the person may agree to besides: to hear of these topics; never ticked beforehand, never required."""

    topics: tuple[Line, ...] = Field(min_length=1, max_length=10)
    version: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Theme(Section):
    """The colour of the button and of what is marked."""

    color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] = "#1664d9"


class Form(Section):
    """One form. `embed_on` names the sites that may show it in a frame; `pages`: what was read there comes along."""

    title: Line
    intro: Words = ""
    source: Line = "官网"
    fields: tuple[FormField, ...] = Field(min_length=1, max_length=15)
    consent: Consent
    subscribe: Subscribe | None = None
    button: Annotated[str, StringConstraints(min_length=1, max_length=12)] = "提交"
    thanks: Words = "提交成功,我们会尽快联系您。"
    theme: Theme = Theme()
    embed_on: tuple[Origin, ...] = Field(default=(), max_length=20)
    pages: bool = False
    probe: bool = True

    @field_validator("fields", mode="before")
    @classmethod
    def _short(cls, fields: Any) -> Any:
        """A bare word is a field with nothing else said."""
        if not isinstance(fields, list | tuple):
            return fields
        return [{"field": one} if isinstance(one, str) else one for one in fields]

    @model_validator(mode="after")
    def _reachable(self) -> "Form":
        names = [one.field for one in self.fields]
        if twice := [name for name in names if names.count(name) > 1]:
            raise AtKey(f"the field {twice[0]} stands twice; keep one of them", "fields")
        if not any(one.required and one.field in CONTACTS for one in self.fields):
            raise AtKey("nobody could be reached: make one of phone, email, wechat required: true", "fields")
        return self

    def unknown(self, own: set[str]) -> list[tuple[int, str]]:
        """(place, name) of the fields that are neither a lead's nor the company's own."""
        return [(n, one.field) for n, one in enumerate(self.fields) if one.field not in {*BUILT_IN, *own}]


def label_of(field: FormField, own: Mapping[str, str]) -> str:
    """What stands above a question."""
    return field.label or FIELD_LABELS.get(field.field, "") or own.get(field.field, field.field)
