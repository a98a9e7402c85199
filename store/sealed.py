"""Personal data at rest: sealed with a key that does not live in the database, findable only through a keyed hash."""

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Sequence
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from store.columns import read_json

VERSION = b"\x01"
_write = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
NONCES = 256  # fetched from the system at once


class Keys:
    """Two keys derived from the company's data key (32 bytes): one seals, one makes the blind index."""

    def __init__(self, data_key: bytes) -> None:
        if len(data_key) != 32:
            raise ValueError(f"the data key has {len(data_key)} bytes; 32 are needed")
        self._seal = AESGCM(HKDFExpand(SHA256(), 32, b"leadbot seal v1").derive(data_key))
        self._blind = HKDFExpand(SHA256(), 32, b"leadbot blind index v1").derive(data_key)
        self._nonces: list[bytes] = []
        os.register_at_fork(after_in_child=self._nonces.clear)  # no two processes ever use the same one

    def seal(self, plain: bytes, column: str) -> bytes:
        """Sealed bytes that open only under the same column name, so that values cannot be moved between columns."""
        nonce = self._nonce()
        return VERSION + nonce + self._seal.encrypt(nonce, plain, column.encode())

    def seal_each(self, plains: Sequence[bytes], column: str) -> list[bytes]:
        """The same for a column of many rows; what is empty stays empty."""
        encrypt, beside = self._seal.encrypt, column.encode()
        nonces = os.urandom(12 * len(plains))
        return [
            VERSION + (nonce := nonces[at * 12 : at * 12 + 12]) + encrypt(nonce, plain, beside) if plain else b""
            for at, plain in enumerate(plains)
        ]

    def _nonce(self) -> bytes:
        """Twelve random bytes, each used once; the system is asked for many at a time, because asking is what costs."""
        try:
            return self._nonces.pop()
        except IndexError:
            fresh = os.urandom(12 * NONCES)
            self._nonces += [fresh[start : start + 12] for start in range(12, len(fresh), 12)]
            return fresh[:12]

    def open(self, sealed: bytes, column: str) -> bytes:
        """The plain bytes; raises cryptography's InvalidTag when key, column or content differ."""
        if sealed[:1] != VERSION:
            raise ValueError(f"sealed with an unknown version {sealed[:1]!r}")
        return self._seal.decrypt(sealed[1:13], sealed[13:], column.encode())

    def blind(self, field: str, value: str) -> bytes:
        """16 bytes that are equal for equal values of one field and tell nothing without the key."""
        return hmac.digest(self._blind, f"{field}\0{value}".encode(), "sha256")[:16]

    def fingerprint(self) -> str:
        """A short mark of the data key, to refuse a store that was written with another one."""
        return hashlib.sha256(self.blind("fingerprint", "leadbot")).hexdigest()[:16]


def keys_of(dialect: Dialect) -> Keys:
    """The keys that the store put on its engine's dialect when it opened (see store/db.py)."""
    keys: Keys = dialect.leadbot_keys  # type: ignore[attr-defined]
    return keys


class Sealed(TypeDecorator[str]):
    """A text column that is sealed at rest; "" and None stay as they are to keep empty columns small."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return keys_of(dialect).seal(value.encode("utf-8", "surrogatepass"), self.column) if value else b""

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else _text(keys_of(dialect), value, self.column)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[bytes | None], str | None] | None:
        """SQLite keeps plain bytes; a chat line reads thirty sealed texts, most of them empty."""
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        keys, column = keys_of(dialect), self.column
        return lambda value: _text(keys, value, column) if value else None if value is None else ""


def _text(keys: Keys, value: bytes, column: str) -> str:
    return keys.open(value, column).decode("utf-8", "surrogatepass") if value else ""


class SealedBytes(TypeDecorator[bytes]):
    """Raw bodies of callbacks and messages, sealed at rest."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keys_of(dialect).seal(value, self.column)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keys_of(dialect).open(value, self.column)


class SealedJson(TypeDecorator[Any]):
    """A small JSON value that may hold personal data, sealed at rest."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return keys_of(dialect).seal(_write(value).encode(), self.column)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else read_json(keys_of(dialect).open(value, self.column).decode())
