"""A whole vehicle without ROS: simulator, localizer, navigation and safety gate in lockstep.

For development and scenario tests; the product's vehicle runs the same libraries as ROS 2 nodes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from navigation.localization.localizer import Localizer
from navigation.planning.patrol_tour import PatrolTour
from navigation.safety.gate import SafetyGate
from navigation.stack import NavigationStack
from navigation.types import (
    STANDSTILL,
    Command,
    GateInputs,
    GateOutput,
    LocalizationEstimate,
    LocalizationStatus,
    Mode,
    StackInputs,
    StackOutputs,
    WheelOdometry,
    steering_for,
)
from patrol.clock import iso_utc
from patrol.geometry import Scan
from patrol.map import PatrolMap
from patrol.vda5050.messages import Action, ActionParameter, Order, OrderEdge, OrderNode
from simulation.mujoco.simulator import TICK_S, Simulator
from simulation.types import DriveCommand, SensorFrame

GATE_TICKS = 2  # 50 Hz
STACK_TICKS = 5  # 20 Hz
MOVING_MPS = 0.05
END_MODES = frozenset({Mode.FINISHED, Mode.CHARGING})


def order_of_tour(patrol_map: PatrolMap, tour: PatrolTour, now_s: float) -> Order:
    """The tour as one VDA 5050 order, all of it released, with checkpoint actions."""
    actions: dict[int, list[Action]] = {}
    at = 0
    for number, leg in enumerate(tour.legs):
        at += len(leg.route.node_ids) - 1
        if leg.checkpoint is not None:
            actions.setdefault(at, []).append(
                Action(
                    action_type="patrolCheckpoint",
                    action_id=f"drive-{leg.checkpoint.id}-{number}",
                    blocking_type="HARD",
                    action_parameters=[
                        ActionParameter(key="checkpointId", value=leg.checkpoint.id),
                        ActionParameter(key="dwell_s", value=leg.checkpoint.dwell_s),
                    ],
                )
            )
    nodes = [
        OrderNode(node_id=str(node_id), sequence_id=2 * i, released=True,
                  actions=actions.get(i, []))
        for i, node_id in enumerate(tour.node_ids)
    ]  # fmt: skip
    edges = [
        OrderEdge(edge_id=str(edge_id), sequence_id=2 * i + 1, released=True,
                  start_node_id=str(a), end_node_id=str(b), actions=[])
        for i, (edge_id, (a, b)) in enumerate(
            zip(tour.edge_ids, itertools.pairwise(tour.node_ids), strict=True)
        )
    ]  # fmt: skip
    return Order(
        header_id=1, timestamp=iso_utc(now_s), version="2.1.0", manufacturer="sunra",
        serial_number="goalie-01", order_id="drive", order_update_id=0, nodes=nodes, edges=edges,
    )  # fmt: skip


@dataclass
class DriveReport:
    """What a drive came to; errors are of the true pose against the path, metres."""

    distance_m: float = 0.0
    duration_s: float = 0.0
    cross_track_m: list[float] = field(default_factory=list)
    localization_m: list[float] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    faults: set[str] = field(default_factory=set)
    finished: bool = False

    def p95_cross_track_m(self) -> float:
        """95th percentile of the absolute cross-track error while moving."""
        return float(np.percentile(np.abs(self.cross_track_m), 95)) if self.cross_track_m else 0.0

    def p95_localization_m(self) -> float:
        """95th percentile of the position error of the estimate."""
        return float(np.percentile(self.localization_m, 95)) if self.localization_m else 0.0


class LibraryVehicle:
    """The vehicle's software around a simulator, one 10 ms tick at a time."""

    def __init__(self, simulator: Simulator) -> None:
        spec, patrol_map = simulator.spec, simulator.world.patrol_map
        self.simulator = simulator
        self.stack = NavigationStack(spec, patrol_map)
        self.localizer = Localizer(spec, patrol_map.origin, simulator.truth.pose)
        self.gate = SafetyGate(spec)
        self.report = DriveReport()
        self.outputs = StackOutputs()
        self.frame: SensorFrame | None = None
        self._estimate = LocalizationEstimate(None, LocalizationStatus.INITIALIZING)
        self._scan: Scan | None = None
        self._command: tuple[Command, float] | None = None
        self._gate_output = GateOutput(STANDSTILL, frozenset(), False, 0.0, math.inf)
        self._steering_rad = 0.0
        self._odometry_s = -math.inf
        self._tick = 0

    def run(self, order: Order, max_duration_s: float) -> Iterator[StackOutputs]:
        """Drive an order until it is done or time is up; yields after every navigation cycle."""
        for _ in range(100):  # sensors fill before the order comes
            self._step()
        self.stack.accept_order(order, self.simulator.now_s)
        start_s = self.simulator.now_s
        while self.simulator.now_s - start_s < max_duration_s:
            if self._step():
                yield self.outputs
                if self.outputs.state.mode in END_MODES:
                    self.report.finished = True
                    break
        self.report.duration_s = self.simulator.now_s - start_s

    def _step(self) -> bool:
        """One tick; True when navigation ran."""
        self._tick += 1
        command = self._gate_output.command
        steering = steering_for(command, self.simulator.spec.wheelbase_m)
        self._steering_rad = self._steering_rad if steering is None else steering
        self.simulator.step(DriveCommand(command.speed_mps, self._steering_rad))
        self._sense(self.simulator.poll())
        if self._tick % STACK_TICKS == 0:
            self._navigate()
        if self._tick % GATE_TICKS == 0:
            self._guard()
        return self._tick % STACK_TICKS == 0

    def _sense(self, frame: SensorFrame) -> None:
        self.frame = frame
        base = frame.base
        if base.stamp_s > self._odometry_s:
            self._odometry_s = base.stamp_s
            self.localizer.add_odometry(
                WheelOdometry(base.stamp_s, base.speed_mps, base.steering_rad)
            )
        for sample in frame.imu:
            self.localizer.add_imu(sample)
        for fix in frame.gnss:
            self.localizer.add_gnss(fix)
        if frame.scans:
            self._scan = frame.scans[-1]
        self.report.contacts += frame.contacts
        self.report.distance_m += abs(frame.truth.speed_mps) * TICK_S

    def _navigate(self) -> None:
        now_s, simulator = self.simulator.now_s, self.simulator
        self._estimate = self.localizer.estimate(now_s)
        faults = self._gate_output.faults
        self.outputs = self.stack.step(
            StackInputs(
                pose=self._estimate.stamped,
                localization_faults=self._estimate.faults,
                base=simulator.base,
                perception_age_s=0.0,
                external_faults=faults,
            ),
            now_s,
        )
        self._command = (self.outputs.command, now_s)
        self.report.faults |= {str(fault) for fault in faults | self.outputs.state.faults}
        self._score()

    def _score(self) -> None:
        truth = self.simulator.truth
        if abs(truth.speed_mps) < MOVING_MPS:
            return
        error = self.stack.cross_track_error_of(truth.pose)
        if error is not None:
            self.report.cross_track_m.append(error)
        if self._estimate.stamped is not None:
            seen = self._estimate.stamped.pose
            self.report.localization_m.append(
                math.hypot(seen.x_m - truth.pose.x_m, seen.y_m - truth.pose.y_m)
            )

    def _guard(self) -> None:
        command, stamp_s = self._command or (None, None)
        inputs = GateInputs(command, stamp_s, self._scan, self.simulator.base)
        self._gate_output = self.gate.step(inputs, self.simulator.now_s)
