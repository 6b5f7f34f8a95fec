"""Runs a Localizer over a recorded drive, sample by sample in the order of their times.

An estimate at a time knows what came up to then and nothing later: what the vehicle would have
known, had no sample been late.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from navigation.localization.localizer import Localizer
from navigation.types import (
    GnssFix,
    GnssFixType,
    ImuSample,
    LocalizationEstimate,
    LocalizationStatus,
    WheelOdometry,
)
from patrol.errors import LogError
from patrol.geodesy import GeoPoint
from patrol.geometry import StampedPose

MAX_WHEELS_PERIOD_S = 0.5  # between two reports of the wheels, at the median
MAX_GAP_S = 3600.0  # a longer one is another drive, or a wrong clock
SAME_TIME_S = 1e-6
_VALUE = re.compile(r"(^fix refused: )|( by)?\s[\d.].*")  # all but the reason in a refusal

Sample = WheelOdometry | ImuSample | GnssFix
_KINDS = {WheelOdometry: "odometry", ImuSample: "imu", GnssFix: "gnss"}


@dataclass(frozen=True, slots=True)
class DriveLog:
    """What was recorded of a drive; each sequence in the order of its times, on one clock."""

    odometry: Sequence[WheelOdometry]
    fixes: Sequence[GnssFix]
    imu: Sequence[ImuSample] = ()

    @classmethod
    def from_arrays(cls, odometry: Any, gnss: Any, imu: Any = ()) -> DriveLog:
        """A log of plain arrays.

        `odometry` is (n, 3): time (s), speed (m/s), steering (rad). `gnss` is (n, 5): time (s),
        latitude and longitude (degrees), horizontal standard deviation of one axis (m), fix
        (GnssFixType). `imu` is (n, 2) to (n, 6): time (s), yaw rate (rad/s), forward and left
        acceleration (m/s²), roll and pitch (rad). Raises LogError for other shapes and values.
        """
        try:
            return cls(
                [WheelOdometry(*row) for row in _rows(odometry, "odometry", 3, 3)],
                [
                    GnssFix(stamp_s, GeoPoint(latitude, longitude), sigma_m, _fix_type(fix))
                    for stamp_s, latitude, longitude, sigma_m, fix in _rows(gnss, "gnss", 5, 5)
                ],
                [ImuSample(*row) for row in _rows(imu, "imu", 2, 6)],
            )
        except ValueError as error:
            raise LogError(f"gnss: {error}") from None

    @property
    def start_s(self) -> float:
        """When the wheels were heard first; without wheels, the IMU."""
        return (self.odometry or self.imu)[0].stamp_s

    @property
    def end_s(self) -> float:
        """When the wheels were heard last; without wheels, the IMU."""
        return (self.odometry or self.imu)[-1].stamp_s

    def check(self) -> None:
        """Raises LogError where no localization can come of it."""
        if len(self.odometry) < 2 or not self.end_s > self.start_s:
            raise LogError("odometry: at least two samples at different times are needed")
        steps_s = np.diff([sample.stamp_s for sample in self.odometry])
        if float(steps_s.max()) > MAX_GAP_S:
            raise LogError(
                f"odometry: {steps_s.max():.0f} s without a sample after "
                f"{self.odometry[int(steps_s.argmax())].stamp_s:.3f} s; is a time wrong?"
            )
        period_s = float(np.median(steps_s))
        if period_s > MAX_WHEELS_PERIOD_S:
            raise LogError(
                f"odometry: a sample every {period_s:g} s is too seldom, at least one every "
                f"{MAX_WHEELS_PERIOD_S:g} s is needed; are the times in seconds?"
            )
        if not self.fixes:
            raise LogError("gnss: there is no fix; position and heading start from fixes")
        for kind, samples in (("gnss", self.fixes), ("imu", self.imu)):
            self._check_overlap(kind, samples)

    def _check_overlap(self, kind: str, samples: Sequence[Sample]) -> None:
        if not samples:
            return
        first_s, last_s = samples[0].stamp_s, samples[-1].stamp_s
        if first_s > self.end_s or last_s < self.start_s:
            raise LogError(
                f"{kind}: its times, {first_s:.3f} to {last_s:.3f} s, lie outside odometry's, "
                f"{self.start_s:.3f} to {self.end_s:.3f} s; both must be of one clock"
            )

    def samples(self) -> Iterator[Sample]:
        """All samples by time; of one time, the wheels' first and the receiver's last."""
        return heapq.merge(self.odometry, self.imu, self.fixes, key=lambda sample: sample.stamp_s)


@dataclass(frozen=True, slots=True)
class Moment:
    """What was believed at a time."""

    stamp_s: float
    estimate: LocalizationEstimate

    @property
    def pose(self) -> StampedPose | None:
        """None before the start, and where the wheels had been silent for too long."""
        stamped = self.estimate.stamped
        if stamped is None or stamped.stamp_s < self.stamp_s - SAME_TIME_S:
            return None
        return stamped

    @property
    def is_ok(self) -> bool:
        """Whether there was a pose to be trusted."""
        return self.pose is not None and self.estimate.status is LocalizationStatus.OK


@dataclass(frozen=True, slots=True)
class Replay:
    """Moments by their times, and what became of the samples."""

    moments: dict[float, Moment]
    taken: Counter[str] = field(default_factory=Counter)  # by kind: odometry, imu, gnss
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)  # by kind and reason

    def at(self, stamps_s: Iterable[float]) -> list[Moment]:
        """The moments of some of the times that were asked for."""
        return [self.moments[stamp_s] for stamp_s in stamps_s]


def replay(localizer: Localizer, log: DriveLog, stamps_s: Iterable[float]) -> Replay:
    """Feed a log to a new Localizer and ask it at some times; raises LogError (DriveLog.check)."""
    log.check()
    result = Replay({})
    waiting = sorted(set(stamps_s), reverse=True)

    def ask(before_s: float) -> None:
        while waiting and waiting[-1] < before_s:
            stamp_s = waiting.pop()
            result.moments[stamp_s] = Moment(stamp_s, localizer.estimate(stamp_s))

    for sample in log.samples():
        ask(sample.stamp_s)
        kind = _KINDS[type(sample)]
        reason = _add(localizer, sample)
        if reason is None:
            result.taken[kind] += 1
        else:
            result.refused[kind, _VALUE.sub("", reason)] += 1
    ask(np.inf)
    return result


def times_of(log: DriveLog, rate_hz: float) -> list[float]:
    """Times at a rate, from the wheels' first report to their last."""
    count = int((log.end_s - log.start_s) * rate_hz + SAME_TIME_S) + 1
    return [log.start_s + i / rate_hz for i in range(count)]


def _add(localizer: Localizer, sample: Sample) -> str | None:
    if isinstance(sample, WheelOdometry):
        return localizer.add_odometry(sample)
    if isinstance(sample, ImuSample):
        return localizer.add_imu(sample)
    return localizer.add_gnss(sample)


def _fix_type(number: float) -> GnssFixType:
    if not number.is_integer():
        raise ValueError(f"{number:g} is no GnssFixType")
    return GnssFixType(int(number))


def _rows(values: Any, kind: str, fewest: int, most: int) -> list[list[float]]:
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise LogError(f"{kind}: is no array of numbers with rows of one length") from None
    if array.size == 0:
        return []
    wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    if array.ndim != 2 or not fewest <= array.shape[1] <= most:
        raise LogError(f"{kind}: shape {array.shape} is not (n, {wanted})")
    if not np.isfinite(array).all():
        raise LogError(f"{kind}: row {np.argwhere(~np.isfinite(array))[0][0]} is not finite")
    if (np.diff(array[:, 0]) < 0).any():
        raise LogError(f"{kind}: row {np.argmax(np.diff(array[:, 0]) < 0) + 1} goes back in time")
    rows: list[list[float]] = array.tolist()
    return rows
