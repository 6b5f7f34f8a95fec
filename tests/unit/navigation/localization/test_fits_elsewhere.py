"""A scan that fits the walls elsewhere: it contradicts a pose that no fix confirms."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from navigation.localization import lidar
from navigation.localization.ekf import SIZE, Belief
from navigation.localization.localizer import Localizer
from navigation.localization.outlines import Outlines
from navigation.types import ImuSample, LocalizationStatus, WheelOdometry
from patrol.geometry import Pose2
from tests.unit.navigation.localization.drives import ORIGIN, fix_at
from tests.unit.navigation.localization.street_scans import (
    CANYON,
    LIDAR,
    SPEC,
    YARD,
    Ring,
    house,
    scan_at,
)

DEAD_END = [*CANYON, house(8.0, -2.5, 12.0, 2.5)]
DRIVEN_MPS = 0.5


def contradicts(
    city: list[Ring],
    there: Pose2,
    believed: Pose2,
    sigma_m: float = 0.05,
    seen: list[Ring] | None = None,
) -> bool:
    scan = scan_at(there, seen or city, np.random.default_rng(1))
    mean = np.zeros(SIZE)
    mean[:3] = believed.x_m, believed.y_m, believed.yaw_rad
    spread = np.ones(SIZE)
    spread[:3] = sigma_m**2, sigma_m**2, 0.01**2
    belief = Belief(0.0, mean, np.diag(spread))
    return lidar.look(scan, LIDAR, Outlines(city), belief, elsewhere=True).contradicts


@pytest.mark.parametrize("yaw_rad", [0.0, 0.3, -0.2])
@pytest.mark.parametrize("behind_m", [1.2, 1.6])
def test_a_wall_ahead_that_comes_too_early_contradicts(behind_m: float, yaw_rad: float) -> None:
    """No ray goes on beyond a wall: only the better fit tells."""
    there = Pose2(1.0, 0.2, yaw_rad)
    believed = Pose2(1.0 - behind_m, 0.2, yaw_rad)
    scan = scan_at(there, DEAD_END, np.random.default_rng(1))
    assert contradicts(DEAD_END, there, believed)
    mean = np.zeros(SIZE)
    mean[:3] = believed.x_m, believed.y_m, believed.yaw_rad
    belief = Belief(0.0, mean, np.diag(np.full(SIZE, 0.05**2)))
    assert not lidar.look(scan, LIDAR, Outlines(DEAD_END), belief).contradicts


@pytest.mark.parametrize("city", [DEAD_END, YARD, CANYON])
@pytest.mark.parametrize("off_m", [0.0, 0.4])
def test_who_is_nearly_where_he_believes_is_not_contradicted(
    city: list[Ring], off_m: float
) -> None:
    assert not contradicts(city, Pose2(1.0, 0.2, 0.1), Pose2(1.0 - off_m, 0.2, 0.1))


def test_a_plain_alley_says_nothing_of_the_way_along_it() -> None:
    assert not contradicts(CANYON, Pose2(0.0, 0.0, 0.0), Pose2(1.5, 0.0, 0.0))


def test_who_knows_that_he_may_be_elsewhere_is_not_contradicted() -> None:
    assert not contradicts(DEAD_END, Pose2(1.0, 0.2, 0.0), Pose2(-0.2, 0.2, 0.0), sigma_m=0.6)


def test_a_row_of_cars_before_a_wall_contradicts_nothing() -> None:
    pose, cars = Pose2(0.0, -0.5, 0.0), house(-30.0, 1.4, 30.0, 2.4)
    assert not contradicts(CANYON, pose, pose, seen=[*CANYON, cars])


def driven(
    wheels: Callable[[float], float], drawn: list[Ring], fixes_until_s: float
) -> list[tuple[float, float, bool]]:
    """Towards the dead end at 0.5 m/s: time, error (m) and whether it is lost, every 0.1 s."""
    rng = np.random.default_rng(3)
    localizer = Localizer(
        SPEC, ORIGIN, Pose2(-6.0, 0.0, 0.0), 0.05, 0.02, outlines=Outlines(drawn)
    )
    rows = []
    for tick in range(1000):
        now_s = 0.02 * tick
        truth = Pose2(-6.0 + DRIVEN_MPS * now_s, 0.0, 0.0)
        localizer.add_odometry(WheelOdometry(now_s, DRIVEN_MPS * wheels(now_s), 0.0))
        localizer.add_imu(ImuSample(now_s, 0.0))
        if now_s < fixes_until_s and tick % 10 == 0:
            localizer.add_gnss(fix_at(now_s, truth.x_m + SPEC.gnss_x_m, 0.0, 0.03))
        if tick % 5:
            continue
        localizer.add_scan(scan_at(truth, DEAD_END, rng, now_s))
        estimate = localizer.estimate(now_s)
        assert estimate.stamped is not None
        pose, is_lost = estimate.stamped.pose, estimate.status is LocalizationStatus.LOST
        rows.append((now_s, math.dist((pose.x_m, pose.y_m), (truth.x_m, truth.y_m)), is_lost))
    return rows


@pytest.mark.parametrize("factor", [0.0, 2.5])
def test_wheels_that_fade_slowly_without_fixes_are_a_loss(factor: float) -> None:
    """So slowly that no accelerometer tells; the wall ahead does, within a second of the metre."""
    rows = driven(lambda now_s: 1.0 + (factor - 1.0) * min(1.0, now_s / 30.0), DEAD_END, 2.0)
    gone_s = next((now_s for now_s, error_m, _ in rows if error_m > 1.0), None)
    told_s = next(now_s for now_s, _, is_lost in rows if is_lost)
    assert gone_s is not None
    assert gone_s - 1.0 < told_s <= gone_s + 1.0


def test_a_house_that_was_moved_is_a_loss_without_fixes_alone() -> None:
    moved = [*CANYON, house(9.5, -2.5, 13.5, 2.5)]
    assert not any(is_lost for _, _, is_lost in driven(lambda now_s: 1.0, moved, math.inf))
    assert any(is_lost for _, _, is_lost in driven(lambda now_s: 1.0, moved, 2.0))
