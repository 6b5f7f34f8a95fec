"""What may go wrong on a recorded drive: each change gives the samples as they would have come.

`Wrong` is when it begins and ends; everything outside stays as recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from benchmarks.localizing.record import Look, Sample
from navigation.types import GnssFix, WheelOdometry
from patrol.geodesy import GeoPoint, enu_from_wgs84, wgs84_from_enu
from patrol.geometry import Scan

Event = Sample | Look
Change = Callable[[Sample], Sample | None]

ROLLING_MPS = 0.3


@dataclass(frozen=True, slots=True)
class Wrong:
    """A span of time on the drive's clock."""

    begin_s: float
    end_s: float

    def apply(self, events: Iterable[Event], change: Change) -> list[Event]:
        """The events with the samples of the span changed, or left out where it gives None."""
        changed: list[Event] = []
        for event in events:
            if isinstance(event, Look) or not self.begin_s <= event.stamp_s < self.end_s:
                changed.append(event)
                continue
            new = change(event)
            if new is not None:
                changed.append(new)
        return changed


def no_fixes(sample: Sample) -> Sample | None:
    """A tunnel, a jammer, a broken antenna."""
    return None if isinstance(sample, GnssFix) else sample


def no_scans(sample: Sample) -> Sample | None:
    """Fog, a covered lidar."""
    return None if isinstance(sample, Scan) else sample


def fixes_off(
    origin: GeoPoint, begin_s: float, off_m: tuple[float, float], grow_s: float
) -> Change:
    """Fixes are off by so much to the east and north, at once or growing over a time.

    The jump is multipath's or a wrong ambiguity's, the slow one a spoofer's.
    """

    def change(sample: Sample) -> Sample:
        if not isinstance(sample, GnssFix):
            return sample
        share = 1.0 if grow_s <= 0 else min(1.0, (sample.stamp_s - begin_s) / grow_s)
        east, north, up = enu_from_wgs84(sample.position, origin)
        moved = wgs84_from_enu(east + share * off_m[0], north + share * off_m[1], up, origin)
        return replace(sample, position=moved)

    return change


def wheels_read(factor: float) -> Change:
    """Wheels that spin (above 1), or that stand while the vehicle is carried or towed (0)."""

    def change(sample: Sample) -> Sample:
        if isinstance(sample, WheelOdometry):
            return replace(sample, speed_mps=sample.speed_mps * factor)
        return sample

    return change


def wheels_faster(extra_mps: float) -> Change:
    """Rolling wheels that tell so much more, or less down to standing: a slip."""

    def change(sample: Sample) -> Sample:
        if isinstance(sample, WheelOdometry) and abs(sample.speed_mps) > ROLLING_MPS:
            return replace(sample, speed_mps=max(0.0, sample.speed_mps + extra_mps))
        return sample

    return change


def wheels_fade(factor: float, begin_s: float, fade_s: float) -> Change:
    """Wheels whose reading goes over to another so slowly that no accelerometer can tell."""

    def change(sample: Sample) -> Sample:
        if isinstance(sample, WheelOdometry):
            share = min(1.0, (sample.stamp_s - begin_s) / fade_s)
            return replace(sample, speed_mps=sample.speed_mps * (1.0 + share * (factor - 1.0)))
        return sample

    return change
