"""Bytes → text lines of protocols that end each with a carriage return."""

from __future__ import annotations

MAX_LINE = 128  # the longest that Roboteq and DCON send, an identity, has fewer than 80
_ENDS = frozenset(b"\r\n")


class LineReader:
    """Splits a stream; a line with a byte that is no printable ASCII is dropped whole."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._spoilt = False

    def feed(self, data: bytes) -> list[str]:
        """The lines that these bytes end, without their ends; empty lines are left out."""
        lines = []
        for byte in data:
            if byte in _ENDS:
                if self._line and not self._spoilt:
                    lines.append(self._line.decode("ascii"))
                self._line.clear()
                self._spoilt = False
            elif 0x20 <= byte < 0x7F and len(self._line) < MAX_LINE:
                self._line.append(byte)
            else:
                self._spoilt = True
        return lines
