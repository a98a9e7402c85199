"""As how many messages a text message is counted, and what stands in it besides the words."""

SINGLE, LINKED = 70, 67  # characters (UTF-16 units) of a message alone, and of each of several that are joined
HOW_TO_STOP = "退订回T"


def whole_text(words: str, *, sign: str, stoppable: bool) -> str:
    """【sign】words 退订回T: what the customer reads."""
    head = f"【{sign}】" if sign else ""
    told = " ".join(words.split())
    tail = f" {HOW_TO_STOP}" if stoppable and HOW_TO_STOP not in told else ""
    return head + told + tail


def parts_of(text: str) -> int:
    """How many messages a text is: one up to 70 characters, else one for each 67; a rare sign (𠮷, 😀) counts twice."""
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= SINGLE else -(-units // LINKED)
