"""The broker's log, read as it grows: a forbidden publish is acknowledged and dropped, so only
the log tells of it."""

from __future__ import annotations

import logging
from pathlib import Path

log = logging.getLogger(__name__)

VIOLATION = "Violation"
STORE_FAILED = "critical write error"  # the broker gives its store up
READ_BYTES = 1 << 20


class BrokerLog:
    """`read` passes violations on to our log and counts them.

    `store_failed`: its store refused a write since `launched`; it then takes none until it is
    started anew (NATS 2.15), whatever room there is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = size(path)
        self.violations = 0
        self.store_failed = False

    def launched(self) -> None:
        """The broker is started anew."""
        self.store_failed = False

    def read(self) -> None:
        """Whatever is new since the last time."""
        grown_to = size(self._path)
        if grown_to < self._offset:
            self._offset = 0  # rotated
        if grown_to == self._offset:
            return
        with self._path.open("rb") as stream:
            stream.seek(self._offset)
            content = stream.read(READ_BYTES)
        whole = content[: content.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.decode(errors="replace").splitlines():
            if VIOLATION in line:
                self.violations += 1
                log.warning("broker_violation line=%r", line)
            elif STORE_FAILED in line.lower():
                self.store_failed = True


def size(path: Path) -> int:
    """In bytes; 0 for a file that is not there."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def last_line(path: Path) -> str:
    """What was said last; empty for nothing."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except FileNotFoundError:
        lines = []
    return lines[-1] if lines else ""
