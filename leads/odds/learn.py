"""Learning as a program of its own (`python -m leads.odds.learn`), so that the server never loads what it needs.

Reads {"leads": [{trait: value}, …], "won": [bool, …]}, oldest first, from standard input and prints the model.
"""

import json
import sys

from leads.odds.training import train


def main() -> None:
    """Learn once."""
    asked = json.load(sys.stdin)
    json.dump(train(asked["leads"], asked["won"]).to_json(), sys.stdout)


if __name__ == "__main__":
    main()
