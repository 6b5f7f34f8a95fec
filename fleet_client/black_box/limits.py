"""How much the black box keeps, and for how long."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

RANGES: dict[str, tuple[float, float]] = {
    "segment_s": (1, 600),
    "segment_mb": (0.05, 1000),
    "ring_mb": (1, 1_000_000),
    "sealed_mb": (1, 1_000_000),
    "before_s": (0, 3600),
    "after_s": (0, 3600),
    "pictures_hz": (0, 30),
    "picture_days": (0, 365),
    "seal_days": (0, 3650),
    "min_free_mb": (1, 1_000_000),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in MB (10^6 bytes), times in seconds or days; raises ValueError outside its range."""

    segment_s: float = 30.0  # a segment is closed after so long,
    segment_mb: float = 64.0  # or once it is so large
    ring_mb: float = 2000.0  # of segments that no seal holds
    sealed_mb: float = 1000.0  # of all that is sealed
    before_s: float = 60.0  # what a seal keeps of before
    after_s: float = 30.0  # and of after
    pictures_hz: float = 1.0  # of each camera; 0: no pictures at all
    picture_days: float = 7.0  # then pictures go, sealed ones too (docs/black-box.md#privacy)
    seal_days: float = 90.0  # then a seal goes
    min_free_mb: float = 200.0  # on the disk; patrol.faults: DISK_FULL

    def __post_init__(self) -> None:
        for field in fields(self):
            value, (low, high) = getattr(self, field.name), RANGES[field.name]
            if not (math.isfinite(value) and low <= value <= high):
                raise ValueError(f"{field.name}: {value:g} is outside [{low:g}, {high:g}]")
