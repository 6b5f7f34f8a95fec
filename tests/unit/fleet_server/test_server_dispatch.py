"""Assignments: planned, released piece by piece, followed, resumed, cancelled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import jsonschema_rs
import msgspec
import pytest
import sqlalchemy as sa

import patrol.vda5050
from fleet_server.api.models import NewPatrol, VehicleAction
from fleet_server.dispatch.orders import INSTANT_ACTIONS
from fleet_server.dispatch.progress import base_end
from fleet_server.dispatch.route import PlannedVisit, plan_route, start_of
from fleet_server.errors import ConflictError, NotFoundError
from fleet_server.store import tables
from patrol.errors import PlanError
from patrol.vda5050.messages import (
    ActionState,
    AgvPosition,
    Error,
    InstantActions,
    NodeState,
    Order,
    Reference,
    SafetyState,
    decode,
)

pytestmark = pytest.mark.anyio
SCHEMAS = Path(patrol.vda5050.__file__).parent / "schemas"


class Script:
    """A vehicle that does what it is told, one state at a time."""

    def __init__(self, rig: Any, kit: Any) -> None:
        self.rig, self.kit = rig, kit
        self.header_id = 100
        self.time_s = kit.START_S

    async def say(self, seconds: float = 1.0, **changes: Any) -> None:
        self.header_id += 1
        self.time_s += seconds
        self.rig.clock.advance(seconds)
        await self.rig.take("state", self.kit.make_state(self.header_id, self.time_s, **changes))
        await self.rig.dispatcher.step_all()

    async def drive(self, order: Order, index: int, done: tuple[str, ...] = ()) -> None:
        """Stand at a node of the route with everything before it done."""
        await self.say(
            order_id=order.order_id,
            order_update_id=order.order_update_id,
            last_node_id=order.nodes[-1].node_id,
            last_node_sequence_id=2 * index,
            driving=True,
            node_states=[NodeState(node_id="1", sequence_id=2 * index + 2, released=True)],
            action_states=[ActionState(action_id=a, action_status="FINISHED") for a in done],
        )


def orders(rig: Any) -> list[Order]:
    return [decode(payload, Order) for payload in rig.sent("order")]


async def make_patrol(rig: Any, order: str = "given") -> str:
    new = NewPatrol(name="P", map_id="square", checkpoint_ids=["cp-a", "cp-b"], order=order)
    return (await rig.services.patrols.create(new, "minji")).patrol_id


@pytest.fixture
async def script(rig: Any, kit: Any) -> Script:
    vehicle = Script(rig, kit)
    await rig.take("connection", kit.make_connection())
    await vehicle.say()
    return vehicle


async def assign(rig: Any, to_dock: bool = True) -> Any:
    patrol_id = await make_patrol(rig)
    return await rig.dispatcher.assign(patrol_id, "sunra/goalie-01", to_dock, "minji")


async def test_order_is_valid_and_its_base_ends_without_actions(rig: Any, script: Script) -> None:
    view = await assign(rig)
    assert view.status == "sent"
    payload = rig.sent("order")[0]
    schema = json.loads((SCHEMAS / "order.json").read_text())
    jsonschema_rs.validator_for(schema).validate(json.loads(payload))
    order = decode(payload, Order)
    assert [n.sequence_id for n in order.nodes] == list(range(0, 2 * len(order.nodes), 2))
    assert [e.sequence_id for e in order.edges] == list(range(1, 2 * len(order.edges), 2))
    released = [n for n in order.nodes if n.released]
    assert 13 <= len(released) < len(order.nodes)
    assert released[-1].actions == []
    kinds = [a.action_type for n in order.nodes for a in n.actions]
    assert kinds == ["patrolCheckpoint", "patrolCheckpoint", "startCharging"]
    assert view.distance_m == pytest.approx(400)
    assert [c.checkpoint_id for c in view.checkpoints] == ["cp-a", "cp-b"]


async def test_base_grows_as_the_vehicle_drives(rig: Any, script: Script) -> None:
    await assign(rig)
    first = orders(rig)[0]
    end = sum(n.released for n in first.nodes) - 1
    await script.drive(first, 2)
    assert len(orders(rig)) == 1
    await script.drive(first, 6)
    update = orders(rig)[1]
    assert (update.order_id, update.order_update_id) == (first.order_id, 1)
    assert update.nodes[0].sequence_id == 2 * end  # stitched where the base ended
    assert update.nodes[0].released
    assert sum(n.released for n in update.nodes) > 1
    assert rig.assignments[-1].status == "running"


async def test_new_base_request_is_answered(rig: Any, script: Script) -> None:
    await assign(rig)
    first = orders(rig)[0]
    await script.say(
        order_id=first.order_id,
        last_node_sequence_id=2,
        node_states=[NodeState(node_id="2", sequence_id=4, released=True)],
        new_base_request=True,
    )
    assert orders(rig)[-1].order_update_id == 1


async def test_lost_update_is_sent_again_unchanged(rig: Any, script: Script) -> None:
    await assign(rig)
    first = orders(rig)[0]
    await script.drive(first, 6)
    for _ in range(6):
        await script.drive(first, 7)
    assert [o.order_update_id for o in orders(rig)] == [0, 1, 1]
    assert orders(rig)[1].nodes == orders(rig)[2].nodes


async def test_order_the_vehicle_never_got_is_sent_again(rig: Any, script: Script) -> None:
    await assign(rig)
    for _ in range(5):
        await script.say()
    assert [o.order_update_id for o in orders(rig)] == [0, 0]


async def test_order_waits_for_the_broker(rig: Any, script: Script) -> None:
    rig.broker_up = False
    await assign(rig)
    assert orders(rig) == []
    rig.broker_up = True
    await script.say(6)
    assert [o.order_update_id for o in orders(rig)] == [0]


async def run_to_end(rig: Any, script: Script) -> Order:
    """Drive the whole route; returns the last order."""
    done: list[str] = []
    for index in range(41):
        order = orders(rig)[-1]
        done += [
            a.action_id
            for o in orders(rig)
            for n in o.nodes
            if n.sequence_id == 2 * index
            for a in n.actions
            if a.action_id not in done
        ]
        await script.drive(order, index, tuple(done))
    order = orders(rig)[-1]
    await script.say(
        order_id=order.order_id,
        order_update_id=order.order_update_id,
        last_node_sequence_id=80,
        action_states=[ActionState(action_id=a, action_status="FINISHED") for a in done],
    )
    return order


async def test_patrol_finishes_with_every_checkpoint_visited(rig: Any, script: Script) -> None:
    view = await assign(rig)
    await run_to_end(rig, script)
    end = await rig.dispatcher.find(view.assignment_id)
    assert (end.status, end.reason) == ("finished", None)
    assert all(c.visited_at for c in end.checkpoints)
    assert end.checkpoints[0].visited_at < end.checkpoints[1].visited_at
    statuses = list(dict.fromkeys(a.status for a in rig.assignments))
    assert statuses == ["sent", "running", "returning", "finished"]
    assert await rig.dispatcher.views(only_active=True) == []
    assert rig.fleet.find("sunra/goalie-01").assignment_id is None


async def test_server_restart_in_mid_patrol_goes_on(rig: Any, kit: Any, script: Script) -> None:
    view = await assign(rig)
    await script.drive(orders(rig)[0], 5)
    sent = len(orders(rig))
    await kit.restart(rig)
    await rig.dispatcher.step_all()
    assert len(orders(rig)) == sent  # nothing is repeated that the vehicle has
    await run_to_end(rig, script)
    assert (await rig.dispatcher.find(view.assignment_id)).status == "finished"


async def test_second_assignment_is_refused(rig: Any, script: Script) -> None:
    await assign(rig)
    with pytest.raises(ConflictError, match="active assignment"):
        await assign(rig)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"agv_position": None}, "does not know where it is"),
        ({"operating_mode": "MANUAL"}, "mode MANUAL"),
        ({"safety_state": SafetyState(e_stop="MANUAL", field_violation=False)}, "emergency stop"),
        (
            {
                "agv_position": AgvPosition(
                    x=0, y=0, theta=0, map_id="elsewhere", position_initialized=True
                )
            },
            "is on map 'elsewhere'",
        ),
        (
            {
                "agv_position": AgvPosition(
                    x=50, y=50, theta=0, map_id="square", position_initialized=True
                )
            },
            "m from the nearest way",
        ),
    ],
)
async def test_vehicle_that_cannot_go_is_refused(
    rig: Any, script: Script, changes: dict[str, Any], reason: str
) -> None:
    await script.say(**changes)
    with pytest.raises(ConflictError, match=reason):
        await assign(rig)
    assert await rig.dispatcher.views(only_active=False) == []


async def test_silent_vehicle_is_refused(rig: Any, script: Script) -> None:
    rig.clock.advance(16)
    with pytest.raises(ConflictError, match="not connected"):
        await assign(rig)


async def test_unknown_vehicle_and_patrol_are_refused(rig: Any, script: Script) -> None:
    with pytest.raises(NotFoundError):
        await rig.dispatcher.assign("no", "sunra/goalie-01", True, "minji")
    with pytest.raises(NotFoundError):
        await rig.dispatcher.assign(await make_patrol(rig), "sunra/ghost", True, "minji")


async def test_rejected_order_fails_with_the_vehicles_reason(rig: Any, script: Script) -> None:
    view = await assign(rig)
    error = Error(
        error_type="noRouteError",
        error_level="WARNING",
        error_description="no way",
        error_references=[Reference(reference_key="orderId", reference_value=view.assignment_id)],
    )
    await script.say(errors=[error])
    end = await rig.dispatcher.find(view.assignment_id)
    assert (end.status, end.reason) == ("failed", "noRouteError: no way")


async def test_error_of_another_order_changes_nothing(rig: Any, script: Script) -> None:
    await assign(rig)
    error = Error(
        error_type="orderError",
        error_level="WARNING",
        error_references=[Reference(reference_key="orderId", reference_value="old")],
    )
    await script.say(errors=[error])
    assert rig.assignments[-1].status == "sent"


async def test_cancel_ends_when_the_vehicle_says_so(rig: Any, script: Script) -> None:
    view = await assign(rig)
    order = orders(rig)[0]
    await script.drive(order, 3)
    assert (await rig.dispatcher.cancel(view.assignment_id, "minji")).reason == "cancelling"
    action = decode(rig.sent("instantActions")[-1], InstantActions).actions[0]
    assert action.action_type == "cancelOrder"
    await script.drive(order, 4)
    assert rig.assignments[-1].status == "running"
    await script.say(order_id=order.order_id, last_node_sequence_id=8)
    assert rig.assignments[-1].status == "cancelled"
    with pytest.raises(ConflictError, match="cancelled already"):
        await rig.dispatcher.cancel(view.assignment_id, "minji")


async def test_what_an_operator_asks_becomes_instant_actions(rig: Any, script: Script) -> None:
    for asked in ("pause", "stop", "resume", "confirm_crossing", "release_wait"):
        await rig.dispatcher.instant_action("sunra/goalie-01", asked, "minji")
    sent = [decode(p, InstantActions).actions[0].action_type for p in rig.sent("instantActions")]
    assert sent == [
        "startPause", "remoteStop", "stopPause", "confirmCrossing", "releaseOperatorWait",
    ]  # fmt: skip


async def test_what_an_operator_says_reaches_the_vehicle_and_the_audit_trail(
    rig: Any, script: Script
) -> None:
    for asked, message in (("beacon_on", ""), ("siren_off", ""), ("announce", "비켜 주세요")):
        await rig.dispatcher.instant_action("sunra/goalie-01", asked, "minji", message)
    sent = [decode(p, InstantActions).actions[0] for p in rig.sent("instantActions")]
    assert [action.action_type for action in sent] == ["startBeacon", "stopSiren", "announce"]
    assert [action.parameters() for action in sent] == [{}, {}, {"message": "비켜 주세요"}]
    query = sa.select(tables.audit.c.action, tables.audit.c.details)
    rows = await rig.database.read(lambda connection: connection.execute(query).all())
    assert ("vehicle_announce", {"message": "비켜 주세요"}) in [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("action", "message", "why"),
    [
        ("announce", "", "no text to be said"),
        ("announce", "x" * 201, "too many to be said"),
        ("pause", "hello", "only announce has one, pause does not"),
    ],
)
def test_what_cannot_be_said_is_refused(action: Any, message: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        VehicleAction(action=action, message=message)


def test_every_action_of_the_api_is_known_to_the_dispatcher() -> None:
    assert set(get_args(VehicleAction.model_fields["action"].annotation)) == set(INSTANT_ACTIONS)


async def test_vehicle_that_lost_its_order_gets_the_rest(rig: Any, script: Script) -> None:
    view = await assign(rig)
    first = orders(rig)[0]
    visited = first.nodes[10].actions[0].action_id
    await script.drive(first, 11, (visited,))
    here = AgvPosition(x=100, y=10, theta=1.57, map_id="square", position_initialized=True)
    for _ in range(25):
        await script.say(agv_position=here)
    again = orders(rig)[-1]
    assert again.order_id == f"{view.assignment_id}-2"
    assert again.order_update_id == 0
    actions = [a for n in again.nodes for a in n.actions if a.action_type == "patrolCheckpoint"]
    assert [a.parameters()["checkpointId"] for a in actions] == ["cp-b"]
    end = await rig.dispatcher.find(view.assignment_id)
    assert [bool(c.visited_at) for c in end.checkpoints] == [True, False]


async def test_dropped_order_fails(rig: Any, script: Script) -> None:
    await assign(rig)
    order = orders(rig)[0]
    await script.drive(order, 3)
    await script.say(order_id=order.order_id, last_node_sequence_id=6)
    assert rig.assignments[-1].reason == "the vehicle dropped the order"


def test_start_is_the_end_of_the_edge_the_vehicle_is_on(kit: Any) -> None:
    square = kit.square_map()
    assert start_of(square, 0.3, 0.0, 0.0, 15) == 0
    assert start_of(square, 14.0, 0.5, 0.0, 15) == 2
    assert start_of(square, 14.0, 0.5, 3.14, 15) == 1
    with pytest.raises(PlanError, match="from the nearest way"):
        start_of(square, 50.0, 50.0, 0.0, 15)


def test_base_never_ends_on_an_action(kit: Any) -> None:
    square = kit.square_map()
    visits = [PlannedVisit("cp-a", "A", 10)]
    route = plan_route(square, "o", (0.0, 0.0, 0.0), visits, [0], "given", False, 15)
    assert route.last_index == 10
    assert base_end(route, 0, 9) == 9
    assert base_end(route, 0, 10) == 10  # the end of the route may be one
    longer = msgspec.structs.replace(route, node_ids=[*route.node_ids, 11, 12])
    assert base_end(longer, 0, 10) == 11
