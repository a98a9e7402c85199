"""Which facts a company wants to know before a lead may enter a stage."""

from typing import Literal

from pydantic import Field

from config.section import Section

Gate = Literal["mql", "sql", "opportunity", "won", "lost"]
Known = Literal["name", "company", "title", "city", "phone", "email", "wechat", "need", "budget"]


class LifeCycle(Section):
    """`require`: what must be filled in before a stage is entered; own fields say it themselves (`required_at`)."""

    require: dict[Gate, tuple[Known, ...]] = Field(default_factory=dict)
