"""A light vehicle follows orders as VDA 5050 says: base, horizon, updates, actions, refusals."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.geodesy import GeoPoint
from patrol.map import Edge, Node, PatrolMap, WayClass, Zone, ZoneKind
from patrol.vda5050.messages import Action, ActionParameter, Order, OrderEdge, OrderNode
from patrol.vehicle import VehicleSpec, load_vehicle
from simulation.fleet_motion import FleetMotion
from simulation.light_map import SpeedLimits
from simulation.light_vehicle import LightVehicle

STEP_S = 0.1
CAP_MPS = 5 / 3.6
HEADER: dict[str, Any] = {
    "header_id": 1,
    "timestamp": "2026-03-01T21:30:00.000Z",
    "version": "2.1.0",
    "manufacturer": "sunra",
    "serial_number": "light-01",
}


def line_map() -> PatrolMap:
    """Nodes 1 to 6 every 20 m eastwards, edges both ways; 0.5 m/s in a zone around 50 m."""
    nodes = {i: Node(i, 20.0 * (i - 1), 0.0) for i in range(1, 7)}
    ends = [(i, i + 1) for i in range(1, 6)] + [(i + 1, i) for i in range(1, 6)]
    edges = {10 * a + b: Edge(10 * a + b, a, b, 20.0, 2.0, 3.0, WayClass.ALLEY) for a, b in ends}
    ring = ((45.0, -5.0), (55.0, -5.0), (55.0, 5.0), (45.0, 5.0))
    zone = Zone("school", ZoneKind.SCHOOL, ring, speed_limit_mps=0.5)
    return PatrolMap("line", "", GeoPoint(37.5, 126.9), nodes, edges, zones=(zone,))


MAP = line_map()


class Drive:
    """One vehicle at node 1."""

    def __init__(self, spec: VehicleSpec) -> None:
        self.motion = FleetMotion(spec, np.array([[0.0, 0.0]]))
        self.vehicle = LightVehicle(0, self.motion, MAP, SpeedLimits(MAP), CAP_MPS, 1)
        self.fastest_mps = 0.0

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            for index in self.motion.step(STEP_S):
                assert index == 0
                self.vehicle.arrived()
            self.vehicle.wait(STEP_S)
            self.fastest_mps = max(self.fastest_mps, float(self.motion.speed_mps[0]))

    def instant(self, action_type: str) -> None:
        self.vehicle.instant_action(
            Action(action_type=action_type, action_id=action_type, blocking_type="HARD")
        )

    def statuses(self) -> dict[str, str]:
        states = self.vehicle.content().action_states
        return {state.action_id: state.action_status for state in states}

    @property
    def x_m(self) -> float:
        return self.motion.pose(0).x_m


@pytest.fixture
def drive(goalie: VehicleSpec) -> Drive:
    return Drive(goalie)


@pytest.fixture(scope="module")
def goalie() -> VehicleSpec:
    return load_vehicle(Path(__file__).parents[3] / "config/vehicles/goalie.yaml")


def order(
    node_ids: list[int],
    released: int | None = None,
    *,
    update: int = 0,
    first: int = 0,
    order_id: str = "o1",
    actions: dict[int, list[Action]] | None = None,
) -> Order:
    """A route over node ids; the first `released` of them are the base."""
    base = len(node_ids) if released is None else released
    nodes = [
        OrderNode(
            node_id=str(node_id),
            sequence_id=first + 2 * number,
            released=number < base,
            actions=(actions or {}).get(node_id, []),
        )
        for number, node_id in enumerate(node_ids)
    ]
    edges = [
        OrderEdge(
            edge_id=f"{a}{b}",
            sequence_id=first + 2 * number + 1,
            released=number + 1 < base,
            start_node_id=str(a),
            end_node_id=str(b),
            actions=[],
        )
        for number, (a, b) in enumerate(pairwise(node_ids))
    ]
    return Order(order_id=order_id, order_update_id=update, nodes=nodes, edges=edges, **HEADER)


def checkpoint(dwell_s: float) -> Action:
    return Action(
        action_type="patrolCheckpoint",
        action_id="visit",
        blocking_type="HARD",
        action_parameters=[ActionParameter(key="dwell_s", value=dwell_s)],
    )


def test_drives_to_the_end_of_its_order_and_stands(drive: Drive) -> None:
    drive.vehicle.accept_order(order([1, 2]))
    drive.run(5.0)
    content = drive.vehicle.content()
    assert content.driving
    assert content.node_states == (("2", 2, True),)
    drive.run(20.0)
    content = drive.vehicle.content()
    assert drive.x_m == pytest.approx(20.0, abs=0.01)
    assert (content.last_node_id, content.last_node_sequence_id) == ("2", 2)
    assert (content.driving, content.node_states, content.edge_states) == (False, (), ())
    assert not drive.vehicle.busy


def test_never_drives_faster_than_the_law_or_the_zone(drive: Drive) -> None:
    drive.vehicle.accept_order(order([1, 2, 3, 4, 5]))
    drive.run(20.0)
    assert drive.fastest_mps == pytest.approx(CAP_MPS)
    while drive.x_m < 41.0:
        drive.run(STEP_S)
    drive.fastest_mps = 0.0
    while drive.x_m < 59.0:
        drive.run(STEP_S)
    assert drive.fastest_mps <= 0.5 + 1e-9


def test_stands_at_the_end_of_the_base_and_asks_for_more(drive: Drive) -> None:
    drive.vehicle.accept_order(order([1, 2, 3, 4], released=2))
    drive.run(60.0)
    content = drive.vehicle.content()
    assert drive.x_m == pytest.approx(20.0, abs=0.01), "never into the horizon"
    assert content.new_base_request
    assert content.node_states == (("3", 4, False), ("4", 6, False))
    drive.vehicle.accept_order(order([2, 3, 4], update=1, first=2))
    assert not drive.vehicle.content().new_base_request
    drive.run(120.0)
    assert drive.vehicle.content().last_node_sequence_id == 6


def test_update_in_motion_does_not_stop_the_vehicle(drive: Drive) -> None:
    drive.vehicle.accept_order(order([1, 2, 3], released=2))
    drive.run(5.0)
    drive.vehicle.accept_order(order([2, 3], update=1, first=2))
    drive.run(11.0)
    assert drive.x_m > 15.0
    assert drive.motion.speed_mps[0] == pytest.approx(CAP_MPS)


def test_dwells_at_a_checkpoint_and_charges_at_the_dock(drive: Drive) -> None:
    charge = Action(action_type="startCharging", action_id="charge", blocking_type="HARD")
    actions = {2: [checkpoint(5.0)], 3: [charge]}
    drive.vehicle.accept_order(order([1, 2, 3], actions=actions))
    assert drive.statuses() == {"visit": "WAITING", "charge": "WAITING"}
    while drive.vehicle.content().last_node_id != "2":
        drive.run(STEP_S)
    drive.run(4.5)
    assert drive.statuses()["visit"] == "RUNNING"
    assert drive.x_m == pytest.approx(20.0, abs=0.01)
    drive.run(1.0)
    assert drive.statuses()["visit"] == "FINISHED"
    before_pct = drive.vehicle.content().battery_pct
    drive.run(30.0)
    assert drive.statuses()["charge"] == "FINISHED"
    assert drive.vehicle.content().charging
    assert drive.vehicle.content().battery_pct > before_pct - 1
    drive.vehicle.accept_order(order([3, 2], order_id="o2"))
    drive.run(1.0)
    assert not drive.vehicle.content().charging


def test_pause_stops_and_resume_goes_on(drive: Drive) -> None:
    drive.vehicle.accept_order(order([1, 2]))
    drive.run(5.0)
    drive.instant("startPause")
    drive.run(2.0)
    stopped_m = drive.x_m
    drive.run(10.0)
    content = drive.vehicle.content()
    assert (content.paused, content.driving, drive.x_m) == (True, False, stopped_m)
    drive.instant("stopPause")
    drive.run(20.0)
    assert drive.x_m == pytest.approx(20.0, abs=0.01)


def test_cancel_drops_the_order_and_fails_its_actions(drive: Drive) -> None:
    drive.vehicle.accept_order(order([1, 2], actions={2: [checkpoint(1.0)]}))
    drive.run(5.0)
    drive.instant("cancelOrder")
    content = drive.vehicle.content()
    assert (content.node_states, content.edge_states, content.driving) == ((), (), False)
    assert drive.statuses() == {"visit": "FAILED", "cancelOrder": "FINISHED"}
    with pytest.raises(OrderError) as caught:
        drive.instant("cancelOrder")
    assert caught.value.error_type == "noOrderToCancel"
    drive.vehicle.accept_order(order([2, 3], order_id="o2"))
    drive.run(60.0)
    assert drive.x_m == pytest.approx(40.0, abs=0.01), "from where it stood"


def test_order_sent_again_changes_nothing(drive: Drive) -> None:
    drive.vehicle.accept_order(order([1, 2]))
    drive.run(5.0)
    drive.vehicle.accept_order(order([1, 2]))
    drive.run(20.0)
    drive.vehicle.accept_order(order([1, 2]))
    drive.run(1.0)
    assert drive.x_m == pytest.approx(20.0, abs=0.01)


def _refused(drive: Drive, wrong: Order) -> OrderError:
    before = drive.vehicle.content()
    with pytest.raises(OrderError) as caught:
        drive.vehicle.accept_order(wrong)
    assert drive.vehicle.content() == before, "nothing is half taken"
    return caught.value


@pytest.mark.parametrize(
    ("wrong", "error_type"),
    [
        (order([1, 99]), "validationError"),
        (order([1, 3]), "validationError"),  # no such edge
        (order([5, 6]), "noRouteError"),  # 80 m away
        (
            order(
                [1, 2],
                actions={2: [Action(action_type="fly", action_id="f", blocking_type="NONE")]},
            ),
            "validationError",
        ),
    ],
)
def test_order_that_cannot_be_followed_is_refused(
    drive: Drive, wrong: Order, error_type: str
) -> None:
    assert _refused(drive, wrong).error_type == error_type


@pytest.mark.parametrize("dwell_s", ["long", -1.0, float("inf"), float("nan"), None, 1e9])
def test_dwell_that_is_no_duration_is_refused(drive: Drive, dwell_s: Any) -> None:
    wrong = order([1, 2], actions={2: [checkpoint(dwell_s)]})
    assert _refused(drive, wrong).error_type == "validationError"


def test_edge_that_does_not_join_its_nodes_is_refused(drive: Drive) -> None:
    wrong = order([1, 2])
    wrong.edges[0].edge_id = "23"
    assert _refused(drive, wrong).error_type == "noRouteError"


def test_second_order_while_one_is_under_way_is_refused(drive: Drive) -> None:
    drive.vehicle.accept_order(order([1, 2]))
    assert _refused(drive, order([1, 2], order_id="o2")).error_type == "orderError"


@pytest.mark.parametrize(
    "wrong", [order([2, 3], update=0, first=2), order([1, 2, 3], update=2, first=0)]
)
def test_update_that_is_old_or_does_not_stitch_is_refused(drive: Drive, wrong: Order) -> None:
    drive.vehicle.accept_order(order([1, 2, 3], released=2, update=1))
    assert _refused(drive, wrong).error_type == "orderUpdateError"


def test_waits_for_an_operator_until_released(drive: Drive) -> None:
    waits = Action(action_type="waitForOperator", action_id="w", blocking_type="HARD")
    drive.vehicle.accept_order(order([1, 2, 3], actions={2: [waits]}))
    with pytest.raises(OrderError, match="does not wait"):
        drive.instant("releaseOperatorWait")  # still on its way there
    drive.run(600.0)
    assert (drive.statuses()["w"], drive.x_m) == ("RUNNING", pytest.approx(20.0, abs=0.2))
    assert drive.vehicle.content().waiting_for == "an operator"
    drive.instant("releaseOperatorWait")
    drive.run(60.0)
    assert (drive.statuses()["w"], drive.x_m) == ("FINISHED", pytest.approx(40.0, abs=0.2))
    assert drive.vehicle.content().waiting_for == ""


def test_actions_of_edges_are_refused(drive: Drive) -> None:
    wrong = order([1, 2])
    shine = Action(action_type="startBeacon", action_id="b", blocking_type="NONE")
    wrong.edges[0].actions.append(shine)
    error = _refused(drive, wrong)
    assert "does nothing on edges, not even 'startBeacon'" in str(error)


def test_unknown_instant_action_is_refused(drive: Drive) -> None:
    with pytest.raises(OrderError) as caught:
        drive.instant("dance")
    assert caught.value.error_type == "actionError"


@pytest.mark.parametrize(
    ("pct", "fault"),
    [(50.0, None), (15.0, FaultKind.BATTERY_LOW), (5.0, FaultKind.BATTERY_CRITICAL)],
)
def test_battery_faults(drive: Drive, pct: float, fault: FaultKind | None) -> None:
    drive.motion.battery_pct[0] = pct
    assert drive.vehicle.content().faults == (frozenset({fault}) if fault else frozenset())


def test_driving_uses_battery(drive: Drive) -> None:
    drive.vehicle.accept_order(order([1, 2, 3, 4, 5, 6]))
    drive.run(60.0)
    assert 99.0 < drive.vehicle.content().battery_pct < 100.0
