"""Channel codes (渠道活码) and links (获客助手): which stands for which channel, and who answers when."""

import re
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from config.calendar import PeriodText, Weekday
from config.section import Section

WayName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]  # it is the code's state: 30 bytes
Tag = Annotated[str, StringConstraints(pattern=r"^[^\s/]{1,30}(/[^\s/]{1,30})?$")]  # 组/标签, or 标签
WELCOME_BYTES = 3900  # of the 4000 that WeCom takes (developer page 92137): a name is put in


class Slot(Section):
    """Who answers, on which days and in which hours; without days or hours: always."""

    members: tuple[str, ...] = Field(min_length=1, max_length=100)
    days: tuple[Weekday, ...] = ()
    hours: tuple[PeriodText, ...] = ()


class ContactWay(Section):
    """One QR code, or one link of 获客助手.

    Of the slots the first that covers the moment counts; with nobody there the backup answers.
    """

    label: str = Field(min_length=1, max_length=30)
    kind: Literal["code", "link"] = "code"
    source: str = Field(default="", max_length=60)
    campaign: str = Field(default="", max_length=60)
    staff: tuple[Slot, ...] = Field(min_length=1)
    backup: tuple[str, ...] = Field(default=(), max_length=100)
    welcome: str = ""
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)
    confirm: bool = False

    @field_validator("welcome")
    @classmethod
    def _short_enough(cls, welcome: str) -> str:
        if (size := len(welcome.encode())) > WELCOME_BYTES:
            raise ValueError(f"has {size} bytes; WeCom takes {WELCOME_BYTES}, that is 1300 Chinese characters")
        if unknown := [word for word in re.findall(r"\{(.*?)\}", welcome) if word != "staff"]:
            raise ValueError(f"{{{unknown[0]}}} is not known; only {{staff}} is put in: the name of the colleague")
        return welcome

    @property
    def booked_as(self) -> str:
        """The source under which leads of this code are booked."""
        return self.source or self.label

    @property
    def people(self) -> tuple[str, ...]:
        """All who may answer by the slots, each once."""
        return tuple(dict.fromkeys(member for slot in self.staff for member in slot.members))
