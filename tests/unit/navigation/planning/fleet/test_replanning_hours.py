"""Tours that change under way where zones open and close: passed only while they are open."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.fleet.driving import WAITS
from navigation.planning.fleet.replanning import Away, Changes, RunningPlan, replan_fleet
from navigation.planning.fleet.types import PlanMode, PlanVehicle
from patrol.map import PatrolMap, Zone
from tests.unit.navigation.planning.fleet.test_plan_hours import (
    DAY,
    GOALIE,
    at,
    closed_times_s,
    request,
    town,
    visited,
    zone,
)
from tests.unit.navigation.planning.test_route_reason import box

TEAM = tuple(PlanVehicle(name, GOALIE, 9, -math.pi / 2, "dock") for name in ("v", "w"))
NIGHT = zone("22:00-07:00")


def running(patrol_map: PatrolMap, when: datetime, **changes: object) -> RunningPlan:
    return RunningPlan.begun(request(patrol_map, when, vehicles=TEAM, **changes))


def with_far(plan: RunningPlan) -> str:
    """The vehicle that goes through the zone."""
    return next(route.vehicle_id for route in plan.plan.vehicles if "far" in route.task_ids)


def lose_far(before: RunningPlan, now_s: float) -> RunningPlan:
    return replan_fleet(before, now_s, Changes(failed=frozenset({with_far(before)})))


def test_who_takes_over_waits_until_the_zone_opens() -> None:
    patrol_map = town(NIGHT)
    after = lose_far(running(patrol_map, at("06:50")), 60.0)
    (route,) = after.plan.vehicles
    assert "far" in route.task_ids
    (wait,) = [step for step in route.steps if step.name == WAITS]
    assert wait.end_s == pytest.approx(600.0)
    assert not list(closed_times_s(after.plan, patrol_map, at("06:50")))
    assert "zone Z, closed until 07:00: passed only while it is open" in after.plan.notes


def test_who_takes_over_goes_through_before_the_zone_closes() -> None:
    patrol_map = town(NIGHT)
    after = lose_far(running(patrol_map, at("21:40")), 60.0)
    assert "far" in visited(after.plan)
    assert not list(closed_times_s(after.plan, patrol_map, at("21:40")))


def test_what_closes_too_soon_is_left_out_with_its_hours() -> None:
    before = running(town(NIGHT), at("21:47"))
    after = lose_far(before, 240.0)
    left = {out.what: out for out in after.plan.left_out}
    assert "zone Z, closed from 22:00" in left["checkpoint far"].why
    assert left["checkpoint far"].remedy.startswith("be done by 22:00, or start after")


def test_a_vehicle_goes_to_a_call_behind_a_zone_while_that_is_open() -> None:
    patrol_map = town(NIGHT)
    before = running(patrol_map, at("21:40"))
    near = next(v for v in ("v", "w") if v != with_far(before))
    after = replan_fleet(before, 60.0, Changes(away={near: Away(7, 300.0)}))
    assert after.plan.of(near).steps[0].node_ids[-1] == 7
    assert not list(closed_times_s(after.plan, patrol_map, at("21:40")))


def test_a_vehicle_beyond_a_zone_that_will_close_is_not_closed_in() -> None:
    patrol_map = town(NIGHT)
    before = running(patrol_map, at("21:40"))
    far = with_far(before)
    arrive_s = next(s.begin_s for s in before.plan.of(far).steps if s.task_id == "far")
    after = replan_fleet(before, arrive_s, Changes(charge=frozenset({far})))
    assert after.plan.of(far).steps[-1].is_charge
    assert not list(closed_times_s(after.plan, patrol_map, at("21:40")))


def test_rounds_that_change_say_that_a_zone_counts_as_closed() -> None:
    before = running(town(NIGHT), at("21:00"), mode=PlanMode.PERSISTENT)
    after = replan_fleet(before, 60.0, Changes(failed=frozenset({"v"})))
    assert [note for note in after.plan.notes if "counted as closed at all hours" in note]


@settings(max_examples=25)
@given(
    start=st.integers(-20, 20), lasts=st.integers(1, 20), now_s=st.integers(0, 600),
    west=st.sampled_from([60, 110, 160]), detour=st.booleans(),
    what=st.sampled_from(["failed", "charge", "away"]),
)  # fmt: skip
def test_no_vehicle_of_a_changed_tour_is_in_a_closed_zone(
    start: int, lasts: int, now_s: int, west: int, detour: bool, what: str
) -> None:
    shut = box("Z", west, west + 40, f"12:30-12:{30 + lasts}")
    patrol_map, when = town(shut, detour=detour), DAY + timedelta(minutes=30 + start)
    patrol_map = _quick(patrol_map, shut)
    before = running(patrol_map, when, hours=1.0)
    changes = {
        "failed": Changes(failed=frozenset({"v"})),
        "charge": Changes(charge=frozenset({"v"})),
        "away": Changes(away={"v": Away(9, now_s + 300.0)}),
    }[what]
    assert not list(closed_times_s(before.plan, patrol_map, when))
    after = replan_fleet(before, float(now_s), changes)
    told = {left.what.split()[1] for left in after.plan.left_out}
    assert {"near", "far"} <= visited(after.plan) | after.done | told
    late = [s for s, step in closed_times_s(after.plan, patrol_map, when) if s >= now_s]
    assert not late


def _quick(patrol_map: PatrolMap, shut: Zone) -> PatrolMap:
    checkpoints = tuple(replace(c, dwell_s=30.0) for c in patrol_map.checkpoints)
    return replace(patrol_map, checkpoints=checkpoints, zones=(shut,))
