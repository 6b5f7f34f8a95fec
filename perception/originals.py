"""Originals: the seconds around an incident as the camera took them, sealed before the disk.

What shows a face is in memory for the pre-roll alone; it reaches the disk only encrypted to the
recipients of the configuration, whose identity the vehicle does not have. The pictures are the
JPEGs of the camera's pictures, put into an MP4 as they are: encoding them twice would cost
time and detail.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import av

from patrol.incident import EvidenceKind
from perception.evidence_files import EvidenceFiles
from perception.sealing import Seal

_MILLISECONDS = Fraction(1, 1000)

Picture = tuple[float, bytes]  # when it was taken, JPEG


@dataclass(slots=True)
class _Running:
    incident_id: str
    started_s: float
    until_s: float
    pictures: list[Picture]


class Originals:
    """Keeps the last seconds, and writes sealed files that stay on board until released."""

    def __init__(self, files: EvidenceFiles, seal: Seal, pre_roll_s: float) -> None:
        self._files = files
        self._seal = seal
        self._pre_roll_s = pre_roll_s
        self._ring: deque[Picture] = deque()
        self._running: list[_Running] = []
        self._size_px = (0, 0)

    def add(self, stamp_s: float, jpeg: bytes, size_px: tuple[int, int]) -> None:
        """Take a picture (width, height) into the pre-roll and into what runs."""
        self._size_px = size_px
        self._ring.append((stamp_s, jpeg))
        while self._ring and stamp_s - self._ring[0][0] > self._pre_roll_s:
            self._ring.popleft()
        for running in self._running:
            running.pictures.append((stamp_s, jpeg))

    def skip(self) -> None:
        """Forget the pictures in memory: the vehicle is where nothing may be recorded."""
        self._ring.clear()

    def begin(self, incident_id: str, started_s: float, until_s: float) -> None:
        """Keep what is in memory, and what comes until then."""
        self._running.append(_Running(incident_id, started_s, until_s, list(self._ring)))

    def step(self, now_s: float) -> None:
        """Seal what is complete; raises OSError where the disk refuses."""
        for running in [one for one in self._running if now_s >= one.until_s]:
            self._running.remove(running)
            self._write(running)

    def close(self) -> None:
        """Seal everything now."""
        while self._running:
            self._write(self._running.pop())

    def _write(self, running: _Running) -> None:
        if running.pictures:
            sealed = self._seal.seal(film(running.pictures, self._size_px))
            self._files.write(
                running.incident_id, EvidenceKind.ORIGINAL, sealed, running.started_s, False
            )


def film(pictures: Sequence[Picture], size_px: tuple[int, int]) -> bytes:
    """JPEGs of one size (width, height) as a Motion JPEG film in an MP4, each at its own time."""
    content = io.BytesIO()
    with av.open(content, "w", format="mp4") as container:
        stream = container.add_stream("mjpeg", rate=Fraction(1000))
        stream.width, stream.height = size_px
        stream.pix_fmt = "yuvj420p"
        first_s, last = pictures[0][0], -1
        for stamp_s, jpeg in pictures:
            packet = av.Packet(jpeg)
            last = max(round((stamp_s - first_s) * 1000), last + 1)
            packet.stream, packet.time_base, packet.is_keyframe = stream, _MILLISECONDS, True
            packet.pts = packet.dts = last
            container.mux(packet)
    return content.getvalue()
