"""The fence: what is ground, and when a zone is closed."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from patrol.faults import FaultKind
from patrol.map import WayClass, ZoneKind
from tests.unit.navigation.safety.fence_hands import (
    MONDAY_S,
    NOT_SET_S,
    SUNDAY_S,
    WALL,
    ask,
    asked,
    at,
    fenced,
    half_way_to,
    nose_at,
    street,
    zone,
)
from tests.unit.navigation.safety.gate_hands import (
    NOW,
    SPEC,
    assert_stops,
)

F = FaultKind


# --- the ground ---


def test_a_zone_of_another_kind_is_no_hindrance(gate: Any) -> None:
    quiet = zone((30.0, -10.0), (40.0, 10.0), kind=ZoneKind.QUIET)
    assert asked(gate, street(quiet), at(half_way_to(0.3))).faults == frozenset()


def test_a_flight_of_steps_is_no_ground(gate: Any) -> None:
    for edge in ({"steps": True}, {"way_class": WayClass.STEPS}):
        assert_stops(asked(gate, street(**edge), at(20.0), speed_mps=0.0), F.ZONE_BOUNDARY)


def test_the_wider_of_both_directions_counts(gate: Any) -> None:
    for wide in (3, 4):
        uneven = street(width_m=1.0)
        edges = dict(uneven.edges)
        edges[wide] = dataclasses.replace(edges[wide], width_m=4.0)
        both = dataclasses.replace(uneven, edges=edges)
        assert asked(gate, both, at(20.0, 1.2), speed_mps=0.0).faults == frozenset()


def test_without_a_map_nothing_is_allowed(gate: Any) -> None:
    assert_stops(asked(gate, None, at(20.0), speed_mps=0.0), F.ZONE_BOUNDARY)


def test_without_a_fence_anything_is_allowed(gate: Any) -> None:
    assert ask(gate.SafetyGate(SPEC), None).faults == frozenset()


def test_another_map_counts_from_the_next_step_on(gate: Any) -> None:
    stage = fenced(gate, street())
    assert ask(stage, at(half_way_to(0.3))).faults == frozenset()
    stage.fence = gate.Fence(SPEC, street(WALL))
    assert_stops(ask(stage, at(half_way_to(0.3))), F.KEEP_OUT_ZONE)


def test_the_ground_is_looked_up_where_the_vehicle_is(gate: Any) -> None:
    far = street(zone((300.0, -3.0), (301.0, 3.0)))
    long = dataclasses.replace(
        far, nodes={**far.nodes, 2: dataclasses.replace(far.nodes[2], x_m=400.0)}
    )
    stage = fenced(gate, long)
    for x_m in np.arange(20.0, 298.0, 1.0):
        assert ask(stage, at(x_m), speed_mps=0.0).faults == frozenset(), x_m
        if x_m > nose_at(299.8):
            break
    assert_stops(ask(stage, at(nose_at(299.75)), speed_mps=0.0), F.KEEP_OUT_ZONE)
    assert_stops(ask(stage, at(200.0, 9.0), speed_mps=0.0), F.ZONE_BOUNDARY)
    nearer = fenced(gate, street(WALL))
    assert ask(nearer, at(15.0)).faults == frozenset()
    assert_stops(ask(nearer, at(half_way_to(0.3))), F.KEEP_OUT_ZONE)


# --- time windows ---

NOON = zone((30.0, -10.0), (40.0, 10.0), windows="Mo 11:00-13:00")


def test_a_zone_holds_in_its_time_windows(gate: Any) -> None:
    for now_s, faults in ((MONDAY_S, {F.KEEP_OUT_ZONE}), (SUNDAY_S, set())):
        where = at(half_way_to(0.3), now_s=now_s)
        assert ask(fenced(gate, street(NOON)), where, now_s=now_s).faults == faults


def test_where_the_time_is_not_known_every_zone_holds(gate: Any) -> None:
    over = dataclasses.replace(NOON, windows="", expires="2020-01-01T00:00:00+09:00")
    for closed, now_s in ((NOON, NOW), (NOON, NOT_SET_S), (over, NOW), (over, NOT_SET_S)):
        where = at(half_way_to(0.3), now_s=now_s)
        assert_stops(ask(fenced(gate, street(closed)), where, now_s=now_s), F.KEEP_OUT_ZONE)


def test_a_zone_that_opens_its_window_before_the_vehicle_stops_it(gate: Any) -> None:
    stage, before_s = fenced(gate, street(NOON)), MONDAY_S - 3600.0
    where = half_way_to(0.3)
    for tick in range(-2, 0):
        now_s = before_s + tick
        assert ask(stage, at(where, now_s=now_s), now_s=now_s).faults == frozenset()
    assert_stops(ask(stage, at(where, now_s=before_s), now_s=before_s), F.KEEP_OUT_ZONE)
