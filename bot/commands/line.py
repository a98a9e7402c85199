"""The manner of the command line: a folder is opened, work is handed over, errors end with a cause and a cure."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

Dir = Annotated[Path, typer.Argument(metavar="DIR", help="The company's folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def fail(message: str, status: int = 1) -> NoReturn:
    """Say what is wrong on stderr and end."""
    print(message, file=sys.stderr)
    raise typer.Exit(status)


def show(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, ensure_ascii=False))


def opened(root: Path) -> tuple[Any, Any]:
    """The folder and its settings, or a clear end."""
    from config.document import BadDocument
    from config.folder import Folder, NoFolder
    from config.settings import load_settings

    try:
        folder = Folder(root.absolute()).check()
        return folder, load_settings(folder, os.environ)
    except (BadDocument, NoFolder) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{root}: {error.strerror}")


def in_office(root: Path, command: str, **arguments: Any) -> Any:
    """Run a command that reads or changes the store."""
    from bot.admin import CommandFailed
    from bot.commands.office import run_in_office
    from bot.lock import Locked
    from config.document import BadDocument
    from store.db import WrongKey
    from store.migrate import TooNew
    from store.writer import Refusal

    folder, settings = opened(root)
    try:
        return run_in_office(folder, settings, command, arguments)
    except (BadDocument, CommandFailed, Locked, LookupError, WrongKey, TooNew, Refusal) as error:
        fail(str(error.args[0] if isinstance(error, LookupError) else error))
    except OSError as error:
        fail(_told(error))


def guarded(work: Callable[[], None]) -> None:
    """Do the work of a command; what a person can mend ends it with one clear line."""
    from bot.lock import Locked
    from config.document import BadDocument
    from store.db import WrongKey
    from store.migrate import TooNew

    try:
        work()
    except (BadDocument, Locked, WrongKey, TooNew) as error:
        fail(str(error))
    except OSError as error:
        fail(_told(error))


def _told(error: OSError) -> str:
    return f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
