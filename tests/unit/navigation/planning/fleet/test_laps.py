"""Laps of persistent patrols as they are driven, also after a change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from navigation.planning.fleet.battery import runs_dry
from navigation.planning.fleet.laps import improved, timed, with_moves
from navigation.planning.fleet.plan import PlanRequest, searches_of, tasks_of
from navigation.planning.fleet.replanning import Away, Changes, RunningPlan, replan_fleet
from navigation.planning.fleet.rounds import Rounds, rounds_of
from navigation.planning.fleet.tour_problem import TourProblem
from navigation.planning.fleet.types import PlanMode
from navigation.planning.persistent.planner import plan_persistent
from navigation.planning.persistent.search import QUICK
from patrol.errors import PlanError
from tests.unit.navigation.planning.fleet.replans import (
    DOCK,
    NOW_S,
    SILLIM,
    assert_drivable,
    vehicle,
)

LONGEST_DWELL_S = max(c.dwell_s for c in SILLIM.checkpoints)


def request(count: int) -> PlanRequest:
    team = tuple(vehicle(f"v{number + 1}") for number in range(count))
    return PlanRequest(SILLIM, team, PlanMode.PERSISTENT, horizon_s=7200.0, seed=1)


def rounds_for(asked: PlanRequest) -> Rounds:
    searches = searches_of(asked)
    tasks = tuple(tasks_of(asked))
    problem = TourProblem.of(asked.patrol_map, tasks, asked.vehicles, searches, asked.horizon_s)
    return rounds_of(problem)


@pytest.fixture(scope="module")
def shared() -> RunningPlan:
    """Four vehicles on one lap."""
    return RunningPlan.begun(request(4))


@pytest.mark.parametrize("count", [1, 2, 4])
def test_laps_in_the_best_order_for_driving_are_never_worse(count: int) -> None:
    rounds = rounds_for(request(count))
    plan = plan_persistent(rounds.graph, count, 1, QUICK)
    own, found = timed(rounds, plan), improved(rounds, plan)
    assert own.plan.worst_idleness_s <= plan.worst_idleness_s + 1e-6
    assert found.plan.worst_idleness_s < 0.9 * own.plan.worst_idleness_s
    assert {p for b in found.plan.beats for p in b.cycle.places} == set(range(len(rounds.tasks)))
    assert sorted(m for b in found.plan.beats for m in b.members) == list(range(count))
    for beat, states in zip(found.plan.beats, found.states, strict=True):
        assert len(states) == len(beat.cycle.places)
        assert None not in states or len(states) == 1


def test_of_more_places_than_asked_for_the_order_stays() -> None:
    rounds = rounds_for(request(1))
    plan = plan_persistent(rounds.graph, 1, 1, QUICK)
    found = improved(rounds, plan, most_places=3)
    assert found.plan.beats[0].cycle.places == plan.beats[0].cycle.places


def test_two_checkpoints_at_one_node_are_passed_one_after_the_other() -> None:
    twin = replace(SILLIM.checkpoints[3], id="twin", dwell_s=0.0)
    doubled = replace(SILLIM, checkpoints=(*SILLIM.checkpoints[2:6], twin))
    rounds = rounds_for(replace(request(1), patrol_map=doubled))
    found = improved(rounds, plan_persistent(rounds.graph, 1, 1, QUICK))
    assert 0.0 < found.plan.worst_idleness_s < 7200.0


def test_moves_past_a_third_place_are_known_to_the_graph_of_a_walk() -> None:
    rounds = rounds_for(request(1))
    gone, *others = rounds.graph.moves
    sparse = replace(rounds, graph=replace(rounds.graph, moves=tuple(others)))
    assert with_moves(sparse, [others[0][:2]]) is sparse.graph
    again = with_moves(sparse, [gone[:2]])
    assert again.move_s[gone[:2]] == pytest.approx(gone[2])
    assert set(others) < set(again.moves)


def test_a_lost_vehicle_leaves_the_lap_to_the_others(shared: RunningPlan) -> None:
    (walk,) = shared.plan.walks
    after = replan_fleet(shared, NOW_S, Changes(failed=frozenset({"v2"})))
    assert_drivable(after)
    (left,) = after.plan.walks
    assert set(left.task_ids) == set(walk.task_ids)
    assert left.worst_s <= walk.worst_s * 4 / 3 + 1e-6
    figures = after.plan.figures
    assert figures["planned_worst_idleness_s"] <= left.worst_s + LONGEST_DWELL_S


def test_a_street_that_no_walk_needs_moves_nothing(shared: RunningPlan) -> None:
    driven = {e for route in shared.plan.vehicles for s in route.steps for e in s.edge_ids}
    idle = next(e for e in sorted(SILLIM.edges) if e not in driven)
    after = replan_fleet(shared, NOW_S, Changes(closed=frozenset({idle})))
    assert after.kept == {"v1", "v2", "v3", "v4"}
    assert after.plan.walks == shared.plan.walks
    assert not after.moved


def test_a_vehicle_held_up_for_a_while_goes_on_with_the_same_lap(shared: RunningPlan) -> None:
    away = {"v1": Away(DOCK.node_id, NOW_S + 300.0)}
    after = replan_fleet(shared, NOW_S, Changes(away=away))
    assert_drivable(after)
    assert after.plan.walks == shared.plan.walks
    assert after.kept == {"v2", "v3", "v4"}


def test_round_a_closed_street_the_lap_promises_what_is_driven(shared: RunningPlan) -> None:
    ahead = [s for s in shared.plan.of("v1").steps if s.leave_s > 3 * NOW_S and s.edge_ids]
    edge = SILLIM.edges[ahead[0].edge_ids[len(ahead[0].edge_ids) // 2]]
    back = SILLIM.edge_between.get((edge.end_id, edge.start_id))
    closed = frozenset([edge.id] + ([back.id] if back else []))
    after = replan_fleet(shared, NOW_S, Changes(closed=closed))
    assert_drivable(after)
    watched = {t for walk in after.plan.walks for t in walk.task_ids}
    told = {left.what.removeprefix("checkpoint ") for left in after.plan.left_out}
    assert watched | told == {c.id for c in SILLIM.checkpoints}
    figures = after.plan.figures
    promised_s = figures["worst_idleness_s"]
    assert figures["planned_worst_idleness_s"] <= promised_s + LONGEST_DWELL_S


def test_a_patrol_longer_than_its_batteries_charges_and_keeps_its_promise() -> None:
    asked = request(2)
    weak = tuple(replace(v, battery_pct=22.0) for v in asked.vehicles)
    places = tuple(c.id for c in SILLIM.checkpoints[:4])
    asked = replace(asked, vehicles=weak, checkpoints=places, horizon_s=36_000.0)
    found = RunningPlan.begun(asked)
    assert_drivable(found)
    figures = found.plan.figures
    assert figures["planned_worst_idleness_s"] <= figures["worst_idleness_s"] + LONGEST_DWELL_S
    for stands, route in zip(weak, found.plan.vehicles, strict=True):
        assert route.steps
        assert not runs_dry(stands, route.steps)


def test_without_a_dock_a_battery_must_last() -> None:
    asked = request(1)
    lone = replace(asked.vehicles[0], dock_id=None, battery_pct=20.0)
    with pytest.raises(
        PlanError, match=r"v1: its battery lasts 0\.4 h of the 2\.0 h, and it has no"
    ):
        RunningPlan.begun(replace(asked, vehicles=(lone,)))
