"""Secrets at rest: AES-GCM, bound to the row they belong to; and those that an installation makes for itself."""

import base64
import contextlib
import hashlib
import os
import secrets
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class SecretUnreadable(Exception):
    """A stored secret cannot be read with the keys at hand, or belongs to another row."""


class Vault:
    """Encrypts with the first key, decrypts with any of them, so that keys can be rotated.

    `keys` are secrets of any length, newest first; `purpose` binds a ciphertext to its row
    ("channel:17"), so that it cannot be copied to another one.
    """

    def __init__(self, keys: list[str]) -> None:
        derived = [hashlib.sha256(b"statuswire:vault:" + key.encode()).digest() for key in keys]
        self._ids = [hashlib.sha256(key).hexdigest()[:8] for key in derived]
        self._ciphers = dict(zip(self._ids, map(AESGCM, derived), strict=True))

    def seal(self, text: str, purpose: str) -> str:
        nonce = os.urandom(12)
        sealed = self._ciphers[self._ids[0]].encrypt(nonce, text.encode(), purpose.encode())
        return f"{self._ids[0]}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, purpose: str) -> str:
        """Return the text. Raises SecretUnreadable for a wrong key, row or damaged value."""
        key_id, _, payload = sealed.partition(":")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise SecretUnreadable(f"{purpose} is sealed with key {key_id!r}, which is not in SECRET_KEYS")
        try:
            raw = base64.b64decode(payload)
            return cipher.decrypt(raw[:12], raw[12:], purpose.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise SecretUnreadable(f"{purpose} cannot be decrypted: damaged, or of another row") from error


def local_secret(path: Path) -> str:
    """Return the secret in the file `path`, made on first use; of several processes that make it, one wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:  # only we can read it
            draft.write(secrets.token_urlsafe(48))
            draft.flush()
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text().strip()
