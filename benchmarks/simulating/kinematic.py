"""A fleet of light vehicles on endless orders, without links: how fast it moves.

Named alternative in the same run: the same vehicles, each in motion arrays of its own.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from patrol.map import PatrolMap
from patrol.vda5050.messages import Order, OrderEdge, OrderNode
from patrol.vehicle import VehicleSpec
from simulation.fleet import STEP_S, move, spread_nodes
from simulation.fleet_motion import FleetMotion
from simulation.light_map import SpeedLimits
from simulation.light_vehicle import LightVehicle


def random_walk_order(
    patrol_map: PatrolMap, node_id: int, steps: int, rng: np.random.Generator
) -> Order:
    """An order along random edges from a node, all of it released."""
    edges = []
    at = node_id
    for _ in range(steps):
        ways = patrol_map.outgoing[at]
        if not ways:
            break
        edges.append(ways[int(rng.integers(len(ways)))])
        at = edges[-1].end_id
    ids = [node_id, *(edge.end_id for edge in edges)]
    return Order(
        header_id=1, timestamp="2026-01-01T00:00:00.00Z", version="2.1.0", manufacturer="sunra",
        serial_number="light", order_id=f"walk-{node_id}-{rng.integers(1 << 31)}",
        order_update_id=0,
        nodes=[
            OrderNode(node_id=str(n), sequence_id=2 * i, released=True, actions=[])
            for i, n in enumerate(ids)
        ],
        edges=[
            OrderEdge(edge_id=str(edge.id), sequence_id=2 * i + 1, released=True,
                      start_node_id=str(edge.start_id), end_node_id=str(edge.end_id), actions=[])
            for i, edge in enumerate(edges)
        ],
    )  # fmt: skip


def _vehicles(
    motions: Sequence[tuple[FleetMotion, int]],
    patrol_map: PatrolMap,
    spec: VehicleSpec,
    nodes: Sequence[int],
) -> list[LightVehicle]:
    limits, rng = SpeedLimits(patrol_map), np.random.default_rng(0)
    vehicles = []
    for (motion, index), node_id in zip(motions, nodes, strict=True):
        vehicle = LightVehicle(index, motion, patrol_map, limits, spec.speed_cap_mps, node_id)
        vehicle.accept_order(random_walk_order(patrol_map, node_id, 200, rng))
        vehicles.append(vehicle)
    return vehicles


def real_time_factors(
    patrol_map: PatrolMap, spec: VehicleSpec, count: int, duration_s: float
) -> tuple[float, float]:
    """Simulated over process seconds for `count` vehicles: all in one array, and one by one."""
    nodes = spread_nodes(patrol_map, count, np.random.default_rng(0))
    places = np.array([(patrol_map.nodes[n].x_m, patrol_map.nodes[n].y_m) for n in nodes])
    together = FleetMotion(spec, places)
    fleet = _vehicles([(together, i) for i in range(count)], patrol_map, spec, nodes)
    fast = _factor([together], [fleet], duration_s)
    if float(together.driven_m.min()) <= 0:
        raise SystemExit("a light vehicle stood still: the figure would say nothing")
    alone = [FleetMotion(spec, places[i : i + 1]) for i in range(count)]
    single = _vehicles([(motion, 0) for motion in alone], patrol_map, spec, nodes)
    return fast, _factor(alone, [[vehicle] for vehicle in single], duration_s / 20)


def _factor(
    motions: Sequence[FleetMotion], crews: Sequence[Sequence[LightVehicle]], duration_s: float
) -> float:
    begun = time.process_time()
    for _ in range(round(duration_s / STEP_S)):
        for motion, vehicles in zip(motions, crews, strict=True):
            move(motion, vehicles, STEP_S)
    return duration_s / (time.process_time() - begun)
