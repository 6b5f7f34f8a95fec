"""World: the ONE description from which physics, lidar and camera are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from shapely.geometry import Point, Polygon
from shapely.geometry.polygon import orient

from patrol.errors import SunraError
from patrol.map import Building, PatrolMap
from simulation.actors.checks import ground_of, unknown_names
from simulation.actors.spec import ActorSpec
from simulation.conditions import FAIR, Conditions
from simulation.crossed_kerbs import place_crossed_kerbs
from simulation.pits import Pit
from simulation.placing import Grounds, place_cars, place_kerbs, place_poles, place_trees
from simulation.props import Kerb, ParkedCar, Post, Prism
from simulation.signals import CrosswalkSignal
from simulation.signals_placing import place_signals
from simulation.terrain import Terrain, build_terrain

FOUNDATION_M = 0.6  # how far walls reach below the lowest ground


class ScenarioError(SunraError):
    """A scenario asks for something that the world cannot hold."""


@dataclass(frozen=True)
class World:
    """A neighbourhood in three dimensions; metres in the map frame, read-only once built."""

    patrol_map: PatrolMap
    terrain: Terrain
    buildings: Sequence[Prism]
    kerbs: Sequence[Kerb]
    cars: Sequence[ParkedCar]
    posts: Sequence[Post]
    actors: Sequence[ActorSpec]
    seed: int
    conditions: Conditions = FAIR
    signals: Sequence[CrosswalkSignal] = ()
    pits: Sequence[Pit] = ()


def build_world(
    patrol_map: PatrolMap,
    actors: Sequence[ActorSpec] = (),
    *,
    parked_cars: int = 0,
    seed: int = 0,
    conditions: Conditions = FAIR,
    pits: Sequence[Pit] = (),
) -> World:
    """The world of a map; the same seed gives the same world.

    Raises ScenarioError where an actor's place or path is inside a building, or an actor names
    another that is not there.
    """
    if not patrol_map.nodes:
        raise ScenarioError(f"{patrol_map.map_id}: a map without nodes has no ground")
    check_actors(patrol_map, actors)
    rng = np.random.default_rng(seed)
    terrain = build_terrain(patrol_map)
    grounds = Grounds(patrol_map, terrain)
    for actor in actors:
        grounds.take(ground_of(actor))
    kerbs = [*place_kerbs(grounds), *place_crossed_kerbs(grounds)]
    signals = place_signals(grounds, seed)
    cars = place_cars(grounds, parked_cars, rng)
    posts = [*place_poles(grounds), *place_trees(grounds, rng)]
    buildings = tuple(_prism(building, terrain) for building in patrol_map.buildings)
    return World(
        patrol_map,
        terrain,
        buildings,
        kerbs,
        cars,
        posts,
        tuple(actors),
        seed,
        conditions,
        signals,
        tuple(pits),
    )


def check_actors(patrol_map: PatrolMap, actors: Sequence[ActorSpec]) -> None:
    """Raises ScenarioError for the first actor inside a building, named twice, or lost."""
    names: set[str] = set()
    for actor in actors:
        if actor.name in names:
            raise ScenarioError(f"{actor.kind} {actor.name!r} stands twice")
        names.add(actor.name)
        for x, y in actor.places_map if actor.needs_free_ground else ():
            inside = _building_at(patrol_map, x, y)
            if inside:
                raise ScenarioError(
                    f"{actor.kind} {actor.name!r} at ({x:.1f}, {y:.1f}) is inside building"
                    f" {inside}"
                )
    for actor in actors:
        for name in unknown_names(actor, names):
            raise ScenarioError(f"{actor.kind} {actor.name!r} names {name!r}, who is no actor")


def _building_at(patrol_map: PatrolMap, x_m: float, y_m: float) -> str | None:
    point = Point(x_m, y_m)
    for building in patrol_map.buildings:
        if Polygon(building.polygon_map).covers(point):
            return building.id
    return None


def _prism(building: Building, terrain: Terrain) -> Prism:
    ring = tuple(
        (float(x), float(y)) for x, y in orient(Polygon(building.polygon_map)).exterior.coords[:-1]
    )
    ground = terrain.height_at(*np.array(ring).T)
    highest = float(ground.max())
    base = float(ground.min()) - FOUNDATION_M
    return Prism(building.id, ring, base, highest + building.height_m, highest)
