"""Names that are not Han Chinese ones: in Latin letters, and those of Mongols, Tibetans, Uyghurs and Kazakhs."""

import re
from functools import cache


def find_foreign(text: str) -> tuple[str, int, int] | None:
    """The first such name with its place, in text whose company and numbers are blanked; None without one."""
    for pattern in (_other_peoples(), _latin(), _lower_case()):
        for found in pattern.finditer(text):
            name = found[0].strip()
            if not _no_person().search(name):
                begin = found.start() + found[0].index(name)
                return name, begin, begin + len(name)
    return None


@cache
def _latin() -> re.Pattern[str]:
    return re.compile(
        r"(?:(?:Mr|Ms|Mrs|Miss|Dr)\.? ?)?(?<![A-Za-z@./_-])[A-Z][a-z]{1,12}(?:[ ·-](?:[A-Z]\.? )?[A-Z][a-z]"
        r"{1,14}){1,2}(?![A-Za-z@_-])|(?:Mr|Ms|Mrs|Miss|Dr)\.? ?[A-Z][a-z]{1,14}(?![a-z])"
    )


@cache
def _other_peoples() -> re.Pattern[str]:
    """Mongolian, Tibetan, Uyghur and Kazakh names as they are written without a dot, standing alone."""
    parts = (
        "巴特尔|巴雅尔|其其格|格日勒|苏日娜|那日松|乌云|图雅|托娅|高娃|斯琴|萨仁|娜仁|孟和|呼和|朝鲁|哈斯|敖登|宝音|额尔敦|"
        "扎西|卓玛|次仁|多吉|丹增|拉姆|央金|格桑|达瓦|尼玛|白玛|旺堆|索朗|顿珠|平措|洛桑|德吉|仁青|"
        "阿依|古丽|努尔|买买提|艾力|吐尔逊|木合塔尔|阿不都|阿布都|热依木|艾合买提|玉素甫|库尔班|热合曼|哈力克|别克|江"
    )
    return re.compile(rf"(?<![一-龥])(?=[一-龥]{{3,8}}(?![一-龥]))(?:(?:{parts})[一-龥]?){{1,3}}(?![一-龥])")


@cache
def _lower_case() -> re.Pattern[str]:
    """david chen, wang lei: two words in small letters alone between separators, one of them a surname in Pinyin."""
    family = (
        "wang|li|zhang|liu|chen|yang|huang|zhao|wu|zhou|xu|sun|ma|zhu|hu|guo|he|lin|gao|luo|zheng|liang|xie|song|tang|"
        "han|feng|deng|cao|peng|zeng|xiao|tian|dong|pan|yuan|cai|jiang|yu|du|ye|cheng|wei|su|lu|ding|ren|shen|yao|"
        "cui|zhong|tan|fan|wong|chan|cheung|lau|lee|leung|ng|tsang|kwok"
    )
    return re.compile(
        rf"(?:^|(?<=[\n,;|/])) ?(?:(?:{family}) [a-z]{{2,10}}|[a-z]{{2,10}} (?:{family}))(?= ?(?:[,;|/\n\x00]|$))"
    )


@cache
def _no_person() -> re.Pattern[str]:
    """Words in capitals that are no name: greetings, jobs, places, companies."""
    return re.compile(
        r"Ltd|Inc|Tech|Group|Company|Corp|Limited|Trading|Shanghai|Beijing|Hong Kong|Guang|Shenzhen|"
        r"\b(?:Dear|Best|Kind|Warm|Regards?|Hello|Hi|Thanks?|Sir|Madam|Head|Purchasing|Manager|Director|Lead|From|"
        r"Tel|Mobile|Sales|Price|Order|Please|Subject)\b"
    )
