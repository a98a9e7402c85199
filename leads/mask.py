"""How a person is shown where not everything may be shown: 王先生 138****8000."""

from leads.understand.phone import normal_phone


def masked_phone(phone: str) -> str:
    """138****8000 for a number that can be read, **** for anything else that was typed; "" stays ""."""
    if not phone:
        return ""
    known = normal_phone(phone)
    return known.masked if known else "****"


def masked_text(text: str) -> str:
    """First character and stars: for WeChat ids and mail addresses."""
    if not text:
        return ""
    head, at, domain = text.partition("@")
    return f"{head[:1]}***{at}{domain}"


def shown_phone(phone: str, *, reveal: bool) -> str:
    """The number as its owner types it (13800138000), or masked."""
    if not reveal:
        return masked_phone(phone)
    if phone.startswith("+86"):
        return phone[3:]
    return phone


def called(name: str) -> str:
    """How a group may call somebody: the surname with 先生/女士 unknown becomes 王**."""
    name = name.strip()
    if not name:
        return "未留姓名"
    for title in ("先生", "女士", "小姐", "总", "经理", "老师", "工"):
        if name.endswith(title) and len(name) <= len(title) + 2:
            return name
    return name[0] + "*" * min(len(name) - 1, 2)
