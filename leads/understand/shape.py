"""Names that are told by how they are written: 买买提·艾力江, 姓芮的女士, 季(先生), Kevin 陈, 李 伟."""

import re
from functools import cache

from leads.understand.surname import common_pattern, surname_pattern


@cache
def _shaped() -> re.Pattern[str]:
    polite = "先生|女士|小姐|老板娘?|老师|师傅|阿姨|大姐|大哥"
    return re.compile(
        rf"(?P<far>(?:(?<=[的是叫])|(?<![一-龥]))[一-龥]{{2,6}}·[一-龥]{{2,8}}(?:·[一-龥]{{1,8}})?)|"
        rf"姓(?P<sur>[一-龥])的(?P<title>{polite})|(?P<sur2>{surname_pattern()})\((?P<title2>{polite})\)|"
        rf"(?<![A-Za-z])(?P<mixed>[A-Z][a-z]{{1,10}} ?{common_pattern()})(?![一-龥])|"
        rf"(?:^|(?<=[,;|/\n]))(?P<spaced>{common_pattern()} [一-龥])(?= ?[(,;|/\n]| {{2}}|$)"
    )


def find_shaped(text: str) -> tuple[str, int, int] | None:
    """The first such name with its place, or None."""
    found = _shaped().search(text)
    if found is None:
        return None
    written = found["far"] or found["mixed"] or (found["spaced"] or "").replace(" ", "")
    name = written or f"{found['sur'] or found['sur2']}{found['title'] or found['title2']}"
    return name, found.start(), found.end()
