"""GNSS: the antenna's position by an RTK receiver, whose fix depends on the sky it sees."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.types import GnssFix, GnssFixType
from patrol.geodesy import GeoPoint, wgs84_from_enu
from simulation.sensors.sky import Sky, SkyView
from simulation.types import SensorOptions

VERTICAL_FACTOR = 1.8  # height is worse than the horizontal axes
MULTIPATH_LENGTH_M, MULTIPATH_TIME_S = 5.0, 60.0  # after which its bias is another
WORSE_IN_S = 5.0  # a lost fix drifts off this slowly; a won one is good at once
FIX_AFTER_S = 10.0  # u-blox ZED-F9P data sheet (UBX-17051259): RTK converges within 10 s
KEPT_WITH = 0.8  # of the satellites that a fix needs, one that is had is kept


@dataclass(frozen=True, slots=True)
class FixNeeds:
    """What a kind of fix takes: satellites in sight, dilution of precision."""

    satellites: int
    hdop: float


@dataclass(frozen=True, slots=True)
class FixErrors:
    """Errors of a kind of fix, 1 sigma of one axis: white, slowly wandering, and by walls.

    `multipath_m` is what full reflection (every satellite) would add.
    """

    white_m: float
    walk_m: float
    multipath_m: float


NEEDS: dict[GnssFixType, FixNeeds] = {  # best first
    GnssFixType.RTK_FIXED: FixNeeds(9, 2.5),
    GnssFixType.RTK_FLOAT: FixNeeds(7, 5.0),
    GnssFixType.DGPS: FixNeeds(5, 10.0),
    GnssFixType.SINGLE: FixNeeds(4, 20.0),
}
# Without walls: ZED-F9P data sheet, CEP 1.0 m with SBAS and 1.5 m alone (CEP = 1.18 sigma); float
# between them and RTK. Multipath: a quarter of the carrier's wavelength at most when fixed, metres
# of code error otherwise (Kaplan and Hegarty, Understanding GPS/GNSS, 3rd ed., sec. 9.5).
ERRORS: dict[GnssFixType, FixErrors] = {
    GnssFixType.RTK_FLOAT: FixErrors(0.05, 0.20, 0.5),
    GnssFixType.DGPS: FixErrors(0.20, 0.80, 2.0),
    GnssFixType.SINGLE: FixErrors(0.30, 1.20, 4.0),
}
MULTIPATH_FIXED_M = 0.04


class GnssModel:
    """White noise, a Gauss-Markov wander (Brown and Hwang, 4th ed., s. 4.2), and multipath.

    Without a `sky` the antenna stands in the open and every fix is RTK fixed.
    """

    def __init__(
        self,
        origin: GeoPoint,
        options: SensorOptions,
        rng: np.random.Generator,
        sky: Sky | None = None,
    ) -> None:
        self._origin, self._options, self._rng, self._sky = origin, options, rng, sky
        self._walk = rng.normal(0.0, 1.0, 3)  # in sigmas
        self._multipath = np.zeros(3) if sky is None else rng.normal(0.0, 1.0, 3)
        self._scale = np.array((options.gnss_walk_m, 0.0))  # of wander and multipath, m
        self._fix = GnssFixType.RTK_FIXED
        self._fixable_s = FIX_AFTER_S
        self._start_s: float | None = None
        self._last_place: NDArray[np.float64] | None = None

    def read(self, antenna_map: tuple[float, float, float], stamp_s: float) -> GnssFix:
        """A fix for the antenna's true place; the stated sigma covers all parts of the error."""
        self._start_s = stamp_s if self._start_s is None else self._start_s
        place = np.array(antenna_map)
        view = self._sky.view(antenna_map, stamp_s - self._start_s) if self._sky else None
        self._judge(view)
        errors, share = self._errors(), _reflected_share(view)
        self._wander(place, np.array((errors.walk_m, errors.multipath_m * share)))
        error = self._walk * self._scale[0] + self._multipath * self._scale[1]
        error = error + self._rng.normal(0.0, errors.white_m, 3)
        x_m, y_m, z_m = place + error * (1, 1, VERTICAL_FACTOR)
        sigma = math.hypot(errors.white_m, errors.walk_m, errors.multipath_m * share)
        return GnssFix(
            stamp_s=stamp_s,
            position=wgs84_from_enu(float(x_m), float(y_m), float(z_m), self._origin),
            sigma_m=max(0.005, sigma),
            fix=self._fix,
        )

    def _errors(self) -> FixErrors:
        options = self._options
        fixed = FixErrors(options.gnss_white_m, options.gnss_walk_m, MULTIPATH_FIXED_M)
        return ERRORS.get(self._fix, fixed)

    def _judge(self, view: SkyView | None) -> None:
        """The kind of fix now; RTK fixed comes back only after FIX_AFTER_S in good sky."""
        if view is None:
            return
        best = next((fix for fix in NEEDS if self._enough(fix, view)), GnssFixType.NONE)
        if best is GnssFixType.RTK_FIXED:
            self._fixable_s += 1.0 / self._options.gnss_rate_hz
            waits = self._fixable_s < FIX_AFTER_S
            self._fix = GnssFixType.RTK_FLOAT if waits else best
        else:
            self._fixable_s = 0.0
            self._fix = best

    def _enough(self, fix: GnssFixType, view: SkyView) -> bool:
        needs = NEEDS[fix]
        ease = KEPT_WITH if fix <= self._fix else 1.0
        return view.visible >= needs.satellites * ease and view.hdop * ease <= needs.hdop

    def _wander(self, place: NDArray[np.float64], target_m: NDArray[np.float64]) -> None:
        """Move the errors' slow parts on; multipath changes with the way as well."""
        options, step_s = self._options, 1.0 / self._options.gnss_rate_hz
        moved_m = 0.0 if self._last_place is None else math.dist(place, self._last_place)
        self._last_place = place
        self._walk = self._mix(self._walk, step_s / options.gnss_walk_time_s)
        if self._sky is not None:
            age = step_s / MULTIPATH_TIME_S + moved_m / MULTIPATH_LENGTH_M
            self._multipath = self._mix(self._multipath, age)
        slow = self._scale + (target_m - self._scale) * (1 - math.exp(-step_s / WORSE_IN_S))
        self._scale = np.where(target_m > self._scale, slow, target_m)

    def _mix(self, state: NDArray[np.float64], age: float) -> NDArray[np.float64]:
        """A unit Gauss-Markov state after an age in time constants."""
        keep = math.exp(-age)
        return keep * state + self._rng.normal(0.0, math.sqrt(1 - keep**2), 3)


def _reflected_share(view: SkyView | None) -> float:
    return 0.0 if view is None or view.visible == 0 else view.reflected / view.visible
