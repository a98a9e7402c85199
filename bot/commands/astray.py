"""A refused journey is drawn with the place of its flaw: with letters in the terminal, as a picture beside the file."""

from config.document import BadDocument, Problem
from config.folder import Folder
from config.journey_flaws import Astray
from config.rules import load_rules
from nurture.picture import svg
from nurture.sketch import sketch


class Drawn(BadDocument):
    """A file that cannot be used; below its problems stand the journeys that have them."""

    def __init__(self, problems: list[Problem], drawings: list[str]) -> None:
        super().__init__(problems)
        self.args = ("\n".join([str(self), *drawings]),)


def drawn(error: BadDocument, text: str, file: str, folder: Folder) -> BadDocument:
    """The same refusal with a drawing of each journey that is flawed; the pictures lie in the company's folder."""
    astray: dict[str, Astray] = {}
    for problem in error.problems:
        if isinstance(problem, Astray):
            astray.setdefault(problem.journey, problem)
    if not astray:
        return error
    rules = load_rules(text, file)
    told = []
    for name, problem in astray.items():
        journey = rules.journeys[name]
        lines = sketch(journey, rules=rules, marked=problem.step, here="◀ 这里不对")
        told += ["", f"{journey.label}({name}):", *(f"  {line}" for line in lines)]
        picture = folder.root / f"journey-{name}.svg"
        try:
            picture.write_text(svg(journey, rules=rules, marked=problem.step, note=problem.message), encoding="utf-8")
        except OSError as failed:
            told.append(f"  (the picture could not be written to {picture}: {failed.strerror})")
        else:
            told.append(f"  picture: {picture}")
    return Drawn(error.problems, told)
