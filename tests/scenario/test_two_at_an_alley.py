"""Two whole vehicles, each in its own world in which the other one is a solid hull, want to drive
through one alley from both ends: the real dispatcher lets one wait, and they pass each other in
the street."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fleet_server.api.models import NewPatrol
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2
from patrol.map import Checkpoint, Edge, Node, PatrolMap, WayClass
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import load_vehicle
from simulation.mujoco.simulator import Simulator
from simulation.scenarios.hulls import footprint, hull_middle, hull_of
from simulation.vehicle.library import LibraryVehicle
from simulation.vehicle.orders import ADDRESS
from simulation.vehicle.radio import Radio
from simulation.world import build_world
from tests.scenario.fleet_room import FleetRoom

ROOT = Path(__file__).parents[2]
OTHER = VehicleAddress(ADDRESS.interface, ADDRESS.manufacturer, "goalie-02")
PLACES = {
    1: (0.0, 0.0), 2: (15.0, 0.0), 3: (40.0, 0.0), 4: (60.0, 0.0),
    5: (40.0, 15.0), 6: (40.0, 30.0),
    7: (20.0, 45.0), 8: (40.0, 45.0), 9: (65.0, 45.0), 10: (85.0, 45.0), 11: (105.0, 45.0),
}  # fmt: skip
STREETS = [(1, 2), (2, 3), (3, 4), (7, 8), (8, 9), (9, 10), (10, 11)]
ALLEY = [(3, 5), (5, 6), (6, 8)]
BEFORE_ALLEY = PLACES[9]


def two_streets() -> PatrolMap:
    """A street along y = 0 and one along y = 45, both of 6 m; an alley of 2.4 m between them."""
    edges = {}
    for pair in STREETS + ALLEY:
        for start, end in (pair, pair[::-1]):
            number, in_alley = 100 + len(edges), pair in ALLEY
            kind, width_m = (WayClass.ALLEY, 2.4) if in_alley else (WayClass.STREET, 6.0)
            length_m = math.dist(PLACES[start], PLACES[end])
            edges[number] = Edge(number, start, end, length_m, 1.39, width_m, kind)
    return PatrolMap(
        map_id="two-streets",
        name="Two streets",
        origin=GeoPoint(37.48, 126.93),
        nodes={i: Node(i, *place) for i, place in PLACES.items()},
        edges=edges,
        checkpoints=(Checkpoint("south", "South", 1), Checkpoint("north", "North", 11)),
    )


class Pair:
    """Both vehicles and their dispatcher."""

    def __init__(self, folder: Path) -> None:
        self.spec = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
        patrol_map = two_streets()
        starts = (Pose2(22.0, 0.0, 0.0), Pose2(101.0, 45.0, math.pi))
        self.vehicles = [
            self._vehicle(patrol_map, starts[i], starts[1 - i], address, seed=11 + i)
            for i, address in enumerate((ADDRESS, OTHER))
        ]
        one, two = self.vehicles
        self.room = FleetRoom(
            folder, patrol_map, self.spec, one.radio, one.now_s, more={OTHER: two.radio}
        )
        self.nearest_m = math.inf

    def _vehicle(
        self, patrol_map: PatrolMap, start: Pose2, other: Pose2, address: VehicleAddress, seed: int
    ) -> LibraryVehicle:
        world = build_world(patrol_map, [hull_of("other", self.spec, other)])
        simulator = Simulator(
            world, self.spec, start, seed=seed, cameras=False, start_epoch_s=1_800_000_000.0
        )
        return LibraryVehicle(simulator, Radio(seed), address=address)

    def pose(self, index: int) -> Pose2:
        """Where a vehicle really is."""
        return self.vehicles[index].simulator.truth.pose

    def until(self, is_true: Callable[[], bool], limit_s: float) -> None:
        """Let time pass until something is the case; 10 ms a step."""
        for tick in range(round(limit_s * 100)):
            for vehicle in self.vehicles:
                vehicle.tick()
                vehicle.radio.step(vehicle.now_s)
            self.room.step(self.vehicles[0].now_s)
            if tick % 5 == 0:
                self._show_each_other()
                if is_true():
                    return
        told = [(self.pose(i), v.state.mode, v.faults) for i, v in enumerate(self.vehicles)]
        raise AssertionError(f"not within {limit_s:g} s: {told}, {self.reason(OTHER)}")

    def _show_each_other(self) -> None:
        for i, vehicle in enumerate(self.vehicles):
            pose = self.pose(1 - i)
            vehicle.simulator.put("other", hull_middle(self.spec, pose), pose.yaw_rad)
        outlines = [footprint(self.spec, self.pose(i)) for i in (0, 1)]
        self.nearest_m = min(self.nearest_m, outlines[0].distance(outlines[1]))

    def send(self, address: VehicleAddress, checkpoint_id: str) -> None:
        """On a patrol to one checkpoint."""
        new = NewPatrol(name="P", map_id="two-streets", checkpoint_ids=[checkpoint_id])
        patrol = self.room.call(self.room.patrols.create(new, "minji"))
        work = self.room.dispatcher.assign(patrol.patrol_id, address.vehicle_id, False, "minji")
        self.room.call(work)

    def reason(self, address: VehicleAddress) -> str | None:
        """What the operator reads of a vehicle's assignment."""
        active = self.room.active_of(address.vehicle_id)
        return None if active is None else active.reason

    @property
    def are_ready(self) -> bool:
        """Whether the server knows where both are."""
        states = [r.state for r in self.room.fleet.records()]
        places = [s.agv_position for s in states if s is not None]
        return len(places) == 2 and all(p is not None and p.position_initialized for p in places)

    def close(self) -> None:
        self.room.close()
        for vehicle in self.vehicles:
            vehicle.simulator.close()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    yield made
    made.close()


def test_one_waits_before_the_alley_until_the_other_one_is_out(pair: Pair) -> None:
    pair.until(lambda: pair.are_ready, 25.0)
    pair.send(ADDRESS, "north")
    pair.send(OTHER, "south")
    pair.until(lambda: pair.reason(OTHER) is not None, 60.0)
    assert pair.reason(OTHER) == (
        f"waits for {ADDRESS.vehicle_id} to leave the way between nodes 8 and 6"
    )
    assert math.dist((pair.pose(1).x_m, pair.pose(1).y_m), BEFORE_ALLEY) < 1.0
    pair.until(lambda: pair.pose(0).y_m > 30.0, 120.0)
    assert math.dist((pair.pose(1).x_m, pair.pose(1).y_m), BEFORE_ALLEY) < 1.0
    both = (ADDRESS.vehicle_id, OTHER.vehicle_id)
    pair.until(lambda: all(pair.room.active_of(v) is None for v in both), 300.0)
    assert pair.pose(0).x_m == pytest.approx(PLACES[11][0], abs=1.0)
    assert pair.pose(1).x_m == pytest.approx(PLACES[1][0], abs=1.0)
    assert pair.nearest_m > 0.8
