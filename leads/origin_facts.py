"""What has happened on the way in: somebody agreed to be contacted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.facts import Fact


@dataclass(frozen=True, kw_only=True)
class Consented(Fact):
    """The person agreed to a purpose; the proof of it stands in the table of consents."""

    kind = "consented"
    purpose: str
    version: str
    form: str

    def text(self) -> str:
        return f"{self.purpose}(第 {self.version} 版,表单 {self.form})"

    def data(self) -> Mapping[str, Any]:
        return {"purpose": self.purpose, "version": self.version, "form": self.form}
