"""One line of the doctor: a step of the set-up, fine or not, what was seen, and what to do."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Finding:
    """One step: fine or not, what was seen, and what to do."""

    step: str
    ok: bool
    seen: str
    cure: str = ""

    def line(self) -> str:
        """✓ or ✗ with the cure."""
        return f"{'✓' if self.ok else '✗'} {self.step}:{self.seen}" + (f"\n    → {self.cure}" if self.cure else "")

    def plain(self) -> dict[str, object]:
        """For --json."""
        return asdict(self)
