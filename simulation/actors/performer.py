"""Performer: an actor's body while it plays, and the movements that all steps share."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from simulation.actors.forces import social_step
from simulation.actors.kinds import ANIMALS, HUMAN, OLD, ActorKind, Posture
from simulation.actors.looks import Outfit, actor_rng
from simulation.actors.spec import ActorSpec
from simulation.actors.state import ActorState, Motion, RobotPush, Surroundings

Array = NDArray[np.float64]
TURN_RADPS = 4.0
STANDING_MPS = 0.12  # slower than this nobody lifts a foot
RUNNING_MPS = 2.2  # where people change from walking to running (Alexander 1989)
STRIDE_M, OLD_STRIDE_M, RUN_STRIDE_M, PAW_STRIDE_M = 1.40, 0.85, 2.3, 0.6  # two steps
CROWD_M = 4.0  # others further away do not matter
AROUND_M, BESIDE_M = 3.0, 0.75  # from where a walker goes around the robot, and how far
SIMPLE_M = 40.0  # from the robot: further away nobody avoids anybody
SKIN_C, FUR_C, ENGINE_C, FLAME_C, SMOKE_C = 33.0, 30.0, 42.0, 600.0, 70.0
WARMTH_C = dict.fromkeys(HUMAN, SKIN_C) | dict.fromkeys(ANIMALS, FUR_C) | {
    ActorKind.FIRE: FLAME_C, ActorKind.SMOKE: SMOKE_C,
}  # fmt: skip
SWAY_RAD, WEAVE_RAD = 0.14, 0.62  # of a drunk
WALK_DBA, RUN_DBA, TALK_DBA, FIGHT_DBA, CAR_DBA, FIRE_DBA = 45.0, 58.0, 62.0, 84.0, 66.0, 60.0


class Performer:
    """A body in the plane; steps move it, `state` tells others what shows."""

    def __init__(self, spec: ActorSpec, outfit: Outfit, seed: int) -> None:
        self.spec, self.outfit = spec, outfit
        self.rng = actor_rng(seed, spec.name, 2)
        self.place: Array = np.array(spec.place_map, float)
        self.velocity: Array = np.zeros(2)
        self.yaw_rad = spec.yaw_rad
        self.posture = Posture.STANDING
        self.motion: Motion | None = None if spec.kind in HUMAN else Motion.STILL
        self.phase, self.lean_rad, self.z_offset_m = 0.0, 0.0, 0.0
        self.amount = spec.begins_m if spec.kind in (ActorKind.FIRE, ActorKind.SMOKE) else 0.0
        self.visible, self.engine_runs = True, False
        self.sound_dba = FIRE_DBA if spec.kind is ActorKind.FIRE else 0.0
        self.push: RobotPush | None = None
        self.covers: str | None = None  # a camera's name; "" is the first
        self.takes: str = ""  # a thing taken, or put down, in this step
        self.leaves: str = ""
        self._side = 0.0  # on which the robot is being passed: 1 left, -1 right
        self._weave = self.rng.uniform(0.0, math.tau, 3)

    @property
    def reach_m(self) -> float:
        """An arm's length."""
        return 0.38 * self.outfit.height_m

    def state(self, step: int) -> ActorState:
        """What shows now."""
        speed = float(np.hypot(*self.velocity))
        warmth = WARMTH_C.get(self.spec.kind)
        if self.spec.kind is ActorKind.CAR and self.engine_runs:
            warmth = ENGINE_C
        return ActorState(
            float(self.place[0]), float(self.place[1]), math.remainder(self.yaw_rad, math.tau),
            self.z_offset_m, self.motion, self.posture, self.phase, self.lean_rad, speed,
            (float(self.velocity[0]), float(self.velocity[1])), self.visible, warmth,
            self.sound_dba if self.visible else 0.0, self.amount, step,
        )  # fmt: skip

    def rest(self, posture: Posture = Posture.STANDING) -> None:
        """Stop, in a posture."""
        self.velocity = np.zeros(2)
        self.posture, self.phase = posture, 0.0
        self.motion = None if self.spec.kind in HUMAN else Motion.STILL
        self.lean_rad = 0.0

    def turn_to(self, yaw_rad: float, duration_s: float) -> None:
        """Turn towards a heading, as fast as a body can."""
        most = TURN_RADPS * duration_s
        self.yaw_rad += max(-most, min(most, math.remainder(yaw_rad - self.yaw_rad, math.tau)))

    def face(self, x_m: float, y_m: float, duration_s: float) -> None:
        """Turn towards a point."""
        self.turn_to(math.atan2(y_m - self.place[1], x_m - self.place[0]), duration_s)

    def walk_towards(
        self, target: Array, speed_mps: float, duration_s: float, seen: Surroundings,
        avoids_robot: bool = True,
    ) -> None:  # fmt: skip
        """One stretch of walking or running towards a point, among people and walls."""
        heading = target - self.place
        distance = float(np.hypot(*heading))
        wanted = heading / max(distance, 1e-6) * min(speed_mps, distance / duration_s)
        if self.outfit.drunk:
            wanted = self._woven(wanted, seen.now_s)
        if seen.robot_distance_m(*self.place) > SIMPLE_M:
            self.velocity = wanted
            self.place = self.place + duration_s * wanted
        else:
            self._push_through(wanted, duration_s, seen, avoids_robot)
        self.pace(duration_s)

    def _push_through(
        self, wanted: Array, duration_s: float, seen: Surroundings, avoids_robot: bool
    ) -> None:
        borders = seen.walls.nearest_points(*self.place)
        robot = self._nearest_of_robot(seen) if avoids_robot else np.zeros((0, 2))
        if len(robot) and seen.robot is not None:
            wanted = self._around(wanted, seen.robot.outline_map)
        self.place, self.velocity = social_step(
            self.place, self.velocity, wanted, self._crowd(seen), borders, robot, duration_s
        )

    def _around(self, wanted: Array, hull: Array) -> Array:
        """The velocity (2,) that passes a hull (n, 2) in the way on its nearer side.

        Where both are as far, on the right, as people in Korea walk; nobody changes sides.
        """
        speed = float(np.hypot(*wanted))
        forward = wanted / max(speed, 1e-6)
        leftward = np.array((-forward[1], forward[0]))
        ahead, left = (hull - self.place) @ forward, (hull - self.place) @ leftward
        front = ahead > 0.0
        if speed < 1e-3 or not np.any(front & (ahead < AROUND_M) & (np.abs(left) < BESIDE_M)):
            self._side = 0.0 if not np.any(front & (ahead < AROUND_M)) else self._side
            return wanted
        right_m, left_m = float(left[front].min()) - BESIDE_M, float(left[front].max()) + BESIDE_M
        if self._side == 0.0:
            self._side = -1.0 if -right_m <= left_m + 0.1 else 1.0
        aside = right_m if self._side < 0 else left_m
        course = max(float(ahead[front].min()), 0.2) * forward + aside * leftward
        passing: Array = speed * course / max(float(np.hypot(*course)), 1e-6)
        return passing

    def _crowd(self, seen: Surroundings) -> Array:
        rows = [
            (other.x_m, other.y_m, *other.velocity_map)
            for name, other in seen.others.items()
            if name != self.spec.name
            and other.visible
            and seen.kinds[name] in HUMAN | {ActorKind.CAR, ActorKind.DOG}
            and math.hypot(other.x_m - self.place[0], other.y_m - self.place[1]) < CROWD_M
        ]
        return np.array(rows, float).reshape(-1, 4)

    def _nearest_of_robot(self, seen: Surroundings) -> Array:
        if seen.robot is None:
            return np.zeros((0, 2))
        away = seen.robot.outline_map - self.place
        squared = np.einsum("ij,ij->i", away, away)
        i = int(squared.argmin())
        if squared[i] > CROWD_M**2:
            return np.zeros((0, 2))
        nearest: Array = seen.robot.outline_map[i : i + 1]
        return nearest

    def pace(self, duration_s: float) -> None:
        """Move the legs as the velocity asks for; look where one goes."""
        speed = float(np.hypot(*self.velocity))
        self.posture = Posture.STANDING
        if speed < STANDING_MPS:
            self.rest()
            return
        self.turn_to(math.atan2(self.velocity[1], self.velocity[0]), duration_s)
        runs = speed > RUNNING_MPS
        self.motion = Motion.RUNNING if runs else Motion.WALKING
        self.phase += speed * duration_s / self._stride_m(runs)
        self.sound_dba = RUN_DBA if runs else WALK_DBA

    def _stride_m(self, runs: bool) -> float:
        if self.spec.kind in ANIMALS:
            return PAW_STRIDE_M * (2.0 if runs else 1.0)
        scale = self.outfit.height_m / 1.7
        if runs:
            return RUN_STRIDE_M * scale
        return OLD_STRIDE_M if self.outfit.body in OLD else STRIDE_M * scale

    def _woven(self, wanted: Array, now_s: float) -> Array:
        """A drunk's course: two slow swings and a stop now and then."""
        a, b, c = self._weave
        angle = WEAVE_RAD * (0.7 * math.sin(1.3 * now_s + a) + 0.5 * math.sin(0.55 * now_s + b))
        self.lean_rad = SWAY_RAD * math.sin(1.7 * now_s + c)
        pace = max(0.0, 0.75 + 0.45 * math.sin(0.8 * now_s + c))
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        woven: Array = pace * (turn @ wanted)
        return woven
