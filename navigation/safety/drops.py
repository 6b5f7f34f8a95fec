"""Where the ground ends ahead, by the rangers that look down at it.

Two readings of one beam in a row that say so are believed: a single one may be a splash or the
sun. Ground that goes on at its height behind a gap which a wheel rolls over takes them back.
Else the places stay where they are, moved by odometry, until the vehicle is far away or a person
on site resets the gate: the beams look over what is near, so nothing would see it free again.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from navigation.safety.climb import Climb
from navigation.safety.drop_ground import GroundTrack, Sight, Stance
from navigation.safety.memory import GAP_S, are_within, rolled, seen_from
from navigation.safety.watch import DROP_MAX_AGE_S, is_fresh, is_possible
from navigation.types import BaseStatus, RangeSample
from patrol.geometry import Pose2
from patrol.vehicle import DropRangerSpec, VehicleSpec

READINGS = 2  # that say so, in a row
BRIDGE_M = 0.25  # a gap between ground and ground: a wheel of 0.4 m sinks 0.044 m into it
KEEP_WITHIN_M = 4.5
SAME_M = 0.05  # a place so near to one that is known is no new one
TILTS = 16  # of the base that are kept: 0.3 s, more than a range may be old

Array = NDArray[np.float64]
NOTHING: Array = np.empty((0, 2))


class Drops:
    """Edges and holes as `points` (n, 2) in base_link; `step` once a gate cycle."""

    def __init__(self, spec: VehicleSpec) -> None:
        self._spec = spec
        self._tracks = {ranger: GroundTrack(ranger, spec) for ranger in spec.drop_rangers}
        self._last_s: float | None = None
        self._base, self._z_m = Pose2(0.0, 0.0, 0.0), 0.0
        self._climb = Climb(spec.wheelbase_m)
        self._tilts: deque[BaseStatus] = deque(maxlen=TILTS)
        self._read_s: dict[str, float] = {}
        self._lows: dict[str, int] = {}  # in a row, by ranger
        self._open: dict[str, Array] = {}  # what a ranger that reads low has found since
        self._edges: Array = NOTHING  # as what was found before, in the level frame
        self.points: Array = NOTHING

    def step(self, samples: Mapping[str, RangeSample], base: BaseStatus, now_s: float) -> None:
        """Carry along what is known by the motion since the last step and take in new ranges."""
        if not self._tracks:
            return
        if not self._tilts or base.stamp_s != self._tilts[-1].stamp_s:
            self._tilts.append(base)
        self._roll(base, now_s)
        for ranger, track in self._tracks.items():
            sample = samples.get(ranger.name)
            if sample is not None and self._is_news(ranger, sample, now_s):
                self._read_s[ranger.name] = sample.stamp_s
                self._look(ranger, track, sample, base, now_s)
        self._edges = self._near(self._edges)
        self._open = {name: self._near(found) for name, found in self._open.items()}
        self.points = seen_from(self._base, np.concatenate((self._edges, *self._open.values())))

    def forget(self) -> None:
        """A person on site has looked: what was found counts no more, what is seen now does."""
        self._edges, self._open, self.points = NOTHING, {}, NOTHING

    def _near(self, found: Array) -> Array:
        return found[are_within(seen_from(self._base, found), KEEP_WITHIN_M)]

    def _roll(self, base: BaseStatus, now_s: float) -> None:
        elapsed_s = now_s - self._last_s if self._last_s is not None else math.inf
        self._last_s = now_s
        if 0 <= elapsed_s <= GAP_S:
            travel_m = elapsed_s * base.speed_mps
            self._base = self._moved(base, travel_m)
            self._z_m += self._climb.step(travel_m, base.pitch_rad)
            return
        self.forget()  # what happened meanwhile is not known
        self._lows = {}
        self._climb.clear()
        for track in self._tracks.values():
            track.clear()

    def _is_news(self, ranger: DropRangerSpec, sample: RangeSample, now_s: float) -> bool:
        if self._read_s.get(ranger.name) == sample.stamp_s:
            return False
        is_now = is_fresh(sample.stamp_s, DROP_MAX_AGE_S, now_s)
        return is_now and is_possible(sample.range_m, ranger)

    def _look(
        self,
        ranger: DropRangerSpec,
        track: GroundTrack,
        sample: RangeSample,
        base: BaseStatus,
        now_s: float,
    ) -> None:
        then = min(self._tilts, key=lambda tilt: abs(tilt.stamp_s - sample.stamp_s))
        moved = self._moved(base, (sample.stamp_s - now_s) * base.speed_mps)
        stance = Stance(moved, self._z_m, then.roll_rad, then.pitch_rad)
        self._judge(ranger, track, track.look(sample.range_m, stance), stance)

    def _judge(
        self, ranger: DropRangerSpec, track: GroundTrack, sight: Sight, stance: Stance
    ) -> None:
        """Note an edge, go on with one, or come to its end."""
        name = ranger.name
        self._lows[name] = self._lows.get(name, 0) + 1 if sight is Sight.LOW else 0
        if self._lows[name] >= READINGS:
            found = track.edge(stance, self._bumper_m(ranger))
            self._open[name] = _added(self._open.get(name, NOTHING), found)
        elif sight is not Sight.LOW and name in self._open:
            found_before = self._open.pop(name)
            if sight is Sight.THING or track.gap_m > BRIDGE_M:
                self._edges = np.concatenate((self._edges, found_before))

    def _moved(self, base: BaseStatus, travel_m: float) -> Pose2:
        curvature = math.tan(base.steering_rad) / self._spec.wheelbase_m
        return self._base.compose(rolled(travel_m * math.cos(base.pitch_rad), curvature))

    def _bumper_m(self, ranger: DropRangerSpec) -> float:
        """Just before the bumper that the ranger looks beyond (x in base_link)."""
        if ranger.foot_m[0] > self._spec.front_m:
            return self._spec.front_m + SAME_M
        return -self._spec.rear_overhang_m - SAME_M


def _added(known: Array, places: list[tuple[float, float]]) -> Array:
    """Known places and those that are new."""
    for place in places:
        if not np.any(np.hypot(*(known - place).T) < SAME_M):
            known = np.vstack((known, place))
    return known
