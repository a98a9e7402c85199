"""Does a lead lie in a region? A region is a group of districts, cities or provinces that the company has named."""

from collections.abc import Mapping, Sequence

from leads.understand.place import district_name, find_places, province_of


def lies_in(city: str, district: str, named: Sequence[str], *, regions: Mapping[str, Sequence[str]]) -> bool:
    """Whether a place belongs to one of the named regions, cities, districts or provinces."""
    places = {one for name in named for one in regions.get(name, (name,))}
    return any(_is(place, city, district) for place in places)


def _is(place: str, city: str, district: str) -> bool:
    plain = place.removesuffix("市").removesuffix("省")
    known = find_places(city)
    here = known[0].city if known else city.removesuffix("市")
    if here and plain in (here, province_of(here)):
        return True
    return bool(district) and district_name(place) == district_name(district)
