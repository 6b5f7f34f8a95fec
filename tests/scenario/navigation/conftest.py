"""A small street map, order builders, and a kinematic vehicle that drives the navigation stack."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from navigation.stack import NavigationStack
from navigation.types import (
    AttentionOrder,
    BaseStatus,
    CaptureReport,
    Mode,
    NavigationState,
    StackInputs,
    StackOutputs,
)
from patrol.faults import FaultKind
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.map import Checkpoint, Dock, Edge, Node, PatrolMap, WayClass
from patrol.signals import SignalLight, SignalState
from patrol.vda5050.messages import Action, ActionParameter, Order, OrderEdge, OrderNode
from patrol.vehicle import load_vehicle
from simulation.attention import SimulatedAttention

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
STEP_S = 0.05
TICK_S = 0.01


# A yard with a dock (1), a street 2-3-4-5 eastwards, a block 3-6-7-4 north of it, and an alley
# that ends at 8.
NODES = {
    1: (0.0, 0.0),
    2: (12.0, 0.0),
    3: (40.0, 0.0),
    4: (70.0, 0.0),
    5: (100.0, 0.0),
    6: (40.0, 25.0),
    7: (70.0, 25.0),
    8: (70.0, 50.0),
}
WAYS = [(1, 2, 4.0), (2, 3, 5.0), (3, 4, 5.0), (4, 5, 5.0)]
WAYS += [(3, 6, 3.5), (6, 7, 3.5), (7, 4, 3.5), (7, 8, 3.0)]
WAITING_PLACES = {4, 6}


def street_map() -> PatrolMap:
    nodes = {i: Node(i, x, y, waiting_place=i in WAITING_PLACES) for i, (x, y) in NODES.items()}
    edges = {}
    for index, (start, end, width) in enumerate(WAYS):
        length = math.dist(NODES[start], NODES[end])
        for offset, (a, b) in ((0, (start, end)), (1, (end, start))):
            edge_id = 100 + 2 * index + offset
            edges[edge_id] = Edge(edge_id, a, b, length, 1.39, width, WayClass.STREET)
    return PatrolMap(
        "testville",
        "Testville",
        GeoPoint(37.48, 126.93, 60.0),
        nodes,
        edges,
        checkpoints=(Checkpoint("c7", "corner", 7, 2.0),),
        docks=(Dock("d1", "dock", 1, 0.0),),
    )


def checkpoint_action(action_id: str, dwell_s: float = 2.0) -> Action:
    return Action(
        action_type="patrolCheckpoint",
        action_id=action_id,
        blocking_type="HARD",
        action_parameters=[
            ActionParameter(key="checkpointId", value=action_id),
            ActionParameter(key="dwell_s", value=dwell_s),
        ],
    )


def make_order(
    patrol_map: PatrolMap,
    node_ids: Sequence[int],
    released: int | None = None,
    actions: Mapping[int, Sequence[Action]] | None = None,
    order_id: str = "order-1",
    update_id: int = 0,
    first_sequence_id: int = 0,
    on_edges: Mapping[int, Sequence[Action]] | None = None,
) -> Order:
    """An order along nodes; the first `released` are the base; `actions` by place in the row.

    `on_edges` are those of edges, by the place of the node where they start.
    """
    base = len(node_ids) if released is None else released
    nodes = [
        OrderNode(
            node_id=str(node_id),
            sequence_id=first_sequence_id + 2 * i,
            released=i < base,
            actions=list((actions or {}).get(i, ())),
        )
        for i, node_id in enumerate(node_ids)
    ]
    edges = []
    for i, (a, b) in enumerate(itertools.pairwise(node_ids)):
        edge = patrol_map.edge_between[(a, b)]
        edges.append(
            OrderEdge(
                edge_id=str(edge.id),
                sequence_id=first_sequence_id + 2 * i + 1,
                released=i + 1 < base,
                start_node_id=str(a),
                end_node_id=str(b),
                actions=list((on_edges or {}).get(i, ())),
            )
        )
    return Order(
        header_id=1,
        timestamp="2026-03-01T21:30:00.000Z",
        version="2.1.0",
        manufacturer="sunra",
        serial_number="goalie-01",
        order_id=order_id,
        order_update_id=update_id,
        nodes=nodes,
        edges=edges,
    )


@dataclass
class Bicycle:
    """Kinematic bicycle: steering dead time and speed, braking and drive limits."""

    pose: Pose2
    wheelbase_m: float = SPEC.wheelbase_m
    steering_delay_s: float = 0.24
    speed_mps: float = 0.0
    steering_rad: float = 0.0
    _queue: deque[float] = field(default_factory=deque)

    def tick(self, speed_mps: float, steering_rad: float) -> None:
        """10 ms towards the commanded speed and steering."""
        self._queue.append(steering_rad)
        late = round(self.steering_delay_s / TICK_S)
        due = self._queue.popleft() if len(self._queue) > late else self.steering_rad
        turn = SPEC.max_steering_rate_radps * TICK_S
        steering = self.steering_rad + float(np.clip(due - self.steering_rad, -turn, turn))
        self.steering_rad = float(np.clip(steering, -SPEC.max_steering_rad, SPEC.max_steering_rad))
        change = SPEC.max_deceleration_mps2 * TICK_S
        self.speed_mps += float(np.clip(speed_mps - self.speed_mps, -change, change))
        rate = self.speed_mps * math.tan(self.steering_rad) / self.wheelbase_m
        yaw = self.pose.yaw_rad + 0.5 * rate * TICK_S
        self.pose = Pose2(
            self.pose.x_m + self.speed_mps * math.cos(yaw) * TICK_S,
            self.pose.y_m + self.speed_mps * math.sin(yaw) * TICK_S,
            self.pose.yaw_rad + rate * TICK_S,
        )


class Patrol:
    """A stack that drives a bicycle; every input can be broken from the test."""

    def __init__(
        self,
        patrol_map: PatrolMap,
        start: Pose2,
        wheelbase_share: float = 1.0,
        noise_m: float = 0.02,
        seed: int = 0,
    ) -> None:
        self.map = patrol_map
        self.stack = NavigationStack(SPEC, patrol_map)
        self.vehicle = Bicycle(start, SPEC.wheelbase_m * wheelbase_share)
        self.noise_m = noise_m
        self.rng = np.random.default_rng(seed)
        self.now_s = 1000.0
        self.perception_age_s: float | None = 0.1
        self.link_up = True
        self.battery_pct = 80.0
        self.charging = False
        self.pose_age_s = 0.05
        self.external: frozenset[FaultKind] = frozenset()
        self.localization: frozenset[FaultKind] = frozenset()
        self.perception: frozenset[FaultKind] = frozenset()
        self.base = SimulatedAttention()
        self.attention = AttentionOrder()  # what the base is told to show and to say
        self.is_mute = False  # the base does not report
        self.capture_id = ""  # the picture that perception is asked for
        self.captured: CaptureReport | None = None
        self.hold_wheels = False
        self.scan: Scan | None = None
        self.signals: dict[str, SignalState] = {}
        self.green_and_empty = False  # every light shows walk, nobody is in the streets
        self.errors_m: list[float] = []
        self.moving_errors_m: list[float] = []
        self.state = NavigationState()
        self.step()  # the stack knows where it is

    def step(self) -> StackOutputs:
        """One cycle of 50 ms."""
        noise = self.noise_m * self.rng.normal(size=3)
        truth = self.vehicle.pose
        seen = Pose2(truth.x_m + noise[0], truth.y_m + noise[1], truth.yaw_rad + 0.25 * noise[2])
        base = BaseStatus(
            self.now_s,
            self.vehicle.speed_mps,
            self.vehicle.steering_rad,
            self.battery_pct,
            self.charging,
        )
        if self.green_and_empty:
            self._clear_the_way()
        outputs = self.stack.step(
            StackInputs(
                pose=StampedPose(self.now_s - self.pose_age_s, seen, np.eye(3) * 1e-4),
                localization_faults=self.localization,
                base=base,
                scan=self.scan,
                signals=self.signals,
                perception_age_s=self.perception_age_s,
                perception_faults=self.perception,
                link_up=self.link_up,
                external_faults=self.external,
                captured=self.captured,
                attention=None if self.is_mute else self.base.report(self.now_s),
            ),
            self.now_s,
        )
        self.attention, self.capture_id = outputs.attention, outputs.capture_id
        self.base.take(self.attention, self.now_s)
        self.state = outputs.state
        error = self.stack.cross_track_error_of(truth)
        if error is not None and abs(self.vehicle.speed_mps) > 0.05:
            self.errors_m.append(abs(error))
        command = outputs.command
        steering = self.vehicle.steering_rad
        if command.speed_mps:
            steering = math.atan(SPEC.wheelbase_m * command.curvature_1pm)
        for _ in range(round(STEP_S / TICK_S)):
            self.vehicle.tick(0.0 if self.hold_wheels else command.speed_mps, steering)
        self.now_s += STEP_S
        return outputs

    def _clear_the_way(self) -> None:
        self.scan = Scan(self.now_s, -2.0, 0.01, np.full(400, np.inf), 0.06, 25.0)
        lights = (c.signal_id or c.id for c in self.map.crosswalks if c.signalled)
        self.signals = {
            light: SignalState(self.now_s, light, SignalLight.WALK, 60.0) for light in lights
        }

    def run(
        self, seconds: float, until: Callable[[NavigationState], bool] = lambda _: False
    ) -> bool:
        """Steps until a condition holds; False when the time is over first."""
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.step()
            if until(self.state):
                return True
        return False

    def run_to(self, mode: Mode, seconds: float = 300.0) -> None:
        """Steps until the mode is there; fails the test when it never is."""
        assert self.run(seconds, lambda state: state.mode is mode), (
            f"no {mode} within {seconds} s, but {self.state}"
        )

    def distance_to(self, node_id: int) -> float:
        node = self.map.nodes[node_id]
        return math.dist((self.vehicle.pose.x_m, self.vehicle.pose.y_m), (node.x_m, node.y_m))


@pytest.fixture
def kit() -> SimpleNamespace:
    """Everything above: test files cannot import a conftest."""
    return SimpleNamespace(
        SPEC=SPEC,
        Bicycle=Bicycle,
        Patrol=Patrol,
        street_map=street_map,
        make_order=make_order,
        checkpoint_action=checkpoint_action,
    )
