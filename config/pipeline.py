"""The way of a deal as the rules declare it: its stages, what each wants to know, and what is usually done there."""

from typing import Annotated

from pydantic import Field, StringConstraints, field_validator, model_validator

from config.section import AtKey, Section

StageName = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^\S+$")]
DEAL_FIELDS = ("product", "amount", "expected_on", "competitor", "decider")


class PlayStep(Section):
    """One thing that is usually done in a stage: `text` says how, `content` names a piece of content/ to send."""

    do: str = Field(min_length=1, max_length=30)
    text: str = Field(default="", max_length=500)
    content: str = Field(default="", max_length=60)


class DealStage(Section):
    """One stage: how likely a deal wins from here (per cent), what must be known before it is entered.

    `node`: entering it reaches this node, so that the promises which begin there begin.
    """

    name: StageName
    probability: int = Field(ge=0, le=100)
    require: tuple[str, ...] = ()
    playbook: tuple[PlayStep, ...] = Field(default=(), max_length=8)
    node: str = ""

    @field_validator("playbook")
    @classmethod
    def _told_apart(cls, playbook: tuple[PlayStep, ...]) -> tuple[PlayStep, ...]:
        told = [step.do for step in playbook]
        if twice := [one for one in told if told.count(one) > 1]:
            raise ValueError(f"{twice[0]} stands twice; what is ticked could not be told apart")
        return playbook


class Pipeline(Section):
    """The stages of a kind of deal, in order. `products`: deals of these products go this way."""

    label: str = Field(min_length=1, max_length=20)
    default: bool = False
    products: tuple[str, ...] = ()
    stages: tuple[DealStage, ...] = Field(min_length=1, max_length=15)

    @model_validator(mode="after")
    def _each_once(self) -> "Pipeline":
        names = [stage.name for stage in self.stages]
        for number, name in enumerate(names):
            if names.index(name) < number:
                raise AtKey(f"a stage {name} stands there already; give this one another name", "stages", number)
        return self

    def find(self, name: str) -> DealStage | None:
        """The stage of that name."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def after(self, name: str) -> DealStage | None:
        """The stage that follows; None behind the last one, and for a name that no stage has (any more)."""
        names = [stage.name for stage in self.stages]
        at = names.index(name) + 1 if name in names else len(names)
        return self.stages[at] if at < len(names) else None


STANDARD = Pipeline(  # rules that were published before there were pipelines go this way
    label="标准销售",
    default=True,
    stages=(
        DealStage(name="初步接触", probability=10),
        DealStage(name="需求分析", probability=25),
        DealStage(name="方案报价", probability=50, require=("amount",)),
        DealStage(name="商务谈判", probability=70, require=("amount", "expected_on")),
        DealStage(name="签约", probability=90, require=("amount", "expected_on")),
    ),
)
