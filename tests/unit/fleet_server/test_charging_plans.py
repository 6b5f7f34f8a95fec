"""Plans that charge on the way: one order, its base ends at the dock until the charge is over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import msgspec
import pytest

from fleet_server.dispatch.charging import FULL_PCT, needed_pct, watch
from fleet_server.dispatch.plan_route import route_of_plan
from fleet_server.dispatch.progress import base_end
from fleet_server.dispatch.rejoin import rejoined
from fleet_server.dispatch.route import ChargeStop, Route
from fleet_server.dispatch.succession import NewRoute
from navigation.planning.fleet.types import RESERVE, Step, VehiclePlan
from patrol.vda5050.messages import (
    ActionState,
    AgvPosition,
    BatteryState,
    NodeState,
    Order,
    decode,
)
from patrol.vehicle import VehicleSpec, load_vehicle

pytestmark = pytest.mark.anyio
BASE = "http://testserver/api/v1"
STAY_S = 600.0
NEEDED_PCT = 60.0


def steps_of(*stays: tuple[int, float, bool]) -> tuple[Step, ...]:
    """Steps round the square's nodes: (node to, seconds there, whether on the charger)."""
    here, clock_s, made = 0, 0.0, []
    for node, stay_s, is_charge in stays:
        node_ids = tuple(range(here, node + 1)) if node else (*range(here, 40), 0)
        edge_ids = tuple(1000 + n for n in node_ids[:-1])
        arrive_s = clock_s + 10.0 * len(edge_ids)
        task_id = "dock" if is_charge else f"n{node}"
        made.append(
            Step(
                node_ids,
                edge_ids,
                clock_s,
                arrive_s,
                arrive_s,
                arrive_s + stay_s,
                10.0 * len(edge_ids),
                task_id,
                task_id,
                is_charge=is_charge,
            )
        )
        here, clock_s = node, arrive_s + stay_s
    return tuple(made)


@pytest.fixture
def goalie(kit: Any) -> VehicleSpec:
    return load_vehicle(kit.GOALIE_FILE)


@pytest.fixture
def route(kit: Any, goalie: VehicleSpec) -> Route:
    """Round the square, charge, and to node 10 and on; then home."""
    steps = steps_of((0, STAY_S, True), (10, 5.0, False), (0, 0.0, True))
    route = route_of_plan(kit.square_map(), VehiclePlan("v", steps, ""), goalie)
    (charge,) = route.charges
    return msgspec.structs.replace(
        route, charges=[msgspec.structs.replace(charge, needed_pct=NEEDED_PCT)]
    )


# ------------------------------------------------------------------------------- the route


def test_a_charge_at_the_end_is_the_last_action_and_not_one_on_the_way(
    kit: Any, goalie: VehicleSpec
) -> None:
    steps = steps_of((10, 5.0, False), (0, 30.0, True))
    found = route_of_plan(kit.square_map(), VehiclePlan("v", steps, ""), goalie)
    assert found.charges == []
    assert found.charge_action_id is not None
    again = replace(steps[-1], node_ids=(0,), edge_ids=())
    found = route_of_plan(kit.square_map(), VehiclePlan("v", (*steps, again), ""), goalie)
    assert found.charges == []


def test_a_vehicle_needs_what_the_way_to_its_next_charge_takes(goalie: VehicleSpec) -> None:
    steps = steps_of((10, 3600.0, False), (0, 600.0, True), (20, 9e6, False))
    hours = (400.0 + 3600.0) / 3600.0
    wanted = 100.0 * (RESERVE + hours * goalie.mean_power_w / goalie.battery_wh)
    assert needed_pct(steps, goalie) == pytest.approx(wanted)
    assert needed_pct(steps[2:], goalie) == FULL_PCT
    assert needed_pct((), goalie) == pytest.approx(100.0 * RESERVE)


def test_a_base_ends_at_the_dock_until_the_charge_is_over(route: Route) -> None:
    assert route.charges[0].node_index == 40
    assert base_end(route, 0, 1000) == 40
    assert base_end(route, 35, 12) == 40
    assert base_end(route, 40, 12) == 40
    assert base_end(route, 40, 3, charged=1) == 43
    assert base_end(route, 40, 1000, charged=1) == route.last_index


def test_a_route_that_is_joined_on_the_way_keeps_its_charges(
    route: Route, kit: Any, goalie: VehicleSpec
) -> None:
    joined = rejoined(route, kit.square_map(), 30, 0.0, goalie, frozenset(), whole=False)
    (charge,) = joined.charges
    assert joined.node_ids[0] == 30
    assert joined.node_ids[charge.node_index] == 0
    assert charge.node_index == 10


# ------------------------------------------------------------------------------- the charge

CHARGE = ChargeStop(40, "c", "dock", STAY_S, NEEDED_PCT)


@pytest.mark.parametrize(
    ("status", "battery_pct", "after_s", "is_over", "words"),
    [
        ("WAITING", 90.0, 1000.0, False, None),
        ("RUNNING", 90.0, 1000.0, False, None),
        ("FINISHED", 59.9, 1000.0, False, "charges at dock until its battery shows 60 %"),
        ("FINISHED", 60.0, 599.0, False, "charges at dock as long as planned"),
        ("FINISHED", 60.0, 600.0, True, None),
        ("FAILED", 30.0, 1000.0, False, "failed; it waits until its battery shows 60 %"),
        ("FAILED", 70.0, 1000.0, True, None),
    ],
)  # fmt: skip
def test_a_vehicle_leaves_when_its_time_and_its_battery_say_so(
    kit: Any, status: Any, battery_pct: float, after_s: float, is_over: bool, words: str | None
) -> None:
    state = kit.make_state(
        action_states=[ActionState(action_id="c", action_status=status)],
        battery_state=BatteryState(battery_charge=battery_pct, charging=True),
    )
    found = watch(CHARGE, 1000.0, state, 1000.0 + after_s)
    assert found.is_over == is_over
    assert (found.words or "").endswith(words or "")
    assert (found.words is None) == (words is None)


def test_the_stay_counts_from_when_the_charge_was_first_seen(kit: Any) -> None:
    state = kit.make_state(action_states=[ActionState(action_id="c", action_status="FINISHED")])
    first = watch(CHARGE, None, state, 5000.0)
    assert (first.since_s, first.is_over) == (5000.0, False)
    assert watch(CHARGE, None, kit.make_state(), 5000.0).since_s is None


# ------------------------------------------------------------------------------- the order


class Vehicle:
    """A vehicle that stands where it is told to and says so."""

    def __init__(self, rig: Any, kit: Any) -> None:
        self.rig, self.kit, self.header_id = rig, kit, 100

    def orders(self) -> list[Order]:
        return [decode(payload, Order) for payload in self.rig.sent("order")]

    async def at(self, index: int, battery_pct: float, done: tuple[str, ...] = ()) -> None:
        """At a node (an index) of the route, ten minutes later."""
        order = self.orders()[-1]
        self.header_id += 1
        self.rig.clock.advance(STAY_S)
        state = self.kit.make_state(
            self.header_id, self.rig.clock.now_s(),
            order_id=order.order_id, order_update_id=order.order_update_id,
            last_node_sequence_id=2 * index,
            node_states=[NodeState(node_id="1", sequence_id=2 * index + 2, released=True)],
            action_states=[ActionState(action_id=a, action_status="FINISHED") for a in done],
            battery_state=BatteryState(battery_charge=battery_pct, charging=bool(done)),
        )  # fmt: skip
        await self.rig.take("state", state)
        await self.rig.dispatcher.step_all()

    def released(self) -> int:
        """The sequence id of the last released node, halved: its index."""
        return max(n.sequence_id for n in self.orders()[-1].nodes if n.released) // 2


@pytest.fixture
async def vehicle(rig: Any, kit: Any) -> Vehicle:
    await rig.take("connection", kit.make_connection())
    await rig.take("state", kit.make_state())
    return Vehicle(rig, kit)


def driven(rig: Any) -> Route:
    """The route as it was sent: its actions bear the assignment's name."""
    route: Route = rig.dispatcher._following.active["sunra/goalie-01"].route
    return route


async def start(rig: Any, kit: Any, route: Route) -> Any:
    spec = load_vehicle(kit.GOALIE_FILE)
    new = NewRoute(
        "1", "Long", "sunra/goalie-01", route, kit.square_map(), "minji", spec, frozenset(), False
    )
    return await rig.dispatcher.join_route(new)


def test_a_charge_whose_current_stopped_is_told_and_waited_for(kit: Any) -> None:
    state = kit.make_state(
        action_states=[ActionState(action_id="c", action_status="FINISHED")],
        battery_state=BatteryState(battery_charge=NEEDED_PCT - 1.0, charging=False),
    )
    found = watch(CHARGE, 1000.0, state, 1000.0 + STAY_S)
    assert not found.is_over
    assert found.words == "charging at dock failed; it waits until its battery shows 60 %"


async def test_the_way_on_is_released_when_the_battery_is_full_enough(
    rig: Any, kit: Any, route: Route, vehicle: Vehicle
) -> None:
    view = await start(rig, kit, route)
    (charge,) = driven(rig).charges
    await vehicle.at(36, 30.0)
    assert vehicle.released() == 40
    action_ids = [a.action_id for n in vehicle.orders()[-1].nodes for a in n.actions]
    assert charge.action_id in action_ids
    sent = len(vehicle.orders())
    for battery_pct in (30.0, 40.0, 59.0):
        await vehicle.at(40, battery_pct, (charge.action_id,))
    assert len(vehicle.orders()) == sent
    assert rig.assignments[-1].reason == "charges at dock until its battery shows 60 %"
    assert rig.assignments[-1].status == "running"
    await vehicle.at(40, 61.0, (charge.action_id,))
    update = vehicle.orders()[-1]
    assert (update.nodes[0].sequence_id, update.nodes[0].node_id) == (80, "0")
    assert vehicle.released() > 40
    assert (await rig.dispatcher.find(view.assignment_id)).reason is None


async def test_a_restarted_server_goes_on_waiting_and_then_releases(
    rig: Any, kit: Any, route: Route, vehicle: Vehicle
) -> None:
    await start(rig, kit, route)
    (charge,) = driven(rig).charges
    await vehicle.at(36, 30.0)
    await vehicle.at(40, 30.0, (charge.action_id,))
    await kit.restart(rig)
    await vehicle.at(40, 45.0, (charge.action_id,))
    assert vehicle.released() == 40
    await vehicle.at(40, 60.0, (charge.action_id,))
    assert vehicle.released() > 40


async def test_a_vehicle_that_lost_an_order_with_charges_is_to_be_planned_anew(
    rig: Any, kit: Any, route: Route, vehicle: Vehicle
) -> None:
    view = await start(rig, kit, route)
    await vehicle.at(5, 70.0)
    here = AgvPosition(x=50, y=0, theta=0.0, map_id="square", position_initialized=True)
    for _ in range(2):
        vehicle.header_id += 1
        rig.clock.advance(30.0)
        state = kit.make_state(vehicle.header_id, rig.clock.now_s(), agv_position=here)
        await rig.take("state", state)
        await rig.dispatcher.step_all()
    end = await rig.dispatcher.find(view.assignment_id)
    assert end.status == "failed"
    assert "charges on the way, so the rest must be planned anew" in end.reason


# ------------------------------------------------------------------------------- over the API


@pytest.fixture
async def client(app: Any, vehicle: Vehicle, kit: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        await client.post("/session", json={"username": "minji", "password": kit.PASSWORD})
        yield client


async def test_a_plan_that_charges_on_the_way_is_started(
    client: httpx.AsyncClient, rig: Any
) -> None:
    asked = {
        "name": "Long", "map_id": "square", "vehicle_ids": ["sunra/goalie-01"], "seed": 1,
        "mode": "persistent", "hours": 24,
    }  # fmt: skip
    plan = (await client.post("/plans", json=asked)).json()
    (planned,) = plan["vehicles"]
    assert any(step["is_charge"] for step in planned["steps"][:-1])
    started = await client.post(f"/plans/{plan['plan_id']}/start")
    assert started.status_code == 201, started.text
    (assignment,) = rig.dispatcher._following.active.values()
    assert assignment.route.charges
    assert all(15.0 < charge.needed_pct <= FULL_PCT for charge in assignment.route.charges)
    assert rig.sent("order")
