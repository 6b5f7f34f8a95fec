"""The gate's latch on disk: no process that ends and is started anew takes a stop back.

ISO 13850:2015, 4.1.4: an emergency stop stays until a person resets it, and its reset starts
nothing.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from patrol.faults import FaultKind
from patrol.whole_file import write_object
from patrol_ros.fault_names import names_of

ROOM_BYTES = 512  # more than all the names take: a full disk still takes a change
_DOUBT = frozenset({FaultKind.EMERGENCY_STOP})


class LatchFile:
    """What is latched, kept in a file; without a path it is kept nowhere.

    A file that cannot be understood is a latch: whoever wrote it had one to write.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._worker = ThreadPoolExecutor(1, "latch-sync")
        self.error = ""  # why the file cannot be read, or does not have what is latched now
        self._written: frozenset[FaultKind] | None = self._read()  # None: no file yet
        self.latched = self._written or frozenset()

    def _read(self) -> frozenset[FaultKind] | None:
        if self._path is None:
            return None
        try:
            names = json.loads(self._path.read_text(encoding="utf-8"))["latched"]
            return frozenset(FaultKind(name) for name in names)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.error = f"{self._path}: {error!r}"
            return _DOUBT

    def keep(self, latched: frozenset[FaultKind]) -> None:
        """Write what is new; the kernel has it at once, the disk in a moment, beside the caller.

        What the disk refuses is tried again with every call.
        """
        self.latched = latched
        if self._path is None or latched == self._written:
            return
        try:
            content = {"latched": names_of(latched)}
            write_object(self._path, content, durable=False, room_bytes=ROOM_BYTES)
        except OSError as error:
            self.error = str(error)
            return
        self._written, self.error = latched, ""
        self._worker.submit(_sync, self._path)

    def close(self) -> None:
        """Let what is on its way reach the disk."""
        self._worker.shutdown()


def _sync(path: Path) -> None:
    for place in (path, path.parent):
        try:
            descriptor = os.open(place, os.O_RDONLY)
        except OSError:
            continue
        try:
            os.fsync(descriptor)
        except OSError:
            continue
        finally:
            os.close(descriptor)
