"""A channel code that cannot work is refused before it is published, with its place and what to write instead."""

from datetime import date
from pathlib import Path

import pytest

from config.document import BadDocument
from config.folder import TEMPLATES, Folder
from config.sanity import Crew, fitting_rules

BASE = (TEMPLATES / "default" / "rules.yaml").read_text("utf-8")
CREW = Crew([("rep", "华东"), ("manager", "华东"), ("admin", "")], ids=["wang", "li", "boss"])


def refusal(way: str, tmp_path: Path) -> str:
    with pytest.raises(BadDocument) as caught:
        fitting_rules(f"{BASE}\ncontact_ways:\n{way}", "rules.yaml", CREW, Folder(tmp_path), today=date(2026, 3, 18))
    return str(caught.value)


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("  expo: {label: 工博会}", "contact_ways.expo.staff: is missing"),
        ("  expo: {label: 工博会, staff: []}", "contact_ways.expo.staff"),
        ("  expo: {label: 工博会, staff: [{members: [wang, who]}]}", "members[1]: no active member has the id"),
        ("  expo: {label: 工博会, staff: [{members: [wang]}], backup: [who]}", "backup[0]: no active member"),
        ("  expo: {label: 工博会, staff: [{members: [wang]}], welcome: '{name}你好'}", "only {staff} is put in"),
        (f"  expo: {{label: 工博会, staff: [{{members: [wang]}}], welcome: {'好' * 1301}}}", "has 3903 bytes"),
        ("  expo: {label: 工博会, staff: [{members: [wang], hours: ['18:00-09:00']}]}", "ends before it begins"),
        ("  工博会: {label: 工博会, staff: [{members: [wang]}]}", "contact_ways.工博会"),
        (f"  {'a' * 31}: {{label: 工博会, staff: [{{members: [wang]}}]}}", f"contact_ways.{'a' * 31}"),
        ("  expo: {label: 工博会, staff: [{members: [wang]}], tag: [a]}", "did you mean tags?"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_named_with_its_cure(way: str, told: str, tmp_path: Path) -> None:
    assert told in refusal(way, tmp_path)
