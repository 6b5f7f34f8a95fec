"""Looking through walls: what contradicts a pose, and what only stands before a wall."""

from __future__ import annotations

import math

import numpy as np
import pytest

from navigation.localization.localizer import Localizer
from navigation.localization.outlines import Outlines
from navigation.localization.see_through import share_beyond
from navigation.types import ImuSample, LocalizationStatus, WheelOdometry
from patrol.geometry import Pose2
from tests.unit.navigation.localization.drives import ORIGIN, fix_at
from tests.unit.navigation.localization.street_scans import (
    CANYON,
    LIDAR,
    SPEC,
    YARD,
    Ring,
    scan_at,
)

SENSOR = (LIDAR.x_m, LIDAR.y_m)


def share(city: list[Ring], there: Pose2, believed: Pose2, sigma_m: float = 0.05) -> float | None:
    scan = scan_at(there, city, np.random.default_rng(1))
    walls = Outlines(city).near(believed.x_m, believed.y_m, scan.range_max_m)
    return share_beyond(scan.points_base(*SENSOR), SENSOR, walls, believed, sigma_m)


@pytest.mark.parametrize("yaw_rad", [0.0, 1.0, math.pi, -2.0])
def test_who_is_where_he_believes_sees_through_nothing(yaw_rad: float) -> None:
    pose = Pose2(0.5, 0.3, yaw_rad)
    assert share(YARD, pose, pose) == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize(("dx", "dy"), [(0.0, 1.5), (0.0, -1.5), (2.5, 0.0)])
def test_who_is_elsewhere_looks_through_walls(dx: float, dy: float) -> None:
    found = share(YARD, Pose2(0.5, 0.3, 0.4), Pose2(0.5 + dx, 0.3 + dy, 0.4))
    assert found is not None
    assert found > 0.15


def test_who_knows_that_he_may_be_elsewhere_is_not_contradicted() -> None:
    found = share(YARD, Pose2(0.5, 0.3, 0.4), Pose2(0.5, 1.8, 0.4), sigma_m=1.0)
    assert found is not None
    assert found < 0.05


def test_a_thing_before_the_wall_contradicts_nothing() -> None:
    pose = Pose2(0.0, 0.0, 0.0)
    parked = [(2.0, 1.0), (6.0, 1.0), (6.0, 2.5), (2.0, 2.5)]
    scan = scan_at(pose, [*YARD, parked], np.random.default_rng(1))
    walls = Outlines(YARD).near(0.0, 0.0, scan.range_max_m)
    assert share_beyond(scan.points_base(*SENSOR), SENSOR, walls, pose, 0.05) == pytest.approx(
        0.0, abs=0.02
    )


def test_a_plain_alley_says_nothing_of_the_way_along_it() -> None:
    assert share(CANYON, Pose2(0.0, 0.0, 0.0), Pose2(8.0, 0.0, 0.0)) == pytest.approx(0, abs=0.02)


def test_no_walls_or_no_hits_say_nothing() -> None:
    pose = Pose2(0.0, 0.0, 0.0)
    hits = scan_at(pose, YARD, np.random.default_rng(1)).points_base(*SENSOR)
    nowhere = Outlines([]).near(0.0, 0.0, 25.0)
    assert share_beyond(hits, SENSOR, nowhere, pose, 0.05) is None
    assert share_beyond(hits[:10], SENSOR, Outlines(YARD).near(0, 0, 25), pose, 0.05) is None


def test_a_vehicle_that_is_carried_sideways_without_fixes_admits_it() -> None:
    """The wheels stand, nothing of GNSS: the walls alone tell."""
    rng = np.random.default_rng(3)
    start = Pose2(0.0, -2.0, 0.0)
    localizer = Localizer(SPEC, ORIGIN, start, 0.1, 0.02, outlines=Outlines(YARD))
    lost_s = None
    for tick in range(500):
        now_s = 0.02 * tick
        truth = Pose2(0.0, -2.0 + max(0.0, now_s - 4.0), 0.0) if now_s < 8.0 else Pose2(0, 2, 0)
        localizer.add_odometry(WheelOdometry(now_s, 0.0, 0.0))
        localizer.add_imu(ImuSample(now_s, 0.0))
        if now_s < 1.0 and tick % 10 == 0:
            localizer.add_gnss(fix_at(now_s, truth.x_m + SPEC.gnss_x_m, truth.y_m))
        if tick % 5 == 0:
            localizer.add_scan(scan_at(truth, YARD, rng, now_s))
        lost = localizer.estimate(now_s).status is LocalizationStatus.LOST
        if lost and lost_s is None:
            lost_s = now_s
    assert lost_s is not None
    assert 4.0 < lost_s < 6.0, "1 m off after 5 s"
