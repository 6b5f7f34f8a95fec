"""Seeded street pictures with people, and what stands in them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon
from shapely.ops import unary_union

from patrol.geometry import Pose2
from patrol.map import WayClass
from patrol.map_geojson import load_map
from patrol.vehicle import CameraSpec, load_vehicle
from simulation.actors.company import ActorNow
from simulation.actors.kinds import Accessory, ActorKind, Body, Posture
from simulation.actors.looks import outfit_of
from simulation.actors.spec import ActorSpec, Look
from simulation.actors.state import ActorState, Motion
from simulation.camera.mesh import rotation_map
from simulation.camera.renderer import SceneNow, open_renderer
from simulation.placing import edge_line
from simulation.terrain import attitude_on
from simulation.truth_box import TruthBox
from simulation.world import World, build_world

ROOT = Path(__file__).parents[2]
NEAR_M, FAR_M = 3.0, 12.0
HALF_VIEW_RAD = 0.55  # people stand within this of the line of sight: wholly in the picture
PEOPLE = (1, 4)  # in a picture, at least and fewer than
WAYS = frozenset({WayClass.STREET, WayClass.ALLEY, WayClass.PAVEMENT, WayClass.PARK_PATH})
CAR_AHEAD_M = 9.0  # from a car to the camera, where cars are what is looked for
FIRST_LOOKS: tuple[Look, ...] = tuple(  # two bodies, four palettes, nothing carried
    Look(body=body, top=top, trousers=trousers, carries=())
    for body, top, trousers in (
        (Body.MAN, (0.17, 0.23, 0.38), (0.26, 0.26, 0.28)),
        (Body.WOMAN, (0.72, 0.20, 0.18), (0.16, 0.20, 0.33)),
        (Body.MAN, (0.80, 0.78, 0.72), (0.35, 0.31, 0.25)),
        (Body.WOMAN, (0.24, 0.38, 0.29), (0.13, 0.13, 0.15)),
    )
)
BODIES = (Body.MAN, Body.WOMAN, Body.MAN, Body.WOMAN, Body.HEAVY_MAN, Body.OLD_MAN,
          Body.OLD_WOMAN, Body.CHILD)  # fmt: skip


@dataclass(frozen=True)
class Shot:
    """One picture and its truth."""

    bgr: NDArray[np.uint8]
    boxes: list[TruthBox]


class Streets:
    """A neighbourhood to take pictures of; every picture follows from its seed."""

    def __init__(self, size: tuple[int, int], parked_cars: int = 90) -> None:
        patrol_map = load_map(ROOT / "maps" / "sillim.geojson")
        spec = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
        self.world: World = build_world(patrol_map, parked_cars=parked_cars, seed=11)
        self.camera: CameraSpec = replace(spec.cameras[0], width_px=size[0], height_px=size[1])
        self._renderer = open_renderer(self.world, [self.camera], truth=True)
        self._taken = unary_union(
            [Polygon(b.polygon_map) for b in patrol_map.buildings]
            + [Point(c.x_m, c.y_m).buffer(2.4) for c in self.world.cars]
            + [Point(p.x_m, p.y_m).buffer(0.3) for p in self.world.posts]
        )
        self._edges = [e for e in patrol_map.edges.values() if e.way_class in WAYS]

    def close(self) -> None:
        """Free the renderer."""
        self._renderer.close()

    def empty(self, seeds: Sequence[int]) -> Iterator[Shot]:
        """Streets without anybody."""
        for seed in seeds:
            yield self._shoot(self._along_a_way(np.random.default_rng([seed, 1])), [])

    def with_people(self, seeds: Sequence[int], first_looks: bool = False) -> Iterator[Shot]:
        """Streets with a few upright people at NEAR_M to FAR_M."""
        for seed in seeds:
            rng = np.random.default_rng([seed, 1])
            pose = self._along_a_way(rng)
            yield self._shoot(pose, list(self._people(pose, seed, first_looks)))

    def before_cars(self, seeds: Sequence[int]) -> Iterator[Shot]:
        """Streets seen from before or behind a parked car."""
        cars = self.world.cars
        for seed in seeds:
            rng = np.random.default_rng([seed, 2])
            car = cars[int(rng.integers(len(cars)))]
            yaw = car.yaw_rad + float(rng.choice((0.0, math.pi)))
            aside = float(rng.uniform(1.2, 2.4)) * (1 if rng.random() < 0.5 else -1)
            back = float(rng.uniform(0.6, 1.5)) * CAR_AHEAD_M
            x = car.x_m - back * math.cos(yaw) - aside * math.sin(yaw)
            y = car.y_m - back * math.sin(yaw) + aside * math.cos(yaw)
            if not self._taken.covers(Point(x, y)):
                yield self._shoot(Pose2(x, y, yaw), [])

    def _along_a_way(self, rng: np.random.Generator) -> Pose2:
        while True:
            edge = self._edges[int(rng.integers(len(self._edges)))]
            line = edge_line(self.world.patrol_map, edge)
            if line.length < 4.0:
                continue
            here = line.interpolate(float(rng.uniform(0.0, 0.6)) * line.length)
            (x0, y0), (x1, y1) = line.coords
            yaw = math.atan2(y1 - y0, x1 - x0) + float(rng.normal(0.0, 0.12))
            return Pose2(here.x, here.y, yaw)

    def _people(self, pose: Pose2, seed: int, first_looks: bool) -> Iterator[ActorNow]:
        rng = np.random.default_rng([seed, 3])
        placed: list[tuple[float, float]] = []
        for i in range(int(rng.integers(*PEOPLE))):
            for _ in range(30):
                away = float(rng.uniform(NEAR_M, FAR_M))
                angle = float(rng.uniform(-HALF_VIEW_RAD, HALF_VIEW_RAD))
                x, y = pose.transform(
                    self.camera.x_m + away * math.cos(angle), away * math.sin(angle)
                )
                apart = all(math.dist((x, y), other) > 0.7 for other in placed)
                if apart and not self._taken.covers(Point(x, y)):
                    placed.append((x, y))
                    yield self._person(f"{seed} {i}", (x, y), rng, first_looks)
                    break

    def _person(
        self, name: str, place: tuple[float, float], rng: np.random.Generator, first_looks: bool
    ) -> ActorNow:
        look = Look(body=BODIES[int(rng.integers(len(BODIES)))])
        first = FIRST_LOOKS[int(rng.integers(len(FIRST_LOOKS)))]
        if not first_looks and rng.random() < 0.06 and look.body is Body.WOMAN:
            look = replace(look, carries=(Accessory.PRAM,))
        spec = ActorSpec(
            name, ActorKind.PERSON, place, float(rng.uniform(-math.pi, math.pi)),
            first if first_looks else look,
        )  # fmt: skip
        walks, phase = rng.random() < 0.6, float(rng.random())
        posture = (Posture.STANDING, Posture.PHONE, Posture.TALKING)[int(rng.integers(3))]
        state = ActorState(
            *place, spec.yaw_rad, motion=Motion.WALKING if walks else None, phase=phase,
            posture=Posture.STANDING if walks or first_looks else posture,
        )  # fmt: skip
        return ActorNow(spec, outfit_of(spec, self.world.seed), state)

    def _shoot(self, pose: Pose2, people: list[ActorNow]) -> Shot:
        terrain = self.world.terrain
        roll, pitch = attitude_on(terrain, pose.x_m, pose.y_m, pose.yaw_rad)
        ground = float(terrain.height_at(pose.x_m, pose.y_m))
        place = np.array((pose.x_m, pose.y_m, ground))
        turn, scene = rotation_map(pose.yaw_rad, pitch, roll), SceneNow(people)
        boxes = self._renderer.drawn_boxes(self.camera, place, turn, scene)
        return Shot(self._renderer.render(self.camera, place, turn, scene), boxes)
