"""Identity files: who may open sealed originals; the format is that of the age tools."""

from __future__ import annotations

import os
from pathlib import Path

from patrol.errors import ConfigError
from perception.sealing import new_identity, unseal

_OWNER_ONLY = 0o600


def write_identity(path: Path) -> str:
    """Write a new identity; gives its recipient. Raises ConfigError where the file exists."""
    identity, recipient = new_identity()
    _write_new(path, f"# public key: {recipient}\n{identity}\n".encode())
    return recipient


def unseal_file(sealed: Path, identity: Path, target: Path) -> int:
    """Write what a sealed file holds; gives its size. Raises ConfigError naming the file."""
    content, key = _read(sealed), _read(identity).decode("utf-8", "replace")
    try:
        opened = unseal(content, key)
    except ConfigError as error:
        raise ConfigError(f"{sealed} with {identity}: {error}") from None
    _write_new(target, opened)
    return len(opened)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def _write_new(path: Path, content: bytes) -> None:
    """A new file that its owner alone can read."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except FileExistsError:
        raise ConfigError(f"{path}: is there already, and nothing is written over it") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
