"""Batteries empty, promises stay."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent import Beat, TeamVehicle, plan_persistent, simulate_plan
from navigation.planning.persistent.charging import charged_beat
from navigation.planning.persistent.rota import handovers, rota, stints
from navigation.planning.persistent.search import Group, walks_of
from navigation.planning.persistent.sorties import charging_walk
from patrol.errors import PlanError
from tests.unit.navigation.planning.persistent.small import SHORT, worst_in

HOURS_S = 8 * 3600.0


def team(count: int, endurance_s: float, charge_s: float, *docks: int) -> list[TeamVehicle]:
    """Equal vehicles, docks in turn."""
    return [
        TeamVehicle(
            f"v{i}", endurance_s=endurance_s, charge_s=charge_s, dock=docks[i % len(docks)]
        )
        for i in range(count)
    ]


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 30))
def test_rota_gives_every_vehicle_about_its_share_of_rest(
    slots: int, spared: int, laps: int
) -> None:
    first_lap, away_s = rota(100.0, slots, slots + spared, laps)
    even_s = spared * laps * 100.0 / slots
    assert len(first_lap) == slots
    assert 0 <= away_s <= even_s + 1e-6
    assert away_s >= even_s - 2 * 100.0  # moments lie within a lap of even ones


@pytest.mark.parametrize("count", [1, 3, 6])
def test_worst_idleness_holds_for_hours_of_charging(dumbbell: PatrolGraph, count: int) -> None:
    plan = plan_persistent(dumbbell, team(count, 1000.0, 400.0, 2), effort=SHORT)
    trace = simulate_plan(plan, HOURS_S)
    settled_s = 2 * max(beat.lap_s for beat in plan.beats)
    assert worst_in(trace, dumbbell, settled_s) <= plan.worst_idleness_s + 1e-6
    assert plan.worst_idleness_s <= 230.0 / count * 1.4 + 1e-6


def relay_beat(graph: PatrolGraph) -> tuple[Beat, list[TeamVehicle]]:
    """Three vehicles with docks apart on the tour of the dumbbell."""
    vehicles = team(3, 2000.0, 300.0, 0, 5)
    cycle = walks_of(graph, [Group(tuple(range(6)), 3)])[0]
    return charged_beat(graph, vehicles, cycle, (0, 1, 2)), vehicles


def test_docks_apart_are_served_by_taking_turns(dumbbell: PatrolGraph) -> None:
    beat, vehicles = relay_beat(dumbbell)
    assert beat.relay is not None
    assert beat.slots == 2
    found = stints(dumbbell, beat, HOURS_S)
    last: dict[int, float] = {}
    for stint in sorted(found, key=lambda each: each.from_s):
        assert stint.until_s - stint.from_s <= vehicles[0].endurance_s
        if stint.vehicle in last:
            away_s = stint.from_s - last[stint.vehicle]
            assert away_s >= beat.relay.away_s - 1e-6 >= vehicles[0].charge_s
        last[stint.vehicle] = stint.until_s
    assert len(handovers(dumbbell, beat, HOURS_S)) == len(found) - beat.slots


def test_every_slot_is_filled_at_all_times(dumbbell: PatrolGraph) -> None:
    beat, _ = relay_beat(dumbbell)
    for slot in range(beat.slots):
        spans = sorted(
            (s.from_s, s.until_s) for s in stints(dumbbell, beat, HOURS_S) if s.slot == slot
        )
        assert spans[0][0] == 0.0
        assert spans[-1][1] == HOURS_S
        assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))


def test_short_battery_makes_several_trips_a_lap(star: PatrolGraph) -> None:
    walk, driven_s = charging_walk(star, (0, 1, 0, 2, 0, 3, 0, 4), 0, 45.0)
    assert walk.count(0) == 4
    assert sum(driven_s) == pytest.approx(80.0)
    assert max(driven_s) <= 45.0
    assert sum(1 for time_s in driven_s if time_s) == 2


def test_place_beyond_the_battery_is_named_with_what_it_needs(dumbbell: PatrolGraph) -> None:
    with pytest.raises(PlanError, match=r"place d: 200 s from dock c .* endurance of 200 s"):
        plan_persistent(dumbbell, team(1, 150.0, 60.0, 2), effort=SHORT)


def test_battery_too_small_for_the_nearest_place_is_named(star: PatrolGraph) -> None:
    with pytest.raises(PlanError, match="nearest place b from dock a and back, which takes 20 s"):
        plan_persistent(star, team(1, 15.0, 60.0, 0), effort=SHORT)


def test_battery_without_dock_is_refused() -> None:
    with pytest.raises(PlanError, match="give it a dock"):
        TeamVehicle("v1", endurance_s=100.0)


@pytest.mark.parametrize("field", ["charge_s", "ready_s"])
def test_times_that_are_no_numbers_are_refused(field: str) -> None:
    with pytest.raises(PlanError, match=field):
        TeamVehicle("v1", **{field: float("nan")})


def test_same_id_twice_is_refused(star: PatrolGraph) -> None:
    with pytest.raises(PlanError, match="v1: is in the team twice"):
        plan_persistent(star, [TeamVehicle("v1"), TeamVehicle("v1")])


def test_unknown_dock_is_refused(star: PatrolGraph) -> None:
    with pytest.raises(PlanError, match="dock 9 is none of the places 0 to 4"):
        plan_persistent(star, [TeamVehicle("v1", dock=9)])


def test_reasons_say_where_and_how_long_a_vehicle_charges(star: PatrolGraph) -> None:
    plan = plan_persistent(star, team(1, 100.0, 50.0, 0), effort=SHORT)
    assert "charges 40 s a lap at a" in plan.reasons[0]
