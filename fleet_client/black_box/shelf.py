"""Shelf: the closed segments of a ring, found again after a start, the oldest given up first."""

from __future__ import annotations

import os
from pathlib import Path

from fleet_client.black_box.limits import Limits
from fleet_client.black_box.recovery import recover
from fleet_client.black_box.segment import (
    DAY_S,
    MB,
    ClosedFile,
    Segment,
    is_picture_file,
    sequence_of,
)

TIDY_EVERY_S = 60.0  # and whenever a segment came


class Shelf:
    """Closed segments of one folder, oldest first. Raises OSError throughout."""

    def __init__(self, folder: Path, limits: Limits, next_sequence: int) -> None:
        self._folder, self._limits = folder, limits
        self._segments: list[Segment] = []
        self._news: list[Segment] = []
        self._tidied_s = float("-inf")
        self.next_sequence = next_sequence

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All of them."""
        return tuple(self._segments)

    def take_news(self) -> list[Segment]:
        """What came since the last call."""
        news, self._news = self._news, []
        return news

    def take_up(self, now_s: float, wall_s: float) -> None:
        """What an earlier process closed, or left torn when it was killed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        recover(self._folder)
        found: dict[int, list[Path]] = {}
        for path in sorted(self._folder.glob("*.mcap")):
            sequence = sequence_of(path.name)
            if sequence is not None:
                found.setdefault(sequence, []).append(path)
        known = {segment.sequence for segment in self._segments}
        for sequence, paths in sorted(found.items()):
            self.next_sequence = max(self.next_sequence, sequence + 1)
            if sequence not in known:
                age_s = max(0.0, wall_s - max(path.stat().st_mtime for path in paths))
                files = tuple(ClosedFile(p, p.stat().st_size, "") for p in paths)
                self.add(Segment(sequence, now_s - age_s, files))  # a seal may be waiting for it
        self._segments.sort(key=lambda segment: segment.sequence)

    def add(self, segment: Segment) -> None:
        """A segment was closed."""
        self._segments.append(segment)
        self._news.append(segment)
        self._tidied_s = float("-inf")

    def tidy(self, now_s: float, wall_s: float) -> None:
        """Let go of pictures whose days are over and of what there is no room for."""
        if now_s - self._tidied_s < TIDY_EVERY_S:
            return
        self._tidied_s = now_s
        for segment in self._segments:
            _expire_pictures(segment, wall_s - self._limits.picture_days * DAY_S)
        sizes_mb = [_unsealed_mb(segment) for segment in self._segments]
        total_mb = sum(sizes_mb)
        for size_mb in sizes_mb:
            if total_mb <= self._limits.ring_mb:
                return
            self.drop_oldest()
            total_mb -= size_mb

    def drop_oldest(self) -> None:
        """Give up the oldest segment; what a seal holds stays there."""
        for file in self._segments.pop(0).files:
            file.path.unlink(missing_ok=True)


def _unsealed_mb(segment: Segment) -> float:
    """What the ring alone holds: a sealed file has a second name."""
    found = [_status(file.path) for file in segment.files]
    return sum(status.st_size for status in found if status and status.st_nlink == 1) / MB


def _expire_pictures(segment: Segment, before_wall_s: float) -> None:
    for file in segment.files:
        status = _status(file.path) if is_picture_file(file.path.name) else None
        if status is not None and status.st_mtime < before_wall_s:
            file.path.unlink()


def _status(path: Path) -> os.stat_result | None:
    """None for a file that is gone."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None
