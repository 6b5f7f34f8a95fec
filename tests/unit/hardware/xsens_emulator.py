"""An Xsens MTi (MT Low Level Communication Protocol Documentation, 2020.A)."""

from __future__ import annotations

import math
import struct
from pathlib import Path

from patrol.vehicle import GRAVITY_MPS2
from patrol_base.hardware.mounting import rotation
from patrol_base.hardware.xsens import XbusReader, encode
from tests.unit.hardware.pty_line import Emulator

DEVICE_ID, FIRMWARE = bytes.fromhex("0380ABCD"), bytes((1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0))


class XsensEmulator(Emulator):
    """At rest with a roll and a pitch, turning about the sensor's z axis."""

    def __init__(self, path: Path, baud_rate_bps: int = 115_200) -> None:
        self.roll_rad = self.pitch_rad = 0.0
        self.rate_radps = 0.0
        self.rises_mps2 = 0.0  # straight up
        self.is_frozen = False
        super().__init__(path, baud_rate_bps)

    def switched_on(self) -> None:
        self.measures = True
        self.outputs: list[int] = [0x1020, 0x2010]  # as shipped
        self._reader = XbusReader()
        self._counter = 0

    def answer(self, heard: bytes, now_s: float) -> bytes:
        said = b""
        for message in self._reader.feed(heard):
            if message.mid == 0x30:
                self.measures = False
            elif message.mid == 0x10:
                self.measures = True
            elif message.mid == 0xC0:
                words = struct.unpack(f">{len(message.data) // 2}H", message.data)
                self.outputs = list(words[::2])
            data = {0x00: DEVICE_ID, 0x12: FIRMWARE, 0xC0: message.data}.get(message.mid, b"")
            said += encode(message.mid + 1, data)
        return said

    def says_unasked(self, now_s: float) -> bytes:
        return b"".join(self.measurement() for _ in range(2)) if self.measures else b""

    def measurement(self) -> bytes:
        """One MTData2 with the outputs that were asked for."""
        self._counter = (self._counter + (0 if self.is_frozen else 1)) & 0xFFFF
        turn = rotation(self.roll_rad, self.pitch_rad, 0.0)
        up = (GRAVITY_MPS2 + self.rises_mps2) * turn[2]
        cr, sr = math.cos(self.roll_rad / 2), math.sin(self.roll_rad / 2)
        cp, sp = math.cos(self.pitch_rad / 2), math.sin(self.pitch_rad / 2)
        parts = {
            0x1020: struct.pack(">H", self._counter),
            0x2010: struct.pack(">4f", cr * cp, sr * cp, cr * sp, -sr * sp),
            0x4020: struct.pack(">3f", *up),
            0x8020: struct.pack(">3f", 0.0, 0.0, self.rate_radps),
        }
        data = b"".join(
            struct.pack(">HB", data_id, len(parts[data_id])) + parts[data_id]
            for data_id in self.outputs
        )
        return encode(0x36, data)
