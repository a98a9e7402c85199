"""The programs' interface for the fuzzers, with the same company and keys as its own tests have."""

from tests.bot.web.conftest import office, rules, time

__all__ = ["office", "rules", "time"]
