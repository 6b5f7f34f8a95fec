"""Small files, most of them JSON, that survive a crash whole or not at all."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any


def write_json(
    path: Path, content: dict[str, Any], *, durable: bool = True, room_bytes: int = 0
) -> None:
    """`write_whole` of an object."""
    write_whole(path, json.dumps(content).encode(), durable=durable, room_bytes=room_bytes)


def write_whole(path: Path, text: bytes, *, durable: bool = True, room_bytes: int = 0) -> None:
    """Replace a file atomically; `durable`: also against a power cut.

    `room_bytes`: the file takes at least as much, with spaces at its end. A full disk gives no
    room for another file, but lets this one be written over in place, which a power cut may leave
    half. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = text.ljust(room_bytes)
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(text)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        if error.errno != errno.ENOSPC or not room_bytes:
            raise
        _write_over(path, text)


def _write_over(path: Path, text: bytes) -> None:
    with path.open("r+b") as stream:
        size = os.fstat(stream.fileno()).st_size
        if size < len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        stream.write(text.ljust(size))


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a file; None where there is none or it cannot be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
