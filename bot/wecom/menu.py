"""The three entries below the chat: 我的线索 · 线索池 · 记一笔 (WeCom developer page 90231: names up to 16 bytes)."""

from typing import Any

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
