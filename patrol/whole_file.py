"""Files on a vehicle's disk that a power cut or a kill leaves old or new, never half."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any


def write_whole(path: Path, content: bytes, *, durable: bool = True, room_bytes: int = 0) -> None:
    """Replace a file at once; `durable`: also against a power cut.

    `room_bytes`: the file takes at least as much, with spaces at its end. A full disk gives no
    room for another file, but lets this one be written over in place, which a power cut may leave
    half. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    content = content.ljust(room_bytes)
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        if error.errno != errno.ENOSPC or not room_bytes:
            raise
        _write_over(path, content)
    if durable:
        _sync(path.parent)


def write_object(
    path: Path, content: dict[str, Any], *, durable: bool = True, room_bytes: int = 0
) -> None:
    """`write_whole` of a JSON object."""
    write_whole(path, json.dumps(content).encode(), durable=durable, room_bytes=room_bytes)


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file; empty where there is none that can be read."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _write_over(path: Path, content: bytes) -> None:
    with path.open("r+b") as stream:
        size = os.fstat(stream.fileno()).st_size
        if size < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        stream.write(content.ljust(size))


def _sync(folder: Path) -> None:
    """That the file has its name outlasts a power cut, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
