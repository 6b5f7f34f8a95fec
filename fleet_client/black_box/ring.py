"""Ring: segments of everything, the oldest given up for the newest; a full disk stops nobody.

Where the disk refuses or is nearly full the ring gives up its own oldest segments, then pauses,
says so once, and goes on by itself once there is space again. Nothing here raises OSError.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fleet_client.black_box.limits import Limits
from fleet_client.black_box.segment import MB, Segment, segment_name
from fleet_client.black_box.segment_file import RecordedTopic, SegmentFile
from fleet_client.black_box.shelf import Shelf

log = logging.getLogger(__name__)

FLUSH_EVERY_S = 0.9  # once a second, where steps are half a second apart
RETRY_EVERY_S = 5.0
RESUME_FACTOR = 1.1  # of the least free space: no going on and off at the limit
DISK_IS_FULL = "the disk is nearly full"


def free_mb_of(folder: Path) -> float:
    """Free space (MB) on the disk of a folder; raises OSError."""
    return shutil.disk_usage(folder).free / MB


@dataclass(slots=True)
class _Open:
    """The segment under way; the file of pictures comes with the first picture."""

    sequence: int
    began_s: float
    began_wall_s: float
    data: SegmentFile
    pictures: SegmentFile | None = None

    @property
    def parts(self) -> tuple[SegmentFile, ...]:
        return (self.data,) if self.pictures is None else (self.data, self.pictures)


class Ring:
    """Writes messages to segments in a folder; `now_s` is monotonic, `wall_s` since the epoch."""

    def __init__(
        self,
        folder: Path,
        limits: Limits,
        topics: Sequence[RecordedTopic],
        now_s: float,
        wall_s: float,
        free_mb: Callable[[Path], float] = free_mb_of,
        first_sequence: int = 0,
    ) -> None:
        self._folder, self._limits, self._free_mb = folder, limits, free_mb
        self._data = [topic for topic in topics if not topic.is_picture]
        self._pictures = [topic for topic in topics if topic.is_picture]
        self._picture_names = {topic.name for topic in self._pictures}
        self._last_picture_s: dict[str, float] = {}
        self._open: _Open | None = None
        self._shelf = Shelf(folder, limits, first_sequence)
        self._flushed_s = self._tried_s = now_s
        self.paused: str | None = None
        self._told = False  # that it is paused
        self._try(lambda: self._take_up(now_s, wall_s))

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Closed segments, oldest first."""
        return self._shelf.segments

    @property
    def sequence(self) -> int:
        """Of the segment under way, or of the next one."""
        return self._shelf.next_sequence if self._open is None else self._open.sequence

    def write(self, topic: str, cdr: bytes, wall_s: float, vehicle_s: float, now_s: float) -> None:
        """Record a message; a picture only where one is due."""
        if self.paused is None:
            self._try(lambda: self._write(topic, cdr, wall_s, vehicle_s, now_s))

    def wants_picture(self, topic: str, now_s: float) -> bool:
        """Whether the next picture of a topic is due: spares the work of making it."""
        if self.paused is not None or self._limits.pictures_hz == 0:
            return False
        last_s = self._last_picture_s.get(topic)
        return last_s is None or now_s - last_s >= 1.0 / self._limits.pictures_hz

    def take_closed(self) -> list[Segment]:
        """What was closed since the last call."""
        return self._shelf.take_news()

    def step(self, now_s: float, wall_s: float) -> None:
        """Flush, close what is old or large, keep to the limits; a few times a second."""
        if self.paused is not None:
            self._try_again(now_s, wall_s)
            return
        if self._open is not None and self._is_over(self._open, now_s):
            self.roll(now_s)
        elif now_s - self._flushed_s >= FLUSH_EVERY_S:
            self._flushed_s = now_s
            self._try(self._flush)
        self._try(lambda: self._keep_to_limits(now_s, wall_s))

    def roll(self, now_s: float) -> None:
        """Close the segment under way."""
        self._try(lambda: self._close(now_s))

    # --- all that may raise OSError ---

    def _take_up(self, now_s: float, wall_s: float) -> None:
        """Go on where an earlier process ended, or was killed."""
        self._shelf.take_up(now_s, wall_s)
        self._keep_to_limits(now_s, wall_s)

    def _write(
        self, topic: str, cdr: bytes, wall_s: float, vehicle_s: float, now_s: float
    ) -> None:
        if topic not in self._picture_names:
            self._under_way(now_s, wall_s).data.write(topic, cdr, wall_s, vehicle_s)
            return
        if not self.wants_picture(topic, now_s):
            return
        self._last_picture_s[topic] = now_s
        segment = self._under_way(now_s, wall_s)
        if segment.pictures is None:
            name = segment_name(segment.sequence, segment.began_wall_s, pictures=True)
            segment.pictures = SegmentFile(self._folder / name, self._pictures)
        segment.pictures.write(topic, cdr, wall_s, vehicle_s)

    def _under_way(self, now_s: float, wall_s: float) -> _Open:
        if self._open is None:
            sequence = self._shelf.next_sequence
            path = self._folder / segment_name(sequence, wall_s)
            self._open = _Open(sequence, now_s, wall_s, SegmentFile(path, self._data))
            self._shelf.next_sequence += 1
        return self._open

    def _is_over(self, segment: _Open, now_s: float) -> bool:
        size_mb = sum(part.size_bytes for part in segment.parts) / MB
        age_s = now_s - segment.began_s
        return age_s >= self._limits.segment_s or size_mb >= self._limits.segment_mb

    def _flush(self) -> None:
        if self._open is None:
            return
        for part in self._open.parts:
            part.flush()
        self._written()

    def _close(self, now_s: float) -> None:
        if self._open is None:
            return
        segment = self._open
        files = tuple(part.close() for part in segment.parts)
        self._open = None
        self._shelf.add(Segment(segment.sequence, now_s, files))

    def _keep_to_limits(self, now_s: float, wall_s: float) -> None:
        self._shelf.tidy(now_s, wall_s)
        while self._free_mb(self._folder) < self._limits.min_free_mb:
            if not self._shelf.segments:
                self._close(now_s)
                self._pause(DISK_IS_FULL)
                return
            self._shelf.drop_oldest()

    # --- trouble ---

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except OSError as error:
            if self._open is not None:
                for part in self._open.parts:
                    part.abandon()
                self._open = None
            self._pause(error.strerror or str(error))

    def _pause(self, reason: str) -> None:
        if not self._told:
            log.warning("black_box_paused reason=%r", reason)
        self._told, self.paused = True, reason

    def _written(self) -> None:
        """What was recorded is on its way to the disk: whatever was wrong is over."""
        if self._told:
            log.info("black_box_resumed")
        self._told = False

    def _try_again(self, now_s: float, wall_s: float) -> None:
        if now_s - self._tried_s < RETRY_EVERY_S:
            return
        self._tried_s = now_s
        before, self.paused = self.paused, None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._free_mb(self._folder) < RESUME_FACTOR * self._limits.min_free_mb:
                self.paused = before
                return
            self._take_up(now_s, wall_s)
        except OSError:
            self.paused = before
