"""With others: fighting, running after somebody, running away."""

from __future__ import annotations

import math

import numpy as np

from simulation.actors.kinds import ANIMALS, HUMAN, ActorKind
from simulation.actors.performer import FIGHT_DBA, Array, Performer
from simulation.actors.script import Fight, Flee, Pursue
from simulation.actors.spec import ROBOT
from simulation.actors.state import Motion, Surroundings

CLINCH_M, CLINCH_SWING_M = 0.75, 0.30  # between fighters
BLOWS_PS = 1.7
LUNGE_PS = 1.1
CLOSING_MPS = 2.0
ALARM_S = 2.5  # how long a fright lasts
CLIMB_MPS, CEILING_M = 2.0, 9.0  # of a bird


def place_of(name: str, seen: Surroundings) -> Array | None:
    """Where somebody is; None where he is nowhere."""
    if name == ROBOT:
        return None if seen.robot is None else np.array((seen.robot.pose.x_m, seen.robot.pose.y_m))
    other = seen.others.get(name)
    return None if other is None or not other.visible else np.array((other.x_m, other.y_m))


class FightPlay:
    """Closes in, then lunges and circles with blows; both fighters play it."""

    def __init__(self, step: Fight) -> None:
        self._step = step
        self._shift: float | None = None

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Never ends by itself."""
        opponent = place_of(self._step.opponent, seen)
        if opponent is None:
            me.rest()
            return False
        if self._shift is None:
            self._shift = float(me.rng.uniform(0, 1))
        apart = me.place - opponent
        distance = max(float(np.hypot(*apart)), 1e-3)
        if distance > 2 * CLINCH_M:
            me.walk_towards(opponent, CLOSING_MPS, duration_s, seen)
            me.sound_dba = FIGHT_DBA
            return False
        self._clinch(me, opponent, apart / distance, duration_s, seen.now_s)
        return False

    def _clinch(
        self, me: Performer, opponent: Array, outward: Array, duration_s: float, now_s: float
    ) -> None:
        shift = self._shift or 0.0
        beat = math.sin(math.tau * (LUNGE_PS * now_s + shift))
        aside = np.array((-outward[1], outward[0])) * 0.25 * math.sin(2.3 * now_s + 7 * shift)
        goal = opponent + (CLINCH_M + CLINCH_SWING_M * beat) * outward + aside
        move = goal - me.place
        most = CLOSING_MPS * duration_s
        move *= min(1.0, most / max(float(np.hypot(*move)), 1e-6))
        me.place = me.place + move
        me.velocity = move / duration_s
        me.face(float(opponent[0]), float(opponent[1]), duration_s)
        me.motion, me.sound_dba = Motion.FIGHTING, FIGHT_DBA
        me.phase += BLOWS_PS * duration_s * (0.8 + 0.4 * shift)
        me.lean_rad = 0.16 * beat


class PursuePlay:
    """Runs to where the other will be."""

    def __init__(self, step: Pursue) -> None:
        self._step = step

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Ends when the target is caught."""
        target = place_of(self._step.target, seen)
        if target is None:
            me.rest()
            return False
        if math.dist(me.place, target) <= self._step.catch_m:
            me.rest()
            return True
        me.walk_towards(target, self._step.speed_mps, duration_s, seen,
                        avoids_robot=self._step.target != ROBOT)  # fmt: skip
        return False


class FleePlay:
    """Rests until somebody comes near, then makes off."""

    def __init__(self, step: Flee) -> None:
        self._step = step
        self._alarm_s = 0.0
        self._threat: Array = np.zeros(2)

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Never ends by itself."""
        self._alarm_s -= duration_s
        threat = self._nearest(me, seen)
        if threat is not None:
            self._alarm_s, self._threat = ALARM_S, threat
        if self._alarm_s <= 0.0:
            me.rest()
            if me.z_offset_m > 0:
                self._glide(me, duration_s)
            return False
        away = me.place - self._threat
        goal = me.place + 5.0 * away / max(float(np.hypot(*away)), 1e-3)
        if me.spec.kind is ActorKind.BIRD:
            self._fly(me, goal, duration_s)
        else:
            me.walk_towards(goal, self._step.speed_mps, duration_s, seen)
        return False

    def _nearest(self, me: Performer, seen: Surroundings) -> Array | None:
        frightening = HUMAN | {ActorKind.DOG, ActorKind.CAR}
        spots = [place for name, kind in seen.kinds.items()
                 if kind in frightening and name != me.spec.name
                 and not (kind in ANIMALS and kind is me.spec.kind)
                 and (place := place_of(name, seen)) is not None]  # fmt: skip
        if seen.robot is not None:
            spots += list(seen.robot.outline_map)
        near = [p for p in spots if math.dist(p, me.place) < self._step.within_m + me.z_offset_m]
        return min(near, key=lambda p: math.dist(p, me.place)) if near else None

    def _fly(self, me: Performer, goal: Array, duration_s: float) -> None:
        ahead = goal - me.place
        me.velocity = self._step.speed_mps * ahead / float(np.hypot(*ahead))
        me.place = me.place + duration_s * me.velocity
        me.yaw_rad = math.atan2(me.velocity[1], me.velocity[0])
        me.z_offset_m = min(CEILING_M, me.z_offset_m + CLIMB_MPS * duration_s)
        me.motion, me.phase = Motion.FLYING, me.phase + 6.0 * duration_s

    @staticmethod
    def _glide(me: Performer, duration_s: float) -> None:
        me.z_offset_m = max(0.0, me.z_offset_m - CLIMB_MPS * duration_s)
        me.motion = Motion.FLYING if me.z_offset_m > 0 else Motion.STILL
