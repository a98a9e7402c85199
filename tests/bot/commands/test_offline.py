"""Packed where there is internet, installed where there is none: one file, one command, nothing fetched."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NOWHERE = {"PIP_INDEX_URL": "http://127.0.0.1:9", "UV_DEFAULT_INDEX": "http://127.0.0.1:9", "PIP_RETRIES": "0"}
DATA = (".git", ".hypothesis", "__pycache__", ".venv", ".boot", ".ocr", ".demo", ".bench", "dist", "wheels")


def wheel(folder: Path, name: str, files: dict[str, str]) -> Path:
    """A library of a few lines, as a registry has it."""
    info = f"{name}-1.0.dist-info"
    files |= {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(text.encode())}")
    folder.mkdir(exist_ok=True)
    made = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", "\n".join([*lines, f"{info}/RECORD,,", ""]))
    return made


@pytest.mark.feature("P8")
def test_what_was_packed_is_installed_by_one_command_without_internet(tmp_path: Path) -> None:
    registry, project = tmp_path / "registry", tmp_path / "project"
    library = wheel(registry, "tinylib", {"tinylib.py": "WORD = 'hello from the pack'\n"})
    wheel(registry, "uv", {"uv_stub.py": ""})
    (project / "bot").mkdir(parents=True)
    shutil.copy(ROOT / "run", project / "run")
    (project / "bot" / "__main__.py").write_text("import tinylib\nprint(tinylib.WORD)\n")
    (project / "requirements.lock").write_text(
        f"tinylib==1.0 --hash=sha256:{hashlib.sha256(library.read_bytes()).hexdigest()}\n"
    )
    (project / "acme").mkdir()
    (project / "acme" / ".env").write_text("LEADBOT_DATA_KEY=a-secret\n")
    path = f"{Path(sys.executable).resolve().parent}:{(ROOT / '.boot' / 'bin').resolve()}:/usr/bin:/bin"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))}
    near = clean | {"PATH": path, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(registry)}

    def run(folder: Path, *words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["./run", *words], cwd=folder, env=env, capture_output=True, text=True, check=False)

    refused = run(project, "pack", env=near)
    assert refused.returncode == 2 and "./run pack leadbot.tar.gz" in refused.stderr
    packed = run(project, "pack", "out.tar.gz", env=near)
    assert packed.returncode == 0 and "is packed" in packed.stderr, packed.stderr
    far = tmp_path / "far"
    with tarfile.open(project / "out.tar.gz") as archive:
        assert not [name for name in archive.getnames() if "acme" in name or ".env" in name], "no company's secrets"
        archive.extractall(far, filter="data")
    shutil.rmtree(registry)
    done = run(far / "leadbot", "hello", env=clean | {"PATH": path, **NOWHERE})
    assert (done.returncode, done.stdout) == (0, "hello from the pack\n"), done.stderr
    again = run(far / "leadbot", "hello", env=clean | {"PATH": path, **NOWHERE})
    assert again.stdout == "hello from the pack\n" and again.stderr == "", "installed once"


def test_everything_of_the_program_is_packed() -> None:
    named = next(line for line in (ROOT / "run").read_text("utf-8").splitlines() if line.startswith("PARTS="))
    parts = set(named.removeprefix("PARTS=").strip('"').split())
    there = {path.name for path in ROOT.iterdir()} - {*DATA, "acme"}
    there = {
        name
        for name in there
        if not name.endswith(("_cache", ".pyc")) and name not in (".pytest_cache", ".import_linter_cache")
    }
    assert there <= parts, f"./run pack leaves out {sorted(there - parts)}"
