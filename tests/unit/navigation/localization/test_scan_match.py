"""Scans against building outlines: what walls hold is found, what they don't is left alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.localization import lidar
from navigation.localization.ekf import SIZE, Belief
from navigation.localization.outlines import Outlines
from navigation.localization.scan_match import OutlineFix
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2, Scan
from tests.unit.navigation.localization.street_scans import CANYON, LIDAR, YARD, scan_at


def belief_at(pose: Pose2, sigma_m: float = 0.2, sigma_rad: float = 0.05) -> Belief:
    mean = np.zeros(SIZE)
    mean[:3] = pose.x_m, pose.y_m, pose.yaw_rad
    spread = np.full(SIZE, 0.01)
    spread[:3] = sigma_m**2, sigma_m**2, sigma_rad**2
    return Belief(0.0, mean, np.diag(spread))


def fit(truth: Pose2, guess: Pose2, city: list[list[tuple[float, float]]]) -> OutlineFix | None:
    scan = scan_at(truth, city, np.random.default_rng(1))
    return lidar.look(scan, LIDAR, Outlines(city), belief_at(guess)).fix


@settings(max_examples=25, deadline=None)
@given(st.floats(-0.35, 0.35), st.floats(-0.35, 0.35), st.floats(-0.06, 0.06), st.floats(-3, 3))
def test_a_yard_gives_the_whole_pose(dx: float, dy: float, turn: float, yaw: float) -> None:
    truth = Pose2(0.5, -0.3, yaw)
    found = fit(truth, Pose2(0.5 + dx, -0.3 + dy, yaw + turn), YARD)
    assert found is not None
    assert len(found.directions) == 3
    assert math.dist((found.pose.x_m, found.pose.y_m), (0.5, -0.3)) < 0.03
    assert abs(wrap_angle(found.pose.yaw_rad - yaw)) < 0.01


def test_a_plain_alley_says_nothing_of_the_way_along_it() -> None:
    truth, guess = Pose2(0.0, 0.2, 0.02), Pose2(0.3, 0.0, 0.0)
    found = fit(truth, guess, CANYON)
    assert found is not None
    assert len(found.directions) == 2
    assert np.abs(found.directions[:, 0]).max() < 0.01
    belief = belief_at(guess)
    assert lidar.apply(belief, found) is None
    assert belief.mean[0] == pytest.approx(0.3, abs=0.02)  # along: as it was
    assert belief.covariance[0, 0] == pytest.approx(0.04, rel=0.05)
    assert belief.mean[1] == pytest.approx(0.2, abs=0.06)
    assert belief.mean[2] == pytest.approx(0.02, abs=0.01)
    assert belief.covariance[1, 1] < 0.012


def test_cars_and_people_before_the_walls_pull_little() -> None:
    truth = Pose2(0.0, 0.0, 0.4)
    scan = scan_at(truth, YARD, np.random.default_rng(2))
    ranges = scan.ranges_m.copy()
    ranges[40:140] *= 0.6
    ranges[200:230] -= 0.2
    cluttered = Scan(0.0, scan.angle_min_rad, scan.angle_increment_rad, ranges, 0.06, 25.0)
    guess = belief_at(Pose2(0.1, -0.1, 0.42), sigma_m=0.05)
    found = lidar.look(cluttered, LIDAR, Outlines(YARD), guess).fix
    assert found is not None
    assert math.dist((found.pose.x_m, found.pose.y_m), (0.0, 0.0)) < 0.05


def test_a_rebuilt_street_is_refused() -> None:
    moved = [[(x, y + 0.6) for x, y in ring] for ring in YARD]
    scan = scan_at(Pose2(0.0, 0.0, 0.0), moved, np.random.default_rng(3))
    sure = belief_at(Pose2(0.0, 0.0, 0.0), sigma_m=0.03, sigma_rad=0.01)
    sure.covariance[:2, :2] = 0.4**2 * np.eye(2)  # the search may go far
    found = lidar.look(scan, LIDAR, Outlines(YARD), sure).fix
    assert found is not None
    sure.covariance[:2, :2] = 0.03**2 * np.eye(2)
    before = sure.mean.copy()
    assert "walls refused" in str(lidar.apply(sure, found))
    assert np.array_equal(sure.mean, before)


def test_looks_at_the_same_houses_add_up_to_no_certainty() -> None:
    truth, drawn = Pose2(0.5, -0.3, 0.4), [[(x + 0.3, y - 0.2) for x, y in ring] for ring in YARD]
    belief, outlines = belief_at(truth, sigma_m=0.3), Outlines(drawn)
    belief.covariance[8:, 8:] = np.eye(3)
    rng = np.random.default_rng(5)
    for _ in range(40):
        found = lidar.look(scan_at(truth, YARD, rng), LIDAR, outlines, belief).fix
        assert found is not None
        assert lidar.apply(belief, found) is None
    off_m = math.dist((belief.mean[0], belief.mean[1]), (0.5, -0.3))
    assert off_m > 0.1
    assert off_m < 3 * belief.position_sigma_m


@pytest.mark.parametrize(
    "ranges", [np.full(541, math.inf), np.full(541, math.nan), np.empty(0), np.full(541, 0.01)]
)
def test_an_empty_scan_says_nothing(ranges: np.ndarray) -> None:
    scan = Scan(0.0, -2.356, 0.0087, ranges, 0.06, 25.0)
    belief = belief_at(Pose2(0.0, 0.0, 0.0))
    assert lidar.look(scan, LIDAR, Outlines(YARD), belief).fix is None


def test_no_walls_or_no_idea_where_say_nothing() -> None:
    scan = scan_at(Pose2(0.0, 0.0, 0.0), YARD, np.random.default_rng(4))
    here, far = belief_at(Pose2(0.0, 0.0, 0.0)), belief_at(Pose2(500.0, 0.0, 0.0))
    assert lidar.look(scan, LIDAR, Outlines([]), here).fix is None
    assert lidar.look(scan, LIDAR, Outlines(YARD), far).fix is None
    lost = belief_at(Pose2(0.0, 0.0, 0.0), sigma_m=2.0)
    assert lidar.look(scan, LIDAR, Outlines(YARD), lost).fix is None


@given(st.floats(-200, 200), st.floats(-200, 200))
def test_near_walls_are_found_wherever_they_are(x_m: float, y_m: float) -> None:
    far_city = [[(x + 150.0, y - 90.0) for x, y in ring] for ring in YARD]
    outlines = Outlines([*YARD, *far_city])
    near = outlines.near(x_m, y_m, 20.0)
    every = outlines.near(0.0, 0.0, 1000.0)
    gaps = np.hypot(*(every.start - (x_m, y_m)).T)
    assert len(near) >= int((gaps < 20.0).sum())
    assert np.allclose(np.hypot(*near.normal.T), 1.0)


def test_normals_point_out_of_the_house_whichever_way_it_is_drawn() -> None:
    ring = [(0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0)]
    for corners in (ring, ring[::-1]):
        walls = Outlines([corners]).near(0.0, 0.0, 10.0)
        middle = walls.start + 0.5 * walls.along * walls.length_m[:, None]
        assert (((middle - (2.0, 1.5)) * walls.normal).sum(axis=1) > 0).all()
