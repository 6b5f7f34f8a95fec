"""A town of two streets with alleys between them, and vehicles that cannot drive through others.

20 21 22 23 24 25 26 27 28 29 30     a street of 6 m, a node every 15 m; y = 60 m
71       41 -- 60 -- 51        73    an alley of 2 m from 23 to 3, one from 27 to 7, one
|        |     |     |         |     between them with a dead end at 61
70       40    61    50        72    streets at both ends
 0  1  2  3  4  5  6  7  8  9 10     a street of 6 m; y = 0
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

from fleet_server.api.models import NewPatrol
from patrol.geodesy import GeoPoint
from patrol.map import Checkpoint, Dock, Edge, Node, PatrolMap, WayClass
from patrol.vda5050.topic_names import VehicleAddress
from tests.unit.fleet_server.driven_vehicle import STEP_S, Driven

STREET_M, ALLEY_M = 6.0, 2.0
KEEP_M = 3.0  # from middle to middle: nearer nobody drives up to another one in an alley
PLACES = {
    **{i: (15.0 * i, 0.0) for i in range(11)},
    **{20 + i: (15.0 * i, 60.0) for i in range(11)},
    40: (45.0, 20.0), 41: (45.0, 40.0), 50: (105.0, 20.0), 51: (105.0, 40.0),
    60: (75.0, 40.0), 61: (75.0, 25.0),
    70: (0.0, 20.0), 71: (0.0, 40.0), 72: (150.0, 20.0), 73: (150.0, 40.0),
}  # fmt: skip
STREETS = [(i, i + 1) for i in range(10)] + [(20 + i, 21 + i) for i in range(10)]
STREETS += [(0, 70), (70, 71), (71, 20), (10, 72), (72, 73), (73, 30)]
ALLEYS = [(3, 40), (40, 41), (41, 23), (7, 50), (50, 51), (51, 27)]
ALLEYS += [(41, 60), (60, 51), (60, 61)]
NO_PLACES = {node_id for way in ALLEYS for node_id in way}
VISITS = {"west": 40, "east": 51, "cross": 60, "dead-end": 61, "south": 5, "north": 25}
VISITS |= {"left": 70, "right": 73, "mouth": 23, "corner": 20}
ADDRESSES = tuple(VehicleAddress("gwanak", "sunra", f"goalie-0{n}") for n in range(1, 6))
ONE, TWO, THREE = (address.vehicle_id for address in ADDRESSES[:3])


def town() -> PatrolMap:
    """The map above; docks at 0 and 30."""
    edges, number = {}, 1000
    for ways, width_m in ((STREETS, STREET_M), (ALLEYS, ALLEY_M)):
        kind = WayClass.STREET if width_m == STREET_M else WayClass.ALLEY
        for pair in ways:
            for start, end in (pair, pair[::-1]):
                length_m = math.dist(PLACES[start], PLACES[end])
                edges[number] = Edge(number, start, end, length_m, 1.39, width_m, kind)
                number += 1
    return PatrolMap(
        map_id="town",
        name="Town",
        origin=GeoPoint(37.48, 126.93),
        nodes={i: Node(i, *place) for i, place in PLACES.items()},
        edges=edges,
        checkpoints=tuple(Checkpoint(c, c, node, 2.0) for c, node in VISITS.items()),
        docks=(Dock("dock-0", "Dock", 0), Dock("dock-30", "Dock", 30)),
    )


class Town:
    """Vehicles by id; `go` lets time pass for all of them, `clashes` is what must never be."""

    def __init__(self, rig: Any, kit: Any, spec: Any, starts: list[int]) -> None:
        self.rig, self.kit = rig, kit
        self.map = town()
        rig.maps.set_current(self.map)
        self.vehicles = {
            address.vehicle_id: Driven(rig, kit, spec, self.map, node, address)
            for address, node in zip(ADDRESSES, starts, strict=False)
        }
        self.clashes: list[str] = []
        self._step = 0
        self._held_mps: dict[int, float] = {}  # of who stands before another one

    async def connect(self) -> None:
        for vehicle in self.vehicles.values():
            await vehicle.connect()

    async def go(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            self.rig.clock.advance(STEP_S)
            self._step += 1
            for vehicle in self.vehicles.values():
                self._keep_off(vehicle)
                await vehicle.tick(self._step)
            if self._step % 5 == 0:
                self._watch()

    async def until(self, is_true: Callable[[], bool], limit_s: float = 900.0) -> None:
        for _ in range(round(limit_s)):
            if is_true():
                return
            await self.go(1.0)
        raise AssertionError(f"not within {limit_s:g} s: {self.tell()}")

    def tell(self) -> str:
        found = []
        for vehicle_id, vehicle in self.vehicles.items():
            active = self.active(vehicle_id)
            why = (active.status, active.reason) if active else None
            found.append(f"{vehicle_id} at {vehicle.xy_m} {why} base {released(vehicle)}")
        return "\n".join(found)

    def active(self, vehicle_id: str) -> Any:
        return self.rig.dispatcher._following.active.get(vehicle_id)

    def reason(self, vehicle_id: str) -> str | None:
        return self.active(vehicle_id).reason

    async def send(self, vehicle_id: str, *visits: str, to_dock: bool = False) -> str:
        new = NewPatrol(name="P", map_id="town", checkpoint_ids=list(visits))
        patrol = await self.rig.services.patrols.create(new, "minji")
        view = await self.rig.dispatcher.assign(patrol.patrol_id, vehicle_id, to_dock, "minji")
        return str(view.assignment_id)

    # --- what walls do

    def _keep_off(self, vehicle: Driven) -> None:
        """As its gate would: it stands before whoever is ahead of it in an alley."""
        limit_mps, held = vehicle.motion.limit_mps, self._held_mps
        if self._is_blocked(vehicle):
            if limit_mps[0] > 0.0:
                held[id(vehicle)] = float(limit_mps[0])
                limit_mps[0] = 0.0
        elif id(vehicle) in held:
            limit_mps[0] = limit_mps[0] or held.pop(id(vehicle))

    def _is_blocked(self, vehicle: Driven) -> bool:
        leg = next(iter(legs(vehicle)), None)
        if leg is None or not is_alley(leg):
            return False
        here, to = vehicle.xy_m, PLACES[leg[1]]
        left_m = math.dist(here, to)
        for other in self.vehicles.values():
            away_m = math.dist(here, other.xy_m)
            ahead = math.dist(other.xy_m, to) < left_m
            if other is not vehicle and 0.0 < away_m < KEEP_M and ahead and in_alley(other.xy_m):
                return True
        return False

    def _watch(self) -> None:
        """Nobody is released against another one in an alley, or to a place in front of one."""
        for vehicle_id, vehicle in self.vehicles.items():
            base, order = released(vehicle), vehicle.vehicle._nodes
            if len(base) < len(order) and base[-1:] and base[-1] in NO_PLACES:
                self.clashes.append(f"{vehicle_id} is released to {base[-1]}")
        ways = {v: [leg for leg in legs(d) if is_alley(leg)] for v, d in self.vehicles.items()}
        for one, mine in ways.items():
            for other, theirs in ways.items():
                both = [leg for leg in mine if leg[::-1] in theirs] if one < other else []
                if both:
                    self.clashes.append(f"{one} {mine} and {other} {theirs} meet in {both[0]}")


def is_alley(leg: tuple[int, int]) -> bool:
    return leg in ALLEYS or leg[::-1] in ALLEYS


def in_alley(xy_m: tuple[float, float]) -> bool:
    """Off the streets."""
    return 3.0 < xy_m[1] < 57.0 and 3.0 < xy_m[0] < 147.0


def released(vehicle: Driven) -> list[int]:
    """The nodes that a vehicle may drive to, the last one passed first."""
    return [int(n.node_id) for n in vehicle.vehicle._nodes if n.released]


def legs(vehicle: Driven) -> list[tuple[int, int]]:
    """The ways that a vehicle may drive, the present one first."""
    nodes = released(vehicle)
    return list(itertools.pairwise(nodes))
