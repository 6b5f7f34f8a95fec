"""Pictures to an H.264 MP4, a few pictures at a time, so that no step of the pipeline is late."""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from perception.detectors.base import Image

_MILLISECONDS = Fraction(1, 1000)


class ClipWriter:
    """Writes one clip to `path`; times are seconds and need not be regular."""

    def __init__(self, path: Path, width: int, height: int, rate_hz: float) -> None:
        self._size = (width - width % 2, height - height % 2)  # yuv420p needs even sides
        self._container = av.open(str(path), "w", format="mp4")
        self._stream = self._container.add_stream(
            "libx264",
            rate=Fraction(rate_hz).limit_denominator(100),
            options={"preset": "ultrafast", "crf": "27", "threads": "1"},
        )
        self._stream.width, self._stream.height = self._size
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = _MILLISECONDS
        self._queue: deque[tuple[float, bytes]] = deque()
        self._first_s: float | None = None
        self._last_pts = -1

    def add(self, stamp_s: float, jpeg: bytes) -> None:
        """Queue a JPEG picture; later than all before it."""
        self._queue.append((stamp_s, jpeg))

    def advance(self, pictures: int) -> None:
        """Encode up to so many queued pictures."""
        for _ in range(min(pictures, len(self._queue))):
            stamp_s, jpeg = self._queue.popleft()
            picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
            if picture is not None:
                self._encode(stamp_s, np.asarray(picture, np.uint8))

    def _encode(self, stamp_s: float, picture: Image) -> None:
        if self._first_s is None:
            self._first_s = stamp_s
        width, height = self._size
        frame = av.VideoFrame.from_ndarray(
            np.ascontiguousarray(picture[:height, :width]), format="bgr24"
        )
        frame.pts = max(round((stamp_s - self._first_s) * 1000), self._last_pts + 1)
        frame.time_base = _MILLISECONDS
        self._last_pts = frame.pts
        for packet in self._stream.encode(frame):
            self._container.mux(packet)

    def finish(self) -> None:
        """Encode what is queued and close the file."""
        self.advance(len(self._queue))
        for packet in self._stream.encode(None):
            self._container.mux(packet)
        self._container.close()
