"""Scenario: a scenario file with its map loaded, its actors placed, and everything checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from navigation.planning.patrol_tour import TourOrder
from patrol.errors import ConfigError
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec
from simulation.actors.spec import ActorSpec
from simulation.conditions import Conditions
from simulation.pits import Pit
from simulation.scenarios.events import Event, Fault
from simulation.scenarios.file import VehicleEntry
from simulation.scenarios.hulls import hull_of
from simulation.scenarios.places import place_map
from simulation.scenarios.scene_truth import SceneTruth
from simulation.scenarios.verdicts import Expectation
from simulation.world import World, build_world


@dataclass(frozen=True)
class Companion:
    """Another vehicle of a scenario than the first: a light one, without software of its own."""

    entry: VehicleEntry
    spec: VehicleSpec
    start: Pose2
    start_node_id: int  # where its plan begins: ahead of it
    node_behind_id: int


@dataclass(frozen=True)
class Scenario:
    """What a run is made of; read-only, and picklable for other processes."""

    id: str
    path: Path
    title: str
    patrol_map: PatrolMap
    map_path: Path
    vehicle: VehicleEntry
    spec: VehicleSpec
    conditions: Conditions
    seed: int
    duration_s: float
    parked_cars: int
    actors: Sequence[ActorSpec] = ()
    pits: Sequence[Pit] = ()
    events: Sequence[Event] = ()
    faults: Sequence[Fault] = ()
    expectations: Sequence[Expectation] = ()
    gates: Sequence[Expectation] = ()  # hold even where a failure is expected
    expected_failure: str = ""
    rehearses: str = ""
    gnss_shadow: bool = False
    truth: SceneTruth | None = None  # the label of a seeing scenario
    companions: Sequence[Companion] = ()
    reference_poses: Sequence[Pose2] = ()  # base_link's, from where reference views are made first
    ends_when_settled: bool = False  # soon after the last event, once everything has come true

    @property
    def reads_scene(self) -> bool:
        """Whether somebody has to watch the true states of actors."""
        return any(e.READS_SCENE for e in (*self.gates, *self.expectations))

    @property
    def vehicles(self) -> Sequence[VehicleEntry]:
        """All of them, the one that is driven in full first."""
        return self.vehicle, *(companion.entry for companion in self.companions)

    @property
    def dock(self) -> str:
        """The dock that the vehicle starts on; raises ConfigError where it starts elsewhere."""
        if not self.vehicle.dock:
            raise ConfigError(f"{self.path}: its vehicle starts on no dock")
        return self.vehicle.dock

    @property
    def start(self) -> Pose2:
        """Where base_link begins: on the dock facing the way out, or at the place given."""
        return start_of(self.patrol_map, self.vehicle)

    @property
    def start_node_id(self) -> int:
        """The node that planning begins at."""
        return start_node_of(self.patrol_map, self.vehicle)

    def build_world(self) -> World:
        """The world that the scenario describes."""
        hulls = [hull_of(c.entry.name, c.spec, c.start) for c in self.companions]
        return build_world(
            self.patrol_map,
            (*self.actors, *hulls),
            parked_cars=self.parked_cars,
            seed=self.seed,
            conditions=self.conditions,
            pits=self.pits,
        )

    def changed(
        self, checkpoints: Sequence[str] | None, order: TourOrder, duration_s: float | None
    ) -> Scenario:
        """The same with a tour over these checkpoints, or another duration; None keeps."""
        changed = self
        if checkpoints is not None:
            vehicle = dataclasses.replace(
                self.vehicle, checkpoints=tuple(checkpoints), nodes=(), order=order
            )
            changed = dataclasses.replace(changed, vehicle=vehicle)
        if duration_s is not None:
            changed = dataclasses.replace(changed, duration_s=duration_s)
        return changed


def start_of(patrol_map: PatrolMap, entry: VehicleEntry) -> Pose2:
    """Where a vehicle's base_link begins; raises MapError or ScenarioError for no such place."""
    if entry.start is not None:
        there = place_map(patrol_map, entry.start)
        return Pose2(there.x_m, there.y_m, wrap_angle(there.yaw_rad + entry.heading_rad))
    dock = patrol_map.dock(entry.dock)
    node = patrol_map.nodes[dock.node_id]
    return Pose2(node.x_m, node.y_m, dock.heading_rad)


def start_node_of(patrol_map: PatrolMap, entry: VehicleEntry) -> int:
    """The node that planning begins at."""
    if entry.dock:
        return patrol_map.dock(entry.dock).node_id
    assert entry.start is not None
    edge = patrol_map.edges[entry.start.edge_id]
    return edge.start_id if entry.start.fraction < 0.5 else edge.end_id


def node_ahead_of(patrol_map: PatrolMap, entry: VehicleEntry) -> int:
    """The node that a light vehicle, which turns on the spot, begins at without turning."""
    if entry.start is None or entry.start.fraction == 0.0:
        return start_node_of(patrol_map, entry)
    return patrol_map.edges[entry.start.edge_id].end_id


def node_behind_of(patrol_map: PatrolMap, entry: VehicleEntry) -> int:
    """The node that it has come from."""
    if entry.start is None:
        return start_node_of(patrol_map, entry)
    return patrol_map.edges[entry.start.edge_id].start_id
