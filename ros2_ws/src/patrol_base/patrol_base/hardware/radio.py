"""CorrectionsRadio: RTCM 3 corrections of a line that says nothing else, as of a radio modem."""

from __future__ import annotations

from patrol_base.hardware.device import Driver
from patrol_base.hardware.link import LinkTiming
from patrol_base.hardware.port import Port
from patrol_base.hardware.rtcm import RtcmReader

QUIET_S = 60.0  # a radio without a frame for so long is opened again


class CorrectionsRadio(Driver):
    """Listens; what is no whole frame is dropped, so that the receiver gets nothing else."""

    name = "corrections"

    def __init__(self, port: Port) -> None:
        super().__init__(port, LinkTiming(QUIET_S, QUIET_S))

    def _begin(self) -> None:
        self._reader = RtcmReader()

    def step(self, now_s: float) -> list[bytes]:
        """One cycle: the frames that became whole."""
        frames = self._reader.feed(self._poll(now_s))
        if frames:
            self._link.heard(now_s)
        return frames
