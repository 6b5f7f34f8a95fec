"""Scene: the actors of a run as they truly were, five times a second, and what cameras saw.

Definitions of events (`simulation.scenarios.definitions`) and the check that an event can be seen
at all read it; perception never does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from patrol.vehicle import CameraSpec
from simulation.actors.company import ActorNow
from simulation.actors.kinds import ActorKind
from simulation.camera.lamps import lamps_of
from simulation.conditions import FAIR, Conditions
from simulation.mujoco.simulator import Simulator
from simulation.truth_box import TruthBox

SCENE_EVERY = 4  # samples of 20 Hz
SCENE_S = 0.2
LAMP = "lamp "  # a street lamp's name: this and the number of its post
LAMP_REACH_M = 40.0
LAMP_RADIUS_M = 0.25


@dataclass(frozen=True)
class Moment:
    """One moment: everybody by name, the boxes that cameras saw (nearest wins), dark lamps.

    `lamps_map` are the places of all street lamps by name, `robot_map` is base_link's.
    """

    t_s: float
    robot_map: tuple[float, float]
    actors: Mapping[str, ActorNow]
    boxes: Mapping[str, TruthBox] = field(default_factory=dict)
    dark: frozenset[str] = frozenset()
    lamps_map: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def place_of(self, name: str) -> tuple[float, float] | None:
        """Where an actor or a lamp is; None where it is nowhere."""
        actor = self.actors.get(name)
        if actor is None:
            return self.lamps_map.get(name)
        return (actor.state.x_m, actor.state.y_m) if actor.state.visible else None

    def is_here(self, name: str) -> bool:
        """Whether an actor or a lamp is anywhere."""
        return self.place_of(name) is not None

    def is_person(self, name: str) -> bool:
        """Whether this is somebody on foot who is here."""
        actor = self.actors.get(name)
        return actor is not None and actor.spec.kind is ActorKind.PERSON and actor.state.visible

    def apart_m(self, one: str, other: str) -> float:
        """How far apart two are; infinite where one is not here."""
        a, b = self.place_of(one), self.place_of(other)
        return math.inf if a is None or b is None else math.dist(a, b)


@dataclass
class Scene:
    """The history of a run's actors, in order of time."""

    conditions: Conditions = FAIR
    moments: list[Moment] = field(default_factory=list)


class SceneWatch:
    """Writes down what the simulator knows; `see` once for each sample."""

    def __init__(self, simulator: Simulator, scene: Scene) -> None:
        self._simulator, self._scene = simulator, scene
        self._count = 0
        world = simulator.world
        self._lamps = {f"{LAMP}{lamp.post}": np.array(lamp.place) for lamp in lamps_of(world)}
        self._lamps_map = {
            name: (float(place[0]), float(place[1])) for name, place in self._lamps.items()
        }

    def see(self, t_s: float) -> None:
        """Note this moment, if it is time."""
        self._count += 1
        if self._count % SCENE_EVERY:
            return
        simulator = self._simulator
        pose = simulator.truth.pose
        actors = {actor.spec.name: actor for actor in simulator.actors}
        dark = frozenset(f"{LAMP}{post}" for post in simulator.dark_posts)
        boxes: dict[str, TruthBox] = {}
        for camera in simulator.spec.cameras:
            for box in [*simulator.boxes(camera), *self._lamp_boxes(camera)]:
                known = boxes.get(box.name)
                if known is None or box.distance_m < known.distance_m:
                    boxes[box.name] = box
        here = (pose.x_m, pose.y_m)
        self._scene.moments.append(
            Moment(round(t_s, 3), here, actors, boxes, dark, self._lamps_map)
        )

    def _lamp_boxes(self, camera: CameraSpec) -> list[TruthBox]:
        """Boxes of the street lamps that are near."""
        simulator = self._simulator
        pose = simulator.truth.pose
        found = [
            simulator.box_of_points(camera, (name, "lamp"), place[None, :], LAMP_RADIUS_M)
            for name, place in self._lamps.items()
            if math.dist(place[:2], (pose.x_m, pose.y_m)) < LAMP_REACH_M
        ]
        return [box for box in found if box is not None]
