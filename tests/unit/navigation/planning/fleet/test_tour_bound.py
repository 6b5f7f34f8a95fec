"""No tour can be shorter than its bound; few checkpoints are split as well as can be."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise, permutations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.driven_times import (
    least_between_s,
    least_nodes_s,
    preferred_between_s,
)
from navigation.planning.fleet.routing import assign
from navigation.planning.fleet.tour import plan_team_tour
from navigation.planning.fleet.tour_bound import least_split, longest_bound_s
from navigation.planning.fleet.tour_driving import drive_order
from navigation.planning.fleet.tour_exact import Trips, best_split
from navigation.planning.fleet.tour_problem import TourProblem
from navigation.planning.fleet.tour_search import search_split
from navigation.planning.fleet.types import PlanVehicle, Task
from navigation.planning.route_search import TURN_ROUND_S, RouteOptions, RouteSearch, Start
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).resolve().parents[5]
SILLIM = load_map(ROOT / "maps" / "sillim.geojson")
GOALIE = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
SEARCH = RouteSearch(SILLIM, RouteOptions(spec=GOALIE))
SLOW = replace(GOALIE, max_speed_mps=0.7)
SLOW_SEARCH = RouteSearch(SILLIM, RouteOptions(spec=SLOW))
DOCK = SILLIM.docks[0]
NODES = [
    node_id for node_id in sorted(SILLIM.nodes)
    if np.isfinite(SEARCH.costs_s([Start(DOCK.node_id, DOCK.heading_rad)], [node_id]).costs).all()
]  # fmt: skip
CLOSE_S = 1e-3


def search_of(vehicle: PlanVehicle) -> RouteSearch:
    return SLOW_SEARCH if vehicle.spec is SLOW else SEARCH


def team(*frees_s: float, slow: int = 0) -> tuple[PlanVehicle, ...]:
    return tuple(
        PlanVehicle(
            f"v{i}", SLOW if i < slow else GOALIE, DOCK.node_id, DOCK.heading_rad, DOCK.id,
            available_at_s=free_s,
        )
        for i, free_s in enumerate(frees_s)
    )  # fmt: skip


def tasks_at(*node_ids: int, dwell_s: float = 5.0) -> tuple[Task, ...]:
    return tuple(Task(f"t{i}", "", node_id, dwell_s) for i, node_id in enumerate(node_ids))


def shortest_tour_s(problem: TourProblem) -> float:
    """By brute force over splits, orders and ways of arriving, whatever turns they take."""
    count, found = len(problem.tasks), math.inf
    for owners in product(range(len(problem.vehicles)), repeat=count):
        ends_s = []
        for v in range(len(problem.vehicles)):
            mine = [i for i in range(count) if owners[i] == v]
            orders = permutations(mine)
            ends_s.append(min((driven_s(problem, v, o) for o in orders), default=0.0))
        found = min(found, max(ends_s))
    return found


def driven_s(problem: TourProblem, v: int, order: tuple[int, ...]) -> float:
    if not order:
        return 0.0
    search, vehicle = problem.searches[v], problem.vehicles[v]
    start = Start(vehicle.node_id, vehicle.heading_rad)
    best_s: dict[Start | int, float] = {start: vehicle.available_at_s}
    for index in order:
        task = problem.tasks[index]
        best_s = after(search, best_s, start, task.node_id, task.dwell_s)
    dock = problem.dock_of(vehicle)
    if dock is not None:
        best_s = after(search, best_s, start, dock.node_id, 0.0)
    return min(best_s.values())


def after(
    search: RouteSearch, best_s: dict[Start | int, float], start: Start, node: int, dwell_s: float
) -> dict[Start | int, float]:
    states = search.arrivals(node)
    legs_s = least_between_s(search, list(best_s), states)
    reached = (np.array(list(best_s.values()))[:, None] + legs_s).min(axis=0) + dwell_s
    found: dict[Start | int, float] = dict(zip(states, reached.tolist(), strict=True))
    if start in best_s and node == start.node_id:
        found[start] = best_s[start] + dwell_s
    return found


@settings(max_examples=12, deadline=None)
@given(
    nodes=st.lists(st.sampled_from(NODES), min_size=1, max_size=4),
    frees_s=st.lists(st.sampled_from([0.0, 0.0, 300.0]), min_size=1, max_size=2),
    slow=st.integers(0, 1),
)
def test_the_bound_is_never_above_the_best_tour(
    nodes: list[int], frees_s: list[float], slow: int
) -> None:
    tasks = tasks_at(*nodes)
    problem = TourProblem.of(SILLIM, tasks, team(*frees_s, slow=slow), search_of, math.inf)
    best_s = shortest_tour_s(problem)
    everything = range(len(tasks))
    if math.isfinite(best_s):
        assert longest_bound_s(problem, everything) <= best_s + CLOSE_S
    assert least_split(problem, everything).longest_s == pytest.approx(best_s)


@settings(max_examples=5, deadline=None)
@given(
    nodes=st.lists(st.sampled_from(NODES), min_size=13, max_size=16),
    owners=st.lists(st.integers(0, 2), min_size=16, max_size=16),
)
def test_no_way_to_drive_many_tasks_is_below_the_bound(
    nodes: list[int], owners: list[int]
) -> None:
    tasks = tasks_at(*nodes)
    problem = TourProblem.of(SILLIM, tasks, team(0.0, 0.0, 300.0), search_of, math.inf)
    orders = [[i for i in range(len(tasks)) if owners[i] == v] for v in range(3)]
    driven = [drive_order(problem, v, order) for v, order in enumerate(orders)]
    visited = [i for i in range(len(tasks)) if all(i not in missed for _, missed in driven)]
    bound_s = longest_bound_s(problem, visited)
    assert 0.0 < bound_s <= max(plan.end_s for plan, _ in driven) + CLOSE_S


def test_a_bound_that_is_met_proves_the_plan() -> None:
    tasks = tasks_at(*(c.node_id for c in SILLIM.checkpoints))
    found = plan_team_tour(SILLIM, tasks, team(0.0), search_of)
    assert found.figures["longest_s"] == pytest.approx(found.figures["longest_bound_s"])


@pytest.mark.parametrize(("count", "within"), [(2, 1.03), (4, 1.01)])
def test_all_checkpoints_of_sillim_are_shared_nearly_as_well_as_can_be(
    count: int, within: float
) -> None:
    tasks = [Task(c.id, c.name, c.node_id, c.dwell_s) for c in SILLIM.checkpoints]
    found = plan_team_tour(SILLIM, tasks, team(*[0.0] * count), search_of)
    assert found.figures["longest_s"] <= within * found.figures["longest_bound_s"]
    assert "no plan for these visits" in found.notes[0]


def test_the_bound_counts_only_what_is_visited() -> None:
    near, far = SILLIM.checkpoints[0], max(SILLIM.checkpoints, key=lambda c: c.node_id)
    early = replace(tasks_at(far.node_id)[0], id="far", windows_s=((0.0, 1.0),))
    found = plan_team_tour(SILLIM, [*tasks_at(near.node_id), early], team(0.0), search_of)
    alone = plan_team_tour(SILLIM, tasks_at(near.node_id), team(0.0), search_of)
    assert [left.what for left in found.left_out] == ["checkpoint far"]
    assert found.figures["longest_bound_s"] == alone.figures["longest_bound_s"]


def test_a_window_that_opens_late_lifts_the_bound() -> None:
    late = replace(tasks_at(SILLIM.checkpoints[0].node_id)[0], windows_s=((5000.0, 6000.0),))
    problem = TourProblem.of(SILLIM, (late,), team(0.0), search_of, math.inf)
    assert longest_bound_s(problem, [0]) > 5000.0


# ------------------------------------------------------------------------------- the parts


def test_turning_round_takes_its_time_and_no_detour_is_preferred_to_it() -> None:
    edge = next(iter(SILLIM.edges.values()))
    back = SILLIM.edge_between[edge.end_id, edge.start_id]
    index = SEARCH.states.index
    (seconds,) = least_between_s(SEARCH, [index[edge.id]], [index[back.id]])[0]
    assert seconds <= SEARCH.duration_s(back.id) + TURN_ROUND_S + 1e-9
    assert seconds <= SEARCH.costs_between([index[edge.id]], [index[back.id]])[0, 0]


@settings(max_examples=30, deadline=None)
@given(a=st.sampled_from(NODES), b=st.sampled_from(NODES))
def test_least_times_are_below_what_the_search_drives(a: int, b: int) -> None:
    states = SEARCH.arrivals(b)
    start = Start(a, 1.0)
    if a == b or not states:
        return
    driven_s = SEARCH.route(start, b).duration_s
    least_s = float(least_between_s(SEARCH, [start], states).min())
    assert float(least_nodes_s(SEARCH, [a, b])[0, 1]) <= least_s + 1e-6 <= driven_s + 2e-6
    preferred_s = float(preferred_between_s(SEARCH, [start], states).min())
    assert least_s <= preferred_s + 0.1


@settings(max_examples=30, deadline=None)
@given(a=st.sampled_from(NODES), b=st.sampled_from(NODES), heading_rad=st.floats(-3.0, 3.0))
def test_preferred_times_are_those_of_the_ways_that_the_search_takes(
    a: int, b: int, heading_rad: float
) -> None:
    start, states = Start(a, heading_rad), SEARCH.arrivals(b)
    times_s = preferred_between_s(SEARCH, [start], states)[0]
    for state, time_s in zip(states, times_s.tolist(), strict=True):
        edge_ids = SEARCH.way(start, state)
        driven_s = SEARCH.as_route(start, edge_ids).duration_s if edge_ids else math.inf
        assert time_s == pytest.approx(driven_s, abs=0.1)


def trips(out_s: list[float], legs_s: np.ndarray, dwell_s: float, free_s: float) -> Trips:
    count = len(out_s)
    return Trips(
        np.arange(count), np.full(count, dwell_s), np.array(out_s), legs_s, np.array(out_s), free_s
    )


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_split_of_few_tasks_is_the_best_there_is(data: st.DataObject) -> None:
    count, vehicles = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3))
    seconds = st.floats(1, 100)
    legs_s = np.array(data.draw(st.lists(
        st.lists(seconds, min_size=count, max_size=count), min_size=count, max_size=count
    )))  # fmt: skip
    members = [
        trips(data.draw(st.lists(seconds, min_size=count, max_size=count)), legs_s, 3.0, free_s)
        for free_s in data.draw(
            st.lists(st.sampled_from([0.0, 50.0]), min_size=vehicles, max_size=vehicles)
        )
    ]

    def end_s(member: Trips, order: tuple[int, ...]) -> float:
        if not order:
            return 0.0
        legs = math.fsum(float(member.legs_s[a, b]) for a, b in pairwise(order))
        ways = float(member.out_s[order[0]] + member.home_s[order[-1]])
        return member.available_at_s + ways + legs + 3.0 * len(order)

    best_s = min(
        max(
            min(end_s(m, o) for o in permutations([i for i in range(count) if owners[i] == v]))
            for v, m in enumerate(members)
        )
        for owners in product(range(vehicles), repeat=count)
    )
    found = best_split(members)
    assert found.longest_s == pytest.approx(best_s)
    assert sorted(task for order in found.orders for task in order) == list(range(count))
    ends_s = [end_s(m, order) for m, order in zip(members, found.orders, strict=True)]
    assert max(ends_s) == pytest.approx(best_s)


def test_a_task_that_nobody_can_reach_has_no_split() -> None:
    lonely = trips([math.inf], np.zeros((1, 1)), 0.0, 0.0)
    assert best_split([lonely, lonely]).longest_s == math.inf


def test_many_checkpoints_are_split_better_than_by_times_that_forget_the_turns() -> None:
    tasks = tasks_at(*NODES[::17])
    members = team(0.0, 0.0, 0.0)
    found = plan_team_tour(SILLIM, tasks, members, search_of, seed=1)
    assert not found.left_out
    problem = TourProblem.of(SILLIM, tasks, members, search_of, math.inf)
    rows = list(range(len(tasks)))
    dealt = assign(problem.tasks, rows, problem.routing_vehicles("mean_s"), 1)
    driven = [drive_order(problem, v, list(order))[0] for v, order in enumerate(dealt.orders)]
    assert found.figures["longest_s"] <= max(plan.end_s for plan in driven)


@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_a_searched_split_visits_everything_once_and_comes_near_the_best(
    data: st.DataObject,
) -> None:
    count, seed = data.draw(st.integers(1, 6)), data.draw(st.integers(0, 9))
    places = np.array(
        data.draw(
            st.lists(
                st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=count, max_size=count
            )
        )
    )
    legs_s = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    out_s = np.hypot(*places.T).tolist()
    members = [trips(out_s, legs_s, 1.0, 0.0)] * 2
    orders = search_split(members, seed)
    assert sorted(task for order in orders for task in order) == list(range(count))
    ends_s = [
        float(m.ends_s[sum(1 << task for task in order)])
        for m, order in zip(members, orders, strict=True)
    ]
    assert max(ends_s) <= 1.1 * best_split(members).longest_s + CLOSE_S
    assert search_split(members, seed) == orders
