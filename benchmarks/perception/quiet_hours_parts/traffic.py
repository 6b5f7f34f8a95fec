"""Traffic: cars on carriageways and in streets, cars that park, cyclists and scooters."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from benchmarks.perception.quiet_hours_parts.ways import (
    XY,
    Spot,
    Ways,
    is_for_cars,
    is_for_parking,
    lanes,
)
from patrol.map import Edge
from simulation.actors.checks import ground_of
from simulation.actors.kinds import ActorKind
from simulation.actors.script import Drive, Repeat, Stay, Until, Vanish
from simulation.actors.spec import ActorSpec

LANE_M = 2.1  # from a carriageway's middle to the middle of each lane
ROAD_MPS, STREET_MPS = (5.0, 9.0), (3.0, 6.0)
RIDE_MPS, SCOOT_MPS = (2.8, 5.0), (3.5, 5.5)
CAR_HALF_M, CAR_TRIES = 1.0, 8
RIDE_M = (90.0, 160.0)
DRIVE_M = 80.0
COMES_WITHIN_M = (40.0, 60.0)  # of the vehicle: nobody appears near it
RIDES_LEFT_M = 1.45  # from a way's middle: past the vehicle, and past who stands at the edge
CAR_PASSES_M, RIDER_PASSES_M = 1.9, 1.05  # from the middle of a body to whom it stops for
PARKS_FROM_CROSSWALK_M = 16.0  # a car's middle, from its ends; 10 m are the law
CORNER_M = 9.0
PARKED_LEFT_M = 2.35  # from a way's middle
PARKED_ROOM_M = (5.4, 2.3)  # length and width that nobody else goes over
PARKED_TRIES = 4  # for each piece of street
PARKED_WITHIN_M = 40.0  # of the route


def on_roads(ways: Ways, rng: np.random.Generator, spacing_m: float) -> list[ActorSpec]:
    """Cars that go round on every carriageway, so far apart on average."""
    cars = []
    for number, middle in enumerate(ways.roads):
        course = lanes(middle, LANE_M)
        length_m = 2 * sum(math.dist(a, b) for a, b in itertools.pairwise(middle))
        count = max(1, round(length_m / spacing_m))
        speed_mps = float(rng.uniform(*ROAD_MPS))
        for n in range(count):
            path, yaw = _begun_at(course, (n + float(rng.uniform(-0.3, 0.3))) / count)
            drive = Drive(path_map=path, speed_mps=speed_mps, repeat=Repeat.ROUND)
            cars.append(
                ActorSpec(f"road-{number}-{n}", ActorKind.CAR, path[0], yaw, script=(drive,))
            )
    return cars


def _begun_at(course: Sequence[XY], share: float) -> tuple[tuple[XY, ...], float]:
    """A round course that begins at another of its points."""
    first = round(share * len(course)) % len(course)
    path = (*course[first:], *course[:first])
    return path, math.atan2(path[1][1] - path[0][1], path[1][0] - path[0][0])


def in_streets(
    ways: Ways, route: Sequence[Edge], rng: np.random.Generator, count: int
) -> list[ActorSpec]:
    """Cars that come out of the distance as the vehicle comes near, pass and park.

    None vanishes: what is gone from one picture to the next would be a scene of its own.
    """
    cars: list[ActorSpec] = []
    for n in range(CAR_TRIES * count):
        row = _row(ways, rng, [edge for edge in route if is_for_cars(edge)])
        if row is None or len(cars) == count:
            continue
        right_m = -(min(edge.width_m for edge in row) / 2 - CAR_HALF_M)
        last = ways.spot(row[-1], row[-1].length_m / 2, right_m)
        if not _may_park(ways, row[-1], last.point):
            continue
        path = (*ways.beside(row, right_m)[:-1], last.point)
        away = Vanish(Until(robot_within_m=float(rng.uniform(*COMES_WITHIN_M))))
        drive = Drive(path_map=path, speed_mps=float(rng.uniform(*STREET_MPS)))
        script = (away, drive, Stay())
        cars.append(ActorSpec(f"car-{n}", ActorKind.CAR, path[0], _yaw(path), script=script))
    return cars


def _row(ways: Ways, rng: np.random.Generator, near: Sequence[Edge]) -> list[Edge] | None:
    """Streets in a row that are wide enough for cars; None where there are none."""
    if not near:
        return None
    row = ways.walk(rng, near, DRIVE_M)
    for number, edge in enumerate(row):
        if not is_for_cars(edge):
            row = row[:number]
            break
    return row if len(row) >= 2 else None


def _may_park(ways: Ways, edge: Edge, point: XY) -> bool:
    """Where the Road Traffic Act (art. 32) allows it: off corners and crosswalks."""
    nodes = ways.map.nodes
    ends = [nodes[i] for e in ways.map.edges.values() if e.crosswalk_id
            for i in (e.start_id, e.end_id)]  # fmt: skip
    corners = [nodes[i] for i in (edge.start_id, edge.end_id) if len(ways.map.outgoing[i]) > 2]
    return all(math.dist(point, (n.x_m, n.y_m)) > PARKS_FROM_CROSSWALK_M for n in ends) and all(
        math.dist(point, (n.x_m, n.y_m)) > CORNER_M for n in corners
    )


def on_two_wheels(
    ways: Ways, route: Sequence[Edge], rng: np.random.Generator, count: int
) -> list[ActorSpec]:
    """Cyclists and kick scooters that come past as the vehicle comes near."""
    riders = []
    for n in range(count):
        row = ways.walk(rng, [e for e in route if e.width_m >= 3.4] or route, _ride_m(rng))
        row = list(itertools.takewhile(lambda edge: not edge.crosswalk_id, row))
        if len(row) < 2:  # riders keep to their side of the road: cars would wait for them
            continue
        side_m = min(min(edge.width_m for edge in row) / 2 - 0.5, RIDES_LEFT_M)
        path = ways.beside(row, -max(side_m, 0.0))
        scoots = rng.random() < 0.35
        speed_mps = float(rng.uniform(*(SCOOT_MPS if scoots else RIDE_MPS)))
        kind = ActorKind.SCOOTER if scoots else ActorKind.CYCLIST
        away = Vanish(Until(robot_within_m=float(rng.uniform(*COMES_WITHIN_M))))
        script = (away, Drive(path_map=path, speed_mps=speed_mps))
        riders.append(ActorSpec(f"{kind}-{n}", kind, path[0], _yaw(path), script=script))
    return riders


def taken_by(traffic: Sequence[ActorSpec]) -> BaseGeometry:
    """The ground where who stays would stop cars and riders."""
    shapes = []
    for actor in traffic:
        reach_m = CAR_PASSES_M if actor.kind is ActorKind.CAR else RIDER_PASSES_M
        shapes += [
            LineString(step.path_map).buffer(reach_m)
            for step in actor.script
            if isinstance(step, Drive)
        ]
    return unary_union(shapes)


def parked(
    ways: Ways,
    route: Sequence[Edge],
    others: Sequence[ActorSpec],
    rng: np.random.Generator,
    spacing_m: float,
) -> list[ActorSpec]:
    """Cars at the edge of streets by the route, where they may be and nobody comes by."""
    taken = unary_union([ground_of(actor) for actor in others])
    cars: list[ActorSpec] = []
    streets = [edge for edge in ways.around(route, PARKED_WITHIN_M) if is_for_parking(edge)]
    wanted = round(sum(edge.length_m for edge in streets) / 2 / spacing_m)
    for number in np.tile(rng.permutation(len(streets)), PARKED_TRIES):
        edge = streets[int(number)]
        left_m = PARKED_LEFT_M * (1 if rng.random() < 0.5 else -1)
        spot = ways.spot(edge, float(rng.uniform(0.0, edge.length_m)), left_m)
        room = _room(spot)
        free = not room.intersects(taken) and ways.is_beside(spot.point, PARKED_LEFT_M - 0.05)
        if len(cars) < wanted and free and _may_park(ways, edge, spot.point):
            yaw = spot.yaw_rad + (math.pi if left_m > 0 else 0.0)
            cars.append(ActorSpec(f"parked-{len(cars)}", ActorKind.CAR, spot.point, yaw))
            taken = taken.union(room)
    return cars


def _room(spot: Spot) -> BaseGeometry:
    """The ground of a parked car and a little around it."""
    length_m, width_m = PARKED_ROOM_M
    shape = box(-length_m / 2, -width_m / 2, length_m / 2, width_m / 2)
    return translate(rotate(shape, spot.yaw_rad, (0, 0), use_radians=True), *spot.point)


def _ride_m(rng: np.random.Generator) -> float:
    return float(rng.uniform(*RIDE_M))


def _yaw(path: Sequence[XY]) -> float:
    return math.atan2(path[1][1] - path[0][1], path[1][0] - path[0][0])
