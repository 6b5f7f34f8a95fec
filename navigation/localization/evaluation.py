"""How far a replayed drive was from the truth, or from fixes that were kept from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from navigation.localization import gnss
from navigation.localization.replay import Moment
from navigation.types import GnssFix
from patrol.geodesy import GeoPoint, wrap_angle
from patrol.geometry import StampedPose
from patrol.vehicle import VehicleSpec


@dataclass(frozen=True, slots=True)
class TruePose:
    """Where base_link truly was, in map metres; the heading may be unknown."""

    stamp_s: float
    x_m: float
    y_m: float
    yaw_rad: float | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """Root mean square, 95th percentile and maximum of errors."""

    rms: float
    p95: float
    maximum: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Errors where there was a pose; None where nothing could be compared."""

    compared: int
    without_pose: int
    position_m: Spread | None
    heading_rad: Spread | None = None


def compare_with_truth(moments: Sequence[Moment], truth: Sequence[TruePose]) -> Comparison:
    """Errors of base_link; `moments` are those at the truth's times."""
    headings = {pose.stamp_s: pose.yaw_rad for pose in truth}
    places = {pose.stamp_s: (pose.x_m, pose.y_m) for pose in truth}
    turns = [
        wrap_angle(moment.pose.pose.yaw_rad - yaw_rad)
        for moment in moments
        if moment.pose is not None and (yaw_rad := headings[moment.stamp_s]) is not None
    ]
    return _comparison(moments, places, lambda s: (s.pose.x_m, s.pose.y_m), spread(turns))


def compare_with_fixes(
    moments: Sequence[Moment], fixes: Sequence[GnssFix], spec: VehicleSpec, origin: GeoPoint
) -> Comparison:
    """Errors of the antenna, the fixes' own included; `moments` are those at the fixes' times."""
    places = {fix.stamp_s: gnss.antenna_map(fix, origin) for fix in fixes}

    def antenna(stamped: StampedPose) -> tuple[float, float]:
        arm = gnss.lever_arm(spec.gnss_x_m, spec.gnss_z_m, stamped.roll_rad, stamped.pitch_rad)
        return stamped.pose.transform(*arm)

    return _comparison(moments, places, antenna, None)


def spread(errors: Sequence[float]) -> Spread | None:
    """Of the absolute values; None of nothing."""
    if not errors:
        return None
    sizes = np.abs(np.asarray(errors, dtype=float))
    rms = math.sqrt(float(np.mean(sizes**2)))
    return Spread(rms, float(np.percentile(sizes, 95)), float(sizes.max()))


def _comparison(
    moments: Sequence[Moment],
    places: dict[float, tuple[float, float]],
    place_of: Callable[[StampedPose], tuple[float, float]],
    heading_rad: Spread | None,
) -> Comparison:
    errors = [
        math.dist(place_of(moment.pose), places[moment.stamp_s])
        for moment in moments
        if moment.pose is not None
    ]
    return Comparison(len(errors), len(moments) - len(errors), spread(errors), heading_rad)
