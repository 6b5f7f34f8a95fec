"""Staying: postures, falling down, getting up, being nowhere."""

from __future__ import annotations

import math

from simulation.actors.kinds import Posture
from simulation.actors.performer import SWAY_RAD, TALK_DBA, Performer
from simulation.actors.script import Fall, GetUp, Stay, Vanish
from simulation.actors.spec import ROBOT
from simulation.actors.state import Motion, Surroundings

THUD_DBA = 68.0
# A lying body's yaw is where its head points; an upright one's, where it faces.
FALL_TURN_RAD: dict[Posture, float] = {
    Posture.LYING_SUPINE: math.pi,  # backwards
    Posture.LYING_SIDE: math.pi / 2,  # to the left
    Posture.CURLED: math.pi / 2,
}
UPRIGHT = frozenset({Posture.STANDING, Posture.PHONE, Posture.TALKING})


class StayPlay:
    """Keeps a posture, turned to a heading or to somebody."""

    def __init__(self, step: Stay) -> None:
        self._step = step

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Never ends by itself."""
        step, sway = self._step, me.lean_rad
        me.rest(step.posture)
        if step.facing == ROBOT and seen.robot is not None:
            me.face(seen.robot.pose.x_m, seen.robot.pose.y_m, duration_s)
        elif step.facing in seen.others:
            other = seen.others[step.facing]
            me.face(other.x_m, other.y_m, duration_s)
        elif step.yaw_rad is not None:
            me.turn_to(step.yaw_rad, duration_s)
        if me.outfit.drunk and step.posture in UPRIGHT:
            me.lean_rad = 0.9 * sway + 0.1 * SWAY_RAD * math.sin(1.7 * seen.now_s)
        me.sound_dba = TALK_DBA if step.posture is Posture.TALKING else 0.0
        if step.posture is Posture.TALKING:
            me.phase = seen.now_s * 0.35 % 1.0  # hands move now and then
        return False


class FallPlay:
    """Goes down, faster and faster, and stays down."""

    def __init__(self, step: Fall) -> None:
        self._step = step
        self._since_s = 0.0

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Never ends by itself."""
        if self._since_s == 0.0 and me.posture in UPRIGHT:
            me.yaw_rad += FALL_TURN_RAD.get(self._step.to, 0.0)
        self._since_s += duration_s
        share = self._since_s / self._step.duration_s
        me.rest(self._step.to)
        me.sound_dba = 0.0
        if share < 1.0:
            me.motion, me.phase = Motion.FALLING, share**1.6
            me.sound_dba = THUD_DBA if share > 0.7 else 0.0
        return False


class GetUpPlay:
    """Rises from whatever posture the body is in."""

    def __init__(self, step: GetUp) -> None:
        self._step = step
        self._since_s = 0.0

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Ends upright."""
        posture = me.posture
        self._since_s += duration_s
        if self._since_s >= self._step.duration_s or posture in UPRIGHT:
            me.yaw_rad -= FALL_TURN_RAD.get(posture, 0.0)
            me.rest()
            return True
        me.rest(posture)
        me.motion, me.phase = Motion.RISING, self._since_s / self._step.duration_s
        return False


class VanishPlay:
    """Is nowhere."""

    def __init__(self, step: Vanish) -> None:
        del step

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Never ends by itself."""
        me.rest()
        me.visible = False
        return False
