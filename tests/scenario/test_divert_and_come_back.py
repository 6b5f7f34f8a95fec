"""The whole vehicle without ROS is called away from its patrol by the real dispatcher, waits at
an incident, comes back to the exact place, and finishes its patrol."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fleet_server.api.models import NewPatrol
from fleet_server.dispatch.targets import Target
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.map_geojson import load_map
from patrol.vda5050.node_actions import PATROL_CHECKPOINT
from patrol.vehicle import VehicleSpec, load_vehicle
from simulation.mujoco.simulator import Simulator
from simulation.vehicle.library import LibraryVehicle
from simulation.world import build_world
from tests.scenario.fleet_room import FleetRoom

ROOT = Path(__file__).parents[2]
MAP_FILE = ROOT / "maps" / "proving_ground.geojson"
ON_STREET = Pose2(46.0, 0.0, 0.0)  # on the way from node 3 to node 4, facing it
INCIDENT = Target("proving-ground", 103.0, 1.5)  # beside node 5
NODE_5 = (100.0, 0.0)


class Drive:
    """A vehicle, its dispatcher, and where the vehicle really was."""

    def __init__(self, folder: Path) -> None:
        spec: VehicleSpec = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
        patrol_map: PatrolMap = load_map(MAP_FILE)
        simulator = Simulator(
            build_world(patrol_map),
            spec,
            ON_STREET,
            seed=3,
            cameras=False,
            start_epoch_s=1_800_000_000.0,
        )
        self.vehicle = LibraryVehicle(simulator)
        self.room = FleetRoom(folder, patrol_map, spec, self.vehicle.radio, self.vehicle.now_s)
        self.track: list[tuple[float, float]] = []
        self.visits: list[str] = []
        self._seen: set[str] = set()

    def until(self, is_true: Callable[[], bool], limit_s: float) -> None:
        """Let time pass until something is the case; 10 ms a step."""
        for tick in range(round(limit_s * 100)):
            self.vehicle.tick()
            now_s = self.vehicle.now_s
            self.vehicle.radio.step(now_s)
            self.room.step(now_s)
            if tick % 5 == 0:
                self.track.append(self.xy_m)
                self._note_visits()
                if is_true():
                    return
        raise AssertionError(
            f"not within {limit_s:g} s: at {self.xy_m}, {self.vehicle.state.mode},"
            f" waits for {self.vehicle.state.waiting_for!r}, faults {self.vehicle.faults}"
        )

    def _note_visits(self) -> None:
        for state in self.vehicle.state.action_states:
            done = state.action_type == PATROL_CHECKPOINT and state.action_status == "FINISHED"
            if done and state.action_id not in self._seen:
                self._seen.add(state.action_id)
                self.visits.append(state.action_id[state.action_id.index("cp-") : -2])

    @property
    def xy_m(self) -> tuple[float, float]:
        """Where it really is."""
        pose = self.vehicle.simulator.truth.pose
        return pose.x_m, pose.y_m

    @property
    def awaits_operator(self) -> bool:
        return bool(self.vehicle.state.waiting_for == "an operator")

    def phase(self) -> str:
        active = self.room.active
        return "" if active is None else active.progress.diversions[-1].phase

    def close(self) -> None:
        self.room.close()
        self.vehicle.simulator.close()


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Drive]:
    made = Drive(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("link_s", [math.inf, 2.0])
def test_it_is_called_away_in_mid_edge_and_comes_back_to_within_half_a_metre(
    drive: Drive, link_s: float
) -> None:
    """`link_s` after it got the order the link goes down, until the vehicle is there."""
    room, vehicle = drive.room, drive.vehicle
    drive.until(lambda: room.state is not None and vehicle.state.order_id == "", 5.0)
    drive.until(lambda: room.state.agv_position.position_initialized, 20.0)
    new = NewPatrol(
        name="Block", map_id="proving-ground", checkpoint_ids=["cp-street", "cp-school"]
    )
    patrol = room.call(room.patrols.create(new, "minji"))
    view = room.call(room.dispatcher.assign(patrol.patrol_id, room.vehicle_id, False, "minji"))
    drive.until(lambda: drive.xy_m[1] < -8.0, 120.0)  # half way from node 4 to node 14
    assert drive.visits == ["cp-street"]
    room.call(room.dispatcher.divert(INCIDENT, room.vehicle_id, True, "minji"))
    drive.until(lambda: drive.phase() == "driving", 20.0)
    left = drive.xy_m
    assert -20.0 < left[1] < -8.0
    drive.until(lambda: vehicle.state.order_id.endswith("-2"), 5.0)
    if link_s < math.inf:
        begun_s = vehicle.now_s
        drive.until(lambda: vehicle.now_s - begun_s > link_s, 10.0)
        vehicle.radio.weather.up = False
    drive.until(lambda: drive.awaits_operator, 200.0)
    assert math.dist(drive.xy_m, NODE_5) < 1.0  # it rounds the corner that it will turn
    vehicle.radio.weather.up = True
    drive.until(lambda: drive.phase() == "waiting", 10.0)
    since = len(drive.track)
    room.call(room.dispatcher.instant_action(room.vehicle_id, "release_wait", "minji"))
    drive.until(lambda: room.active is None, 200.0)
    back_m = min(math.dist(left, xy) for xy in drive.track[since:])
    assert back_m < 0.5
    end = room.call(room.dispatcher.find(view.assignment_id))
    assert (end.status, end.reason) == ("finished", None)
    assert all(c.visited_at for c in end.checkpoints)
    assert [d.phase for d in end.diversions] == ["over"]
    assert drive.visits == ["cp-street", "cp-school"]
