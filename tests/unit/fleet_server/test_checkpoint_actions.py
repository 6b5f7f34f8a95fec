"""What a checkpoint of the map names becomes actions of the order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from fleet_server.config import DispatchConfig
from fleet_server.dispatch.orders import build_order
from fleet_server.dispatch.progress import first_progress
from fleet_server.dispatch.rejoin import rejoined
from fleet_server.dispatch.route import PlannedVisit, Route, plan_route
from patrol.errors import PlanError
from patrol.map import PatrolMap
from patrol.vda5050.topic_names import VehicleAddress
from patrol.vehicle import VehicleSpec, load_vehicle

GOALIE = VehicleAddress("sunra", "sunra", "goalie-01")


def square(kit: Any, *actions: str) -> PatrolMap:
    made: PatrolMap = kit.square_map()
    first, *others = made.checkpoints
    return replace(made, checkpoints=(replace(first, actions=actions), *others))


def route_on(patrol_map: PatrolMap) -> Route:
    first = patrol_map.checkpoints[0]
    visits = [PlannedVisit(first.id, first.name, first.node_id)]
    return plan_route(patrol_map, "o", (0.0, 0.0, 0.0), visits, [0], "given", True, 15)


@pytest.fixture
def spec(pytestconfig: pytest.Config) -> VehicleSpec:
    return load_vehicle(pytestconfig.rootpath / "config" / "vehicles" / "goalie.yaml")


def test_a_checkpoint_that_asks_for_an_operator_gets_him_after_the_visit(kit: Any) -> None:
    patrol_map = square(kit, "waitForOperator")
    route = route_on(patrol_map)
    progress = first_progress(route, "o", 1, DispatchConfig())
    order = build_order(route, progress, patrol_map, GOALIE, 100, 1, "2026-03-01T00:00:00Z")
    (acts,) = [[a.action_type for a in n.actions] for n in order.nodes if len(n.actions) == 2]
    assert acts == ["patrolCheckpoint", "waitForOperator"]
    ids = [a.action_id for n in order.nodes for a in n.actions]
    assert sorted(ids) == sorted(set(route.action_ids()))


def test_an_action_that_no_vehicle_can_do_is_refused_by_name(kit: Any) -> None:
    with pytest.raises(
        PlanError, match="cp-a: action 'dance' is none that a vehicle can do; known: waitFor"
    ):
        route_on(square(kit, "dance"))


def test_a_vehicle_that_joins_later_waits_all_the_same(kit: Any, spec: VehicleSpec) -> None:
    patrol_map = square(kit, "waitForOperator")
    route = route_on(patrol_map)
    at = route.node_ids[2]
    joined = rejoined(route, patrol_map, at, 0.0, spec, frozenset(), whole=False)
    assert joined.stops[0].actions == ["waitForOperator"]
    assert joined.node_ids[joined.stops[0].node_index] == patrol_map.checkpoints[0].node_id


def test_a_route_kept_before_there_were_actions_is_read(kit: Any) -> None:
    route = route_on(square(kit))
    kept = msgspec.to_builtins(route)
    for stop in kept["stops"]:
        del stop["actions"]
    assert msgspec.convert(kept, Route) == route
