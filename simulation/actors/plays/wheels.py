"""Riding and driving along a path: accelerate, brake for what is ahead, stop at the end."""

from __future__ import annotations

import math

import numpy as np

from simulation.actors.kinds import RIDERS, ActorKind
from simulation.actors.path import Path
from simulation.actors.performer import CAR_DBA, Performer
from simulation.actors.script import Drive
from simulation.actors.state import Motion, Surroundings

ACCELERATION_MPS2, BRAKING_MPS2 = 1.5, 3.0
HALF_LENGTH_M = {ActorKind.CAR: 2.3}
HALF_WIDTH_M = {ActorKind.CAR: 0.9}
RIDER_HALF_LENGTH_M, RIDER_HALF_WIDTH_M = 0.9, 0.35
GAP_M = 1.5  # kept to what is ahead
LATERAL_M = 0.6  # to each side of the body
PEDAL_M = 5.0  # ridden to a turn of the pedals
LOOK_M = np.arange(0.0, 30.1, 0.5)


class DrivePlay:
    """Keeps exactly to its path."""

    def __init__(self, step: Drive) -> None:
        self._step = step
        self._path = Path(step.path_map, step.repeat)
        self._s, self._speed = 0.0, -1.0

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Ends at rest on the last point of a path driven once."""
        if self._speed < 0:
            self._speed = min(float(np.hypot(*me.velocity)), self._step.speed_mps)
            self._path = Path.starting_at(me.place, self._step.path_map, self._step.repeat)
        room = self._path.length_m - self._s
        if not self._step.reckless:
            room = min(room, self._room_m(me, seen))
        wanted = min(self._step.speed_mps, math.sqrt(2 * 0.7 * BRAKING_MPS2 * max(room, 0.0)))
        slower, faster = BRAKING_MPS2 * duration_s, ACCELERATION_MPS2 * duration_s
        self._speed += max(-slower, min(faster, wanted - self._speed))
        self._s = min(self._s + self._speed * duration_s, self._path.length_m)
        self._place(me)
        if self._path.length_m - self._s < 0.02:
            me.velocity, me.engine_runs, me.sound_dba = np.zeros(2), False, 0.0
            return True
        return False

    def _place(self, me: Performer) -> None:
        heading = self._path.heading(self._s)
        me.place = self._path.at(self._s)
        me.yaw_rad = heading + (math.pi if self._step.backwards else 0.0)
        me.velocity = self._speed * np.array((math.cos(heading), math.sin(heading)))
        me.motion = Motion.STILL if me.spec.kind is ActorKind.CAR else Motion.RIDING
        me.phase += self._speed * 0.1 / PEDAL_M if me.spec.kind in RIDERS else 0.0
        me.engine_runs = me.spec.kind is ActorKind.CAR
        if me.spec.kind is ActorKind.CAR:
            me.sound_dba = CAR_DBA + min(self._speed, 15.0)

    def _room_m(self, me: Performer, seen: Surroundings) -> float:
        """Metres to the first body in the way ahead, GAP_M before it."""
        half = HALF_LENGTH_M.get(me.spec.kind, RIDER_HALF_LENGTH_M)
        beside = HALF_WIDTH_M.get(me.spec.kind, RIDER_HALF_WIDTH_M) + LATERAL_M
        spots = [(o.x_m, o.y_m) for name, o in seen.others.items()
                 if name != me.spec.name and o.visible and o.z_offset_m < 1.0]  # fmt: skip
        points = np.array(spots, float).reshape(-1, 2)
        if seen.robot is not None:
            points = np.vstack((points, seen.robot.outline_map))
        if not len(points):
            return math.inf
        ahead = LOOK_M[self._path.length_m - self._s + half >= LOOK_M]
        way = self._path.at(self._s + ahead)
        away = np.hypot(*(points[:, None, :] - way[None, :, :]).transpose(2, 0, 1))
        nearest = away.argmin(axis=1)
        hit = (away.min(axis=1) < beside) & (nearest > 0)
        if not hit.any():
            return math.inf
        return float(ahead[nearest[hit]].min()) - half - GAP_M
