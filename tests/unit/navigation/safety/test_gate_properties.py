"""What holds for the safety gate whatever it is given."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.stopping.encounter import Encounter, run
from benchmarks.stopping.lying_person import LyingPerson, gap_m, heard_m, is_touched
from navigation.safety import gate
from navigation.safety.low_things import (
    CELL_M,
    LOWEST_M,
    SAME_THING_M,
    arc_base,
    newest_of_cells,
    seen_empty,
)
from navigation.safety.watch import is_possible
from navigation.types import Command, GateOutput
from patrol.geometry import Pose2
from patrol.vehicle import UltrasonicSpec
from tests.unit.navigation.safety.gate_hands import CAP, SPEC, ahead, inputs, one, scan_of

ALL = tuple(ranger.name for ranger in SPEC.ultrasonics)
GRAZING = ("front_left", "front_right", "flank_left", "flank_right")
LOCK = 1.0 / SPEC.min_turning_radius_m
MIRRORED = {r.name: next(o.name for o in SPEC.ultrasonics if (o.x_m, o.y_m) == (r.x_m, -r.y_m))
            for r in SPEC.ultrasonics}  # fmt: skip
speeds = st.floats(0.05, CAP)
bends = st.floats(-LOCK, LOCK)
backs = st.booleans()
echoes = st.one_of(st.just(math.inf), st.floats(0.2, 3.0))
every_ranger = st.lists(echoes, min_size=len(MIRRORED), max_size=len(MIRRORED))


def driven(speed: float, bend: float, ranges: dict[str, float], **given_: Any) -> GateOutput:
    return one(
        gate, inputs(Command(speed, speed * bend), ranges=ranges, speed_mps=speed, **given_)
    )


def named(*beginnings: str) -> list[str]:
    return [name for name in ALL if name.startswith(beginnings)]


@settings(max_examples=100, deadline=None)
@given(speeds, bends, backs, st.sampled_from(ALL), st.floats(0.2, 3.0), st.floats(0.0, 2.8))
def test_a_nearer_echo_never_gives_a_faster_command(
    speed: float, bend: float, back: bool, name: str, far_m: float, nearer_m: float
) -> None:
    """In a bend, an outer arc's end may graze a corner's way where that of a nearer one passes."""
    near_m = max(0.2, far_m - nearer_m)
    bend = 0.0 if name in GRAZING else bend
    speed = -min(speed, gate.REVERSE_CAP_MPS) if back else speed
    far, near = driven(speed, bend, {name: far_m}), driven(speed, bend, {name: near_m})
    assert near.speed_limit_mps <= far.speed_limit_mps + 1e-9
    assert abs(near.command.speed_mps) <= abs(far.command.speed_mps) + 1e-9


@settings(max_examples=100, deadline=None)
@given(
    speeds,
    bends,
    st.floats(0.2, 3.0),
    st.one_of(
        st.tuples(st.just(1.0), st.just(1.0), st.sampled_from(named("rear"))),
        st.tuples(st.just(-1.0), st.just(1.0), st.sampled_from(named("front", "side"))),
        st.tuples(st.just(1.0), st.just(0.0), st.sampled_from(named("side", "flank"))),
    ),
)
def test_an_echo_from_where_it_does_not_go_changes_nothing(
    speed: float, bend: float, range_m: float, case: tuple[float, float, str]
) -> None:
    """From behind, in any bend; in reverse, from before it; on a straight, from beside it."""
    direction, bends_so, name = case
    speed, bend = direction * speed, bends_so * bend
    assert driven(speed, bend, {name: range_m}) == driven(speed, bend, {})


@settings(max_examples=50, deadline=None)
@given(speeds, st.floats(0.0, 3.0), st.floats(0.0, 3.0), st.floats(-0.5, 0.5))
def test_a_nearer_thing_ahead_never_gives_a_faster_command(
    speed: float, far_m: float, nearer_m: float, y_m: float
) -> None:
    near_m = max(0.05, far_m - nearer_m)
    far = driven(speed, 0.0, {}, scan=scan_of(ahead(far_m + 0.06, y_m)))
    near = driven(speed, 0.0, {}, scan=scan_of(ahead(near_m, y_m)))
    assert near.command.speed_mps <= far.command.speed_mps + 1e-9


@settings(max_examples=50, deadline=None)
@given(speeds, bends, every_ranger)
def test_one_more_echo_never_makes_it_faster(
    speed: float, bend: float, all_m: list[float]
) -> None:
    names = [r.name for r in SPEC.ultrasonics]
    some = dict(zip(names[:4], all_m[:4], strict=True))
    more = dict(zip(names, all_m, strict=True))
    few, many = driven(speed, bend, some), driven(speed, bend, more)
    assert many.command.speed_mps <= few.command.speed_mps + 1e-9


@settings(max_examples=50, deadline=None)
@given(speeds, bends, every_ranger)
def test_left_and_right_are_alike(speed: float, bend: float, all_m: list[float]) -> None:
    ranges = dict(zip((r.name for r in SPEC.ultrasonics), all_m, strict=True))
    other = {MIRRORED[name]: range_m for name, range_m in ranges.items()}
    one_way, other_way = driven(speed, bend, ranges), driven(speed, -bend, other)
    assert one_way.faults == other_way.faults
    assert math.isclose(one_way.command.speed_mps, other_way.command.speed_mps, abs_tol=1e-9)
    assert math.isclose(
        one_way.command.yaw_rate_radps, -other_way.command.yaw_rate_radps, abs_tol=1e-9
    )


@settings(max_examples=50, deadline=None)
@given(st.floats(), st.floats(), st.floats(), st.sampled_from(SPEC.ultrasonics))
def test_no_reading_lets_it_out_of_its_limits(
    speed: float, yaw_rate: float, range_m: float, ranger: UltrasonicSpec
) -> None:
    output = one(gate, inputs(Command(speed, yaw_rate), ranges={ranger.name: range_m}))
    assert math.isfinite(output.command.speed_mps)
    assert math.isfinite(output.command.yaw_rate_radps)
    assert -gate.REVERSE_CAP_MPS <= output.command.speed_mps <= CAP + 1e-9
    if not is_possible(range_m, ranger):
        assert output.command.speed_mps == 0.0


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(SPEC.ultrasonics),
    st.floats(0.2, 3.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, math.tau),
)
def test_a_thing_is_never_nearer_than_the_arc_of_its_echo(
    ranger: UltrasonicSpec, range_m: float, off: float, around: float
) -> None:
    off_rad = off * ranger.cone_rad / 2
    ahead_m = range_m * math.cos(off_rad)
    left_m = range_m * math.sin(off_rad) * math.cos(around)
    arc = arc_base(range_m, ranger)
    arc_m = np.hypot(arc[:, 0] - ranger.x_m, arc[:, 1] - ranger.y_m)
    assert math.hypot(ahead_m, left_m) >= arc_m.max() - 1e-9
    assert abs(math.atan2(left_m, ahead_m)) <= ranger.cone_rad / 2 + 1e-9


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(SPEC.ultrasonics), st.floats(0.0, 4.0), st.floats(-1.0, 1.0), echoes)
def test_only_what_would_have_been_heard_is_seen_empty(
    ranger: UltrasonicSpec, away_m: float, bearing: float, range_m: float
) -> None:
    place = Pose2(ranger.x_m, ranger.y_m, ranger.yaw_rad + bearing).transform(away_m, 0.0)
    if not seen_empty(np.array([place]), range_m, ranger)[0]:
        return
    low = np.array([[*place, LOWEST_M]])
    assert heard_m(low, ranger) <= min(range_m + SAME_THING_M + 0.01, ranger.range_max_m)


@given(st.lists(st.tuples(st.floats(-5e3, 5e3), st.floats(-9, 9)), max_size=60))
def test_what_is_kept_of_many_points_stands_for_all_of_them(
    places: list[tuple[float, float]],
) -> None:
    points = np.array(places).reshape(-1, 2)
    kept = newest_of_cells(points)
    for row, point in enumerate(points):
        off = np.abs(points[kept] - point).max(axis=1)
        assert ((off <= CELL_M + 1e-9) & (kept <= row)).any()  # near by, and no older
    assert math.hypot(CELL_M, CELL_M) < gate.SIDE_MARGIN_M
    assert len(newest_of_cells(points[kept])) == len(kept)


def test_a_person_is_touched_where_the_vehicle_covers_it() -> None:
    person = LyingPerson.at(Pose2(SPEC.front_m + 1.2, 0.0, 0.0), 1.72)
    assert not is_touched(person.seen_from(Pose2(0.0, 0.0, 0.0)), SPEC)
    assert is_touched(person.seen_from(Pose2(0.8, 0.0, 0.0)), SPEC)
    assert 0.2 < gap_m(person.seen_from(Pose2(0.0, 0.0, 0.0)), SPEC) < 0.4


def test_touches_nobody_who_lies_in_its_way() -> None:
    for seed in (0, 1, 336):  # 336: a child on the inner side of a bend at full lock
        outcome = run(Encounter.random(seed, SPEC), SPEC)
        assert not outcome.touched
        assert outcome.nearest_m > 0.0
