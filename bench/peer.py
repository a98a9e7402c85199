"""A peer beside us: Tryton's sale opportunities, entered over its own interface with the look whether one knows them.

It is fetched by name into .bench/tryton (once, `bench/reference/tryton.lock`), and runs as a server of its own on its
own embedded store. A lead takes it three calls: look for the phone and the address, make the party with both, make the
opportunity. It checks nothing else, scores nothing and tells nobody: what we do beyond that is on top.
"""

import base64
import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench.company import free_port
from bench.run import ROOT, Run, server

LOCK = ROOT / "bench" / "reference" / "tryton.lock"
PASSWORD = "a-peer-of-the-benchmark"  # of a store that lives for one run
DATABASE = "peer"


class Tryton:
    """A logged-in person of the company at a running server."""

    def __init__(self, port: int) -> None:
        self._line = HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Content-Type": "application/json"}
        user, session, *_ = self._ask("common.db.login", "admin", {"password": PASSWORD}, "en")
        mark = base64.b64encode(f"admin:{user}:{session}".encode()).decode()
        self._headers["Authorization"] = f"Session {mark}"
        [currency] = self._ask("model.currency.currency.create", [{"name": "Yuan", "code": "CNY", "symbol": "¥"}], {})
        [party] = self._ask("model.party.party.create", [{"name": "Acme"}], {})
        [company] = self._ask("model.company.company.create", [{"party": party, "currency": currency}], {})
        self._ask("model.res.user.write", [user], {"companies": [["add", [company]]], "company": company}, {})
        self._company, self._context = company, {"company": company}

    def leads_per_second(self, count: int) -> float:
        """Enter new people, one after another."""
        began = time.perf_counter()
        for _ in range(count):
            self._enter(str(13_800_000_000 + secrets.randbelow(100_000_000)))
        return count / (time.perf_counter() - began)

    def _enter(self, phone: str) -> None:
        email = f"p{phone}@example.com"
        known = ["OR", ["value_compact", "=", phone], ["value_compact", "=", email]]
        if self._ask("model.party.contact_mechanism.search", known, 0, 1, None, self._context):
            return
        ways = [{"type": "mobile", "value": phone}, {"type": "email", "value": email}]
        person = {"name": "李建华", "contact_mechanisms": [["create", ways]]}
        [party] = self._ask("model.party.party.create", [person], self._context)
        wish = {"party": party, "company": self._company, "description": "急需三十台工业相机,下周要报价"}
        self._ask("model.sale.opportunity.create", [wish], self._context)

    def _ask(self, method: str, *words: Any) -> Any:
        body = json.dumps({"id": 1, "method": method, "params": words})
        self._line.request("POST", f"/{DATABASE}/rpc/", body, self._headers)
        answer = json.loads(self._line.getresponse().read())
        if "result" not in answer:
            raise RuntimeError(f"Tryton refuses {method}: {str(answer)[:500]}")
        return answer["result"]


@contextlib.contextmanager
def tryton(run: Run) -> Iterator[Tryton]:
    """A fresh company at a fresh server. Raises RuntimeError when it cannot be installed or does not start."""
    programs = _installed(run)
    folder, port = run.place(), free_port()
    settings = folder / "trytond.conf"
    settings.write_text(f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = localhost:{port}\n")
    (folder / "password").write_text(PASSWORD + "\n")
    (folder / f"{DATABASE}.sqlite").touch()
    said = ["-c", str(settings), "-d", DATABASE]
    run.say("B5: the peer makes its store")
    for words in (["--all", "--email", "bench@example.com"], ["-u", "sale_opportunity", "--activate-dependencies"]):
        _do([str(programs / "trytond-admin"), *said, *words], TRYTONPASSFILE=str(folder / "password"))
    with server([str(programs / "trytond"), *said], port, program=programs / "python"):
        yield Tryton(port)


def _installed(run: Run) -> Path:
    """The folder of the peer's programs."""
    place = ROOT / ".bench" / "tryton"
    mark = place / "installed.lock"
    if not mark.exists() or mark.read_bytes() != LOCK.read_bytes():
        run.say("B5: the peer is fetched")
        uv = shutil.which("uv") or str(ROOT / ".boot" / "bin" / "uv")
        _do([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(place)])
        _do([uv, "pip", "sync", "--quiet", "--require-hashes", "--python", str(place / "bin" / "python"), str(LOCK)])
        shutil.copy(LOCK, mark)
    return place / "bin"


def _do(command: list[str], **environment: str) -> None:
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[:1]!r} failed:\n{done.stderr.decode(errors='replace')[-2000:]}")
