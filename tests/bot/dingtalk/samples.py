"""The recorded payloads of DingTalk, and the instant at which they were signed."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "data" / "dingtalk"
AT = datetime.fromtimestamp(1690362102, UTC)
CORP = "ding9f50b15b00cd16741"
CLIENT = "dingr3xc0bfakekey"
STAFF = "452523285939877041"


def sample(name: str) -> dict[str, Any]:
    """One payload."""
    return dict(json.loads((DATA / f"{name}.json").read_text(encoding="utf-8")))
