"""A company that is years old, made once for all benchmarks of a run: each of them gets a copy of its own."""

import shutil
from pathlib import Path

from bench.company import BenchCompany, free_port, make_company, open_company
from bench.run import Run
from bench.seed import seed

REPS = 5


def old_company(run: Run, leads: int, *, owned: bool) -> BenchCompany:
    """A company with `leads` leads, free or its `REPS` reps', each with a running promise that is due in 2099."""
    original = run.folder / f"past-{leads}-{'owned' if owned else 'free'}"
    if not original.exists():
        seed(make_company(original, reps=REPS), leads, owned=owned, say=run.say)
    run.say(f"copying {leads:,} leads")
    root = run.place() / "acme"
    shutil.copytree(original, root)
    _on_another_port(root)
    return open_company(root)


def _on_another_port(root: Path) -> None:
    company = open_company(root)
    settings = company.folder.settings
    settings.write_text(settings.read_text("utf-8").replace(str(company.port), str(free_port())), "utf-8")
