"""RTCM 3 frames in a stream of corrections (RTCM 10403.3, section 4: transport layer).

A frame is `D3`, six zero bits, ten bits of length, the message and a CRC-24Q.
"""

from __future__ import annotations

from pyrtcm import calc_crc24q

PREAMBLE = 0xD3
_AROUND = 6  # three bytes before the message, three of CRC behind


class RtcmReader:
    """Finds frames; what is none is dropped."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The whole frames that these bytes complete."""
        self._buffer += data
        frames = []
        start = 0
        while (start := self._buffer.find(PREAMBLE, start)) >= 0:
            head = self._buffer[start + 1 : start + 3]
            if head and head[0] & 0xFC:
                start += 1
                continue
            end = start + _AROUND + (int.from_bytes(head, "big") & 0x3FF)
            if len(head) < 2 or len(self._buffer) < end:
                break
            frame = bytes(self._buffer[start:end])
            is_whole = calc_crc24q(frame) == 0
            if is_whole:
                frames.append(frame)
            start = end if is_whole else start + 1
        del self._buffer[: start if start >= 0 else len(self._buffer)]
        return frames
