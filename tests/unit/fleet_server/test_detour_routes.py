"""Routes by way of an incident: whatever the place, nothing is left out and nothing done twice."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet_server.config import DispatchConfig
from fleet_server.dispatch.changed_route import Start, changed_route
from fleet_server.dispatch.changes import Change, Diversion
from fleet_server.dispatch.detour import waiting_nodes, without_stop
from fleet_server.dispatch.home import OPERATOR_WAIT_S, needed_battery_pct
from fleet_server.dispatch.progress import Progress, first_progress
from fleet_server.dispatch.rest import left_stops, missed_visits
from fleet_server.dispatch.route import ChargeStop, PlannedVisit, Route, plan_route
from navigation.planning.fleet.types import RESERVE
from navigation.planning.route_search import RouteOptions, RouteSearch
from patrol.errors import PlanError
from patrol.map import PatrolMap
from patrol.vehicle import load_vehicle
from tests.unit.fleet_server import conftest as kit

MAP: PatrolMap = kit.square_map()
SPEC = load_vehicle(kit.GOALIE_FILE)
SEARCH = RouteSearch(MAP, RouteOptions(spec=SPEC))
VISITS = [PlannedVisit(c.id, c.name, c.node_id) for c in MAP.checkpoints]
ROUTE = plan_route(MAP, "o-1", (0.0, 0.0, 0.0), VISITS, [0, 1], "given", True, 15)
DIVERT = Change("divert", 0.0)


def on_way(reached: int, share: float) -> tuple[float, float, float]:
    """A pose on the edge after a node of the route."""
    a = MAP.nodes[ROUTE.node_ids[reached]]
    b = MAP.nodes[ROUTE.node_ids[min(reached + 1, ROUTE.last_index)]]
    heading_rad = math.atan2(b.y_m - a.y_m, b.x_m - a.x_m)
    return a.x_m + share * (b.x_m - a.x_m), a.y_m + share * (b.y_m - a.y_m), heading_rad


def progress_at(reached: int, *visited: int, to: tuple[float, float] = (0.0, 0.0)) -> Progress:
    progress = first_progress(ROUTE, "o-1", 1, DispatchConfig())
    progress.reached, progress.begun, progress.accepted = reached, True, True
    progress.visited = dict.fromkeys(visited, 1.0)
    progress.diversions = [Diversion("minji", 0.0, *to)]
    return progress


def ways(route: Route) -> list[tuple[int, int]]:
    return [(MAP.edges[e].start_id, MAP.edges[e].end_id) for e in route.edge_ids]


@settings(max_examples=150, deadline=None)
@given(
    reached=st.integers(0, ROUTE.last_index - 1),
    share=st.floats(0.15, 0.85),
    node_id=st.sampled_from(sorted(MAP.nodes)),
    under_way=st.booleans(),
)
def test_the_way_by_an_incident_keeps_place_and_checkpoints(
    reached: int, share: float, node_id: int, under_way: bool
) -> None:
    done = [s.visit_index for s in ROUTE.stops if s.node_index < reached + (not under_way)]
    share = 0.0 if under_way else share
    there = MAP.nodes[node_id]
    progress = progress_at(reached, *done, to=(there.x_m, there.y_m))
    start = Start(on_way(reached, share), 15.0)
    route = changed_route(ROUTE, progress, DIVERT, (), start, SEARCH, "o-2")
    assert ways(route) == list(zip(route.node_ids, route.node_ids[1:], strict=False))
    assert route.wait is not None
    assert route.node_ids[route.wait.node_index] == node_id
    left = [s.visit_index for s in ROUTE.stops if s.visit_index not in done]
    assert [s.visit_index for s in route.stops] == left
    assert [route.node_ids[s.node_index] for s in route.stops] == [VISITS[i].node_id for i in left]
    assert all(s.node_index >= route.wait.node_index for s in route.stops)
    assert len(set(route.action_ids())) == len(route.action_ids())
    assert route.node_ids[-1] == 0
    assert route.charge_action_id == "o-2-charge"
    # from the place on, every edge of the former rest is driven in its order
    rest = ROUTE.edge_ids[reached:]
    tail = route.edge_ids[-len(rest) :]
    is_on_edge = not under_way
    assert tail == rest or (is_on_edge and route.edge_ids == rest[1:])


@given(node_id=st.sampled_from(sorted(MAP.nodes)))
@settings(max_examples=40, deadline=None)
def test_a_place_before_the_first_node_is_come_back_to_as_well(node_id: int) -> None:
    start = Start((-0.0, 5.0, -math.pi / 2), 15.0)  # on the edge that leads down to node 0
    there = MAP.nodes[node_id]
    progress = progress_at(0, to=(there.x_m, there.y_m))
    progress.begun = False
    route = changed_route(ROUTE, progress, DIVERT, (), start, SEARCH, "o-2")
    lead = MAP.edge_between[39, 0].id
    assert route.wait is not None
    assert lead in route.edge_ids or route.edge_ids == ROUTE.edge_ids
    assert route.edge_ids[-len(ROUTE.edge_ids) :] == ROUTE.edge_ids


def test_charges_on_the_way_are_kept() -> None:
    charge = ChargeStop(20, "o-1-charge-0", "dock", 600.0, 40.0)
    charged = ChargeStop(3, "o-1-charge-9", "dock", 600.0, 40.0)
    planned = replace_route(ROUTE, charges=[charged, charge])
    progress = progress_at(5, to=(50.0, 100.0))
    progress.charged = 1
    start = Start(on_way(5, 0.5), 15.0)
    route = changed_route(planned, progress, DIVERT, (), start, SEARCH, "o-2")
    (kept,) = route.charges
    assert (kept.dock_id, kept.stay_s, kept.needed_pct) == ("dock", 600.0, 40.0)
    assert route.node_ids[kept.node_index] == ROUTE.node_ids[20]
    assert kept.action_id.startswith("o-2-")


def replace_route(route: Route, **changes: Any) -> Route:
    return msgspec.structs.replace(route, **changes)


def test_what_failed_before_is_missed_and_not_tried_again() -> None:
    progress = progress_at(15)
    assert missed_visits(ROUTE, progress, ()) == [0]
    at_it = progress_at(10)
    over = [ROUTE.stops[0].action_id]  # it failed there
    assert [s.visit_index for s in left_stops(ROUTE, at_it, over)] == [1]
    assert missed_visits(ROUTE, at_it, over) == [0]


def test_a_plans_way_is_driven_though_its_checkpoint_is_left_out() -> None:
    assert without_stop(ROUTE, 0, None, SEARCH).edge_ids == ROUTE.edge_ids


def test_a_way_to_a_checkpoint_that_only_leads_there_is_left_out() -> None:
    visits = [PlannedVisit("cp-b", "B", 23), PlannedVisit("cp-a", "A", 10)]
    route = plan_route(MAP, "o", (0.0, 0.0, 0.0), visits, [0, 1], "given", True, 15)
    shorter = without_stop(route, 0, 2, SEARCH)
    assert shorter.edge_ids[:2] == route.edge_ids[:2]
    assert shorter.length_m < route.length_m
    (stop,) = shorter.stops
    assert shorter.node_ids[stop.node_index] == 10
    assert ways(shorter) == list(zip(shorter.node_ids, shorter.node_ids[1:], strict=False))


def test_no_vehicle_waits_amid_a_crosswalk() -> None:
    marked = {
        e.id: replace(e, crosswalk_id="x")
        for e in MAP.edges.values()
        if {e.start_id, e.end_id} & {5}
    }
    crossed = replace(MAP, edges={**MAP.edges, **marked})
    assert waiting_nodes(MAP, 50.0, 0.0)[0] == 5
    assert waiting_nodes(crossed, 52.0, 0.0)[0] == 6


def test_a_place_far_from_every_node_is_refused() -> None:
    with pytest.raises(PlanError, match="the place is 200 m from the nearest node of square"):
        waiting_nodes(MAP, 300.0, 0.0)


def test_the_battery_covers_the_wait_the_rest_and_the_way_home() -> None:
    progress = progress_at(5, to=(50.0, 100.0))
    start = Start(on_way(5, 0.5), 15.0)
    route = changed_route(ROUTE, progress, DIVERT, (), start, SEARCH, "o-2")
    docked = needed_battery_pct(route, SEARCH, SPEC)
    lasting_s = route.length_m / SPEC.speed_cap_mps + 5.0 + OPERATOR_WAIT_S
    taken = lasting_s * SPEC.mean_power_w / (SPEC.battery_wh * 3600.0)
    assert docked == pytest.approx(100 * (RESERVE + taken), rel=0.02)
    elsewhere = replace_route(route, charge_action_id=None)
    cut = replace_route(elsewhere, node_ids=route.node_ids[:-10], edge_ids=route.edge_ids[:-10])
    assert needed_battery_pct(cut, SEARCH, SPEC) == pytest.approx(docked, rel=0.01)
