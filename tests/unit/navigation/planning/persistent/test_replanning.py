"""Going on after a loss, a closure, a return."""

from __future__ import annotations

from dataclasses import replace

import pytest

from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent import (
    TeamVehicle,
    plan_persistent,
    replan,
    simulate_plan,
    team_at,
)
from patrol.errors import PlanError
from tests.unit.navigation.planning.persistent.small import SHORT, both_ways, worst_in


@pytest.fixture
def two_rings() -> PatrolGraph:
    """Rings of six places, far apart."""
    ring = [(i, (i + 1) % 6, 10.0) for i in range(6)]
    return both_ways(*ring, *((a + 6, b + 6, s) for a, b, s in ring), (0, 6, 500.0))


def test_loss_is_shared_inside_its_beat_and_others_keep_their_promises(
    two_rings: PatrolGraph,
) -> None:
    plan = plan_persistent(two_rings, 4, effort=SHORT)
    assert plan.worst_idleness_s == pytest.approx(30.0)
    lost = plan.beats[0].members[0]
    after = replan(plan, team_at(plan, 100.0), {plan.team[lost].id}, effort=SHORT)
    assert after.worst_idleness_s == pytest.approx(60.0)
    kept = {(beat.cycle.places, beat.slots) for beat in plan.beats}
    assert any((beat.cycle.places, beat.slots) in kept for beat in after.beats)
    assert f"because {plan.team[lost].id} left" in after.reasons[0]
    trace = simulate_plan(after, after.in_step_s + 400.0)
    assert worst_in(trace, two_rings, after.in_step_s + 60.0) <= 60.0 + 1e-6


def test_last_vehicle_of_a_beat_is_replaced_from_another(dumbbell: PatrolGraph) -> None:
    plan = plan_persistent(dumbbell, 3, effort=SHORT)
    alone = next(beat.members[0] for beat in plan.beats if len(beat.members) == 1)
    after = replan(plan, team_at(plan, 40.0), {plan.team[alone].id}, effort=SHORT)
    assert after.worst_idleness_s == pytest.approx(15.0)
    assert {place for beat in after.beats for place in beat.cycle.places} == set(range(6))


def test_vehicle_that_comes_back_is_used(two_rings: PatrolGraph) -> None:
    plan = plan_persistent(two_rings, 3, effort=SHORT)
    state = (*team_at(plan, 50.0), TeamVehicle("back", place=2))
    after = replan(plan, state, effort=SHORT)
    assert after.worst_idleness_s == pytest.approx(30.0)
    assert "because back came" in after.reasons[0]


def test_closed_move_is_not_driven_again(two_rings: PatrolGraph) -> None:
    plan = plan_persistent(two_rings, 2, effort=SHORT)
    left = tuple(move for move in two_rings.moves if {move[0], move[1]} != {1, 2})
    closed = PatrolGraph(two_rings.names, left)
    after = replan(plan, team_at(plan, 10.0), graph=closed, effort=SHORT)
    assert after.worst_idleness_s == pytest.approx(100.0)
    assert "ways changed" in after.reasons[0]
    for beat in after.beats:
        beat.cycle.legs_s(closed)  # raises for a move that is not there


def test_state_names_the_next_place_and_when(star: PatrolGraph) -> None:
    plan = plan_persistent(star, 1, effort=SHORT)
    state = team_at(plan, 7.0)[0]
    assert state.ready_s == pytest.approx(3.0)
    assert state.place is not None


def test_state_on_the_way_to_a_slot_is_on_that_way(dumbbell: PatrolGraph) -> None:
    plan = plan_persistent(dumbbell, [TeamVehicle("v1", place=0, ready_s=20.0)], effort=SHORT)
    state = team_at(plan, 5.0)[0]
    assert state.place == 0
    assert state.ready_s == pytest.approx(15.0)


def test_unknown_failed_vehicle_is_refused(star: PatrolGraph) -> None:
    plan = plan_persistent(star, 2, effort=SHORT)
    with pytest.raises(PlanError, match="vehicle ghost: failed, but is not in the team"):
        replan(plan, team_at(plan, 0.0), {"ghost"})


def test_losing_everybody_is_refused(star: PatrolGraph) -> None:
    plan = plan_persistent(star, 1, effort=SHORT)
    with pytest.raises(PlanError, match="0 vehicles"):
        replan(plan, team_at(plan, 0.0), {"v1"})


def test_other_places_need_a_new_plan(star: PatrolGraph) -> None:
    plan = plan_persistent(star, 1, effort=SHORT)
    other = replace(star, names=("z", "b", "c", "d", "e"))
    with pytest.raises(PlanError, match="other places"):
        replan(plan, team_at(plan, 0.0), graph=other)
