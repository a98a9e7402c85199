"""Logs: JSON lines on stderr, plain text on a terminal; never a phone number, a secret or a body.

Three rules keep them so: of an error only its kind and its places are told (config/telling.py), libraries are heard in
their own fixed words only, and what passes all the same is looked through for numbers and secrets.
"""

import logging
import re
import sys
import threading
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any, TextIO, cast

import structlog
from aiohttp.http import HttpProcessingError

from config.telling import told, trail_of

PHONE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[ -]?)?(1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?!\d)")
SECRETS = re.compile(
    r"(access_token|corpsecret|secret|token|aes_?key|key|authorization|password)"
    r"([\\\"']*\s*[=:]\s*[\\\"']*)(?:Bearer\s+|Basic\s+)?[^\s&\"',)\\]+",
    re.I,
)
KEYS = re.compile(r"\blb_[A-Za-z0-9_-]{8,}|(?<=://)[^\s/@]+:[^\s/@]+(?=@)")  # our own keys; user:password of an address
NAMES = re.compile(r"secret|token|aes_?key|authorization|password|(admin|data|api)_key", re.I)
PLACEHOLDER = re.compile(r"%(\(\w+\))?[-#0 +]*(\d+|\*)?(\.(\d+|\*))?[a-zA-Z]")
QUOTING = re.compile(r"[\n:'\"`<(\[{=]")  # behind these signs a library shows values
QUIET = ("aiohttp.access", "apscheduler", "alembic")


def hide(text: str) -> str:
    """The text with phone numbers masked and values of secrets left out."""
    return KEYS.sub("***", SECRETS.sub(r"\1\2***", PHONE.sub(r"\1****\2", text)))


def hide_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Every value of a log line passes here on its way out, tracebacks and lists too."""
    return {name: value if name.startswith("_") else _hidden(value, name) for name, value in event.items()}


def _hidden(value: Any, name: str = "") -> Any:
    if NAMES.search(name):
        return "***"
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, BaseException):
        return told(value)
    if isinstance(value, Mapping):
        return {hide(str(key)): _hidden(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(inner) for inner in value]
    shown = hide(str(value))
    return value if isinstance(value, int) and shown == str(value) else shown


def tell_trail(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An error that came with a log line, as the places it came through; never in its own words."""
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = trail_of(error)
    return event


def hear_fixed_words(record: logging.LogRecord) -> bool:
    """A library's line is kept up to where it begins to quote what it was given.

    Requests that are no HTTP come from scanners all day: they are one line with the cause, without what they sent.
    """
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.msg = f"a request was no HTTP ({type(error).__name__})"
        record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    elif isinstance(record.msg, str) and record.args:
        record.msg = PLACEHOLDER.sub("…", record.msg)
    else:
        record.msg = QUOTING.split(str(record.msg), maxsplit=1)[0].strip() or "a library's line"
    record.args = ()
    return True


def present_stderr() -> TextIO:
    """Where logs go at this moment."""
    return sys.stderr


class _Stderr:
    """stderr as it is at the moment of writing: whoever runs a command inside a program lends it another one."""

    def write(self, text: str) -> int:
        """To the present one."""
        return present_stderr().write(text)

    def flush(self) -> None:
        """The present one."""
        present_stderr().flush()


def set_up_logs(*, level: int = logging.INFO) -> None:
    """Send all logs, those of libraries too, to stderr in one form."""
    pretty = sys.stderr.isatty()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if pretty else "iso", utc=not pretty),
        tell_trail,
        hide_values,
    ]
    last = structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Stderr())),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(_Stderr())
    handler.setLevel(logging.WARNING)  # below it libraries tell statements with their values
    handler.addFilter(hear_fixed_words)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, hide_values, last],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def hear_the_interpreter() -> None:
    """What nobody catches goes the same way: the interpreter would print it with its words."""
    log = structlog.get_logger()

    def uncaught(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
        if isinstance(error, Exception):
            log.critical("an error that nobody caught", exc_info=error)

    sys.excepthook = uncaught
    sys.unraisablehook = lambda caught: log.error("an error while tidying up", exc_info=caught.exc_value)
    threading.excepthook = lambda caught: log.error("an error in a thread", exc_info=caught.exc_value)
