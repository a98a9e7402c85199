"""Prints cards and photographs them into a folder: `PYTHON -m tests.printshop.draw FOLDER FIRST PAIRS` by ./run ocr's.

PAIRS is JSON: [[design, way], …]; the n-th is of the made-up person FIRST + n. What stands on the cards is truth.json.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from tests.printshop.designs import DESIGNS, print_card
from tests.printshop.photo import WAYS, photograph


def main(folder: Path, first: int, pairs: list[list[str]]) -> None:
    """Write 0.jpg, 1.jpg, … and truth.json; without pairs every design in every way."""
    truth = []
    for number, (design, way) in enumerate(pairs or [[design, way] for design in DESIGNS for way in WAYS]):
        card, image = print_card(design, first + number)
        (folder / f"{number}.jpg").write_bytes(photograph(image, way, first + number))
        truth.append({"design": design, "way": way, **asdict(card)})
    (folder / "truth.json").write_text(json.dumps(truth, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]))
