"""The morning's digest as the rules declare it: from when on it is sent, and to whom."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from config.section import Section

ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Digest(Section):
    """On working days from `at` on, spread over eight minutes; `to` are roles. `picture`: with the funnel drawn."""

    at: ClockTime = "08:50"
    to: tuple[Literal["manager", "marketing", "rep"], ...] = ("manager", "marketing", "rep")
    picture: bool = True
