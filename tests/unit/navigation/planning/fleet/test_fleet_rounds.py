"""Persistent and unpredictable patrols as timed steps that keep what they promise."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from navigation.planning.fleet.rounds_plan import plan_fleet_rounds
from navigation.planning.fleet.types import FleetPlan, PlanMode, PlanVehicle, Task
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
BOTH = [PlanMode.PERSISTENT, PlanMode.UNPREDICTABLE]


def vehicles(count: int, battery_pct: float = 100.0) -> list[PlanVehicle]:
    return [
        PlanVehicle(f"v{i}", GOALIE, DOCK.node_id, DOCK.heading_rad, DOCK.id, battery_pct)
        for i in range(count)
    ]


def go_round(
    mode: PlanMode,
    team: list[PlanVehicle],
    hours: float = 2.0,
    tasks: list[Task] = TASKS,
    search: RouteSearch = SEARCH,
    seed: int = 1,
) -> FleetPlan:
    return plan_fleet_rounds(
        SILLIM, tasks, team, lambda _: search, mode=mode, horizon_s=hours * 3600, seed=seed
    )


def assert_kept(found: FleetPlan, tasks: list[Task] = TASKS) -> None:
    """Steps join, time runs on, all are home in time, and nobody waits longer than promised."""
    for route in found.vehicles:
        clock_s = 0.0
        for before, after in pairwise(route.steps):
            assert after.node_ids[0] == before.node_ids[-1]
        for step in route.steps:
            assert step.leave_s == pytest.approx(clock_s, abs=1e-6)
            clock_s = step.end_s
        assert clock_s <= found.horizon_s + 1e-6
        if route.steps:
            assert route.steps[-1].node_ids[-1] == DOCK.node_id
    promised_s = found.figures["worst_idleness_s"]
    longest_dwell_s = max(task.dwell_s for task in tasks)
    assert found.figures["planned_worst_idleness_s"] <= promised_s + longest_dwell_s + 1e-6


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("mode", BOTH)
def test_nobody_waits_longer_than_promised(mode: PlanMode, count: int) -> None:
    found = go_round(mode, vehicles(count))
    assert_kept(found)
    assert not found.left_out
    assert {t for v in found.vehicles for t in v.task_ids} == {t.id for t in TASKS}
    assert all(v.reason for v in found.vehicles)
    assert any("min" in note for note in found.notes)


def test_more_vehicles_promise_less_waiting() -> None:
    worst_s = [
        go_round(PlanMode.PERSISTENT, vehicles(n)).figures["worst_idleness_s"] for n in (1, 2, 4)
    ]
    assert worst_s[0] > worst_s[1] > worst_s[2]


def test_unpredictable_promises_twice_the_persistent_plan_and_varies_by_seed() -> None:
    one, other = (go_round(PlanMode.UNPREDICTABLE, vehicles(1), seed=s) for s in (1, 2))
    assert one.figures["worst_idleness_s"] == pytest.approx(
        2 * one.figures["persistent_worst_idleness_s"]
    )
    assert one.vehicles[0].task_ids != other.vehicles[0].task_ids
    assert go_round(PlanMode.UNPREDICTABLE, vehicles(1), seed=1) == one


def test_a_long_persistent_patrol_charges_and_keeps_its_promise() -> None:
    small = replace(GOALIE, battery_wh=600.0)  # 1.7 h of patrol
    team = [PlanVehicle(f"v{i}", small, DOCK.node_id, DOCK.heading_rad, DOCK.id) for i in range(3)]
    found = go_round(PlanMode.PERSISTENT, team, hours=8.0)
    assert_kept(found)
    charges = [s for v in found.vehicles for s in v.steps[:-1] if s.is_charge]
    assert charges
    for route, vehicle in zip(found.vehicles, team, strict=True):
        used_s = 0.0
        for step in route.steps:
            used_s += (step.arrive_s if step.is_charge else step.end_s) - step.leave_s
            assert used_s <= vehicle.full_endurance_s
            used_s = 0.0 if step.is_charge and step.end_s > step.arrive_s else used_s


def test_a_battery_that_does_not_last_is_left_out_of_a_random_patrol() -> None:
    found = go_round(
        PlanMode.UNPREDICTABLE, [*vehicles(1), replace(vehicles(2)[1], battery_pct=20)]
    )
    (left,) = found.left_out
    assert left.what == "vehicle v1"
    assert found.of("v1").steps == ()
    with pytest.raises(PlanError, match=r"battery lasts 0\.4 h of the 2\.0 h"):
        go_round(PlanMode.UNPREDICTABLE, vehicles(1, battery_pct=20))


@pytest.mark.parametrize("mode", BOTH)
def test_an_unreachable_checkpoint_is_named_and_the_rest_watched(mode: PlanMode) -> None:
    goal = TASKS[0].node_id
    closed = frozenset(e.id for e in SILLIM.edges.values() if goal in (e.start_id, e.end_id))
    search = RouteSearch(SILLIM, RouteOptions(closed, spec=GOALIE))
    found = go_round(mode, vehicles(1), search=search)
    (left,) = found.left_out
    assert left.what == f"checkpoint {TASKS[0].id}"
    assert "closed" in left.why
    assert_kept(found)


@pytest.mark.parametrize("mode", BOTH)
def test_nobody_and_no_end_are_refused(mode: PlanMode) -> None:
    with pytest.raises(PlanError, match="at least one vehicle"):
        go_round(mode, [])
    with pytest.raises(PlanError, match="needs a horizon"):
        go_round(mode, vehicles(1), hours=math.inf)
