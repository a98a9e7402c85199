"""Two servers never write one store: the second says who is there, and a killed one blocks nobody."""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from bot.lock import Locked, hold_lock, hold_store
from tests.bot.served import new_folder, python_m_bot, served


def hold_and_tell(path: Path, held: Connection) -> None:
    """What another process does: it holds the lock until it is killed."""
    with hold_lock(path):
        held.send(True)
        signal.pause()


@pytest.mark.failure("16")
def test_the_second_server_refuses_and_the_lock_is_free_after_kill_9(tmp_path: Path) -> None:
    folder = new_folder(tmp_path / "acme")
    with served(folder) as first:
        second = python_m_bot("serve", folder.root)
        out, err = second.communicate(timeout=120)
        assert second.returncode == 1 and out == ""
        assert err == (
            f"process {first.process.pid} is using this store ({folder.lock}); stop it first, or let it do the work "
            "through admin.sock\n"
        )
        assert first.process.poll() is None and folder.sock.is_socket(), "the first one has noticed nothing"
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(timeout=60)
    assert folder.sock.exists(), "kill -9 leaves the socket"
    with hold_lock(folder.lock):
        pass


def test_whoever_holds_the_lock_is_named_until_killed(tmp_path: Path) -> None:
    path = tmp_path / "data" / "lock"
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    other = context.Process(target=hold_and_tell, args=(path, theirs), daemon=True)
    other.start()
    try:
        assert mine.poll(30) and mine.recv()
        with pytest.raises(Locked, match=rf"^process {other.pid} is using this store"), hold_lock(path):
            pass
    finally:
        other.kill()
        other.join(10)
    with hold_lock(path):
        assert path.read_text("ascii") == f"{os.getpid()}\n"
    other.close()
    mine.close()
    theirs.close()


def test_the_lock_can_be_taken_again_and_again_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    for _ in range(3):
        with hold_lock(path):
            assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("4194304 an old rest that is longer than a number\n", "ascii")
    with hold_lock(path):
        assert path.read_text("ascii") == f"{os.getpid()}\n"


def test_the_lock_is_given_back_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), hold_lock(tmp_path / "lock"):
        raise ZeroDivisionError
    with hold_lock(tmp_path / "lock"):
        pass


def test_a_lock_within_one_process_is_a_lock_too(tmp_path: Path) -> None:
    with hold_lock(tmp_path / "lock"):
        with pytest.raises(Locked, match=f"process {os.getpid()} "), hold_lock(tmp_path / "lock"):
            pass


@pytest.mark.failure("16")
def test_two_folders_that_name_one_file_are_one_store(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'leads.db'}"
    with hold_store(tmp_path / "acme" / "data" / "lock", url):
        with (
            pytest.raises(Locked, match=f"process {os.getpid()} is using this store .*leads.db-lock"),
            hold_store(tmp_path / "other" / "data" / "lock", url),
        ):
            pass
        with hold_store(tmp_path / "other" / "data" / "lock", f"sqlite:///{tmp_path / 'theirs.db'}"):
            pass
