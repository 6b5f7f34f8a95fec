"""A radio modem that passes an RTCM 3 frame on every 0.2 s."""

from __future__ import annotations

from pathlib import Path

from pyrtcm import calc_crc24q

from tests.unit.hardware.pty_line import Emulator

PERIOD_S = 0.2


def rtcm_frame(message: bytes) -> bytes:
    """An RTCM 3 frame."""
    head = b"\xd3" + len(message).to_bytes(2, "big") + message
    return head + calc_crc24q(head).to_bytes(3, "big")


FRAME = rtcm_frame(b"\x3e\xd0 message 1005")


class RadioEmulator(Emulator):
    """Hears nothing."""

    def __init__(self, path: Path, baud_rate_bps: int = 57_600) -> None:
        super().__init__(path, baud_rate_bps)

    def switched_on(self) -> None:
        self._due_s = 0.0

    def answer(self, heard: bytes, now_s: float) -> bytes:
        return b""

    def says_unasked(self, now_s: float) -> bytes:
        if now_s < self._due_s:
            return b""
        self._due_s = now_s + PERIOD_S
        return FRAME
