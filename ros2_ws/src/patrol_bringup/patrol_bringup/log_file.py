"""The log of one process on disk: bounded, and never in the way of who writes it."""

from __future__ import annotations

import contextlib
from pathlib import Path

MAX_BYTES = 25_000_000  # of the file; as much again is kept of what was before


class LogFile:
    """Lines to a file and, once that is full, to its successor; `path.1` has the one before.

    What the disk refuses is lost: a process whose output nobody takes would stand still.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self._path, self._max_bytes = path, max_bytes

    def write(self, line: bytes) -> None:
        """Append a line, its end included."""
        with contextlib.suppress(OSError):
            with self._path.open("ab", buffering=0) as stream:
                stream.write(line)
                is_full = stream.tell() >= self._max_bytes
            if is_full:
                self._path.replace(self._path.with_name(f"{self._path.name}.1"))

    def last_line(self) -> str:
        """The last line that is there; empty where there is none."""
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return text.strip().rpartition("\n")[2]
