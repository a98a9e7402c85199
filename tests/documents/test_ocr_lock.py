"""The lock of the extra `ocr` is what its lines in pyproject.toml ask for, hashed; nothing of the server is in it."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.ocr.lock").read_text("utf-8")


def test_the_lock_fits_the_extra() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]["ocr"]
    locked = dict(re.findall(r"(?m)^([a-z0-9-]+)==(\S+)", LOCK))
    for line in wanted:
        requirement = Requirement(line)
        assert requirement.specifier.contains(locked[requirement.name]), line
    assert not {"aiohttp", "sqlmodel", "pytest"} & set(locked)


def test_every_package_is_hashed() -> None:
    for part in re.split(r"(?m)^(?=[a-z0-9-]+==)", LOCK)[1:]:
        assert "--hash=sha256:" in part, part[:40]
