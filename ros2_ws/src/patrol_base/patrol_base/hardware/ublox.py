"""UBX and NMEA of a u-blox receiver: bytes → frames → fixes; parsed by pyubx2 and pynmeagps.

u-blox F9 HPG 1.32 Interface Description (UBX-22008968): UBX frames (3.2), UBX-NAV-PVT (3.15.13),
UBX-CFG-VALSET (3.10.5); NMEA GGA and GST (2.7). A UBX frame is `B5 62 class id length payload
checksum`, the checksum an 8-bit Fletcher sum (RFC 1145).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pynmeagps import NMEAMessage, NMEAReader
from pynmeagps.exceptions import NMEAMessageError, NMEAParseError, NMEATypeError
from pyubx2 import POLL, UBXMessage, UBXReader
from pyubx2.exceptions import UBXMessageError, UBXParseError, UBXTypeError

from navigation.messages import RTK_FIXED_SIGMA_M
from navigation.types import GnssFix, GnssFixType
from patrol.geodesy import GeoPoint

Frame = Any  # UBXMessage or NMEAMessage, whose fields are attributes made at run time

# Larger frames (raw observations, satellites) are not used; a false header must not swallow more.
MAX_PAYLOAD = 1024
MAX_SENTENCE = 120
_UBX_START, _NMEA_START = b"\xb5\x62", b"$"
_STARTS = re.compile(rb"\xb5|\$")
_MON_VER, _VERSION_LENGTH = b"\x0a\x04", 40  # 30 for each extension follow
_NAV_PVT, _ACK, _NAK = b"\x01\x07", b"\x05\x01", b"\x05\x00"
_USED = {(_NAV_PVT, 92), (_ACK, 2), (_NAK, 2), (_MON_VER, 0)}
_AROUND = 8  # of a UBX frame: six bytes before the payload, two behind
# A sigma at which `navigation.messages` still reads "float": NavSatStatus has no word for it.
MIN_FLOAT_SIGMA_M = 1.05 * RTK_FIXED_SIGMA_M
MAX_TIME_ERROR_NS = 100_000_000
_WITH_POSITION = (3, 4)  # fixType: 3D, GNSS with dead reckoning; 2D has no usable height
_BY_CARRIER = {1: GnssFixType.RTK_FLOAT, 2: GnssFixType.RTK_FIXED}
_BY_QUALITY = {
    1: GnssFixType.SINGLE,
    2: GnssFixType.DGPS,
    4: GnssFixType.RTK_FIXED,
    5: GnssFixType.RTK_FLOAT,
}
# lastCorrectionAge of NAV-PVT, seconds at most; above 11 it is older than 120 s.
_CORRECTION_AGE_S = (None, 1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0)


@dataclass(frozen=True, slots=True)
class ReceiverFix:
    """A fix, and what only the receiver knows of it."""

    fix: GnssFix
    sigma_up_m: float
    corrections_age_s: float | None  # as the receiver counts it, at most; None without any
    source: str  # UBX or NMEA
    utc_s: float | None = None  # of the same moment by the satellites; None where not resolved


def fletcher(data: bytes | bytearray) -> bytes:
    """The checksum over class, id, length and payload."""
    a = b = 0
    for byte in data:
        a = (a + byte) & 0xFF
        b = (b + a) & 0xFF
    return bytes((a, b))


class ReceiverReader:
    """Finds UBX frames and NMEA sentences that may follow one another in any order."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete and whose checksum is right."""
        self._buffer += data
        frames: list[Frame] = []
        start = 0
        while (match := _STARTS.search(self._buffer, start)) is not None:
            start = match.start()
            is_ubx = self._buffer[start] == _UBX_START[0]
            end = (_ubx_end if is_ubx else _nmea_end)(self._buffer, start)
            if end is None:
                break
            if end > start:
                frame = _parse(bytes(self._buffer[start:end]), is_ubx)
                frames += [frame] if frame is not None else []
            start = max(end, start + 1)
        else:
            start = len(self._buffer)
        del self._buffer[:start]
        return frames


def _ubx_end(buffer: bytearray, start: int) -> int | None:
    """Where a frame ends; `start` where none begins; None while it is incomplete."""
    head = bytes(buffer[start : start + 6])
    if not _UBX_START.startswith(head[:2]):
        return start
    if len(head) < 6:
        return None
    length = int.from_bytes(head[4:6], "little")
    if length > MAX_PAYLOAD:
        return start
    end = start + _AROUND + length
    if len(buffer) < end:
        return None
    return end if fletcher(buffer[start + 2 : end - 2]) == buffer[end - 2 : end] else start


def _nmea_end(buffer: bytearray, start: int) -> int | None:
    end = buffer.find(b"\r\n", start, start + MAX_SENTENCE)
    if end >= 0:
        return end + 2
    return None if len(buffer) - start < MAX_SENTENCE else start


def _is_used(frame: bytes) -> bool:
    """Whether a UBX frame is one that is read here, and as long as the manual says."""
    length = len(frame) - _AROUND
    return (frame[2:4], length) in _USED or (frame[2:4] == _MON_VER and length >= _VERSION_LENGTH)


def _parse(frame: bytes, is_ubx: bool) -> Frame | None:
    try:
        if is_ubx and not _is_used(frame):
            return None
        if is_ubx:
            parsed: Frame = UBXReader.parse(frame)
        else:
            parsed = NMEAReader.parse(frame)  # checks the sentence's checksum
    except (UBXMessageError, UBXParseError, UBXTypeError):
        return None
    except (NMEAMessageError, NMEAParseError, NMEATypeError, ValueError):
        return None
    return parsed


def set_up(receiver_port: str, rate_hz: float) -> bytes:
    """UBX-CFG-VALSET into RAM: the measurement rate, and NAV-PVT on this port."""
    keys = [
        ("CFG_RATE_MEAS", round(1000 / rate_hz)),
        (f"CFG_MSGOUT_UBX_NAV_PVT_{receiver_port.upper()}", 1),
    ]
    ram = 1
    return bytes(UBXMessage.config_set(ram, 0, keys).serialize())


def ask_version() -> bytes:
    """Poll UBX-MON-VER."""
    return bytes(UBXMessage("MON", "MON-VER", POLL).serialize())


def is_echo(frame: Frame) -> bool:
    """Whether a frame is our question come back: `ask_version` without an answer in it."""
    return frame.identity == "MON-VER" and frame.length == 0


def fix_of_pvt(pvt: UBXMessage, stamp_s: float) -> ReceiverFix:
    """A fix of UBX-NAV-PVT; `hAcc` counts as each axis' sigma, which errs to the safe side."""
    kind = GnssFixType.NONE
    if pvt.fixType in _WITH_POSITION and pvt.gnssFixOk:
        plain = GnssFixType.DGPS if pvt.diffSoln else GnssFixType.SINGLE
        kind = _BY_CARRIER.get(pvt.carrSoln, plain)
    place = (pvt.lat, pvt.lon, pvt.height / 1000)  # above the ellipsoid
    ages = _CORRECTION_AGE_S
    age_s = ages[pvt.lastCorrectionAge] if pvt.lastCorrectionAge < len(ages) else math.inf
    fix = _fix(place, kind, pvt.hAcc / 1000, pvt.vAcc / 1000, age_s, stamp_s, "UBX")
    return replace(fix, utc_s=_utc_of_pvt(pvt))


def _utc_of_pvt(pvt: UBXMessage) -> float | None:
    """UTC, seconds since 1970; None where the receiver does not know it to 0.1 s, leap seconds
    included (flags validDate, validTime, fullyResolved; tAcc in ns)."""
    is_known = pvt.validDate and pvt.validTime and pvt.fullyResolved
    if not is_known or pvt.tAcc > MAX_TIME_ERROR_NS:
        return None
    parts = (pvt.year, pvt.month, pvt.day, pvt.hour, pvt.min, min(pvt.second, 59))
    try:
        whole = datetime(*parts, tzinfo=UTC).timestamp()
    except ValueError:  # no day of the calendar
        return None
    leap_s = pvt.second - parts[-1]  # a leap second is numbered 60
    return whole + leap_s + pvt.nano * 1e-9


def fix_of_nmea(gga: NMEAMessage, gst: NMEAMessage, stamp_s: float) -> ReceiverFix | None:
    """A fix of a GGA and the GST of the same moment; None where they do not belong together."""
    if getattr(gga, "time", None) != getattr(gst, "time", ""):
        return None
    wanted = [(gga, name) for name in ("lat", "lon", "alt", "sep")]
    wanted += [(gst, name) for name in ("stdLat", "stdLong", "stdAlt")]
    numbers = [_number(sentence, name) for sentence, name in wanted]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return None
    latitude, longitude, altitude, separation, north, east, up = known
    place = (latitude, longitude, altitude + separation)
    kind = _BY_QUALITY.get(getattr(gga, "quality", 0), GnssFixType.NONE)
    age_s = _number(gga, "diffAge")
    return _fix(place, kind, max(north, east), up, age_s, stamp_s, "NMEA")


def _number(sentence: NMEAMessage, name: str) -> float | None:
    """A field that holds a finite number; None for an empty or missing one."""
    value = getattr(sentence, name, None)
    return float(value) if isinstance(value, float | int) and math.isfinite(value) else None


def _fix(
    place: tuple[float, float, float],
    kind: GnssFixType,
    sigma_m: float,
    sigma_up_m: float,
    age_s: float | None,
    stamp_s: float,
    source: str,
) -> ReceiverFix:
    try:
        position = GeoPoint(*place)
    except ValueError:  # nowhere on Earth
        position, kind = GeoPoint(0.0, 0.0), GnssFixType.NONE
    if kind is GnssFixType.RTK_FLOAT:
        sigma_m = max(sigma_m, MIN_FLOAT_SIGMA_M)
    return ReceiverFix(GnssFix(stamp_s, position, sigma_m, kind), sigma_up_m, age_s, source)
