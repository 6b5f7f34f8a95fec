"""One honest route: the real stack drives a random order, and the fence should never be noticed.

A walk of some ways from any node, now and then with a turn on the spot where the way is wide
enough for it (a turn on a narrower one leaves the way, which the fence may notice); no crosswalk
(nobody tells its light here), nothing that the vehicle cannot use, no closed way. The vehicle is
the same late bicycle as in wild drives, on empty streets.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.prepared import prep

from benchmarks.fencing.wild_drive import (
    BEGIN_S,
    FENCED,
    HEARD_EVERY,
    STEP_S,
    fenced_gate,
    ground_of,
    open_ground,
    outline,
)
from benchmarks.steering.bicycle import Bicycle
from navigation.following.turning import SIDE_CLEARANCE_M, k_turn
from navigation.safety.gate import SafetyGate
from navigation.stack import NavigationStack
from navigation.types import (
    STANDSTILL,
    BaseStatus,
    GateInputs,
    Mode,
    StackInputs,
    steering_for,
)
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.map import Edge, PatrolMap
from patrol.map_passable import hindrances
from patrol.map_shapes import keep_out_edges
from patrol.vehicle import VehicleSpec
from simulation.vehicle.orders import order_along

STACK_EVERY = 3  # cycles of the gate
SCAN_EVERY = 5
SIGMA_M, SIGMA_RAD = 0.03, 0.005
ROUTE_M = 60.0
LONGEST_S = 300.0
BACK_SHARE = 0.1  # of the nodes at which it turns round though it need not


@dataclass(frozen=True, slots=True)
class Route:
    """What came of it; seconds of the gate with its fence and without."""

    is_finished: bool
    exits: int
    refusals: int
    travelled_m: float
    cycles: int
    gate_s: float
    bare_gate_s: float


class HonestRoute:
    """Stack, gate and vehicle in lockstep."""

    def __init__(self, seed: int, patrol_map: PatrolMap, spec: VehicleSpec) -> None:
        self._rng = np.random.default_rng([seed, 43])
        self._spec = spec
        self._ground_rng = np.random.default_rng([seed, 44])
        nodes = _walk(patrol_map, spec, self._rng)
        first, second = (patrol_map.nodes[i] for i in nodes[:2])
        yaw = math.atan2(second.y_m - first.y_m, second.x_m - first.x_m)
        start = Pose2(first.x_m, first.y_m, yaw)
        self._vehicle = Bicycle(spec, start)
        self._stack = NavigationStack(spec, patrol_map)
        self._gate, self._bare = fenced_gate(spec, patrol_map), SafetyGate(spec)
        self._ground = prep(ground_of(patrol_map, start))
        self._outline = outline(spec)
        self._order = order_along(patrol_map, nodes, BEGIN_S)
        lidar = spec.lidar
        half = lidar.field_of_view_rad / 2
        self._scan = Scan(
            BEGIN_S, -half, 2 * half / 9, np.full(10, math.inf), lidar.range_min_m, 25.0
        )
        self._command, self._pose = STANDSTILL, self._estimate(BEGIN_S)

    def run(self) -> Route:
        """Drive the order to its end."""
        exits, refusals, travelled_m, cycle, spent = 0, 0, 0.0, 0, [0.0, 0.0]
        faults, steering, mode = frozenset(), 0.0, Mode.IDLE
        while cycle * STEP_S < LONGEST_S and mode is not Mode.FINISHED:
            now_s = BEGIN_S + cycle * STEP_S
            base = BaseStatus(now_s, self._vehicle.speed_mps, self._vehicle.steering_rad)
            if cycle % SCAN_EVERY == 0:
                self._scan = replace(self._scan, stamp_s=now_s)
            if cycle % STACK_EVERY == 0:
                self._pose = self._estimate(now_s)
                given = StackInputs(
                    self._pose, base=base, scan=self._scan, perception_age_s=0.1,
                    external_faults=faults,
                )  # fmt: skip
                output = self._stack.step(given, now_s)
                self._command, mode = output.command, output.state.mode
                if cycle == 0:
                    self._stack.accept_order(self._order, now_s)
            if cycle % HEARD_EVERY == 0:
                heard = open_ground(self._spec, self._ground_rng, now_s)
            inputs = GateInputs(self._command, now_s, self._scan, base, heard, self._pose)
            began_s = time.perf_counter()
            gate = self._gate.step(inputs, now_s)
            spent[0] += (passed_s := time.perf_counter()) - began_s
            self._bare.step(inputs, now_s)
            spent[1] += time.perf_counter() - passed_s
            faults = gate.faults
            refusals += bool(faults & FENCED)
            told = steering_for(gate.command, self._spec.wheelbase_m)
            steering = steering if told is None else told
            self._vehicle.drive(gate.command.speed_mps, steering, STEP_S)
            travelled_m += abs(self._vehicle.speed_mps) * STEP_S
            exits += cycle % STACK_EVERY == 0 and not self._is_inside()
            cycle += 1
        done = mode is Mode.FINISHED
        return Route(done, exits, refusals, travelled_m, cycle, spent[0], spent[1])

    def _estimate(self, now_s: float) -> StampedPose:
        true, rng = self._vehicle.pose, self._rng
        x, y = (v + float(rng.normal(0.0, SIGMA_M / 3)) for v in (true.x_m, true.y_m))
        yaw = true.yaw_rad + float(rng.normal(0.0, SIGMA_RAD / 3))
        covariance = np.diag([SIGMA_M**2, SIGMA_M**2, SIGMA_RAD**2])
        return StampedPose(now_s, Pose2(x, y, yaw), covariance)

    def _is_inside(self) -> bool:
        ring = self._vehicle.pose.transform_points(self._outline)
        return bool(self._ground.covers(shapely.Polygon(ring)))


def _walk(patrol_map: PatrolMap, spec: VehicleSpec, rng: np.random.Generator) -> list[int]:
    """Nodes in a row, about `ROUTE_M` of way."""
    closed = keep_out_edges(patrol_map)

    def may_use(edge: Edge) -> bool:
        return edge.id not in closed and not edge.crosswalk_id and not hindrances(edge, spec)

    usable = [edge for edge in patrol_map.edges.values() if may_use(edge)]
    edge = usable[int(rng.integers(len(usable)))]
    nodes, length_m = [edge.start_id, edge.end_id], edge.length_m
    while length_m < ROUTE_M:
        ways = [e for e in patrol_map.outgoing[nodes[-1]] if may_use(e)]
        ahead = [e for e in ways if e.end_id != nodes[-2]]
        back = [e for e in ways if e.end_id == nodes[-2] and _can_turn(e, spec)]
        choices = back if back and (not ahead or rng.random() < BACK_SHARE) else ahead
        if not choices:
            break
        edge = choices[int(rng.integers(len(choices)))]
        nodes.append(edge.end_id)
        length_m += edge.length_m
    return nodes


def _can_turn(edge: Edge, spec: VehicleSpec) -> bool:
    turn = k_turn(math.pi, edge.width_m, spec)
    return turn.half_width_m + SIDE_CLEARANCE_M <= edge.width_m / 2
