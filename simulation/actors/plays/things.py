"""Things: put down, picked up, blown along, burning, opening."""

from __future__ import annotations

import math

import numpy as np

from simulation.actors.performer import Performer
from simulation.actors.script import Drift, Grow, PickUp, PutDown, Swing
from simulation.actors.state import Motion, Surroundings

BEND_S = 0.7
WALK_MPS, GRASP_M = 1.3, 0.55
GUST_S = 3.0  # how long a gust lasts, about
HOP_M = 0.35
WALL_M = 0.3


class _Bending:
    """Down and up again; something happens at the bottom."""

    def __init__(self) -> None:
        self._since_s = 0.0

    def bend(self, me: Performer, duration_s: float) -> tuple[bool, bool]:
        """Whether this stretch passes the bottom, and whether the body is up again."""
        before = self._since_s
        self._since_s += duration_s
        me.rest()
        if self._since_s >= 2 * BEND_S:
            return before < BEND_S, True
        me.motion = Motion.BENDING
        me.phase = 1.0 - abs(self._since_s - BEND_S) / BEND_S
        return before < BEND_S <= self._since_s, False


class PutDownPlay:
    """Bends and leaves a thing."""

    def __init__(self, step: PutDown) -> None:
        self._step, self._bending = step, _Bending()

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Ends upright."""
        bottom, over = self._bending.bend(me, duration_s)
        if bottom:
            me.leaves = self._step.thing
        return over


class PickUpPlay:
    """Goes to a thing, bends and takes it."""

    def __init__(self, step: PickUp) -> None:
        self._step, self._bending = step, _Bending()
        self._there = False

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Ends upright; at once where there is no such thing any more."""
        thing = seen.others.get(self._step.thing)
        if thing is None or not thing.visible:
            return True
        place = np.array((thing.x_m, thing.y_m))
        self._there = self._there or math.dist(me.place, place) < GRASP_M
        if not self._there:
            me.walk_towards(place, WALK_MPS, duration_s, seen)
            return False
        bottom, over = self._bending.bend(me, duration_s)
        if bottom:
            me.takes = self._step.thing
        return over


class DriftPlay:
    """Blown along in hops, held up by walls."""

    def __init__(self, step: Drift) -> None:
        del step
        self._gust = np.zeros(2)

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Never ends by itself."""
        wind = np.array(seen.wind_map)
        size = float(np.hypot(*wind))
        keep = math.exp(-duration_s / GUST_S)
        noise = me.rng.normal(0.0, 1.0, 2) * math.sqrt(1 - keep**2)
        self._gust = keep * self._gust + 0.6 * size * noise
        me.velocity = 0.5 * wind + self._gust
        place = me.place + duration_s * me.velocity
        borders = seen.walls.nearest_points(*place)
        if len(borders) and float(np.hypot(*(borders - place).T).min()) < WALL_M:
            me.velocity = np.zeros(2)
        else:
            me.place = place
        speed = float(np.hypot(*me.velocity))
        me.phase += speed * duration_s
        me.yaw_rad += 0.8 * speed * duration_s
        me.z_offset_m = min(HOP_M * speed, 1.0) * abs(math.sin(2.1 * me.phase))
        return False


class GrowPlay:
    """Widens from what it is to what it shall be."""

    def __init__(self, step: Grow) -> None:
        self._step = step
        self._from_m: float | None = None
        self._since_s = 0.0

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Ends when it is as wide as it shall be."""
        if self._from_m is None:
            self._from_m = me.amount
        self._since_s += duration_s
        share = min(1.0, self._since_s / self._step.within_s)
        me.amount = self._from_m + share * (self._step.to_m - self._from_m)
        return share >= 1.0


class SwingPlay:
    """Turns on its hinge."""

    def __init__(self, step: Swing) -> None:
        self._step = step
        self._from_rad: float | None = None
        self._since_s = 0.0

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Ends at the opening angle."""
        if self._from_rad is None:
            self._from_rad = me.amount
        self._since_s += duration_s
        share = min(1.0, self._since_s / self._step.within_s)
        me.amount = self._from_rad + share * (self._step.to_rad - self._from_rad)
        return share >= 1.0
