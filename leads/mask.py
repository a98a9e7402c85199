"""How a person is shown where not everything may be shown: 王先生 138****8000."""

from leads.understand.phone import normal_phone


def shown_phone(phone: str, *, reveal: bool) -> str:
    """As one dials it (13800138000, 051265566778-8006), or masked (138****8000); what is no number becomes ****."""
    base, dash, extension = phone.partition("-") if phone.startswith("+") else (phone, "", "")
    known = normal_phone(base) if phone else None
    if known is None or not known.valid:
        return phone if reveal else ("****" if phone else "")
    return known.local + dash + extension if reveal else known.masked


def masked_text(text: str) -> str:
    """First character and stars: for WeChat ids and mail addresses."""
    if not text:
        return ""
    head, at, domain = text.partition("@")
    return f"{head[:1]}***{at}{domain}"
