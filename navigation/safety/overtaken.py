"""Who comes up from behind: there the lidar is blind, and the rangers say no side.

Whoever walks into the back or the rear half of a vehicle that drives forward is seen by nothing
when they do, and so is who passes where it turns and swings across their way. Before that the
rangers that look back hear them: an echo that comes nearer though the vehicle drives away from it
is somebody faster, unless the lidar has seen a thing stand there. Where they will have reached the
vehicle before it could stand, it waits until they have gone by.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence

from navigation.safety.limits import REACTION_S
from navigation.safety.low_things import is_seen_by_lidar
from navigation.safety.movers import Array
from navigation.types import RangeSample
from patrol.vehicle import VehicleSpec

HEARD = 4  # echoes in a row that tell how fast somebody comes
STEPS = 2  # nearer than the echo before, by one ranger or by both: one is a thing beside the way
GAP_S = 0.25  # between two of them: one in between may be missed
CLOSING_MPS = 0.4  # who catches up more slowly is long in the rangers' cones
FASTEST_MPS = 7.0  # of who catches up; what comes nearer faster is another thing
STOOD_M = 0.05  # from what the lidar saw before it fell behind: it is that thing; noise is 0.03 m
EARLY_S = 0.8  # before they are there it stands: they leave the cones aside, steps are uneven
PASSES_S = 1.5  # from the last echo that came nearer until a cyclist has gone by


class Overtaken:
    """Listens behind the vehicle; `hear` once a gate cycle, then ask `is_reached`."""

    def __init__(self, spec: VehicleSpec) -> None:
        self._spec = spec
        self._back = [r for r in spec.ultrasonics if math.cos(r.yaw_rad) < -math.sqrt(0.5)]
        self._echoes = {r.name: deque[RangeSample](maxlen=HEARD) for r in self._back}
        self._came_s = -math.inf

    def hear(self, samples: Mapping[str, RangeSample], standing: Array) -> None:
        """Take in what the rangers say; an echo that was missed leaves those before it.

        `standing` (n, 2) in base_link is what the lidar saw before it fell behind.
        """
        for ranger in self._back:
            sample, echoes = samples.get(ranger.name), self._echoes[ranger.name]
            if sample is None or not math.isfinite(sample.range_m):
                continue
            if echoes and sample.stamp_s == echoes[-1].stamp_s:
                continue
            stood = is_seen_by_lidar(sample.range_m, ranger, standing, STOOD_M)
            if stood or not (echoes and _is_nearer(echoes[-1], sample)):
                echoes.clear()
            echoes.append(sample)

    def is_reached(self, curves: Sequence[float], speed_mps: float, now_s: float) -> bool:
        """Whether somebody comes up to it while it drives forward on one of `curves` (1/m)."""
        turn_1pm = max(map(abs, curves))
        stands_s = REACTION_S + abs(speed_mps) / self._spec.max_deceleration_mps2 + EARLY_S
        heard = [echoes for echoes in self._echoes.values() if len(echoes) > 1]
        coming = [echoes for echoes in heard if 0.0 <= now_s - echoes[-1].stamp_s <= GAP_S]
        if sum(len(echoes) - 1 for echoes in coming) >= STEPS:
            for echoes in coming:
                range_m = echoes[-1].range_m
                # a turn alone takes a slanting wall nearer, by as much as its place swings
                faster_mps = _closing_mps(echoes) - turn_1pm * abs(speed_mps) * range_m
                if faster_mps >= CLOSING_MPS and range_m <= faster_mps * stands_s:
                    self._came_s = now_s
        return 0.0 <= now_s - self._came_s <= PASSES_S


def _is_nearer(before: RangeSample, sample: RangeSample) -> bool:
    """Whether it may be the same thing, which comes on."""
    elapsed_s, nearer_m = sample.stamp_s - before.stamp_s, before.range_m - sample.range_m
    return elapsed_s <= GAP_S and 0.0 < nearer_m <= FASTEST_MPS * elapsed_s


def _closing_mps(echoes: Sequence[RangeSample]) -> float:
    first, last = echoes[0], echoes[-1]
    return (first.range_m - last.range_m) / (last.stamp_s - first.stamp_s)
