"""WeCom's envelope, written a second time and apart from the bot, so that an error of one is not mirrored in the other.

Source: WeCom developer page 90968 (AES-256-CBC, PKCS#7 to 32 bytes, random 16 + length 4 + message + receive id).
"""

import base64
import hashlib
import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


class Unreadable(ValueError):
    """A reply of the bot that WeCom could not read."""


@dataclass(frozen=True)
class Crypt:
    """One callback's Token, EncodingAESKey and receive id."""

    token: str
    aes_key: str
    receive_id: str

    def seal(self, plain: bytes, *, receive_id: str | None = None, padding: bytes | None = None) -> str:
        """The base64 text for `Encrypt`; the two options make it wrong on purpose."""
        owner = (self.receive_id if receive_id is None else receive_id).encode()
        framed = os.urandom(16) + len(plain).to_bytes(4, "big") + plain + owner
        missing = 32 - len(framed) % 32
        framed += bytes([missing]) * missing if padding is None else padding
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(framed) + encryptor.finalize()).decode()

    def open(self, sealed: str) -> bytes:
        """The message inside; raises Unreadable when anything does not fit."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            decryptor = self._cipher().decryptor()
            framed = decryptor.update(raw) + decryptor.finalize()
        except ValueError as error:
            raise Unreadable(f"cipher text: {error}") from None
        fill = framed[-1] if framed else 0
        if not 1 <= fill <= 32 or framed[-fill:] != bytes([fill]) * fill:
            raise Unreadable("padding")
        size = int.from_bytes(framed[16:20], "big")
        message, owner = framed[20 : 20 + size], framed[20 + size : -fill]
        if len(message) != size or owner != self.receive_id.encode():
            raise Unreadable("receive id")
        return message

    def sign(self, timestamp: str, nonce: str, sealed: str) -> str:
        """msg_signature: SHA-1 over the four values, sorted and joined."""
        values = [self.token, timestamp, nonce, sealed]
        values.sort()
        return hashlib.sha1("".join(values).encode()).hexdigest()

    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
