"""Rules are published, compared and taken back from the terminal, with a running server and without one."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.folder import Folder
from tests.bot.commands.test_office import done, refused, run
from tests.bot.served import new_folder, served

MEMBERS = "id,name,role,team,wecom\nwanglei,王磊,rep,华东,wanglei\nchenjing,陈静,manager,华东,chenjing\n"


@pytest.fixture(params=["alone", "beside a running server"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Folder]:
    """A company with two members, with and without its server; version 1 is published."""
    folder = new_folder(tmp_path / "acme")
    folder.members.write_text(MEMBERS, "utf-8")
    if request.param == "alone":
        assert done("rules", "publish", folder.root)["version"] == 1
        yield folder
        return
    with served(folder) as server:
        yield folder
        assert server.process.poll() is None, "no command has ended it"


def edit(folder: Folder, old: str, new: str) -> None:
    """Change one place of rules.yaml."""
    text = folder.rules.read_text("utf-8")
    assert old in text
    folder.rules.write_text(text.replace(old, new, 1), "utf-8")


def versions(folder: Folder) -> list[int]:
    """The numbers in the history, newest first."""
    return [one["version"] for one in done("rules", "history", folder.root)]


@pytest.mark.feature("R5")
def test_a_change_is_read_key_by_key_before_it_is_published_and_can_be_taken_back(office: Folder) -> None:
    first = office.rules.read_text("utf-8")
    edit(office, "within: 2h", "within: 4h")
    edit(
        office, "claims:                                      # 领取上限\n  per_minute: 10", "claims:\n  per_minute: 5"
    )
    changes = ["~ claims.per_minute: 10 -> 5", "~ clocks.claim.within: 2h -> 4h"]
    told = run("rules", "diff", office.root)
    assert told.stdout.splitlines() == ["version 1 -> rules.yaml: 2 differences", *(f"  {line}" for line in changes)]
    assert versions(office) == [1], "a look changes nothing"

    told = run("rules", "publish", office.root, "--note", "慢一点,稳一点")
    assert told.stdout.splitlines() == [
        "version 2 is published; running servers take it within seconds", *(f"  {line}" for line in changes),
    ]  # fmt: skip
    history = done("rules", "history", office.root)
    assert [(one["version"], one["note"]) for one in history] == [(2, "慢一点,稳一点"), (1, "")]
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+]00:00", history[0]["at"]) and history[0]["by"]

    back = done("rules", "rollback", office.root)
    assert back == {"version": 3, "differences": ["~ claims.per_minute: 5 -> 10", "~ clocks.claim.within: 4h -> 2h"]}
    assert done("rules", "history", office.root)[0]["note"] == "back to version 1"
    assert done("rules", "diff", office.root, "--from", "1", "--to", "3")["differences"] == []
    assert office.rules.read_text("utf-8") != first, "the file stays the administrator's"


@pytest.mark.feature("R5")
def test_a_rule_put_first_is_one_difference_not_a_change_of_all_below_it(office: Folder) -> None:
    edit(office, "  rules:\n", "  rules:\n    - {field: city, one_of: [重庆], add: 5, why: 就在本地}\n")
    (one,) = done("rules", "diff", office.root)["differences"]
    assert one["key"] == "scoring.rules[0]" and one["before"] == "" and "就在本地" in one["after"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("within: 2h", "within: soon", r":\d+:\d+: clocks.claim.within: "),
        ("stop: [followup_logged]", "stop: [called]", r":\d+:\d+: clocks.first_contact.stop\[0\]: is no fact; "),
        (
            "label: 公共线索池\n", "label: 公共线索池\n    teams: [华南]\n",
            r":\d+:\d+: pools.public.teams\[0\]: no active member is in the team '华南'; did you mean 华东\?",
        ),
        (
            "roles: [rep, manager] ", "roles: [marketing] ",
            r":\d+:\d+: pools.public: nobody could claim from it: .*its leads would stay unowned; widen teams",
        ),
        (
            "label: 公共线索池\n", "label: 公共线索池\n    group: 销售群\n",
            r":\d+:\d+: pools.public.group: leadbot.yaml has no group '销售群' under wecom.groups",
        ),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_line_and_reason_and_the_running_version_stays(
    office: Folder, old: str, new: str, told: str
) -> None:
    edit(office, old, new)
    for command in ("check", "publish"):
        said = refused("rules", command, office.root)
        assert re.search(re.escape(str(office.rules)) + told, said), said
    assert versions(office) == [1]


def test_nothing_new_an_unknown_version_and_the_first_one_are_told_in_words(office: Folder) -> None:
    assert "rules.yaml is what version 1 says already; nothing to publish" in refused("rules", "publish", office.root)
    assert refused("rules", "rollback", office.root, "--to", "7") == "there is no version 7; see: rules history DIR\n"
    assert "there is no version 0" in refused("rules", "rollback", office.root)
    assert "version 1 says what the running version 1 says" in refused("rules", "rollback", office.root, "--to", "1")
    assert run("rules", "check", office.root).stdout == "rules.yaml is fine: 1 pools, 5 clocks, 14 scoring rules\n"
    assert versions(office) == [1]


def test_a_folder_without_members_yet_may_be_checked(tmp_path: Path) -> None:
    folder = new_folder(tmp_path / "new")
    assert done("rules", "check", folder.root)["ok"] is True
    told = "no rules are published yet; start the server once, or run: rules publish DIR\n"
    assert refused("rules", "diff", folder.root) == told


@pytest.mark.feature("H3")
def test_a_year_whose_holidays_are_not_known_yet_is_warned_of_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = new_folder(tmp_path / "new")
    monkeypatch.setattr("bot.clock.now", lambda: datetime(2026, 12, 10, 2, tzinfo=UTC))
    told = run("rules", "check", folder.root)
    assert told.exit_code == 0 and "no official data for 2027" in told.stderr and "CSV file" in told.stderr
    days = "2027-01-01,free\n2027-05-01,free\n2027-10-01,free\n"
    (folder.root / "holidays.csv").write_text(days, "utf-8")
    edit(folder, "holidays: china", "holidays: china\n  override: holidays.csv")
    assert done("rules", "check", folder.root)["warnings"] == []
