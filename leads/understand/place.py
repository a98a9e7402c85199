"""The city a customer sits in: 昆山 belongs to 苏州, 渝北 to 重庆; streets and dishes are no cities."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_FAMOUS = 60  # lines of the table that are well enough known to settle a district name that several cities have


@dataclass(frozen=True)
class Place:
    """A city in the text; `weight` says how well the words support it (address 100, district by the way 45)."""

    city: str
    begin: int
    stop: int
    weight: int


@dataclass(frozen=True)
class _Table:
    names: dict[
        str, tuple[tuple[str, bool], ...]
    ]  # first two characters -> (name, is it a bare district name), long first
    cities: dict[str, tuple[str, ...]]  # name -> cities it may mean, best known first
    famous: frozenset[str]
    province: dict[str, str]  # city -> province
    codes: dict[str, str]  # telephone area code -> city
    english: dict[str, str]
    level: frozenset[str]  # the cities themselves


@cache
def _table() -> _Table:
    cities: dict[str, list[str]] = {}
    bare: set[str] = set()
    province: dict[str, str] = {}
    codes: dict[str, str] = {}
    english: dict[str, str] = {}
    famous: list[str] = []
    shorts: list[tuple[str, str]] = []
    stop: frozenset[str] = frozenset()
    for line in (files(__package__) / "cities.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        city, rest = line.split("|", 1)
        if city == "-":
            stop = frozenset(rest.split())
            continue
        belongs, numbers, name, districts = rest.split("|")
        province.setdefault(city, belongs)
        famous.append(city)
        codes.update(dict.fromkeys(numbers.split(), city))
        if name:
            english.setdefault(name.lower(), city)
        for word in (city, city + "市", city + "州", city + "地区", city + "盟"):
            cities.setdefault(word, []).append(city)
        for district in districts.split():
            cities.setdefault(district, []).append(city)
            shorts.append((district, city))
    for word in stop:
        cities.pop(word, None)
    level = frozenset(famous)
    for district, city in shorts:
        word = district_name(district)
        if len(word) >= 2 and word not in stop and word not in level and word != district:
            cities.setdefault(word, []).append(city)
            bare.add(word)
    heads: dict[str, list[tuple[str, bool]]] = {}
    for name in cities:
        if len(name) >= 2 and name not in ("城区", "矿区", "郊区", "市区"):
            heads.setdefault(name[:2], []).append((name, name in bare))
    names = {head: tuple(sorted(found, key=lambda pair: -len(pair[0]))) for head, found in heads.items()}
    best = {name: tuple(dict.fromkeys(found)) for name, found in cities.items()}
    return _Table(names, best, frozenset(famous[:_FAMOUS]), province, codes, english, level)


@cache
def _district_suffix() -> re.Pattern[str]:
    peoples = (
        "土家|苗|藏|羌|彝|回|蒙古|哈萨克|柯尔克孜|朝鲜|布依|侗|白|傣|景颇|傈僳|哈尼|壮|黎|满|瑶|各|仫佬|仡佬|土|"
        "撒拉|东乡|保安|裕固|水|畲|毛南|"
    )
    peoples += "达斡尔|鄂温克|鄂伦春|锡伯|塔吉克|拉祜|佤|纳西|普米|怒|独龙|布朗"
    return re.compile(rf"(?:(?:{peoples})族|蒙古|各族)*(?:自治县|自治旗|自治州)$|(?:新区|林区|特区|区|县|市|旗)$")


def district_name(full: str) -> str:
    """A district's name as people say it: 昆山市 is 昆山, 浦东新区 is 浦东; one-character names stay whole (沛县)."""
    short = _district_suffix().sub("", full)
    return short if len(short) >= 2 else full


@cache
def _not_a_place() -> re.Pattern[str]:
    return re.compile(
        r"(?:[东西南北中一二三四五]{0,2}(?:路|街|大道|大街|巷|弄|大厦|广场|大酒店)|菜|烤鸭|拉面|火锅|料理|话|"
        r"火腿|时间|小异|道馆|装(?!修|饰)|卫视|银行卡)"
    )


def find_places(text: str) -> list[Place]:
    """Every place in the cleaned text, in order; a chain (浙江省杭州市余杭区) is one place."""
    table = _table()
    hits: list[tuple[int, int, str, bool]] = []
    at, length = 0, len(text)
    while at < length - 1:
        for name, bare in table.names.get(text[at : at + 2], ()):
            if text.startswith(name, at) and not _not_a_place().match(text, at + len(name)) and _stands(text, at, bare):
                hits.append((at, at + len(name), name, bare))
                at += len(name) - 1
                break
        at += 1
    places: list[Place] = []
    sure = [table.cities[name][0] for _, _, name, bare in hits if name in table.level or len(table.cities[name]) == 1]
    for begin, stop, name, bare in hits:
        last = places[-1] if places else None
        options = table.cities[name]
        if last is not None and last.stop == begin and last.city in options:
            places[-1] = Place(last.city, last.begin, stop, last.weight + 1)
            continue
        city = _choose(options, sure, text)
        if city is not None:
            places.append(Place(city, begin, stop, _weight(name, bare=bare)))
    return places


def _weight(name: str, *, bare: bool) -> int:
    """How much a name by itself says: a city or an unmistakable district more than one that several cities have."""
    certain = name in _table().level or len(_table().cities[name]) == 1
    return (45 if bare else 55 if certain else 50) + (2 if name[-1] in "市区县" else 0)


def _stands(text: str, at: int, bare: bool) -> bool:
    before = text[at - 1] if at else ""
    if before == "晚" and text.startswith("上海", at):
        return False
    if re.match(r"[一二三四五六七八九十两][台门家](?![县区市])", text[at : at + 3]):
        return False  # 三台激光机, 三门冰箱: so many of something
    if not bare:
        return True
    return (
        not "一" <= before <= "鿿"
        or before in "在是的省市自州到去约区"
        or text[max(0, at - 2) : at] in _table().level
        or text[:at].endswith(tuple(_provinces()))
    )


def _choose(options: tuple[str, ...], sure: list[str], text: str) -> str | None:
    table = _table()
    if len(options) == 1:
        return options[0]
    for option in options:
        if option in sure and sure.count(option) and option in text:
            return option
    for option in options:
        if table.province[option] in text:
            return option
    return options[0] if options[0] in table.famous else None


def city_of_code(digits: str) -> str | None:
    """The city of a landline's area code (0512… is 苏州); None for a code that is not in the table."""
    codes = _table().codes
    return codes.get(digits[:3]) or codes.get(digits[:4])


def city_in_english(text: str) -> str | None:
    """A city written in Latin letters (Shanghai, Hong Kong), None without one."""
    found = re.search(r"\bhong ?kong\b|\bxi'?an\b", text, re.IGNORECASE)
    if found:
        return "香港" if found[0].lower().startswith("hong") else "西安"
    for word in re.findall(r"[A-Z][a-z]{3,14}", text):
        city = _table().english.get(word.lower())
        if city:
            return city
    return None


def is_place(word: str) -> bool:
    """Is the whole word a city, a district or a province (and so no person and no company)?"""
    table = _table()
    return word in table.cities or word in table.level or word in _provinces_of_cities()


@cache
def _provinces_of_cities() -> frozenset[str]:
    return frozenset(_table().province.values())


def is_district(word: str) -> bool:
    """Is it a district's name without its 区, 县 or 市 (龙华, 通州), though it may mean other things elsewhere?"""
    return any(word + end in _table().cities for end in "区县市旗")


def starts_with_place(text: str) -> int:
    """How many characters at the start name a city, district or province; 0 without one."""
    table = _table()
    named = "省" in text[2:4] or "自治区" in text[2:6]
    found = re.match(r"[一-龥]{2,3}?(?:省|自治区)", text) if named else None
    if found and found[0].removesuffix("省").removesuffix("自治区") in _provinces_of_cities():
        return found.end()
    for name, _ in table.names.get(text[:2], ()):
        if text.startswith(name):
            return len(name)
    for length in (3, 2):
        if text[:length] in _provinces():
            return length
    return 0


def city_named(word: str) -> str:
    """The city that a place's name means (昆山市 is 苏州); a province, or a district of several cities, is itself."""
    cities = _table().cities.get(word, ())
    if word in _table().level or len(cities) == 1:
        return cities[0] if cities else word
    return word.removesuffix("市").removesuffix("省").removesuffix("自治区")


def province_of(place: str) -> str:
    """The province of a city; a province (or a place we do not know) is its own."""
    return _table().province.get(place, place)


def is_province(name: str) -> bool:
    """Whether it names a province, 四川 or 四川省."""
    return name.removesuffix("省") in set(_table().province.values())


def district_in(text: str) -> str:
    """The first district, county or county-level city that a text names (渝北区 in 重庆市渝北区), "" without one."""
    table = _table()
    for at in range(len(text) - 1):
        for name, bare in table.names.get(text[at : at + 2], ()):
            if not text.startswith(name, at) or _not_a_place().match(text, at + len(name)):
                continue
            if name.removesuffix("市") not in table.level and _stands(text, at, bare):
                return name
            break
    return ""


@cache
def _provinces() -> frozenset[str]:
    return frozenset(_table().province.values())


def read_city(text: str, *, company: tuple[int, int] | None, tel: str | None) -> tuple[str | None, bool]:
    """The customer's city and whether that is doubtful. `company` is where the company's name stands in the text.

    An address or a label counts most, then a place standing in the text, then the company's branch and first word,
    then the landline's area code. Places somebody only travels to count least.
    """
    scored = [(_score(place, text, company), -place.begin, place.city) for place in find_places(text)]
    scored.sort(reverse=True)
    if scored:
        best = scored[0]
        rivals = [score for score, _, city in scored if city != best[2]]
        return best[2], best[0] < 40 or (bool(rivals) and best[0] - rivals[0] < 12)
    english = city_in_english(text)
    if english is not None:
        return english, False
    city = city_of_code(tel) if tel and tel.startswith("0") else None
    return city, city is not None


@cache
def _labels() -> re.Pattern[str]:
    return re.compile(
        (
            r"(?:城市|所在地|地区|区域|地址|地点|位置|省市|省份|坐标|住址|location|city|address|"
            r"base)[\s:在是]{0,3}[^,;\n|]{0,8}$"
        ),
        re.IGNORECASE,
    )


def _score(place: Place, text: str, company: tuple[int, int] | None) -> int:
    before, after = text[max(0, place.begin - 14) : place.begin], text[place.stop : place.stop + 6]
    if _labels().search(before):
        return place.weight + 60
    if company is not None and company[0] <= place.begin < company[1]:
        branch = re.match(r"分公司|办事处|分行|支行|分院|分部|分店|公司$", after)
        return place.weight - 5 if branch else place.weight - 10 - min(place.begin - company[0], 10)
    weight = place.weight
    if re.search(r"(?:人在|位于|来自|坐落|公司在|工厂在|总部在|客户在|我在|我们在|他们在|在)$", before):
        weight += 15
    if re.search(r"推荐|介绍", after):
        weight -= 30
    if re.search(r"(?:出差去|去|飞|到|发往|发货到|运到|发到|送到|从)$", before) or re.match(
        r"出差|[一-龥]{0,4}(?:展会|博会|交会|酒会|年会|峰会|车展)|开会|见面|机场|站", after
    ):
        weight -= 20
    return weight
