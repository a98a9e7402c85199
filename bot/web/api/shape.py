"""What all shapes of the interface share: one that nobody asks for takes no memory."""

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A body, a query or an answer; how it is checked is worked out when it is needed first."""

    model_config = ConfigDict(defer_build=True)
