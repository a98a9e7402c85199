"""The three entries below the chat: 我的线索 · 线索池 · 记一笔 (WeCom developer page 90231: names up to 16 bytes)."""

import hashlib
import json
from datetime import datetime
from typing import Any

from store import due
from store.tx import Tx

MENU: dict[str, Any] = {
    "button": [
        {
            "name": "我的线索",
            "sub_button": [
                {"type": "click", "name": "我的线索", "key": "mine"},
                {"type": "click", "name": "今天待办", "key": "today"},
                {"type": "click", "name": "帮助", "key": "help"},
            ],
        },
        {"type": "click", "name": "线索池", "key": "pool"},
        {"type": "click", "name": "记一笔", "key": "note"},
    ]
}


async def ask_for_menu(tx: Tx, *, now: datetime) -> None:
    """Have the menu put into the app, once for each version of it."""
    mark = hashlib.sha256(json.dumps(MENU, ensure_ascii=False).encode()).hexdigest()[:12]
    await due.do_once(tx, kind="menu", key=f"menu:{mark}", now=now)
