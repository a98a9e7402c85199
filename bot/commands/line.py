"""The manner of the command line: a folder is opened, work is handed over, errors end with a cause and a cure."""

import json
import os
import sys
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from config.telling import told

Dir = Annotated[Path, typer.Argument(metavar="DIR", help="The company's folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


RUN_WORDS = {
    "demo": "Try it in a browser: a sample company and four phones, nothing to set up.",
    "test": "Run the tests (takes pytest's options).",
    "check": "Lint, types, direction of imports.",
    "features": "Capabilities against their tests.",
    "pack": "One file to install from where there is no internet.",
    "ocr": "Install what reads photos of business cards.",
    "pictures": "Photograph the first day and the demo again.",
    "soak": "The long reliability tests.",
    "bench": "The benchmarks.",
}  # what ./run does itself, outside this program


class Commands(TyperGroup):
    """The list of commands; a mistyped one is answered with the closest ones and where all of them are told."""

    def list_all(self) -> list[str]:
        """Every word that may follow ./run."""
        return [*self.commands, *RUN_WORDS]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As typer does it, with a way out for a word that is no command."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            close = get_close_matches(args[0], self.list_all(), n=3, cutoff=0.5)
            meant = f" Did you mean {' or '.join(close)}?" if close else ""
            fail(f"There is no command {args[0]!r}.{meant} {ctx.command_path} --help lists all.", 2)
        return super().resolve_command(ctx, args)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """What ./run knows besides."""
        with formatter.section("With ./run also"):
            formatter.write_dl(list(RUN_WORDS.items()))


def fail(message: str, status: int = 1) -> NoReturn:
    """Say what is wrong on stderr and end."""
    print(message, file=sys.stderr)
    raise typer.Exit(status)


def tell_uncaught(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    """An error of ours that no command expected: one line, without what it was about."""
    if isinstance(error, Exception):
        print(f"This is an error of Leadbot ({told(error)}). Please report this line; what was asked for is not done.",
              file=sys.stderr)  # fmt: skip


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
    from bot.logs import set_up_logs
    from config.document import BadDocument
    from store.db import WrongKey
    from store.engine import StoreUnreachable
    from store.migrate import HalfMade, TooNew
    from store.soundness import Damaged
    from store.writer import Refusal, StoreUnavailable

    folder, settings = opened(root)
    set_up_logs()  # stdout is the answer's
    try:
        return run_in_office(folder, settings, command, arguments)
    except (BadDocument, CommandFailed, Locked, WrongKey, TooNew, HalfMade, Refusal) as error:
        fail(str(error))
    except (Damaged, StoreUnreachable, StoreUnavailable) as error:
        fail(str(error))
    except OSError as error:
        fail(_told(error))


def guarded(work: Callable[[], None]) -> None:
    """Do the work of a command; what a person can mend ends it with one clear line."""
    from bot.lock import Locked
    from config.document import BadDocument
    from store.db import WrongKey
    from store.engine import StoreUnreachable
    from store.migrate import HalfMade, TooNew
    from store.soundness import Damaged
    from store.writer import StoreUnavailable

    try:
        work()
    except (BadDocument, Damaged, Locked, WrongKey, TooNew, HalfMade, StoreUnreachable, StoreUnavailable) as error:
        fail(str(error))
    except OSError as error:
        fail(_told(error))


def _told(error: OSError) -> str:
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"there is no {error.filename}; look at the path (it counts from {Path.cwd()})"
    if isinstance(error, IsADirectoryError) and error.filename:
        return f"{error.filename} is a folder; name the file in it"
    return f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
