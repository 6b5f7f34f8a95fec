"""Who overtakes the vehicle while it turns: behind it the lidar is blind, and rangers say no side.

A vehicle that turns swings across the way of whoever passes it there, and sees them only when they
are beside it. Before that the rangers that look back hear them: an echo that comes nearer though
the vehicle drives away from it is somebody faster. Where they will be beside the vehicle before it
could stand, it waits until they have gone by.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence

from navigation.safety.limits import REACTION_S
from navigation.types import RangeSample
from patrol.vehicle import VehicleSpec

HEARD = 4  # echoes in a row, each nearer than the one before: one is a thing beside the way
GAP_S = 0.25  # between two of them: one in between may be missed
CLOSING_MPS = 0.4  # who catches up more slowly is still behind when the turn is over
FASTEST_MPS = 7.0  # of who catches up; what comes nearer faster is another thing
TURNING_1PM = 0.1  # what is flatter moves the flank by less than 0.1 m in the vehicle's length
EARLY_S = 0.6  # before they are beside the vehicle it stands: they swerve, and do not keep a metre
PASSES_S = 1.5  # from the last echo that came nearer until a cyclist has gone by


class Overtaken:
    """Listens behind the vehicle; `hear` once a gate cycle, then ask `is_passed`."""

    def __init__(self, spec: VehicleSpec) -> None:
        self._spec = spec
        self._back = [r.name for r in spec.ultrasonics if math.cos(r.yaw_rad) < -math.sqrt(0.5)]
        self._echoes = {name: deque[RangeSample](maxlen=HEARD) for name in self._back}
        self._came_s = -math.inf

    def hear(self, samples: Mapping[str, RangeSample]) -> None:
        """Take in what the rangers say; an echo that was missed leaves those before it."""
        for name in self._back:
            sample, echoes = samples.get(name), self._echoes[name]
            if sample is None or not math.isfinite(sample.range_m):
                continue
            if echoes and sample.stamp_s == echoes[-1].stamp_s:
                continue
            if echoes and not _is_nearer(echoes[-1], sample):
                echoes.clear()
            echoes.append(sample)

    def is_passed(self, curves: Sequence[float], speed_mps: float, now_s: float) -> bool:
        """Whether somebody comes by while it drives forward on one of `curves` (1/m)."""
        turn_1pm = max(map(abs, curves))
        if turn_1pm < TURNING_1PM:
            return False
        stands_s = REACTION_S + abs(speed_mps) / self._spec.max_deceleration_mps2 + EARLY_S
        for echoes in self._echoes.values():
            if len(echoes) == HEARD and 0.0 <= now_s - echoes[-1].stamp_s <= GAP_S:
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
