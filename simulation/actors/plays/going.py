"""Going somewhere on foot or paw: along a path, or about a place."""

from __future__ import annotations

import math

import numpy as np

from patrol.signals import SignalLight
from simulation.actors.kinds import RIDERS, WALKING_MPS, ActorKind
from simulation.actors.path import Path
from simulation.actors.performer import Array, Performer
from simulation.actors.script import Loiter, Walk
from simulation.actors.state import Surroundings

CARROT_M = 1.2  # walkers look this far along their path
ARRIVED_M = 0.35
GAP_S = 8.0  # to what comes on wheels: less and nobody steps onto a crosswalk without a light
DWELL_S = (2.0, 8.0)  # a loiterer stands between strolls
STROLL_MPS = 0.7
WHEELED = RIDERS | {ActorKind.CAR}


class WalkPlay:
    """Follows a path, waits at crosswalks."""

    def __init__(self, step: Walk) -> None:
        self._step = step
        self._path: Path | None = None
        self._s = 0.0

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Ends at the last point of a path walked once."""
        speed = self._speed_mps(me)
        path = self._path or self.begin(me)
        self._s = path.progressed(self._s, me.place)
        left = path.length_m - self._s
        if left < ARRIVED_M and math.dist(me.place, path.at(path.length_m)) < 0.6:
            me.rest()
            return True
        target = path.at(min(self._s + CARROT_M, path.length_m))
        if self._step.obeys_signals and self._must_wait(me, target, seen):
            me.rest()
            me.face(float(target[0]), float(target[1]), duration_s)
            return False
        me.walk_towards(target, speed, duration_s, seen)
        return False

    def begin(self, me: Performer) -> Path:
        """Where the walk begins: at its phase, looking along the path."""
        step = self._step
        path = self._path = Path.starting_at(me.place, step.path_map, step.repeat)
        if step.phase_s > 0:
            self._s = step.phase_s * self._speed_mps(me)
            me.place, me.yaw_rad = path.at(self._s), path.heading(self._s)
        return path

    def _speed_mps(self, me: Performer) -> float:
        return self._step.speed_mps or WALKING_MPS[me.outfit.body]

    def _must_wait(self, me: Performer, target: Array, seen: Surroundings) -> bool:
        here, there = (
            (float(me.place[0]), float(me.place[1])),
            (float(target[0]), float(target[1])),
        )
        for crossing in seen.crossings:
            if not crossing.entered_between(here, there):
                continue
            light = seen.light_of(crossing.crosswalk_id)
            if light is not None:
                return light is not SignalLight.WALK
            return any(_comes(seen, name, there) for name in seen.others)
        return False


def _comes(seen: Surroundings, name: str, place: tuple[float, float]) -> bool:
    """Whether something on wheels will be at a place within GAP_S."""
    other = seen.others[name]
    if seen.kinds[name] not in WHEELED or not other.visible or other.speed_mps < 0.5:
        return False
    dx, dy = place[0] - other.x_m, place[1] - other.y_m
    closing = (dx * other.velocity_map[0] + dy * other.velocity_map[1]) / other.speed_mps
    return 0.0 < closing < GAP_S * other.speed_mps


class LoiterPlay:
    """Strolls to places of a small circle and stands about at each."""

    def __init__(self, step: Loiter) -> None:
        self._step = step
        self._target: Array | None = None
        self._dwell_s = 0.0
        self._tried_s = 0.0

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Never ends by itself."""
        if self._dwell_s > 0:
            self._dwell_s -= duration_s
            me.rest()
            me.sound_dba = 0.0
            return False
        if self._target is None:
            angle, share = me.rng.uniform(0, math.tau), math.sqrt(me.rng.uniform(0.05, 1.0))
            off = self._step.radius_m * share * np.array((math.cos(angle), math.sin(angle)))
            self._target = np.array(self._step.centre_map) + off
            self._tried_s = 0.0
        me.walk_towards(self._target, STROLL_MPS, duration_s, seen)
        self._tried_s += duration_s
        arrived = math.dist(me.place, self._target) < ARRIVED_M
        if arrived or self._tried_s > 3.0 + 2.5 * self._step.radius_m / STROLL_MPS:
            self._target, self._dwell_s = None, float(me.rng.uniform(*DWELL_S))
        return False
