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
from simulation.scenarios.events import Event, Fault
from simulation.scenarios.file import VehicleEntry
from simulation.scenarios.places import place_map
from simulation.scenarios.verdicts import Expectation
from simulation.world import World, build_world


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
    events: Sequence[Event] = ()
    faults: Sequence[Fault] = ()
    expectations: Sequence[Expectation] = ()
    expected_failure: str = ""
    rehearses: str = ""
    ends_when_settled: bool = False  # soon after the last event, once everything has come true

    @property
    def dock(self) -> str:
        """The dock that the vehicle starts on; raises ConfigError where it starts elsewhere."""
        if not self.vehicle.dock:
            raise ConfigError(f"{self.path}: its vehicle starts on no dock")
        return self.vehicle.dock

    @property
    def start(self) -> Pose2:
        """Where base_link begins: on the dock facing the way out, or at the place given."""
        entry = self.vehicle
        if entry.start is not None:
            there = place_map(self.patrol_map, entry.start)
            return Pose2(there.x_m, there.y_m, wrap_angle(there.yaw_rad + entry.heading_rad))
        dock = self.patrol_map.dock(entry.dock)
        node = self.patrol_map.nodes[dock.node_id]
        return Pose2(node.x_m, node.y_m, dock.heading_rad)

    @property
    def start_node_id(self) -> int:
        """The node that planning begins at."""
        if self.vehicle.dock:
            return self.patrol_map.dock(self.vehicle.dock).node_id
        assert self.vehicle.start is not None
        edge = self.patrol_map.edges[self.vehicle.start.edge_id]
        return edge.start_id if self.vehicle.start.fraction < 0.5 else edge.end_id

    def build_world(self) -> World:
        """The world that the scenario describes."""
        return build_world(
            self.patrol_map,
            self.actors,
            parked_cars=self.parked_cars,
            seed=self.seed,
            conditions=self.conditions,
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
