"""Write the goldens of the named cards anew, after their change was read: python -m tests.golden.write NAME …"""

import json
import sys

from tests.golden.test_goldens import HERE, drawn


def main(names: list[str]) -> None:
    """One file a card."""
    for name in names:
        text = json.dumps(drawn(name), ensure_ascii=False, indent=1) + "\n"
        (HERE / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
