"""A part of rules.yaml: frozen once read, closed against unknown keys, with the short names that keys may have."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Section(BaseModel):
    """A part of the rules: frozen, and closed against unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AtKey(ValueError):
    """What is wrong with a section, and below which of its keys it stands."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.path = path
