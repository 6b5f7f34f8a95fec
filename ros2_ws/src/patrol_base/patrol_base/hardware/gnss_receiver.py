"""GnssReceiver: fixes of a u-blox receiver, and corrections for it."""

from __future__ import annotations

import math

from patrol_base.hardware import ublox
from patrol_base.hardware.config import GnssSpec
from patrol_base.hardware.device import Driver
from patrol_base.hardware.link import LinkTiming
from patrol_base.hardware.port import Port
from patrol_base.hardware.ublox import Frame, ReceiverFix, ReceiverReader

SILENT_AFTER_S = 2.0
REOPEN_AFTER_S = 5.0
SETUP_EVERY_S = 1.0
UBX_PREFERRED_S = 2.0  # NMEA counts only when no NAV-PVT came for so long


class GnssReceiver(Driver):
    """Asks the receiver for UBX-NAV-PVT; where that does not come, reads GGA with GST."""

    name = "gnss"

    def __init__(self, port: Port, spec: GnssSpec) -> None:
        self._spec = spec
        self._last: ReceiverFix | None = None
        super().__init__(port, LinkTiming(SILENT_AFTER_S, REOPEN_AFTER_S))

    def _begin(self) -> None:
        self._reader = ReceiverReader()
        self._setup_s = -math.inf
        self._is_set_up = False
        self._pvt_s = -math.inf
        self._sentences: dict[str, Frame] = {}

    def step(self, now_s: float) -> list[ReceiverFix]:
        """One cycle: the fixes that came, among them those without a position (kind NONE)."""
        data = self._poll(now_s)
        fixes = [self._take(frame, now_s) for frame in self._reader.feed(data)]
        wants_setup = not self._is_set_up or now_s - self._pvt_s > UBX_PREFERRED_S
        if wants_setup and now_s - self._setup_s >= SETUP_EVERY_S:
            self._setup_s = now_s
            words = ublox.set_up(self._spec.receiver_port, self._spec.rate_hz)
            self._link.send(words + ublox.ask_version(), now_s)
        found = [fix for fix in fixes if fix is not None]
        self._last = found[-1] if found else self._last
        return found

    def correct(self, frame: bytes, now_s: float) -> bool:
        """Give the receiver a whole RTCM 3 frame; False where its line is closed."""
        return self._link.send(frame, now_s)

    def _readings(self) -> dict[str, str]:
        if self._last is None:
            return {}
        fix, age_s = self._last.fix, self._last.corrections_age_s
        readings = {
            "fix": fix.fix.name.lower(),
            "sigma_m": f"{fix.sigma_m:.3f}",
            "source": self._last.source,
        }
        return readings if age_s is None else readings | {"corrections_age_s": f"{age_s:g}"}

    def _take(self, frame: Frame, now_s: float) -> ReceiverFix | None:
        if ublox.is_echo(frame):
            self._link.echoed()
            return None
        self._link.heard(now_s)
        identity = str(frame.identity)
        stamp_s = now_s - self._spec.latency_s
        if identity == "NAV-PVT":
            self._pvt_s = now_s
            return ublox.fix_of_pvt(frame, stamp_s)
        if identity == "ACK-ACK":
            self._is_set_up = True
        elif identity == "MON-VER":
            self._identity["software"] = _text(frame.swVersion)
            self._identity["hardware"] = _text(frame.hwVersion)
        elif identity[-3:] in ("GGA", "GST"):
            return self._sentence(identity[-3:], frame, stamp_s, now_s)
        return None

    def _sentence(
        self, kind: str, frame: Frame, stamp_s: float, now_s: float
    ) -> ReceiverFix | None:
        self._sentences[kind] = frame
        if len(self._sentences) < 2 or now_s - self._pvt_s <= UBX_PREFERRED_S:
            return None
        fix = ublox.fix_of_nmea(self._sentences["GGA"], self._sentences["GST"], stamp_s)
        if fix is not None:
            self._sentences.clear()
        return fix


def _text(field: object) -> str:
    raw = field if isinstance(field, bytes) else str(field).encode()
    return raw.split(b"\0")[0].decode("ascii", "replace")
