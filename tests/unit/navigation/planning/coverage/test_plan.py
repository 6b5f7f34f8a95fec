"""Several vehicles: fair shares, docks, batteries, and what is said when something can't be."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from navigation.planning.coverage.bounds import longest_bound, total_bound
from navigation.planning.coverage.plan import plan_coverage
from navigation.planning.coverage.streets import Street, StreetGraph
from navigation.planning.coverage.vehicles import Vehicle
from patrol.errors import PlanError

Grid = Callable[..., StreetGraph]
Check = Callable[..., None]


def free(count: int) -> list[Vehicle]:
    return [Vehicle(f"v{i}") for i in range(count)]


@pytest.mark.parametrize(("count", "percent"), [(2, 2), (4, 4), (8, 8)])
def test_shares_are_nearly_equal_parts_of_the_optimum(
    count: int, percent: float, make_grid: Grid, check_plan: Check
) -> None:
    graph = make_grid(11, 11, 7)
    plan = plan_coverage(graph, free(count), steps=100 * count)
    check_plan(plan)
    optimum = total_bound(graph, graph.required)
    assert plan.total == pytest.approx(optimum)
    assert optimum / count <= plan.longest + 1e-6
    assert plan.longest <= (1 + percent / 100) * optimum / count


def test_one_seed_gives_one_plan(make_grid: Grid) -> None:
    graph = make_grid(8, 8, 1)
    first, second = (plan_coverage(graph, free(3), steps=100, seed=4) for _ in range(2))
    assert first.routes == second.routes


def test_routes_start_and_end_at_each_dock(make_grid: Grid, check_plan: Check) -> None:
    graph = make_grid(11, 11, 2)
    corners = [graph.streets[0].start, graph.streets[-1].end, graph.streets[-1].end]
    plan = plan_coverage(
        graph, [Vehicle(f"v{i}", dock) for i, dock in enumerate(corners)], steps=200
    )
    check_plan(plan)
    assert all(len(route.sorties) == 1 for route in plan.routes)
    assert plan.longest <= 1.15 * longest_bound(plan)


def test_a_small_battery_means_several_sorties(make_grid: Grid, check_plan: Check) -> None:
    graph = make_grid(9, 9, 3)
    dock = graph.streets[len(graph) // 2].start
    far = max(graph.distances([dock])[0][n] for s in graph.streets for n in (s.start, s.end))
    reach = 2.5 * float(far) + 200
    plan = plan_coverage(graph, [Vehicle(f"v{i}", dock, reach, 30.0) for i in range(2)], steps=60)
    check_plan(plan)
    assert not plan.left_out
    assert all(len(route.sorties) > 1 for route in plan.routes)
    for route in plan.routes:
        driven = math.fsum(sortie.length for sortie in route.sorties)
        assert route.cost == pytest.approx(driven + 30 * (len(route.sorties) - 1))
        assert "sorties, as a battery lasts" in plan.explain(route)


def test_streets_beyond_every_battery_are_left_out_with_what_would_do(check_plan: Check) -> None:
    graph = StreetGraph(4, (Street(0, 1, 100), Street(1, 2, 100), Street(2, 3, 100, name="Far")))
    plan = plan_coverage(graph, [Vehicle("v1", 0, 450)])
    check_plan(plan)
    (out,) = plan.left_out
    assert out.street == 2
    assert graph.label(out.street) == "street 2 (Far)"
    assert out.why == "there and back is 600 m for vehicle v1, whose battery lasts 450 m"
    assert out.remedy == "send one whose battery lasts 600 m"


def test_a_far_street_goes_to_the_vehicle_that_reaches_it(check_plan: Check) -> None:
    graph = StreetGraph(5, tuple(Street(i, i + 1, 100) for i in range(4)))
    plan = plan_coverage(graph, [Vehicle("weak", 0, 250), Vehicle("strong", 0, 900)], steps=60)
    check_plan(plan)
    assert not plan.left_out
    assert {6, 4} <= plan.routes[1].tasks


def test_a_free_vehicle_with_a_battery_drives_several_circuits(
    make_grid: Grid, check_plan: Check
) -> None:
    graph = make_grid(6, 6, 4)
    plan = plan_coverage(graph, [Vehicle("v1", reach=1500)])
    check_plan(plan)
    assert len(plan.routes[0].sorties) > 1


def test_parts_without_a_dock_are_left_out(check_plan: Check) -> None:
    graph = StreetGraph(5, (Street(0, 1, 10), Street(2, 3, 10), Street(3, 4, 10)))
    plan = plan_coverage(graph, [Vehicle("v1", 0)])
    check_plan(plan)
    assert [out.street for out in plan.left_out] == [1, 2]
    assert plan.left_out[0].remedy == "open a way to node 2, or put a dock there"


def test_free_vehicles_spread_over_parts_and_say_when_they_are_too_few(check_plan: Check) -> None:
    graph = StreetGraph(6, (Street(0, 1, 10), Street(2, 3, 30), Street(4, 5, 20)))
    plan = plan_coverage(graph, free(2))
    check_plan(plan)
    assert [out.street for out in plan.left_out] == [0]
    assert plan.left_out[0].remedy == "open a way to it, or add a vehicle"
    plan = plan_coverage(graph, free(3))
    check_plan(plan)
    assert not plan.left_out


def test_a_one_way_street_without_a_way_back_is_left_out(check_plan: Check) -> None:
    graph = StreetGraph(3, (Street(0, 1, 10), Street(1, 2, 10, one_way=True)))
    plan = plan_coverage(graph, free(1))
    check_plan(plan)
    assert plan.left_out[0].street == 1
    assert plan.left_out[0].why == "there is no way back from node 2 to node 1"


def test_nothing_required_means_nothing_to_do(check_plan: Check) -> None:
    plan = plan_coverage(StreetGraph(2, (Street(0, 1, 5, required=False),)), free(2))
    check_plan(plan)
    assert plan.longest == 0
    assert "nothing to do" in plan.explain(plan.routes[0])


def test_more_vehicles_than_streets_leaves_some_idle(check_plan: Check) -> None:
    plan = plan_coverage(StreetGraph(2, (Street(0, 1, 5),)), free(3))
    check_plan(plan)
    assert sorted(route.cost for route in plan.routes) == [0, 0, 10]


@pytest.mark.parametrize(
    ("street", "message"),
    [
        (Street(0, 1, -1.0), "street 0: length -1.0 is not a number of at least 0"),
        (Street(0, 1, math.nan, name="Elm"), r"street 0 \(Elm\): length nan"),
        (Street(0, 1, math.inf), "length inf"),
        (Street(0, 9, 1.0), "node 9 is unknown; nodes are 0 to 1"),
        (Street(0, 1, 1.0, sides=3), "sides 3 is neither 1 nor 2"),
        (Street(0, 1, 1.0, sides=2, one_way=True), "one-way"),
    ],
)
def test_wrong_streets_are_refused_by_name(street: Street, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        StreetGraph(2, (street,))


def test_a_graph_without_streets_is_refused() -> None:
    with pytest.raises(PlanError, match="has no streets"):
        StreetGraph(2, ())


@pytest.mark.parametrize(
    ("vehicles", "message"),
    [
        ([], "no vehicles"),
        ([Vehicle("a"), Vehicle("a")], "vehicle a: named twice"),
        ([Vehicle("a", 7)], "dock 7 is no node"),
        ([Vehicle("a", reach=math.nan)], "reach nan"),
        ([Vehicle("a", reach=0.0)], "reach 0.0"),
        ([Vehicle("a", recharge=-1.0)], "recharge -1.0"),
        ([Vehicle("a", at=-1)], "at -1 is no node"),
        ([Vehicle("a", reach_now=-1.0)], "reach_now -1.0"),
    ],
)
def test_wrong_vehicles_are_refused_by_name(vehicles: list[Vehicle], message: str) -> None:
    graph = StreetGraph(2, (Street(0, 1, 5),))
    with pytest.raises(PlanError, match=message):
        plan_coverage(graph, vehicles)


def test_two_sided_streets_can_be_shared_out(make_grid: Grid, check_plan: Check) -> None:
    graph = make_grid(6, 6, 5)
    mixed = StreetGraph(
        graph.node_count,
        tuple(replace(s, sides=1 + i % 2) for i, s in enumerate(graph.streets)),
    )
    check_plan(plan_coverage(mixed, free(3), steps=100))
    check_plan(plan_coverage(mixed, [Vehicle("a", 0, 2500), Vehicle("b", 0, 3000)], steps=60))
