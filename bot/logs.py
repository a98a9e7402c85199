"""Logs: JSON lines on stderr, plain text on a terminal; never a phone number, a secret or a body."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

PHONE = re.compile(r"(?<!\d)(?:\+?86)?(1[3-9]\d)\d{4}(\d{4})(?!\d)")
SECRETS = re.compile(
    r"(access_token|corpsecret|secret|token|aes_?key|key|authorization|password)([=:]\s*|\"\s*:\s*\")[^\s&\"',)]+", re.I
)
QUIET = ("aiohttp.access", "apscheduler", "alembic")


def hide(text: str) -> str:
    """The text with phone numbers masked and values of secrets left out."""
    return SECRETS.sub(r"\1\2***", PHONE.sub(r"\1****\2", text))


def hide_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Every value of a log line passes here on its way out, tracebacks too."""
    return {key: hide(value) if isinstance(value, str) else value for key, value in event.items()}


def set_up_logs(*, level: int = logging.INFO) -> None:
    """Send all logs, those of libraries too, to stderr in one form."""
    pretty = sys.stderr.isatty()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if pretty else "iso", utc=not pretty),
        structlog.processors.format_exc_info,
        hide_values,
    ]
    last = structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, hide_values, last],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
