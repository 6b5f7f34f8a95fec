"""Company: all actors of a world, stepped together from what they all saw before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from shapely.affinity import rotate, translate
from shapely.geometry import Point, Polygon, box

from patrol.signals import SignalLight, SignalState
from simulation.actors.actor import Actor
from simulation.actors.crossings import crossings_of
from simulation.actors.kinds import LYING, THINGS, Posture
from simulation.actors.looks import Outfit
from simulation.actors.spec import ActorSpec
from simulation.actors.state import ActorState, Motion, RobotNow, RobotPush, Surroundings
from simulation.actors.walls import Walls
from simulation.world import World

TICK_S = 0.1
HAND_ASIDE_M, HAND_HEIGHT_M = 0.34, 0.45  # of a hand that carries, for a body of 1.7 m
DROP_AHEAD_M, DROP_ASIDE_M = 0.25, 0.30
WIND_MPS = 2.2  # a gentle breeze (Beaufort 2); its direction follows the seed


@dataclass(frozen=True, slots=True)
class ActorNow:
    """One actor at one moment: who it is, how it looks, what it does."""

    spec: ActorSpec
    outfit: Outfit
    state: ActorState


class Company:
    """Deterministic for a world; the order in which actors are listed does not matter.

    `set_lights` holds what pedestrian lights were set to, by crosswalk; others follow their
    programmes.
    """

    def __init__(self, world: World) -> None:
        raining = world.conditions.raining_mmph > 0
        self._actors = {a.name: Actor(a, world.seed, raining) for a in world.actors}
        self._kinds = {a.name: a.kind for a in world.actors}
        self._holders = {a.name: a.held_by for a in world.actors if a.held_by}
        self._walls = walls_of(world)
        self._crossings = crossings_of(world.patrol_map)
        self._signals = {s.crosswalk_id: s for s in world.signals}
        self.set_lights: dict[str, SignalLight] = {}
        angle = float(np.random.default_rng([world.seed & 0xFFFF_FFFF, 3]).uniform(0, math.tau))
        self._wind = (WIND_MPS * math.cos(angle), WIND_MPS * math.sin(angle))
        self._states = {name: actor.state for name, actor in self._actors.items()}
        self._laid: dict[str, tuple[float, float]] = {}
        self.now_s = 0.0
        self._carry()

    @property
    def now(self) -> Sequence[ActorNow]:
        """Everybody, also who is nowhere (see ActorState.visible)."""
        return [ActorNow(actor.spec, actor.outfit, self._states[name])
                for name, actor in self._actors.items()]  # fmt: skip

    @property
    def pushes(self) -> list[RobotPush]:
        """Forces on the robot now."""
        return [actor.pushes for actor in self._actors.values() if actor.pushes is not None]

    @property
    def covered(self) -> frozenset[str]:
        """Cameras that somebody covers now, by name; "" is the robot's first."""
        return frozenset(a.covers for a in self._actors.values() if a.covers is not None)

    @property
    def lights(self) -> dict[str, SignalLight]:
        """What every pedestrian light shows now, by crosswalk."""
        return {
            crosswalk: signal.at(self.now_s, self.set_lights)
            for crosswalk, signal in self._signals.items()
        }

    def signal_states(self, stamp_s: float) -> list[SignalState]:
        """What every signal's roadside unit says now."""
        signals = self._signals.values()
        return [signal.says(self.now_s, self.set_lights, stamp_s) for signal in signals]

    def put(self, name: str, place_map: tuple[float, float], yaw_rad: float) -> None:
        """Move a thing from outside, as something that drives; it stays there until the next."""
        body = self._actors[name].body
        body.place, body.yaw_rad = np.array(place_map), yaw_rad
        self._states[name] = self._actors[name].state = body.state(0)

    def step(self, duration_s: float, robot: RobotNow | None = None) -> None:
        """Live on for a time in equal stretches of about TICK_S; raises ValueError for none."""
        if not 0.0 < duration_s < math.inf:
            raise ValueError(f"duration_s: {duration_s:g} is not above 0")
        stretches = max(1, round(duration_s / TICK_S))
        for _ in range(stretches):
            self._tick(duration_s / stretches, robot)

    def _tick(self, duration_s: float, robot: RobotNow | None) -> None:
        self.now_s += duration_s
        seen = Surroundings(
            self.now_s, robot, self._states, self._kinds, self._walls, self._crossings,
            self._light_of, self._wind,
        )  # fmt: skip
        self._states = {
            name: actor.step(self.now_s, duration_s, seen) for name, actor in self._actors.items()
        }
        for name, actor in self._actors.items():
            self._hand_over(name, actor)
        self._carry()

    def _light_of(self, crosswalk_id: str) -> SignalLight | None:
        signal = self._signals.get(crosswalk_id)
        return None if signal is None else signal.at(self.now_s, self.set_lights)

    def _hand_over(self, name: str, actor: Actor) -> None:
        if actor.body.takes and actor.body.takes not in self._holders:
            self._holders[actor.body.takes] = name
            self._laid.pop(actor.body.takes, None)
        left = actor.body.leaves
        if left and self._holders.get(left) == name:
            del self._holders[left]
            state = self._states[name]
            self._laid[left] = _beside(state, DROP_AHEAD_M, -DROP_ASIDE_M)

    def _carry(self) -> None:
        """Put held things into hands and dropped ones where they were dropped."""
        for thing, (x_m, y_m) in self._laid.items():
            body = self._actors[thing].body
            body.place = np.array((x_m, y_m))
            self._states[thing] = replace(self._states[thing], x_m=x_m, y_m=y_m, z_offset_m=0.0)
        self._laid.clear()
        for thing, holder in self._holders.items():
            held, state = self._actors[thing], self._states[holder]
            x_m, y_m = _beside(state, 0.05, -HAND_ASIDE_M)
            down = state.posture in LYING and state.motion is None
            bent = state.phase if state.motion is Motion.BENDING else 0.0
            low = down or state.posture in (Posture.SITTING, Posture.CROUCHING)
            height = 0.0 if low else HAND_HEIGHT_M * (1 - bent)
            if held.spec.kind in THINGS and held.outfit.size_m[2] > 0.6:
                height = 0.0  # a suitcase rolls
            self._states[thing] = replace(
                self._states[thing], x_m=x_m, y_m=y_m, yaw_rad=state.yaw_rad, z_offset_m=height,
                visible=state.visible, speed_mps=state.speed_mps,
                velocity_map=state.velocity_map,
            )  # fmt: skip


def _beside(state: ActorState, ahead_m: float, left_m: float) -> tuple[float, float]:
    c, s = math.cos(state.yaw_rad), math.sin(state.yaw_rad)
    return state.x_m + ahead_m * c - left_m * s, state.y_m + ahead_m * s + left_m * c


def walls_of(world: World) -> Walls:
    """Outlines of houses, parked cars, posts and trees."""
    outlines: list[Sequence[tuple[float, float]]] = [prism.ring_map for prism in world.buildings]
    for car in world.cars:
        length, width, _ = car.size_m
        shape = rotate(box(-length / 2, -width / 2, length / 2, width / 2), car.yaw_rad, (0, 0),
                       use_radians=True)  # fmt: skip
        outlines.append(_ring(translate(shape, car.x_m, car.y_m)))
    outlines += [_ring(Point(p.x_m, p.y_m).buffer(0.15, quad_segs=1)) for p in world.posts]
    return Walls(outlines)


def _ring(shape: Polygon) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in shape.exterior.coords[:-1]]
