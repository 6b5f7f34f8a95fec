"""Mending a plan under way: what is left is covered, and promises are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from navigation.planning.coverage.plan import CoveragePlan, plan_coverage
from navigation.planning.coverage.replan import replan
from navigation.planning.coverage.streets import Street, StreetGraph
from navigation.planning.coverage.vehicles import Vehicle
from patrol.errors import PlanError

Grid = Callable[..., StreetGraph]
Check = Callable[..., None]


def under_way(plan: CoveragePlan, part: float = 0.4) -> tuple[list[int], list[Vehicle]]:
    """Streets done when every vehicle has driven some part of its first sortie, and the crew."""
    done, crew = list[int](), list[Vehicle]()
    for route in plan.routes:
        sortie = route.sorties[0]
        driven = sortie.walk[: int(part * len(sortie.walk))]
        done += [t >> 1 for t in sortie.tasks if t in {plan.graph.task_of(a) for a in driven}]
        left = route.vehicle.reach - plan.graph.length_of(driven)
        crew.append(replace(route.vehicle, at=plan.graph.heads[driven[-1]], reach_now=left))
    return done, crew


def crew_of(graph: StreetGraph, count: int, docked: bool, reach: float) -> list[Vehicle]:
    dock = graph.streets[0].start if docked else None
    return [Vehicle(f"v{i}", dock, reach) for i in range(count)]


def check_left(plan: CoveragePlan, done: Sequence[int], closed: Sequence[int]) -> None:
    for i in done:
        assert not plan.graph.streets[i].required
    driven = {arc >> 1 for route in plan.routes for s in route.sorties for arc in s.walk}
    assert driven.isdisjoint(closed)


@pytest.mark.parametrize("docked", [False, True])
@pytest.mark.parametrize("reach", [float("inf"), 4500.0])
def test_a_failed_vehicles_streets_go_to_the_others_and_only_they(
    docked: bool, reach: float, make_grid: Grid, check_plan: Check
) -> None:
    graph = make_grid(10, 10, 2)
    plan = plan_coverage(graph, crew_of(graph, 4, docked, reach), steps=60)
    done, crew = under_way(plan)
    mended = replan(plan, done, crew[1:])
    check_plan(mended.plan)
    check_left(mended.plan, done, [])
    assert set(mended.moved) == {t for t in plan.routes[0].tasks if t >> 1 not in set(done)}
    assert {before for before, _ in mended.moved.values()} == {"v0"}


def test_nothing_changes_when_nothing_happened(make_grid: Grid, check_plan: Check) -> None:
    graph = make_grid(8, 8, 3)
    plan = plan_coverage(graph, crew_of(graph, 3, True, float("inf")), steps=60)
    done, crew = under_way(plan)
    mended = replan(plan, done, crew)
    check_plan(mended.plan)
    assert not mended.moved
    for old, new in zip(plan.routes, mended.plan.routes, strict=True):
        length = len(new.sorties[0].walk)
        assert old.sorties[0].walk[-length + 1 :] == new.sorties[0].walk[1:]


def test_a_closed_street_is_driven_by_nobody_and_reported(
    make_grid: Grid, check_plan: Check
) -> None:
    graph = make_grid(8, 8, 4)
    plan = plan_coverage(graph, crew_of(graph, 3, True, float("inf")), steps=60)
    done, crew = under_way(plan)
    closed = next(i for i in graph.required if i not in set(done))
    mended = replan(plan, done, crew, [closed])
    check_left(mended.plan, done, [closed])
    assert [(o.street, o.why) for o in mended.plan.left_out] == [(closed, "it is closed")]
    assert not mended.moved
    check_plan(replace(mended.plan, left_out=()))


def test_what_a_closure_cuts_off_is_left_out() -> None:
    graph = StreetGraph(4, (Street(0, 1, 10), Street(1, 2, 10), Street(2, 3, 10)))
    plan = plan_coverage(graph, [Vehicle("v1", 0)])
    mended = replan(plan, [], [Vehicle("v1", 0)], [1])
    assert [out.street for out in mended.plan.left_out] == [1, 2]
    assert mended.plan.routes[0].tasks == {0}


def test_a_new_vehicle_takes_over(make_grid: Grid, check_plan: Check) -> None:
    graph = make_grid(6, 6, 1)
    plan = plan_coverage(graph, crew_of(graph, 2, True, float("inf")), steps=60)
    mended = replan(plan, [], [Vehicle("new", graph.streets[0].start)])
    check_plan(mended.plan)
    assert {after for _, after in mended.moved.values()} == {"new"}


def test_a_vehicle_with_too_little_left_goes_home_first(check_plan: Check) -> None:
    graph = StreetGraph(4, (Street(0, 1, 10), Street(1, 2, 10), Street(2, 3, 10)))
    plan = plan_coverage(graph, [Vehicle("v1", 0, 60)])
    mended = replan(plan, [], [Vehicle("v1", 0, 60, at=1, reach_now=15)])
    check_plan(mended.plan)
    assert [s.tasks for s in mended.plan.routes[0].sorties] == [(), (0, 2, 4)]


def test_a_vehicle_that_cannot_come_home_is_named() -> None:
    graph = StreetGraph(3, (Street(0, 1, 10), Street(1, 2, 10)))
    plan = plan_coverage(graph, [Vehicle("v1", 0, 60)])
    with pytest.raises(PlanError, match=r"vehicle v1: its dock is 20\.0 from node 2, but 5\.0"):
        replan(plan, [], [Vehicle("v1", 0, 60, at=2, reach_now=5)])


def test_unknown_streets_are_refused() -> None:
    plan = plan_coverage(StreetGraph(2, (Street(0, 1, 10),)), [Vehicle("v1")])
    with pytest.raises(PlanError, match="street 7 is unknown; streets are 0 to 0"):
        replan(plan, [7], [Vehicle("v1")])
