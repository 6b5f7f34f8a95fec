"""The order as the black box records it: what `sunra replay` gives the navigation stack."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from patrol.whole_file import read_object

_LITTLE_ENDIAN_CDR = b"\x00\x01\x00\x00"


class OrderRecord:
    """Watches `order.json`; an order is due when it has changed, and in every new segment."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._modified_ns = 0
        self._kept: dict[str, Any] = {}
        self._recorded: tuple[Any, ...] = ()

    def due(self, segment: int | None) -> str | None:
        """The kept order as JSON text where it must be recorded now.

        `segment` is the number of the one under way; None: nothing can be recorded.
        """
        if segment is None:
            return None
        try:
            modified_ns = self._path.stat().st_mtime_ns
        except OSError:
            modified_ns, self._kept = 0, {}
        if modified_ns != self._modified_ns:
            self._modified_ns, self._kept = modified_ns, read_object(self._path)
        if not self._kept:
            return None
        state = (segment, *(self._kept.get(key) for key in ("order", "paused", "ended")))
        if state == self._recorded:
            return None
        self._recorded = state
        return json.dumps(self._kept)


def string_cdr(text: str) -> bytes:
    """A std_msgs/msg/String as CDR (OMG DDS-XTypes 1.3, 7.4.3.2: length with its final zero)."""
    data = text.encode() + b"\0"
    return _LITTLE_ENDIAN_CDR + struct.pack("<I", len(data)) + data
