"""The order that a scenario's file gives a vehicle, as its control room plans and sends it."""

from __future__ import annotations

from dataclasses import replace

from patrol.vda5050.topic_names import VehicleAddress
from simulation.scenarios.control_room import ControlRoom
from simulation.scenarios.file import VehicleEntry
from simulation.scenarios.scenario import Scenario
from simulation.vehicle.orders import ADDRESS
from simulation.vehicle.radio import Radio


def address_of(name: str) -> VehicleAddress:
    """A vehicle's place in the topic tree; raises ValueError for a name that MQTT cannot carry."""
    return replace(ADDRESS, serial_number=name)


def check_orders(scenario: Scenario) -> None:
    """Plan what the file orders, into the void: raises PlanError before anything runs."""
    first = (scenario.vehicle, scenario.spec, scenario.start_node_id, scenario.start.yaw_rad)
    others = [(c.entry, c.spec, c.start_node_id, c.start.yaw_rad) for c in scenario.companions]
    for entry, spec, node_id, heading_rad in (first, *others):
        room = ControlRoom(scenario.patrol_map, spec, Radio(), ADDRESS)
        send_order(room, entry, node_id, heading_rad, 0.0)


def send_order(
    room: ControlRoom,
    entry: VehicleEntry,
    start_node_id: int,
    heading_rad: float,
    now_s: float,
) -> bool:
    """Plan and send; False where the file orders nothing. Raises PlanError."""
    if entry.nodes:
        room.send_nodes(entry.nodes, now_s)
    elif entry.checkpoints:
        room.send_tour(
            start_node_id,
            entry.checkpoints,
            now_s,
            order=entry.order,
            dock=room.patrol_map.dock(entry.dock) if entry.return_to_dock else None,
            heading_rad=heading_rad,
        )
    return bool(entry.nodes or entry.checkpoints)
