"""Scenarios: a map, a start, people and parked cars, as a YAML file under config/scenarios.

People are placed relative to edges of the map (`edge_id`, share of its length, metres to the
left), so that a place stays beside its street when the street moves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from patrol.config import load_config
from patrol.errors import MapError
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.map_geojson import load_map
from simulation.actors.person import Person, Pose
from simulation.world import ScenarioError, World, build_world, check_people

MAX_PARKED_CARS = 2000


@dataclass(frozen=True, slots=True)
class Place:
    """A point beside an edge: `fraction` of its length from its start, `left_m` to its left."""

    edge_id: int
    fraction: float = 0.5
    left_m: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.fraction <= 1.0:
            raise ValueError(f"fraction: {self.fraction:g} is outside [0, 1]")
        if not (math.isfinite(self.left_m) and abs(self.left_m) <= 100):
            raise ValueError(f"left_m: {self.left_m:g} is outside [-100, 100]")


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person in the file; a walker goes from place to place, the others stay on the first.

    `heading_rad` counts from the first edge's direction, counter-clockwise.
    """

    name: str
    pose: Pose
    places: tuple[Place, ...]
    heading_rad: float = 0.0
    speed_mps: float = 0.0
    palette: int = 0
    phase_s: float = 0.0

    def __post_init__(self) -> None:
        if not self.places:
            raise ValueError("places: at least one is needed")
        if self.pose is Pose.WALKING and len(self.places) < 2:
            raise ValueError("places: a walker needs at least two")
        if not 0.0 <= self.speed_mps <= 3.0:
            raise ValueError(f"speed_mps: {self.speed_mps:g} is outside [0, 3]")
        if self.pose is Pose.WALKING and self.speed_mps == 0.0:
            raise ValueError("speed_mps: a walker needs a speed above 0")


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """The YAML file's keys; `map` is relative to the file."""

    title: str
    map: Path
    dock: str
    seed: int = 0
    parked_cars: int = 0
    people: tuple[PersonEntry, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.parked_cars <= MAX_PARKED_CARS:
            raise ValueError(f"parked_cars: {self.parked_cars} is outside [0, {MAX_PARKED_CARS}]")


@dataclass(frozen=True)
class Scenario:
    """A scenario with its map loaded and its people placed."""

    title: str
    patrol_map: PatrolMap
    map_path: Path
    dock: str
    seed: int
    parked_cars: int
    people: tuple[Person, ...]

    @property
    def start(self) -> Pose2:
        """On the dock, facing the way out."""
        dock = self.patrol_map.dock(self.dock)
        node = self.patrol_map.nodes[dock.node_id]
        return Pose2(node.x_m, node.y_m, dock.heading_rad)

    def build_world(self) -> World:
        """The world that the scenario describes."""
        return build_world(
            self.patrol_map, self.people, parked_cars=self.parked_cars, seed=self.seed
        )


def load_scenario(path: Path) -> Scenario:
    """A scenario file, checked against its map.

    Raises ConfigError (file, line, key), MapError, or ScenarioError for what does not fit the map.
    """
    entries = load_config(path, ScenarioFile)
    map_path = (path.parent / entries.map).resolve()
    patrol_map = load_map(map_path)
    try:
        patrol_map.dock(entries.dock)
        people = tuple(_person(patrol_map, entry) for entry in entries.people)
        check_people(patrol_map, people)
    except (MapError, ScenarioError) as error:
        raise ScenarioError(f"{path}: {error}") from None
    return Scenario(
        title=entries.title,
        patrol_map=patrol_map,
        map_path=map_path,
        dock=entries.dock,
        seed=entries.seed,
        parked_cars=entries.parked_cars,
        people=people,
    )


def place_map(patrol_map: PatrolMap, place: Place) -> Pose2:
    """A place in the map frame, heading along its edge; raises ScenarioError for no such edge."""
    edge = patrol_map.edges.get(place.edge_id)
    if edge is None:
        raise ScenarioError(f"edge_id {place.edge_id}: {patrol_map.map_id} has no such edge")
    a, b = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
    heading = math.atan2(b.y_m - a.y_m, b.x_m - a.x_m)
    on_edge = Pose2(
        a.x_m + place.fraction * (b.x_m - a.x_m), a.y_m + place.fraction * (b.y_m - a.y_m), heading
    )
    x_m, y_m = on_edge.transform(0.0, place.left_m)
    return Pose2(x_m, y_m, heading)


def _person(patrol_map: PatrolMap, entry: PersonEntry) -> Person:
    try:
        points = [place_map(patrol_map, place) for place in entry.places]
    except ScenarioError as error:
        raise ScenarioError(f"person {entry.name!r}: {error}") from None
    return Person(
        name=entry.name,
        pose=entry.pose,
        path_map=tuple((p.x_m, p.y_m) for p in points),
        yaw_rad=points[0].yaw_rad + entry.heading_rad,
        speed_mps=entry.speed_mps,
        palette=entry.palette,
        phase_s=entry.phase_s,
    )
