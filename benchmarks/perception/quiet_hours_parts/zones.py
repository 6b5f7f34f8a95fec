"""Zones that an operator would have drawn where the vehicle comes by, so that all rules watch.

Each comes with the simulator's definition of its event, so that ground truth knows it as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from shapely.geometry import Polygon

from benchmarks.perception.quiet_hours_parts.ways import Ways
from patrol.geometry import Pose2
from patrol.incident import AnomalyKind
from patrol.map import Edge, PatrolMap, Zone
from simulation.scenarios.define_places import Intrudes, Loiters, watched_zone
from simulation.scenarios.define_things import Changed
from simulation.scenarios.places import Place
from simulation.scenarios.reference_run import FROM_M, STEP_M, TO_M

FIRST_M = 25.0  # from the start of the patrol: nothing is told in its first seconds
LONG_M, SHORT_M = 10.0, 4.0  # of a zone along its way
END_M = 0.5  # kept to an edge's ends
TRIES = 40


@dataclass(frozen=True, slots=True)
class Armed:
    """A zone as it stands on the vehicle's map, with what happens in it by definition."""

    incident: AnomalyKind
    definition: Loiters | Intrudes | Changed
    zone: Zone
    references: tuple[Pose2, ...] = ()  # base_link's, from where reference views are made

    @property
    def ring(self) -> Polygon:
        """Its ground."""
        return Polygon(self.zone.polygon_map)


def arm(
    ways: Ways, route: Sequence[Edge], rng: np.random.Generator, with_references: bool
) -> list[Armed]:
    """Zones along a patrol: one to pass through, one beside the way, one that is watched.

    Reference views take longer to make than a stretch to drive, so not every stretch has them.
    """
    patrol_map = ways.map
    found: list[Armed] = []
    for make in (_no_loitering, _restricted, *((_watched,) if with_references else ())):
        for _ in range(TRIES):
            number = _far_enough(route, rng)
            armed = make(ways, patrol_map, route, number, rng)
            if armed is not None and not any(armed.ring.intersects(o.ring) for o in found):
                found.append(armed)
                break
    return found


def _far_enough(route: Sequence[Edge], rng: np.random.Generator) -> int:
    passed_m = np.cumsum([0.0, *(edge.length_m for edge in route[:-1])])
    numbers = np.flatnonzero((passed_m >= FIRST_M) & (passed_m <= passed_m[-1] * 0.7))
    return int(rng.choice(numbers)) if len(numbers) else len(route) - 1


def _no_loitering(
    ways: Ways, patrol_map: PatrolMap, route: Sequence[Edge], number: int, rng: np.random.Generator
) -> Armed | None:
    edge, side = route[number], _side(rng)
    corners = _corners(ways, edge, LONG_M, 0.0, side * edge.width_m / 2)
    definition = Loiters(zone=corners)
    return _armed(AnomalyKind.LOITERING, definition, patrol_map)


def _restricted(
    ways: Ways, patrol_map: PatrolMap, route: Sequence[Edge], number: int, rng: np.random.Generator
) -> Armed | None:
    """Beside the way: people pass half a metre from it all day."""
    edge, side = route[number], _side(rng)
    near_m = edge.width_m / 2 + 0.4
    corners = _corners(ways, edge, LONG_M, side * near_m, side * (near_m + 2.5))
    made = _armed(AnomalyKind.INTRUSION, Intrudes(zone=corners), patrol_map)
    return None if ways.crosses_others(edge, made.ring) else made


def _watched(
    ways: Ways, patrol_map: PatrolMap, route: Sequence[Edge], number: int, rng: np.random.Generator
) -> Armed | None:
    edge, side = route[number], _side(rng)
    near_m = edge.width_m / 2 + 0.1
    corners = _corners(ways, edge, SHORT_M, side * near_m, side * (near_m + 1.4))
    made = _armed(AnomalyKind.CHANGED_PROPERTY, Changed(zone=corners), patrol_map)
    poses = _before(ways, route, number)
    if ways.crosses_others(edge, made.ring) or not poses:
        return None
    return Armed(made.incident, made.definition, made.zone, poses)


def _armed(
    incident: AnomalyKind, definition: Loiters | Intrudes | Changed, patrol_map: PatrolMap
) -> Armed:
    zone = watched_zone(definition, patrol_map)
    assert zone is not None  # all three speak of one
    return Armed(incident, definition, zone)


def _side(rng: np.random.Generator) -> int:
    return 1 if rng.random() < 0.5 else -1


def _corners(
    ways: Ways, edge: Edge, length_m: float, from_m: float, to_m: float
) -> tuple[Place, ...]:
    """A rectangle along the middle of an edge, between two distances to its left."""
    half_m = min(length_m, edge.length_m - 2 * END_M) / 2
    begin_m, end_m = edge.length_m / 2 - half_m, edge.length_m / 2 + half_m
    return tuple(
        ways.place(edge, at_m, left_m)
        for at_m, left_m in ((begin_m, from_m), (end_m, from_m), (end_m, to_m), (begin_m, to_m))
    )


def _before(ways: Ways, route: Sequence[Edge], number: int) -> tuple[Pose2, ...]:
    """Where base_link comes by before the middle of an edge; empty where it has not so far."""
    passed_m = np.cumsum([0.0, *(edge.length_m for edge in route)])
    middle_m = passed_m[number] + route[number].length_m / 2
    if middle_m < FROM_M:
        return ()
    poses = []
    for along_m in middle_m - np.arange(FROM_M, TO_M, -STEP_M):
        index = int(np.searchsorted(passed_m, along_m, side="right")) - 1
        spot = ways.spot(route[index], float(along_m - passed_m[index]), 0.0)
        poses.append(Pose2(*spot.point, spot.yaw_rad))
    return tuple(poses)
