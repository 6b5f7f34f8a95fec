"""What moves, and how fast, by the lidar's scans."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.unit.navigation.safety.approach_hands import FRONT_M, Points, approach_of, legs
from tests.unit.navigation.safety.gate_hands import NOW, SPEC


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


def at_ray(back: int, side: float, range_m: float = 1.6) -> tuple[float, float]:
    """What a ray hits that is so many before the last one on a side, +1 left."""
    lidar = SPEC.lidar
    angle = lidar.field_of_view_rad / 2 - back * lidar.field_of_view_rad / (lidar.rays - 1)
    return lidar.x_m + range_m * math.cos(angle), side * range_m * math.sin(angle)


def test_who_is_half_out_of_sight_is_hit_by_fewer_rays(gate: Any) -> None:
    for side in (1.0, -1.0):
        for rays, movers in (((0, 1), 1), ((1, 2), 1), ((1,), 0), ((6, 7), 0), ((5, 6, 7), 1)):
            seen = [at_ray(ray, side) for ray in rays]
            assert len(approach_of(gate, [], [], seen, speed_mps=1.0).movers.now) == movers


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
