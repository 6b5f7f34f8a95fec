"""Seals: encryption to whoever may see originals; the vehicle itself cannot open what it sealed.

The file format is age version 1 (C2SP, age-encryption.org/v1): X25519 recipients and
ChaCha20-Poly1305, by the library pyrage (MIT, Apache-2.0). Any tool that knows the format opens a
seal with the identity, so an original outlives this software.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyrage

from patrol.errors import ConfigError

_SEAL_START = b"age-encryption.org/"
IDENTITY_START = "AGE-SECRET-KEY-"


class Seal:
    """Seals content for recipients, each of whom can open it alone.

    Raises ValueError where one is no recipient, or where there is none.
    """

    def __init__(self, recipients: Sequence[str]) -> None:
        if not recipients:
            raise ValueError("a seal needs a recipient")
        self._recipients = [_recipient(text) for text in recipients]

    def seal(self, content: bytes) -> bytes:
        """The content as an age file."""
        sealed: bytes = pyrage.encrypt(content, self._recipients)
        return sealed


def check_recipients(recipients: Sequence[str]) -> None:
    """Raises ValueError naming the first that is no recipient."""
    for text in recipients:
        _recipient(text)


def unseal(sealed: bytes, identity_text: str) -> bytes:
    """What a seal holds, by an identity file's text; raises ConfigError where it does not open."""
    if not sealed.startswith(_SEAL_START):
        raise ConfigError("this is no age file")
    lines = [line.strip() for line in identity_text.splitlines()]
    keys = [line for line in lines if line.startswith(IDENTITY_START)]
    if not keys:
        raise ConfigError(f"no line starts with {IDENTITY_START}: this is no identity file")
    try:
        identities = [pyrage.x25519.Identity.from_str(key) for key in keys]
    except pyrage.IdentityError as error:
        raise ConfigError(f"the identity cannot be read: {error}") from None
    try:
        content: bytes = pyrage.decrypt(sealed, identities)
    except pyrage.DecryptError as error:
        raise ConfigError(f"the seal does not open: {error}") from None
    return content


def new_identity() -> tuple[str, str]:
    """(an identity, which opens seals and stays secret; its recipient, which only makes them)."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def _recipient(text: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise ValueError(f"{text!r} is no age recipient (age1...): {error}") from None
