"""Stretches: some minutes of patrol through street life, drawn by seed and number alone."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry
from shapely.prepared import PreparedGeometry, prep

from benchmarks.perception.quiet_hours_parts import traffic
from benchmarks.perception.quiet_hours_parts.habits import HABITS, Here
from benchmarks.perception.quiet_hours_parts.ways import Spot, Ways
from benchmarks.perception.quiet_hours_parts.zones import Armed, arm
from patrol.map import Edge, WayClass
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from simulation.actors.path import Path as Course
from simulation.actors.script import Step, Walk
from simulation.actors.spec import ActorSpec
from simulation.conditions import Conditions, Weather
from simulation.scenarios.file import Perception, VehicleEntry
from simulation.scenarios.folders import DEFAULT_VEHICLE
from simulation.scenarios.scenario import Scenario

ROOT = Path(__file__).parents[3]
MAPS = ("sillim", "sillim", "sillim", "proving_ground")  # one of these is drawn
FASTEST_MPS = 1.39  # of the vehicle: a route is never too short
GROUPS_A_METRE = {"day": 0.085, "dusk": 0.085, "night": 0.03}  # of the route
BUSY = 1.8  # times more on pavements
PARKED_EVERY_M = 30.0  # of streets
CAR_EVERY_M, RIDER_EVERY_M = 90.0, 60.0  # of the route, by day; a third at night
REFERENCES_EVERY = 4  # stretches
STAY_APART_M, ZONE_ROOM_M = 4.5, 3.0
START_M = 0.3  # of the vehicle, on its first edge
START_ROOM_M = 5.0  # around it, where nobody appears
WALK_M = (60.0, 150.0)
TRIES = 30


@dataclass(frozen=True, slots=True)
class Full:
    """Where nobody can stay: in zones, by others who stay, on the ground that traffic takes."""

    armed: Sequence[Armed]
    stays: list[Spot]
    taken: PreparedGeometry[BaseGeometry]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch as it can be driven again: `seed` and `number` decide everything."""

    seed: int
    number: int
    map_name: str
    scenario: Scenario
    armed: tuple[Armed, ...]

    @property
    def name(self) -> str:
        """As files and rows call it."""
        return f"{self.seed}-{self.number}"


def part_of_day(hour_h: float) -> str:
    """Which column of the habits holds: day, dusk or night."""
    if 7.0 <= hour_h < 17.8:
        return "day"
    return "dusk" if 6.0 <= hour_h < 7.0 or 17.8 <= hour_h < 19.5 else "night"


def make_stretch(seed: int, number: int, duration_s: float) -> Stretch:
    """Draw a stretch; the same numbers give the same one."""
    rng = np.random.default_rng([seed, number])
    map_name = MAPS[int(rng.integers(len(MAPS)))]
    map_path = ROOT / "maps" / f"{map_name}.geojson"
    ways = Ways(load_map(map_path))
    conditions = _conditions(rng)
    route = ways.route(rng, FASTEST_MPS * duration_s)
    armed = tuple(arm(ways, route, rng, number % REFERENCES_EVERY == 0))
    actors = _actors(ways, route, armed, conditions, rng)
    zones = (*ways.map.zones, *(one.zone for one in armed))
    name = f"quiet/{seed}-{number}"
    scenario = Scenario(
        id=name,
        path=Path(name),
        title="Street life that is no event",
        patrol_map=dataclasses.replace(ways.map, zones=zones),
        map_path=map_path,
        vehicle=_vehicle(ways, route),
        spec=load_vehicle(DEFAULT_VEHICLE),
        conditions=conditions,
        seed=int(rng.integers(2**31)),
        duration_s=duration_s,
        parked_cars=0,  # those of the world stand nearer to crosswalks than cars may
        actors=actors,
        reference_poses=next((one.references for one in armed if one.references), ()),
    )
    return Stretch(seed, number, map_name, scenario, armed)


def _conditions(rng: np.random.Generator) -> Conditions:
    """Hours as vehicles patrol: half of them by day, a third at night; a fifth of them wet."""
    low_h, high_h = (
        (7.0, 17.8),
        (7.0, 17.8),
        (7.0, 17.8),
        (17.8, 19.5),
        (19.5, 24.0),
        (0.0, 7.0),
    )[int(rng.integers(6))]
    weather = (Weather.CLEAR, Weather.CLEAR, Weather.CLEAR, Weather.CLOUDY, Weather.RAIN)[
        int(rng.integers(5))
    ]
    rain_mmph = float(rng.uniform(0.5, 8.0))
    return Conditions(round(float(rng.uniform(low_h, high_h)), 2), weather, round(rain_mmph, 1))


def _vehicle(ways: Ways, route: Sequence[Edge]) -> VehicleEntry:
    nodes = (route[0].start_id, *(edge.end_id for edge in route))
    start = ways.place(route[0], START_M, 0.0)
    return VehicleEntry(start=start, nodes=nodes, perception=Perception.YOLO)


def _actors(
    ways: Ways,
    route: Sequence[Edge],
    armed: Sequence[Armed],
    conditions: Conditions,
    rng: np.random.Generator,
) -> tuple[ActorSpec, ...]:
    part = part_of_day(conditions.hour_h)
    passed = list({edge.id: edge for edge in route}.values())
    metres = sum(
        edge.length_m * (BUSY if edge.way_class is WayClass.PAVEMENT else 1.0) for edge in passed
    )
    count = round(GROUPS_A_METRE[part] * metres)
    names = list(HABITS)
    weights = np.array([getattr(HABITS[name], part) for name in names], float)
    quiet = 3 if part == "night" else 1
    actors = [
        actor
        for actor in (
            *traffic.on_roads(ways, rng, 110.0 * quiet),
            *traffic.in_streets(ways, passed, rng, round(metres / CAR_EVERY_M / quiet)),
            *traffic.on_two_wheels(ways, passed, rng, round(metres / RIDER_EVERY_M / quiet)),
        )
        if _is_off_the_start(ways, route, [actor])
    ]
    full = Full(armed, [], prep(traffic.taken_by(actors)))
    for number in range(count):
        habit = names[int(rng.choice(len(names), p=weights / weights.sum()))]
        here = _here(ways, passed, full, f"{habit}-{number}", rng)
        made = HABITS[habit].make(here) if here is not None else []
        if here is None or not _is_off_the_start(ways, route, made):
            continue
        if _have_room(ways, made, full):
            full.stays.extend([here.spot] if _is_at(here.spot, made) else [])
            actors += made
    return (*actors, *traffic.parked(ways, passed, actors, rng, PARKED_EVERY_M))


def _is_off_the_start(ways: Ways, route: Sequence[Edge], made: Sequence[ActorSpec]) -> bool:
    """Whether none of a group would begin on the vehicle."""
    vehicle = ways.spot(route[0], START_M, 0.0).point
    return all(math.dist(begins_at(actor), vehicle) >= START_ROOM_M for actor in made)


def _have_room(ways: Ways, made: Sequence[ActorSpec], full: Full) -> bool:
    """Whether nobody who stays at a place is in the way of traffic, at a wall or in a zone."""
    places = [actor.place_map for actor in made if not isinstance(_first(actor), Walk)]
    return all(
        ways.is_free(place, 0.3)
        and not full.taken.covers(Point(place))
        and all(one.ring.distance(Point(place)) > 1.0 for one in full.armed)
        for place in places
    )


def _first(actor: ActorSpec) -> Step | None:
    return actor.script[0] if actor.script else None


def begins_at(actor: ActorSpec) -> tuple[float, float]:
    """Where somebody is at first, a lead on their path counted."""
    first = _first(actor)
    if not isinstance(first, Walk) or first.speed_mps is None:
        return actor.place_map
    x_m, y_m = Course(first.path_map, first.repeat).at(first.phase_s * first.speed_mps)
    return float(x_m), float(y_m)


def _is_at(spot: Spot, made: Sequence[ActorSpec]) -> bool:
    return any(actor.place_map == spot.point for actor in made)


def _here(
    ways: Ways,
    passed: Sequence[Edge],
    full: Full,
    name: str,
    rng: np.random.Generator,
) -> Here | None:
    """A walk past the route and a spot beside it; None where no spot is free."""
    row = ways.walk(rng, passed, float(rng.uniform(*WALK_M)))
    if len(row) < 2:
        return None
    side_m = max(min(edge.width_m for edge in row) / 2 - 0.45, 0.0)
    for _ in range(TRIES):
        spot = _spot(ways, passed, rng)
        if spot is not None and _may_stay(ways, spot, full):
            return Here(name, rng, lambda left_m: ways.beside(row, left_m), side_m, spot)
    return None


def _spot(ways: Ways, passed: Sequence[Edge], rng: np.random.Generator) -> Spot | None:
    """A place at the edge of a way that leaves others 1.2 m and more; None where it does not."""
    edge = passed[int(rng.integers(len(passed)))]
    if edge.width_m < 3.0 or edge.crosswalk_id:
        return None
    side = 1 if rng.random() < 0.5 else -1
    at_m = float(rng.uniform(0.0, edge.length_m))
    return ways.spot(edge, at_m, side * (edge.width_m / 2 - 0.35))


def _may_stay(ways: Ways, spot: Spot, full: Full) -> bool:
    """Off walls, carriageways, traffic and zones, and opposite nobody."""
    here = Point(spot.point)
    free = all(ways.is_free(spot.moved(ahead_m), 0.3) for ahead_m in (-3.0, 0.0, 1.0))
    return (
        free
        and not full.taken.covers(here)
        and all(one.ring.distance(here) > ZONE_ROOM_M for one in full.armed)
        and all(here.distance(Point(other.point)) > STAY_APART_M for other in full.stays)
    )
