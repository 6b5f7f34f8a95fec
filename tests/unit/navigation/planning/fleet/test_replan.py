"""A tour that changes under way: promises are kept, nothing is dropped in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from navigation.planning.fleet.replan import Away, replan_tour, standing_at
from navigation.planning.fleet.tour import plan_team_tour
from navigation.planning.fleet.types import FleetPlan, PlanVehicle, Task
from navigation.planning.route_search import RouteOptions, RouteSearch
from patrol.errors import PlanError
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).resolve().parents[5]
SILLIM = load_map(ROOT / "maps" / "sillim.geojson")
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
SEARCH = RouteSearch(SILLIM, RouteOptions(spec=GOALIE))
DOCK = SILLIM.docks[0]
TASKS = [Task(c.id, c.name, c.node_id, c.dwell_s) for c in SILLIM.checkpoints]
TEAM = [PlanVehicle(f"v{i}", GOALIE, DOCK.node_id, DOCK.heading_rad, DOCK.id) for i in range(3)]
NOW_S = 300.0


@pytest.fixture(scope="module")
def plan() -> FleetPlan:
    return plan_team_tour(SILLIM, TASKS, TEAM, lambda _: SEARCH, horizon_s=7200.0, seed=1)


def done_by(plan: FleetPlan, now_s: float) -> set[str]:
    return {t for v in TEAM for t in standing_at(SILLIM, SEARCH, v, plan.of(v.id), now_s).done}


def replanned(plan: FleetPlan, **changes: object) -> FleetPlan:
    return replan_tour(SILLIM, plan, TASKS, TEAM, lambda _: SEARCH, NOW_S, **changes)  # type: ignore[arg-type]


def test_nothing_happened_nothing_changes(plan: FleetPlan) -> None:
    after = replanned(plan)
    done = done_by(plan, NOW_S)
    assert done
    for v in TEAM:
        kept = tuple(t for t in plan.of(v.id).task_ids if t not in done)
        assert after.of(v.id).task_ids == kept
        assert after.of(v.id).end_s == pytest.approx(plan.of(v.id).end_s, abs=40.0)
    assert not after.notes


def test_a_failed_vehicles_checkpoints_go_to_the_others(plan: FleetPlan) -> None:
    after = replanned(plan, gone=["v1"])
    done = done_by(plan, NOW_S)
    orphans = set(plan.of("v1").task_ids) - done
    assert {v.vehicle_id for v in after.vehicles} == {"v0", "v2"}
    visited = {t for v in after.vehicles for t in v.task_ids}
    assert visited == {t.id for t in TASKS} - done
    assert {note.split(":")[0] for note in after.notes} == orphans
    for vehicle_id in ("v0", "v2"):
        promised = [t for t in plan.of(vehicle_id).task_ids if t not in done]
        assert [t for t in after.of(vehicle_id).task_ids if t in promised] == promised


def test_routes_go_on_from_where_the_vehicles_are(plan: FleetPlan) -> None:
    after = replanned(plan, gone=["v1"])
    for vehicle in (TEAM[0], TEAM[2]):
        standing = standing_at(SILLIM, SEARCH, vehicle, plan.of(vehicle.id), NOW_S)
        first = after.of(vehicle.id).steps[0]
        assert first.node_ids[0] == standing.node_id
        assert first.leave_s == standing.free_at_s >= NOW_S


def test_a_vehicle_called_away_comes_back_to_its_work(plan: FleetPlan) -> None:
    node_id = TASKS[0].node_id
    after = replanned(plan, away={"v0": Away(node_id, 900.0)})
    steps = after.of("v0").steps
    assert steps[0].node_ids[0] == node_id
    assert steps[0].leave_s == 900.0
    visited = {t for v in after.vehicles for t in v.task_ids}
    assert visited == {t.id for t in TASKS} - done_by(plan, NOW_S)


def test_a_closed_street_is_driven_no_more(plan: FleetPlan) -> None:
    ahead = [e for v in plan.vehicles for s in v.steps if s.leave_s > NOW_S for e in s.edge_ids]
    edge = SILLIM.edges[ahead[len(ahead) // 2]]
    back = SILLIM.edge_between.get((edge.end_id, edge.start_id))
    closed = frozenset([edge.id] + ([back.id] if back else []))
    search = RouteSearch(SILLIM, RouteOptions(closed, spec=GOALIE))
    after = replan_tour(SILLIM, plan, TASKS, TEAM, lambda _: search, NOW_S)
    assert not closed & {e for v in after.vehicles for s in v.steps for e in s.edge_ids}
    visited = {t for v in after.vehicles for t in v.task_ids}
    left = {out.what.removeprefix("checkpoint ") for out in after.left_out}
    assert visited | left == {t.id for t in TASKS} - done_by(plan, NOW_S)


def test_a_vehicle_that_is_driving_stands_next_at_the_end_of_its_edge(plan: FleetPlan) -> None:
    route = plan.of("v0")
    step = route.steps[0]
    middle_s = (step.leave_s + step.arrive_s) / 2
    standing = standing_at(SILLIM, SEARCH, TEAM[0], route, middle_s)
    assert standing.node_id in step.node_ids[1:]
    assert middle_s <= standing.free_at_s <= step.arrive_s
    assert not standing.done
    over = standing_at(SILLIM, SEARCH, TEAM[0], route, 1e6)
    assert over.node_id == DOCK.node_id
    assert set(route.task_ids) <= over.done


def test_without_a_vehicle_left_it_says_so(plan: FleetPlan) -> None:
    with pytest.raises(PlanError, match="no vehicle is left"):
        replanned(plan, gone=["v0", "v1", "v2"])
    with pytest.raises(PlanError, match="no vehicle 'v9'; known: v0, v1, v2"):
        replanned(plan, gone=["v9"])
