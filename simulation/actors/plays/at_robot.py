"""At the robot: standing in its way, pushing it, covering its camera."""

from __future__ import annotations

import math

import numpy as np

from simulation.actors.performer import Array, Performer
from simulation.actors.script import Block, CoverCamera, Push
from simulation.actors.state import Motion, RobotNow, RobotPush, Surroundings

COMING_MPS = 1.7
PUSH_HEIGHT_M = 1.0
NEAR_M = 0.18  # to the place wanted


def _before(robot: RobotNow, distance_m: float) -> Array:
    """The point ahead of the robot's nose."""
    forward = np.array((math.cos(robot.pose.yaw_rad), math.sin(robot.pose.yaw_rad)))
    base = np.array((robot.pose.x_m, robot.pose.y_m))
    nose = float(((robot.outline_map - base) @ forward).max())
    place: Array = base + (nose + distance_m) * forward
    return place


def _comes_to(me: Performer, place: Array, duration_s: float, seen: Surroundings) -> bool:
    """Walk there, quicker than the robot flees; True on arrival."""
    robot_mps = 0.0 if seen.robot is None else abs(seen.robot.speed_mps)
    if math.dist(me.place, place) <= NEAR_M + robot_mps * duration_s:
        me.velocity = np.zeros(2)
        return True
    me.walk_towards(place, COMING_MPS + robot_mps, duration_s, seen, avoids_robot=False)
    return False


class BlockPlay:
    """Stays before the robot's nose, facing it, wherever it turns."""

    def __init__(self, step: Block) -> None:
        self._step = step

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Never ends by itself."""
        if seen.robot is None:
            me.rest()
        elif _comes_to(me, _before(seen.robot, self._step.distance_m), duration_s, seen):
            me.rest()
            me.face(seen.robot.pose.x_m, seen.robot.pose.y_m, duration_s)
        return False


class CoverPlay:
    """Stands before the robot and holds something over a camera."""

    def __init__(self, step: CoverCamera) -> None:
        self._step = step

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Never ends by itself."""
        if seen.robot is None:
            me.rest()
        elif _comes_to(me, _before(seen.robot, 0.45), duration_s, seen):
            me.rest()
            me.face(seen.robot.pose.x_m, seen.robot.pose.y_m, duration_s)
            me.motion, me.covers = Motion.REACHING, self._step.camera
        return False


class PushPlay:
    """Goes to the nearest place beside the hull and pushes against it."""

    def __init__(self, step: Push) -> None:
        self._step = step

    def go(self, me: Performer, duration_s: float, seen: Surroundings) -> bool:
        """Never ends by itself."""
        if seen.robot is None:
            me.rest()
            return False
        away = seen.robot.outline_map - me.place
        nearest = seen.robot.outline_map[int(np.einsum("ij,ij->i", away, away).argmin())]
        middle = seen.robot.outline_map.mean(axis=0)
        outward = nearest - middle
        outward /= max(float(np.hypot(*outward)), 1e-6)
        if not _comes_to(me, nearest + 0.8 * me.reach_m * outward, duration_s, seen):
            return False
        me.rest()
        me.face(float(middle[0]), float(middle[1]), duration_s)
        me.motion = Motion.PUSHING
        force = -self._step.force_n * outward
        x_m, y_m = float(nearest[0]), float(nearest[1])
        me.push = RobotPush(
            me.spec.name, (float(force[0]), float(force[1])), x_m, y_m, PUSH_HEIGHT_M
        )
        return False
