"""A u-blox ZED-F9P (F9 HPG 1.32 Interface Description, UBX-22008968)."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pynmeagps import NMEAMessage
from pyubx2 import GET, UBXMessage

from patrol_base.hardware.rtcm import RtcmReader
from patrol_base.hardware.ublox import fletcher
from tests.unit.hardware.pty_line import Emulator

VALSET, MON_VER = b"\x06\x8a", b"\x0a\x04"
PERIOD_S = 0.2
LATITUDE_DEG, LONGITUDE_DEG = 37.4765, 126.9321
TIME = "120000.00"


def pvt(**changes: Any) -> bytes:
    """A UBX-NAV-PVT with an RTK fixed solution."""
    fields = {
        "fixType": 3, "gnssFixOk": 1, "diffSoln": 1, "carrSoln": 2, "lat": LATITUDE_DEG,
        "lon": LONGITUDE_DEG, "height": 123_400, "hAcc": 14, "vAcc": 21, "lastCorrectionAge": 2,
    }  # fmt: skip
    return bytes(UBXMessage("NAV", "NAV-PVT", GET, **{**fields, **changes}).serialize())


def time_fields(utc_s: float) -> dict[str, int]:
    """The fields of a UBX-NAV-PVT that tell the time, resolved."""
    second = math.floor(utc_s + 0.5)  # the nearest: `nano` goes either way
    at = datetime.fromtimestamp(second, UTC)
    return {
        "year": at.year, "month": at.month, "day": at.day, "hour": at.hour, "min": at.minute,
        "second": at.second, "nano": round((utc_s - second) * 1e9), "tAcc": 25, "validDate": 1,
        "validTime": 1, "fullyResolved": 1,
    }  # fmt: skip


def sentences(quality: int = 4, **changes: Any) -> bytes:
    """A GGA and the GST of the same moment."""
    gga = {
        "time": TIME, "lat": LATITUDE_DEG, "NS": "N", "lon": LONGITUDE_DEG, "EW": "E",
        "quality": quality, "numSV": 17, "HDOP": 0.9, "alt": 100.0, "altUnit": "M", "sep": 23.4,
        "sepUnit": "M", "diffAge": 1.5, "diffStation": 1,
    }  # fmt: skip
    gst = {
        "time": TIME, "rangeRms": 1.0, "stdMajor": 0.02, "stdMinor": 0.01, "orient": 0.0,
        "stdLat": 0.014, "stdLong": 0.01, "stdAlt": 0.021,
    }  # fmt: skip
    for name, value in changes.items():
        (gst if name in gst else gga)[name] = value
    return bytes(NMEAMessage("GN", "GGA", GET, **gga).serialize()) + bytes(
        NMEAMessage("GN", "GST", GET, **gst).serialize()
    )


class UbloxEmulator(Emulator):
    """Speaks NMEA as shipped, UBX-NAV-PVT once it was asked to."""

    def __init__(self, path: Path, baud_rate_bps: int = 115_200) -> None:
        self.knows_ubx = True
        self.fields: dict[str, Any] = {}
        self.utc_s: Callable[[], float] | None = None  # of its satellites
        self.corrections: list[bytes] = []
        self.heard = b""  # everything
        super().__init__(path, baud_rate_bps)

    def switched_on(self) -> None:
        self.sends_pvt = False
        self._unread, self._rtcm = b"", RtcmReader()
        self._due_s = 0.0

    def answer(self, heard: bytes, now_s: float) -> bytes:
        self.heard += heard
        self.corrections += self._rtcm.feed(heard)
        said = b""
        for kind in self._asked(heard) if self.knows_ubx else ():
            if kind == VALSET:
                self.sends_pvt = True
                said += UBXMessage("ACK", "ACK-ACK", GET, clsID=0x06, msgID=0x8A).serialize()
            elif kind == MON_VER:
                said += UBXMessage(
                    "MON", "MON-VER", GET,
                    swVersion=b"EXT CORE 1.00 (0fa0de)".ljust(30, b"\0"),
                    hwVersion=b"00190000".ljust(10, b"\0"),
                ).serialize()  # fmt: skip
        return said

    def _asked(self, heard: bytes) -> list[bytes]:
        """Class and id of every whole UBX frame with the right checksum."""
        self._unread += heard
        kinds = []
        while (start := self._unread.find(b"\xb5\x62")) >= 0:
            end = start + 8 + int.from_bytes(self._unread[start + 4 : start + 6], "little")
            if len(self._unread) < max(end, start + 8):
                break
            frame, self._unread = self._unread[start:end], self._unread[end:]
            if fletcher(frame[2:-2]) == frame[-2:]:
                kinds.append(frame[2:4])
        return kinds

    def says_unasked(self, now_s: float) -> bytes:
        if now_s < self._due_s:
            return b""
        self._due_s = now_s + PERIOD_S
        told = {} if self.utc_s is None else time_fields(self.utc_s())
        return sentences() + (pvt(**self.fields, **told) if self.sends_pvt else b"")
