"""What WeCom checks of a template card, with the number it answers (WeCom developer pages 90236 and 90313)."""

import re
from typing import Any

TASK_ID = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
INTERACTIVE = ("button_interaction", "vote_interaction", "multiple_interaction")
KINDS = ("text_notice", "news_notice", *INTERACTIVE)


def flaw(card: Any, *, update: bool = False) -> tuple[int, str] | None:
    """The first thing that is wrong with a card, as (errcode, errmsg); None when WeCom would show it."""
    if not isinstance(card, dict) or card.get("card_type") not in KINDS:
        return 42031, "invalid template_card card_type"
    kind = card["card_type"]
    for check in (_title, _rows, _jumps, _menu, _action):
        if (found := check(card, kind)) is not None:
            return found
    found = {
        "button_interaction": _buttons,
        "vote_interaction": _vote,
        "multiple_interaction": _selects,
    }.get(kind, _nothing)(card)
    if found is not None:
        return found
    needs_task = kind in INTERACTIVE or "action_menu" in card
    if needs_task and not update and not TASK_ID.fullmatch(str(card.get("task_id") or "")):
        return 42014, "invalid template_card task_id"
    return None


def updatable(card: dict[str, Any]) -> bool:
    """Whether a card comes with a code for changing it."""
    return card["card_type"] in INTERACTIVE or "action_menu" in card


def live_keys(card: dict[str, Any]) -> set[str]:
    """The keys of buttons and menus that can be pressed on a card as it is now."""
    if card.get("replace_text"):
        buttons: set[str] = set()
    else:
        buttons = {b["key"] for b in card.get("button_list", []) if b.get("type", 0) == 0}
        if "submit_button" in card:
            buttons.add(card["submit_button"]["key"])
    return buttons | {a["key"] for a in (card.get("action_menu") or {}).get("action_list", [])}


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _short(value: Any, most: int) -> bool:
    return _text(value) and len(value.encode()) <= most


def _nothing(card: dict[str, Any]) -> None:
    return None


def _title(card: dict[str, Any], kind: str) -> tuple[int, str] | None:
    title = card.get("main_title") or {}
    if kind == "text_notice":
        if not (_text(title.get("title")) or _text(card.get("sub_title_text"))):
            return 42033, "missing main_title.title and sub_title_text"
    elif not _text(title.get("title")):
        return 42033, "missing main_title.title"
    return None


def _rows(card: dict[str, Any], kind: str) -> tuple[int, str] | None:
    rows = card.get("horizontal_content_list", [])
    if not isinstance(rows, list) or len(rows) > 6:
        return 42035, "invalid horizontal_content_list length"
    for row in rows:
        if not _text(row.get("keyname")):
            return 42027, "invalid horizontal_content_list keyname"
        if row.get("type") == 1 and not _url(row.get("url")):
            return 42028, "invalid horizontal_content_list url"
        if row.get("type") == 3 and not _text(row.get("userid")):
            return 42050, "invalid horizontal_content_list userid"
    if len(card.get("vertical_content_list", [])) > 4:
        return 42036, "invalid vertical_content_list length"
    return None


def _url(value: Any) -> bool:
    return _text(value) and bool(re.match(r"https?://\S+$", value)) and len(value) <= 2048


def _jumps(card: dict[str, Any], kind: str) -> tuple[int, str] | None:
    jumps = card.get("jump_list", [])
    if len(jumps) > 3:
        return 42042, "invalid jump_list length"
    for jump in jumps:
        if not _text(jump.get("title")):
            return 42033, "invalid jump_list title"
        if jump.get("type") == 1 and not _url(jump.get("url")):
            return 42028, "invalid jump_list url"
    return None


def _menu(card: dict[str, Any], kind: str) -> tuple[int, str] | None:
    menu = card.get("action_menu")
    if menu is None:
        return None
    actions = menu.get("action_list", [])
    keys = [action.get("key") for action in actions]
    if not 1 <= len(actions) <= 3 or len(set(keys)) != len(keys) or not all(_short(key, 1024) for key in keys):
        return 42051, "invalid action_menu"
    return None


def _action(card: dict[str, Any], kind: str) -> tuple[int, str] | None:
    action = card.get("card_action") or {}
    if kind in ("text_notice", "news_notice") and action.get("type") not in (1, 2):
        return 42045, "invalid card_action"
    if action.get("type") == 1 and not _url(action.get("url")):
        return 42028, "invalid card_action url"
    return None


def _buttons(card: dict[str, Any]) -> tuple[int, str] | None:
    buttons = card.get("button_list")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 6:
        return 42038, "invalid button_list length"
    keys = []
    for button in buttons:
        if not _text(button.get("text")) or button.get("style", 1) not in (1, 2, 3, 4):
            return 42038, "invalid button text"
        if button.get("type", 0) == 1:
            if not _url(button.get("url")):
                return 42028, "invalid button url"
            continue
        if not _short(button.get("key"), 1024):
            return 42039, "invalid button key"
        keys.append(button["key"])
    if len(set(keys)) != len(keys):
        return 42039, "button keys repeat"
    selection = card.get("button_selection")
    return None if selection is None else _options(selection, 10)


def _options(selection: Any, most: int) -> tuple[int, str] | None:
    if not isinstance(selection, dict) or not _short(selection.get("question_key"), 1024):
        return 42043, "invalid question_key"
    options = selection.get("option_list")
    if not isinstance(options, list) or not 1 <= len(options) <= most:
        return 42037, "invalid option_list length"
    ids = [option.get("id") for option in options]
    if len(set(ids)) != len(ids) or not all(_short(one, 128) for one in ids):
        return 42040, "invalid option id"
    if not all(_text(option.get("text")) for option in options):
        return 42041, "invalid option text"
    return None


def _submit(card: dict[str, Any]) -> tuple[int, str] | None:
    button = card.get("submit_button") or {}
    if not _text(button.get("text")):
        return 42049, "invalid submit_button text"
    return None if _short(button.get("key"), 1024) else (42046, "invalid submit_button key")


def _vote(card: dict[str, Any]) -> tuple[int, str] | None:
    return _options(card.get("checkbox"), 20) or _submit(card)


def _selects(card: dict[str, Any]) -> tuple[int, str] | None:
    selects = card.get("select_list")
    if not isinstance(selects, list) or not 1 <= len(selects) <= 3:
        return 42047, "invalid select_list length"
    for select in selects:
        if (found := _options(select, 10)) is not None:
            return found
    if len({select["question_key"] for select in selects}) != len(selects):
        return 42043, "question_key repeats"
    return _submit(card)
