"""A part of a company's files: frozen once read, closed against unknown keys; the short names that keys may have."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Section(BaseModel):
    """A part of the rules: frozen, and closed against unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Setting(Section):
    """A part of the settings: the same, and an error never quotes what was given, which may be a key."""

    model_config = ConfigDict(hide_input_in_errors=True)


class AtKey(ValueError):
    """What is wrong with a section, and below which of its keys it stands."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.path = path
