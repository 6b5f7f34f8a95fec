"""Stops for people before they are in its way: those who walk into it, or towards the vehicle."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from navigation.types import BodyMotion, Command, GateOutput
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from tests.unit.navigation.safety.gate_hands import (
    FORWARD,
    NOW,
    SPEC,
    inputs,
    scan_of,
)

Points = Sequence[tuple[float, float]]
STEP_S = 0.02
A_SCAN = 5  # steps
FRONT_M = SPEC.front_m
SEES_RAD = SPEC.lidar.field_of_view_rad / 2 - 0.01
STOPS = frozenset({FaultKind.OBSTACLE_IN_STOP_ZONE})


def legs(x: float, y: float, half_m: float = 0.1, count: int = 15) -> Points:
    """Points across somebody who stands there, as the lidar sees them from the side or ahead."""
    share = [i / (count - 1) * 2 - 1 for i in range(count)]
    return [(x + half_m * s, y + half_m * s) for s in share]


def nearest_last(points: Points) -> Points:
    """Of two points in one ray the nearer counts."""
    return sorted(points, key=lambda p: -math.hypot(p[0] - SPEC.lidar.x_m, p[1] - SPEC.lidar.y_m))


class Meeting:
    """A vehicle that drives as commanded, whatever the gate says, among points on the map."""

    def __init__(self, gate: Any, spec: Any = SPEC) -> None:
        self.stage, self.spec = gate.SafetyGate(spec), spec
        self.now_s, self.base, self._steps = NOW, Pose2(0.0, 0.0, 0.0), 0
        self._scan = scan_of(stamp_s=NOW)
        self.told_steering_rad: float | None = None  # by the base; None: as it is
        self.rate_radps: float | None = None  # of the body, by the IMU; None: there is none

    def go(
        self,
        for_s: float,
        where: Callable[[float], Points],
        command: Command = FORWARD,
        speed_mps: float | None = None,
        steering_rad: float = 0.0,
    ) -> list[GateOutput]:
        """The gate's outputs; `where` gives the points on the map, by the time since the start."""
        speed_mps = command.speed_mps if speed_mps is None else speed_mps
        outputs = []
        for _ in range(round(for_s / STEP_S)):
            turn = speed_mps * STEP_S * math.tan(steering_rad) / SPEC.wheelbase_m
            x, y = self.base.transform(speed_mps * STEP_S, 0.0)
            self.base = Pose2(x, y, self.base.yaw_rad + turn)
            self.now_s += STEP_S
            if self._steps % A_SCAN == 0:
                near = [self.base.inverse_transform(*p) for p in where(self.now_s - NOW)]
                seen = [p for p in near if abs(math.atan2(p[1], p[0] - SPEC.lidar.x_m)) < SEES_RAD]
                self._scan = scan_of(*nearest_last(seen), stamp_s=self.now_s)
            self._steps += 1
            told = steering_rad if self.told_steering_rad is None else self.told_steering_rad
            rate = self.rate_radps
            motion = None if rate is None else BodyMotion(self.now_s, rate, 0.0, 0.0, 0.0)
            given = inputs(command, now_s=self.now_s, scan=self._scan, speed_mps=speed_mps,
                           steering_rad=told, motion=motion)  # fmt: skip
            outputs.append(self.stage.step(given, self.now_s))
        return outputs


def first_stop_s(outputs: Sequence[GateOutput]) -> float:
    """When the gate stopped first; infinite if never."""
    stopped = next((i for i, output in enumerate(outputs) if output.faults), None)
    if stopped is None:
        return math.inf
    assert outputs[stopped].faults == STOPS
    return STEP_S * (stopped + 1)


def approach_of(
    gate: Any, *scans: Points, period_s: float = 0.1, speed_mps: float = 0.0, spec: Any = SPEC
) -> Any:
    """What has seen some scans, given as points in base_link."""
    made = gate.Approach(spec)
    for number, points in enumerate(scans):
        stamp_s = NOW + number * period_s
        scan = scan_of(*nearest_last(points), stamp_s=stamp_s)
        base = inputs(speed_mps=speed_mps).base
        made.see(scan, scan.points_base(SPEC.lidar.x_m, SPEC.lidar.y_m), base)
    return made


# --- who is stopped for ---


def test_stops_for_who_walks_into_the_way_before_they_are_in_it(gate: Any) -> None:
    def crossing(t: float) -> Points:  # in the middle of the way after 2.5 s, 0.7 m ahead
        return legs(FRONT_M + 3.2, -3.5 + 1.4 * t)

    stop_s = first_stop_s(Meeting(gate).go(2.5, crossing))
    away_m = 3.5 - 1.4 * stop_s - SPEC.width_m / 2
    assert 0.3 < away_m < 1.5


def test_stops_sooner_for_who_comes_than_for_who_stands(gate: Any) -> None:
    standing = Meeting(gate).go(6.0, lambda _: legs(FRONT_M + 4.0, 0.0))
    coming = Meeting(gate).go(3.0, lambda t: legs(FRONT_M + 8.0 - 1.5 * t, 0.0))
    stood_m = 4.0 - first_stop_s(standing)
    came_m = 8.0 - 2.5 * first_stop_s(coming)
    assert 0.7 < stood_m < 0.9
    assert 2.8 < came_m < 3.5


def test_stops_for_who_walks_into_its_side(gate: Any) -> None:
    outputs = Meeting(gate).go(2.0, lambda t: legs(2.4, 3.5 - 1.4 * t))
    assert 0.5 < first_stop_s(outputs) < 1.2


def test_a_child_that_runs_is_stopped_for_within_three_scans(gate: Any) -> None:
    def runs(t: float) -> Points:
        return legs(FRONT_M + 1.2, -2.4 + 3.0 * max(0.0, t - 0.5))

    assert 0.6 < first_stop_s(Meeting(gate).go(1.2, runs)) <= 0.9


def test_who_comes_out_of_hiding_near_by_is_stopped_for_at_once(gate: Any) -> None:
    """Nobody knows yet where they go: as fast as people walk, and to the vehicle."""
    for away_m, stops in ((1.0, True), (2.6, False)):
        aside_m = SPEC.width_m / 2 + away_m
        there = legs(FRONT_M + 1.5, -aside_m)
        outputs = Meeting(gate).go(1.0, lambda t, there=there: there if t > 0.45 else [])
        assert (first_stop_s(outputs) <= 0.55) is stops


def test_who_sets_off_is_stopped_for_at_the_first_scan_that_shows_it(gate: Any) -> None:
    def sets_off(t: float) -> Points:
        return legs(FRONT_M + 1.6, -1.5 + (0.15 if t > 0.45 else 0.0))

    assert 0.45 < first_stop_s(Meeting(gate).go(0.6, sets_off)) <= 0.55


def test_stops_on_the_bend_that_it_is_told_to_take(gate: Any) -> None:
    left = Command(0.5, 0.3)

    def beside(t: float) -> Points:
        return legs(1.0 + 0.5 * t, 3.0 - 0.7 * t)

    steering = math.atan(SPEC.wheelbase_m * left.curvature_1pm)
    assert math.isfinite(first_stop_s(Meeting(gate).go(3.0, beside, left, steering_rad=steering)))


def test_a_standing_vehicle_waits_until_they_have_passed(gate: Any) -> None:
    outputs = Meeting(gate).go(5.0, lambda t: legs(1.7, -2.5 + 1.2 * t), speed_mps=0.0)
    stopped = [STEP_S * (i + 1) for i, output in enumerate(outputs) if output.faults == STOPS]
    assert stopped[0] < 1.6
    assert 2.2 < stopped[-1] < 3.2
    assert outputs[-1].command.speed_mps > 0.0


# --- who is not ---


def test_drives_on_beside_who_will_not_be_in_the_way(gate: Any) -> None:
    ways: dict[str, Callable[[float], Points]] = {
        "stands beside": lambda _: legs(FRONT_M + 2.0, 1.2),
        "goes along": lambda t: legs(FRONT_M + 2.0 + 1.2 * t, 1.2),
        "comes by": lambda t: legs(FRONT_M + 5.0 - 1.2 * t, 1.2),
        "walks off": lambda t: legs(FRONT_M + 2.5, 1.0 + 1.2 * t),
        "goes on ahead": lambda t: legs(FRONT_M + 1.5 + 2.0 * t, 0.0),
    }
    for name, where in ways.items():
        assert first_stop_s(Meeting(gate).go(2.5, where)) == math.inf, name


def test_who_is_past_before_the_vehicle_comes_is_let_past(gate: Any) -> None:
    outputs = Meeting(gate).go(3.0, lambda t: legs(FRONT_M + 6.5, -2.5 + 1.4 * t))
    assert first_stop_s(outputs) == math.inf


def test_who_walks_behind_it_is_let_past(gate: Any) -> None:
    outputs = Meeting(gate).go(3.0, lambda t: legs(0.0, 3.2 - 1.2 * t))
    assert first_stop_s(outputs) == math.inf


def test_things_that_stand_do_not_move_by_the_vehicle_s_motion(gate: Any) -> None:
    left = Command(1.0, 0.4)
    steering = math.atan(SPEC.wheelbase_m * left.curvature_1pm)
    posts = [p for x in range(2, 9) for y in (-3.0, 4.5) for p in legs(float(x), y)]
    meeting = Meeting(gate)
    meeting.go(3.0, lambda _: posts, left, steering_rad=steering)
    assert not [m for m in meeting.stage._approach.movers.now if len(m.stamps_s) > 2]


# --- what moves ---


def test_a_velocity_is_over_ground(gate: Any) -> None:
    # The vehicle drives 0.1 m a scan towards somebody who walks 0.15 m a scan to its left.
    scans = [legs(5.0 - 0.1 * i, -1.0 + 0.15 * i, half_m=0.05) for i in range(12)]
    (mover,) = approach_of(gate, *scans, speed_mps=1.0).movers.now
    assert mover.velocity_mps == pytest.approx((0.0, 1.5), abs=0.25)
    assert len(mover.stamps_s) == 6
    assert mover.middles[-1] == pytest.approx(scans[-1][2], abs=0.1)


def test_what_appears_where_nothing_was_seen_through_does_not_move(gate: Any) -> None:
    fence = [(4.0, 0.05 * i) for i in range(-20, 21)]
    behind = legs(6.0, 0.0)
    assert approach_of(gate, fence, fence, behind).movers.now == []
    assert len(approach_of(gate, [], [], behind).movers.now) == 1


def test_the_edge_of_what_was_seen_before_does_not_move(gate: Any) -> None:
    thing = [(4.0, 0.03 * i) for i in range(4)]
    shifted = [(4.0, 0.03 * i) for i in range(1, 6)]  # 2 rays more
    assert approach_of(gate, thing, shifted).movers.now == []
    assert approach_of(gate, thing, [(3.95, y) for _, y in thing]).movers.now == []
    assert len(approach_of(gate, thing, [(3.8, y) for _, y in thing]).movers.now) == 1


def test_a_slow_walker_is_told_from_one_who_stands(gate: Any) -> None:
    scans = [legs(4.0 - 0.06 * i, 0.0) for i in range(8)]
    (mover,) = approach_of(gate, *scans).movers.now
    assert mover.velocity_mps == pytest.approx((-0.6, 0.0), abs=0.15)


def test_two_echoes_are_nobody_and_a_wall_is_no_mover(gate: Any) -> None:
    assert approach_of(gate, [], legs(4.0, 0.0, 0.05, count=2)).movers.now == []
    wide = [(4.0, 0.2 * i) for i in range(-8, 9)]  # 3.2 m
    assert approach_of(gate, [], wide).movers.now == []
    cyclist = [(4.0, 0.2 * i) for i in range(-4, 5)]
    assert len(approach_of(gate, [], cyclist).movers.now) == 1


def test_legs_belong_together_and_two_people_do_not(gate: Any) -> None:
    stride = [*legs(4.0, -0.2, 0.05), *legs(4.0, 0.2, 0.05)]
    two = [*legs(4.0, -0.5, 0.05), *legs(4.0, 0.5, 0.05)]
    assert len(approach_of(gate, [], stride).movers.now) == 1
    assert len(approach_of(gate, [], two).movers.now) == 2


def test_two_who_pass_each_other_keep_their_ways(gate: Any) -> None:
    scans = [
        [*legs(4.0, -1.5 + 0.15 * i, 0.05), *legs(5.5, 1.5 - 0.15 * i, 0.05)] for i in range(13)
    ]
    movers = sorted(approach_of(gate, *scans).movers.now, key=lambda m: float(m.middles[-1][0]))
    assert [float(m.velocity_mps[1]) for m in movers] == pytest.approx([1.5, -1.5], abs=0.2)
    assert [len(m.stamps_s) for m in movers] == [6, 6]


def strip(low_y: float, high_y: float, x: float = 1.6) -> Points:
    """What is seen of somebody behind a corner."""
    return [(x, low_y + (high_y - low_y) * i / 11) for i in range(12)]


def test_who_comes_into_sight_is_as_fast_as_their_edge(gate: Any) -> None:
    """At 3 m/s to the right; what is seen of them grows, so that their middle stays behind."""
    scans = [[], strip(2.4, 2.5), strip(2.1, 2.5), strip(1.8, 2.5)]
    seen = approach_of(gate, *scans)
    (mover,) = seen.movers.now
    assert mover.velocity_mps == pytest.approx((0.0, -1.5), abs=0.2)
    assert min(v[1] for v in mover.velocities_mps) == pytest.approx(-3.0, abs=0.2)
    assert max(v[1] for v in mover.velocities_mps) == pytest.approx(0.0, abs=0.2)
    assert seen.is_coming([0.0], 0.6, 1.0, NOW + 0.3) is True
    farther = [[(x, y + 1.0) for x, y in scan] for scan in scans]
    assert approach_of(gate, *farther).is_coming([0.0], 0.6, 1.0, NOW + 0.3) is True
    longer = [*scans, strip(1.5, 2.5), strip(1.2, 2.2)]
    (mover,) = approach_of(gate, *longer).movers.now
    assert len(mover.stamps_s) >= 4
    assert len(mover.velocities_mps) == 1


def test_who_comes_from_the_right_too_is_as_fast_as_their_edge(gate: Any) -> None:
    scans = [[], strip(-2.5, -2.4), strip(-2.5, -2.1), strip(-2.5, -1.8)]
    seen = approach_of(gate, *scans)
    (mover,) = seen.movers.now
    assert max(v[1] for v in mover.velocities_mps) == pytest.approx(3.0, abs=0.2)
    assert seen.is_coming([0.0], 0.6, 1.0, NOW + 0.3) is True


def test_who_is_seen_whole_has_one_velocity(gate: Any) -> None:
    scans = [[], *(legs(4.0, -1.5 + 0.15 * i, 0.05) for i in range(2))]
    (mover,) = approach_of(gate, *scans).movers.now
    assert len(mover.stamps_s) == 2
    assert len(mover.velocities_mps) == 1


def test_who_sets_off_has_a_velocity_at_once(gate: Any) -> None:
    """Of all that hangs together, not of the part alone that came where it was free."""
    post = legs(6.0, 3.0)
    stands, comes = [*strip(-1.2, -0.8, 4.0), *post], [*strip(-0.95, -0.55, 4.0), *post]
    (mover,) = approach_of(gate, stands, stands, comes).movers.now
    assert len(mover.stamps_s) == 1
    (velocity,) = mover.velocities_mps
    assert velocity == pytest.approx((0.0, 2.5), abs=0.4)
    driven = [legs(4.0 - 0.1 * i, -1.0 + (0.25 if i == 3 else 0.0), 0.2) for i in range(4)]
    (mover,) = approach_of(gate, *driven, speed_mps=1.0).movers.now
    assert mover.velocities_mps[0] == pytest.approx((0.0, 2.5), abs=0.4)


def test_who_comes_out_of_hiding_has_none(gate: Any) -> None:
    (mover,) = approach_of(gate, [], [], legs(4.0, 0.0)).movers.now
    assert mover.velocities_mps == []
    (mover,) = approach_of(gate, legs(4.0, -1.0), legs(4.0, -0.7), period_s=0.0).movers.now
    assert mover.velocities_mps == []


def test_a_child_that_runs_is_one_mover_from_the_second_scan_on(gate: Any) -> None:
    scans = [[], *(legs(4.0, -1.5 + 0.4 * i, 0.05) for i in range(3))]
    assert [len(m.stamps_s) for m in approach_of(gate, *scans).movers.now] == [3]


def test_what_is_far_is_left_alone(gate: Any) -> None:
    assert approach_of(gate, [], legs(9.0, 0.0)).movers.now == []
    assert len(approach_of(gate, [], legs(7.5, 0.0)).movers.now) == 1


def test_who_is_hidden_is_counted_on_for_a_while(gate: Any) -> None:
    walk = [legs(4.0, -1.5 + 0.15 * i, 0.05) for i in range(5)]
    (mover,) = approach_of(gate, *walk, [], [], []).movers.now
    assert mover.stamps_s[-1] == pytest.approx(NOW + 0.4)
    assert mover.expected(NOW + 0.7) == pytest.approx((4.0, -0.45), abs=0.2)
    assert approach_of(gate, *walk, [], [], [], []).movers.now == []


def test_who_was_hidden_is_the_same_person(gate: Any) -> None:
    walk = [legs(4.0, -1.5 + 0.15 * i, 0.05) for i in range(8)]
    (mover,) = approach_of(gate, *walk[:5], [], [], walk[7]).movers.now
    assert len(mover.stamps_s) == 5
    ahead = [legs(FRONT_M + 3.4 - 0.1 * i, 0.0, 0.05) for i in range(6)]
    hidden = approach_of(gate, *ahead, [], [], [])
    assert hidden.is_coming([0.0], 1.0, 1.0, NOW + 0.8) is True
    seen = approach_of(gate, *ahead)
    assert seen.is_coming([0.0], 1.0, 1.0, NOW + 0.5) is False


def test_the_last_rays_have_no_neighbours_to_go_by(gate: Any) -> None:
    lidar = SPEC.lidar
    first_rad = -lidar.field_of_view_rad / 2
    step_rad = lidar.field_of_view_rad / (lidar.rays - 1)
    for sign in (1, -1):
        edge = [
            (lidar.x_m + 2.0 * math.cos(angle), 2.0 * math.sin(angle))
            for angle in (sign * (first_rad + step_rad * ray) for ray in range(3))
        ]
        assert approach_of(gate, [], edge).movers.now == []


def test_two_things_too_far_apart_are_not_one_that_jumped(gate: Any) -> None:
    jumped = approach_of(gate, [], legs(4.0, -1.0, 0.05), legs(4.0, -0.4, 0.05)).movers.now
    assert [len(m.stamps_s) for m in jumped] == [1, 1]
    walk = [legs(4.0, -1.5 + 0.1 * i, 0.05) for i in range(4)]
    beside = approach_of(gate, *walk, legs(4.0, -0.65, 0.05)).movers.now
    assert sorted(len(m.stamps_s) for m in beside) == [1, 2]


def test_after_a_gap_nothing_is_known_to_move(gate: Any) -> None:
    walk = [legs(4.0, -1.5 + 0.15 * i) for i in range(4)]
    for period_s in (0.6, -0.1):
        assert approach_of(gate, *walk, period_s=period_s).movers.now == []


# --- the forecast ---


def walked(gate: Any, x: float, y: float, vx: float, vy: float) -> Any:
    """Somebody who has come there within 0.5 s."""
    scans = [legs(x - 0.1 * vx * i, y - 0.1 * vy * i, 0.05) for i in range(5, -1, -1)]
    return approach_of(gate, *scans)


def test_a_forecast_is_for_the_way_that_is_driven(gate: Any) -> None:
    now_s = NOW + 0.5
    beside = walked(gate, 0.0, 2.0, 0.0, -1.4)  # reaches its side after 0.9 s
    assert beside.is_coming([0.0], 0.0, 1.0, now_s) is False  # it can stand sooner
    assert beside.is_coming([0.0], 1.0, 1.0, now_s) is False  # and drives off
    assert beside.is_coming([0.0], 1.0, -1.0, now_s) is True
    ahead = walked(gate, FRONT_M + 2.0, -0.5, -1.5, 0.0)
    assert ahead.is_coming([0.0], 1.0, 1.0, now_s) is True
    assert ahead.is_coming([0.0], 1.0, -1.0, now_s) is False
    assert ahead.is_coming([0.7], 0.5, 1.0, now_s) is False
    assert ahead.is_coming([0.7, 0.0], 1.0, 1.0, now_s) is True


def test_a_faster_vehicle_looks_further_ahead(gate: Any) -> None:
    ahead = walked(gate, FRONT_M + 2.4, 0.0, -1.0, 0.0)
    assert ahead.is_coming([0.0], 0.5, 1.0, NOW + 0.5) is False
    assert ahead.is_coming([0.0], 1.2, 1.0, NOW + 0.5) is True


def test_an_older_scan_is_carried_on(gate: Any) -> None:
    ahead = walked(gate, FRONT_M + 2.95, 0.0, -1.0, 0.0)
    assert ahead.is_coming([0.0], 1.0, 1.0, NOW + 0.5) is False
    assert ahead.is_coming([0.0], 1.0, 1.0, NOW + 0.7) is True


def test_who_shifts_their_weight_is_not_coming(gate: Any) -> None:
    near = walked(gate, 0.5, 0.8, 0.0, -0.2)
    assert near.is_coming([0.0], 1.0, 1.0, NOW + 0.5) is False


def test_a_scan_of_few_rays_is_borne(gate: Any) -> None:
    made = gate.Approach(SPEC)
    scan = scan_of(stamp_s=NOW)
    few = dataclasses.replace(scan, ranges_m=scan.ranges_m[:3])
    for number in range(3):
        now = dataclasses.replace(few, stamp_s=NOW + 0.1 * number)
        made.see(now, scan_of(*legs(4.0, 0.0)).points_base(1.15, 0.0), inputs().base)
    assert made.movers.now == []


def houses(_t: float) -> Points:
    """A corner of a house to the left, and open ground behind it."""
    along = [(6.0 + 0.1 * i, 2.5) for i in range(20)]
    return [*along, *((6.0, 2.5 + 0.1 * i) for i in range(1, 20))]


def follows(gate: Any, told_radps: float, rate_radps: float | None, where: Any) -> bool:
    """Whether a mover is followed where wheels and steering tell of a turn, and the IMU of its."""
    meeting = Meeting(gate)
    meeting.told_steering_rad = math.atan(told_radps * SPEC.wheelbase_m / FORWARD.speed_mps)
    meeting.rate_radps = rate_radps
    turns = 0.0 if rate_radps is None or math.isnan(rate_radps) else rate_radps
    steering_rad = math.atan(turns * SPEC.wheelbase_m / FORWARD.speed_mps)
    meeting.go(1.0, where, steering_rad=steering_rad)
    return bool(meeting.stage._approach.movers.now)


def passer_by(t: float) -> Points:
    return legs(5.0, 2.0 - 1.0 * t)


def test_a_turn_that_the_body_does_not_make_moves_no_house(gate: Any) -> None:
    for rate_radps in (0.0, 0.1, 0.125):
        assert not follows(gate, 0.25, rate_radps, passer_by), rate_radps


def test_a_wheelbase_that_is_wrong_by_a_fifth_hides_nobody(gate: Any) -> None:
    for told_radps in (0.25, 0.5):
        for share in (1.25, 1.0, 0.8):
            assert follows(gate, told_radps, share * told_radps, passer_by), (told_radps, share)
        assert not follows(gate, told_radps, 0.55 * told_radps, passer_by), told_radps


def test_without_an_imu_wheels_and_steering_are_believed(gate: Any) -> None:
    assert follows(gate, 0.0, None, passer_by)
    meeting = Meeting(gate)
    meeting.told_steering_rad, meeting.rate_radps = 0.2, None
    meeting.go(1.0, passer_by, steering_rad=0.2)
    assert meeting.stage._approach.movers.now


def test_a_doubt_forgets_who_was_followed(gate: Any) -> None:
    meeting = Meeting(gate)
    meeting.rate_radps = 0.0
    meeting.go(1.0, passer_by)
    assert meeting.stage._approach.movers.now
    meeting.told_steering_rad = 0.2
    meeting.go(0.2, passer_by)
    assert not meeting.stage._approach.movers.now


def test_who_walks_into_a_bend_is_stopped_for_before_they_are_in_it(gate: Any) -> None:
    """They meet the vehicle in its bend to the left; straight on it would pass before them."""
    bend, turns = Command(1.0, 0.5), math.atan(0.5 * SPEC.wheelbase_m)
    for y_m, vx_mps in ((3.5, 0.0), (3.0, -0.4)):
        outputs = Meeting(gate).go(
            1.2,
            lambda t, y_m=y_m, vx_mps=vx_mps: legs(2.0 + vx_mps * t, y_m - 0.8 * t),
            bend,
            speed_mps=1.0,
            steering_rad=turns,
        )
        assert first_stop_s(outputs) < 0.6, y_m
