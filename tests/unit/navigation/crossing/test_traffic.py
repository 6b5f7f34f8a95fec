"""What the lidar says of a carriageway: who comes, how soon, and what only seems to come."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from navigation.crossing.places import Carriageway
from navigation.crossing.traffic import STEADY_SHARE, TRAFFIC_MPS, TrafficWatch, _steady
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.vehicle import load_vehicle

SPEC = load_vehicle(Path(__file__).parents[4] / "config" / "vehicles" / "goalie.yaml")
HERE = Pose2(0.0, -3.0, math.pi / 2)  # looks north across a road that runs east and west
# the carriageway lies at 0 <= y <= 7, its crosswalk is 4 m wide
ROAD = Carriageway(Pose2(0.0, 0.0, math.pi / 2), across_m=7.0, half_width_m=2.0)
Place = Callable[[float], tuple[float, float]]


def scan_of(stamp_s: float, points_map: list[tuple[float, float]]) -> Scan:
    """A scan with returns at these places."""
    lidar = SPEC.lidar
    step = lidar.field_of_view_rad / (lidar.rays - 1)
    ranges = np.full(lidar.rays, np.inf)
    for x_m, y_m in points_map:
        x_base, y_base = HERE.inverse_transform(x_m, y_m)
        x_base, y_base = x_base - lidar.x_m, y_base - lidar.y_m
        index = round((math.atan2(y_base, x_base) + lidar.field_of_view_rad / 2) / step)
        ranges[index] = min(ranges[index], math.hypot(x_base, y_base))
    return Scan(stamp_s, -lidar.field_of_view_rad / 2, step, ranges, 0.06, 25.0)


def pose_at(stamp_s: float, pitch_rad: float = 0.0) -> StampedPose:
    return StampedPose(stamp_s, HERE, np.eye(3) * 1e-4, pitch_rad=pitch_rad)


def watch_of(*places: Place, scans: int = 7, period_s: float = 0.1) -> TrafficWatch:
    watch = TrafficWatch(SPEC.lidar)
    for k in range(scans):
        stamp_s = 100.0 + k * period_s
        points = [place(k * period_s) for place in places]
        watch.see(scan_of(stamp_s, points), pose_at(stamp_s))
    return watch


@pytest.mark.parametrize("side", [-1.0, 1.0])
@pytest.mark.parametrize("y_m", [1.2, 4.0, 5.7])
def test_tells_in_which_strip_somebody_comes(side: float, y_m: float) -> None:
    watch = watch_of(lambda t: (side * (16.0 - 5.0 * t), y_m), lambda _t: (side * 9.0, 2.6))
    comers = watch.comers(ROAD, 0.0, 100.6)
    assert comers is not None
    (comer,) = comers
    assert comer.near_m <= y_m <= comer.far_m
    assert comer.far_m - comer.near_m == pytest.approx(0.5)
    assert comer.speed_mps == pytest.approx(5.0, rel=0.1)


@pytest.mark.parametrize("side", [-1.0, 1.0])
@pytest.mark.parametrize("speed_mps", [2.5, 5.0, 12.0])
def test_tells_when_a_car_is_at_the_crosswalk(side: float, speed_mps: float) -> None:
    watch = watch_of(lambda t: (side * (16.0 - speed_mps * t), 4.0))
    away_m = 16.0 - speed_mps * 0.6 - 2.0
    arrival_s = watch.arrival_s(ROAD, 0.0, 100.6)
    assert arrival_s == pytest.approx(away_m / speed_mps, rel=0.15)


@pytest.mark.parametrize(
    "place",
    [
        lambda _: (9.0, 4.0),  # parked
        lambda t: (9.0 + 5.0 * t, 4.0),  # drives away
        lambda t: (9.0 - 1.4 * t, 4.0),  # walks
        lambda t: (1.5 - 2.5 * t, 4.0),  # on the crosswalk itself: the gate's business
        lambda t: (9.0 - 5.0 * t, 12.0),  # beside the road
        lambda t: (9.0 - 5.0 * t, 0.2),  # along the kerb: a wall that seems to slide
    ],
)
def test_nobody_comes(place: Place) -> None:
    assert watch_of(place).arrival_s(ROAD, 0.0, 100.6) == math.inf


def test_one_that_comes_counts_beside_one_that_stands() -> None:
    watch = watch_of(lambda _: (9.0, 2.0), lambda t: (14.0 - 5.0 * t, 5.0))
    assert watch.arrival_s(ROAD, 0.0, 100.6) == pytest.approx(9.0 / 5.0, rel=0.15)


def test_what_the_own_driving_uncovers_does_not_come() -> None:
    watch = watch_of(lambda t: (9.0 - 2.5 * t, 4.0))
    assert watch.arrival_s(ROAD, 0.0, 100.6) != math.inf
    assert watch.arrival_s(ROAD, 2.5 - TRAFFIC_MPS + 0.3, 100.6) == math.inf


def test_too_few_scans_or_old_ones_tell_nothing() -> None:
    assert TrafficWatch(SPEC.lidar).arrival_s(ROAD, 0.0, 100.0) is None
    assert watch_of(scans=4).arrival_s(ROAD, 0.0, 100.3) is None
    assert watch_of().arrival_s(ROAD, 0.0, 100.6) == math.inf
    assert watch_of().arrival_s(ROAD, 0.0, 101.0) is None


@given(
    arrays(np.float64, (6, 5), elements=st.floats(-30, 30)),
    arrays(np.bool_, (2, 5)),
)
def test_steady_speed_is_the_lower_quarter_of_what_is_known(
    steps: NDArray[np.float64], unknown: NDArray[np.bool_]
) -> None:
    steps[1:4:2][unknown] = np.nan
    expected = np.nanquantile(steps, STEADY_SHARE, axis=0)
    assert _steady(steps) == pytest.approx(expected, abs=1e-9)


def test_another_carriageway_is_another_view() -> None:
    watch = watch_of(lambda t: (14.0 - 5.0 * t, 4.0))
    aside = dataclasses.replace(ROAD, kerb=Pose2(0.0, 20.0, math.pi / 2))
    assert watch.arrival_s(ROAD, 0.0, 100.6) != math.inf
    assert watch.arrival_s(aside, 0.0, 100.6) == math.inf
    assert watch.arrival_s(ROAD, 0.0, 100.6) != math.inf


def test_the_same_scan_again_is_no_new_one() -> None:
    watch = TrafficWatch(SPEC.lidar)
    for _ in range(20):
        watch.see(scan_of(100.0, []), pose_at(100.0))
    assert watch.arrival_s(ROAD, 0.0, 100.0) is None


def test_after_a_gap_it_begins_anew() -> None:
    watch = watch_of()
    watch.see(scan_of(101.0, []), pose_at(101.0))
    assert watch.arrival_s(ROAD, 0.0, 101.0) is None


def test_ground_that_a_nodding_body_sees_does_not_come() -> None:
    watch = TrafficWatch(SPEC.lidar)
    for k in range(10):
        stamp_s, ahead_m = 100.0 + 0.1 * k, 6.0 - 0.4 * k
        pitch_rad = 0.0 if k < 3 else 0.018
        watch.see(scan_of(stamp_s, [(20.0 - k, ahead_m)]), pose_at(stamp_s, pitch_rad))
    watch.see(scan_of(101.0, []), pose_at(101.0, 0.05))
    assert watch.arrival_s(ROAD, 0.0, 101.0) in (math.inf, None)


def test_a_body_that_nods_hard_sees_nothing() -> None:
    watch = TrafficWatch(SPEC.lidar)
    for k in range(10):
        stamp_s = 100.0 + 0.1 * k
        watch.see(scan_of(stamp_s, []), pose_at(stamp_s, 0.0 if k < 2 else 0.05))
    assert watch.arrival_s(ROAD, 0.0, 100.9) is None
