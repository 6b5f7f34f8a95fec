"""Tours of a team: who visits what, when, and what is left out with which reason."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from navigation.planning.fleet.tour import plan_team_tour
from navigation.planning.fleet.types import FleetPlan, PlanVehicle, Task
from navigation.planning.patrol_tour import TourOrder
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


def vehicles(count: int, battery_pct: float = 100.0) -> list[PlanVehicle]:
    return [
        PlanVehicle(f"v{i}", GOALIE, DOCK.node_id, DOCK.heading_rad, DOCK.id, battery_pct)
        for i in range(count)
    ]


def plan(
    team: Sequence[PlanVehicle],
    tasks: Sequence[Task] = TASKS,
    horizon_s: float = 7200.0,
    order: TourOrder = TourOrder.BEST,
) -> FleetPlan:
    return plan_team_tour(
        SILLIM, tasks, team, lambda _: SEARCH, horizon_s=horizon_s, order=order, seed=1
    )


def assert_drivable(found: FleetPlan, team: Sequence[PlanVehicle]) -> None:
    """Edges join, times run on, every route begins where its vehicle stands and ends docked."""
    for route, vehicle in zip(found.vehicles, team, strict=True):
        here, clock_s = vehicle.node_id, vehicle.available_at_s
        for step in route.steps:
            assert step.node_ids[0] == here
            for edge_id, (a, b) in zip(step.edge_ids, pairwise(step.node_ids), strict=True):
                edge = SILLIM.edges[edge_id]
                assert (edge.start_id, edge.end_id) == (a, b)
            assert step.leave_s == pytest.approx(clock_s)
            assert step.leave_s <= step.arrive_s <= step.begin_s <= step.end_s
            here, clock_s = step.node_ids[-1], step.end_s
        if route.steps:
            assert route.steps[-1].is_charge
            assert here == DOCK.node_id
        assert clock_s <= found.horizon_s
        assert route.driving_s <= vehicle.endurance_s


@pytest.mark.parametrize("order", list(TourOrder))
@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_checkpoint_is_visited_once(count: int, order: TourOrder) -> None:
    team = vehicles(count)
    found = plan(team, order=order)
    assert_drivable(found, team)
    assert sorted(t for v in found.vehicles for t in v.task_ids) == sorted(t.id for t in TASKS)
    assert not found.left_out
    assert all(v.reason for v in found.vehicles)


def test_more_vehicles_make_the_longest_route_shorter() -> None:
    longest_s = [plan(vehicles(count)).figures["longest_s"] for count in (1, 2, 4)]
    assert longest_s[0] > longest_s[1] > longest_s[2]


def test_the_given_order_is_kept_and_cut_into_parts() -> None:
    found = plan(vehicles(3), order=TourOrder.GIVEN)
    assert [t for v in found.vehicles for t in v.task_ids] == [t.id for t in TASKS]


def test_one_seed_gives_one_plan() -> None:
    assert plan(vehicles(2)) == plan(vehicles(2))


def test_a_visit_waits_for_its_window() -> None:
    opens = replace(TASKS[0], windows_s=((3000.0, 3100.0), (5000.0, 5100.0)))
    team = vehicles(1)
    found = plan(team, [opens, *TASKS[1:4]])
    assert_drivable(found, team)
    (step,) = [s for s in found.vehicles[0].steps if s.task_id == opens.id]
    assert 3000.0 <= step.begin_s <= 3100.0 or 5000.0 <= step.begin_s <= 5100.0
    assert not found.left_out


def test_a_window_nobody_can_meet_is_told_and_the_rest_planned() -> None:
    early = replace(TASKS[3], windows_s=((0.0, 10.0),))
    found = plan(vehicles(2), [*TASKS[:3], early])
    (left,) = found.left_out
    assert left.what == f"checkpoint {early.id}"
    assert "window closes 0.2 min after the start" in left.why
    assert "later, or start earlier" in left.remedy
    assert sorted(t for v in found.vehicles for t in v.task_ids) == sorted(t.id for t in TASKS[:3])


def test_a_checkpoint_that_is_shut_all_the_time_is_told() -> None:
    shut = replace(TASKS[3], windows_s=())
    (left,) = plan(vehicles(1), [*TASKS[:2], shut]).left_out
    assert left.what == f"checkpoint {shut.id}"
    assert left.why == "none of its windows is open while the plan runs"
    assert left.remedy == "start when one is, or plan more hours"


def test_a_window_moved_as_the_remedy_says_is_met() -> None:
    early = replace(TASKS[3], windows_s=((0.0, 10.0),))
    (left,) = plan(vehicles(1), [early]).left_out
    minutes = float(left.remedy.split("close ")[1].split(" min")[0])
    moved = replace(early, windows_s=((0.0, 10.0 + 60 * (minutes + 0.1)),))
    assert not plan(vehicles(1), [moved]).left_out


def test_an_empty_battery_leaves_everything_out_with_what_it_needs() -> None:
    found = plan(vehicles(1, battery_pct=16.0), TASKS[8:9])
    assert found.left_out[0].what == f"checkpoint {TASKS[8].id}"
    assert "the battery of v0 allows" in found.left_out[0].why
    assert "charge v0" in found.left_out[0].remedy


def test_a_short_horizon_takes_what_weighs_most() -> None:
    heavy = [replace(task, priority=5.0 if i in (5, 8) else 1.0) for i, task in enumerate(TASKS)]
    team = vehicles(1)
    found = plan(team, heavy, horizon_s=700.0)
    assert_drivable(found, team)
    assert {TASKS[5].id, TASKS[8].id} <= set(found.vehicles[0].task_ids)
    assert found.left_out
    assert all("add a vehicle" in left.remedy for left in found.left_out)


def test_an_unreachable_checkpoint_names_what_is_in_the_way() -> None:
    goal = TASKS[0].node_id
    closed = frozenset(e.id for e in SILLIM.edges.values() if goal in (e.start_id, e.end_id))
    search = RouteSearch(SILLIM, RouteOptions(closed, spec=GOALIE))
    found = plan_team_tour(SILLIM, TASKS[:2], vehicles(1), lambda _: search, horizon_s=7200.0)
    assert [left.what for left in found.left_out] == [f"checkpoint {TASKS[0].id}"]
    assert "closed" in found.left_out[0].why
    assert found.vehicles[0].task_ids == (TASKS[1].id,)


def test_a_team_that_can_do_nothing_stays() -> None:
    never = replace(TASKS[0], windows_s=((0.0, 1.0),))
    found = plan(vehicles(2), [never])
    assert [v.steps for v in found.vehicles] == [(), ()]
    assert len(found.left_out) == 1


def test_a_vehicle_without_a_dock_ends_at_its_last_visit() -> None:
    free = PlanVehicle("free", GOALIE, DOCK.node_id)
    found = plan([free], TASKS[:3])
    assert found.vehicles[0].steps[-1].task_id in {t.id for t in TASKS[:3]}


@pytest.mark.parametrize(
    ("count", "tasks", "message"),
    [(0, TASKS, "at least one vehicle"), (1, [], "at least one checkpoint")],
)
def test_nothing_to_plan_is_refused(count: int, tasks: list[Task], message: str) -> None:
    with pytest.raises(PlanError, match=message):
        plan(vehicles(count), tasks)


@pytest.mark.parametrize(
    ("field", "value"),
    [("battery_pct", 101.0), ("battery_pct", math.nan), ("available_at_s", -1.0),
     ("available_at_s", math.nan), ("full_charge_s", math.inf)],
)  # fmt: skip
def test_an_impossible_vehicle_is_refused(field: str, value: float) -> None:
    with pytest.raises(PlanError, match="vehicle v: "):
        PlanVehicle("v", GOALIE, DOCK.node_id, **{field: value})
