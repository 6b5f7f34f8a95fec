"""Drives on another day: the same by the same seed, and an alarm counted where it is false."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from benchmarks.localizing import judge
from benchmarks.localizing.changes import wheels_fade, wheels_faster
from benchmarks.localizing.days import Days, nees_bounds
from benchmarks.localizing.realise import another_day
from benchmarks.localizing.record import Drive, Look
from benchmarks.localizing.told import walls_could_tell
from navigation.localization.outlines import Outlines
from navigation.types import (
    GnssFix,
    GnssFixType,
    ImuSample,
    LocalizationEstimate,
    LocalizationStatus,
    WheelOdometry,
)
from patrol.geodesy import wgs84_from_enu
from patrol.geometry import Pose2, StampedPose
from patrol.map import PatrolMap
from patrol.map_geojson import load_map
from tests.unit.navigation.localization.street_scans import CANYON, SPEC, YARD, Ring, scan_at

TOWN = load_map(Path(__file__).parents[3] / "maps" / "proving_ground.geojson")
HERE = Pose2(0.0, 0.0, 0.0)


def standing_drive(town: PatrolMap = TOWN, seconds: float = 240.0) -> Drive:
    drive = Drive("standing", SPEC, town, HERE, ())
    for tick in range(round(seconds / 0.2)):
        now_s = 0.2 * tick
        drive.events += [
            WheelOdometry(now_s, 1.0, 0.0),
            ImuSample(now_s, 0.0),
            GnssFix(now_s, wgs84_from_enu(0.0, 0.0, 0.0, town.origin), 0.03,
                    GnssFixType.RTK_FIXED),
            Look(now_s, HERE),
        ]  # fmt: skip
    return drive


def test_a_seed_is_a_day() -> None:
    drive = standing_drive()
    one, same, other = (another_day(drive, seed, False) for seed in (3, 3, 4))
    assert one.events == same.events
    assert one.events != other.events
    assert np.array_equal(one.outlines.near(0, 0, 500).start, same.outlines.near(0, 0, 500).start)
    assert not np.array_equal(
        one.outlines.near(0, 0, 500).start, other.outlines.near(0, 0, 500).start
    )


def test_a_day_has_an_outage_and_slips() -> None:
    day = another_day(standing_drive(), 3, False)
    assert len(day.outages) == 1
    stamps = [event.stamp_s for event in day.events if isinstance(event, GnssFix)]
    assert stamps
    assert not any(day.is_outage(stamp_s) for stamp_s in stamps)
    speeds = {
        round(event.speed_mps, 6) for event in day.events if isinstance(event, WheelOdometry)
    }
    assert len(speeds) > 1


def test_wheels_slip_and_fade() -> None:
    rolling, standing = WheelOdometry(5.0, 1.0, 0.0), WheelOdometry(5.0, 0.0, 0.0)
    assert wheels_faster(0.5)(rolling) == WheelOdometry(5.0, 1.5, 0.0)
    assert wheels_faster(-2.0)(rolling) == WheelOdometry(5.0, 0.0, 0.0)
    assert wheels_faster(0.5)(standing) == standing
    assert wheels_fade(0.0, 0.0, 10.0)(rolling) == WheelOdometry(5.0, 0.5, 0.0)


def row_at(x_m: float, status: LocalizationStatus, sigma_m: float = 0.1) -> judge.Row:
    stamped = StampedPose(0.0, Pose2(x_m, 0.0, 0.0), sigma_m**2 * np.eye(3))
    return Look(0.0, HERE), LocalizationEstimate(stamped, status, frozenset(), sigma_m)


@pytest.mark.parametrize(
    ("off_m", "sigma_m", "alarms"), [(0.3, 0.1, 1), (1.2, 0.1, 0), (0.3, 1.6, 0)]
)
def test_an_alarm_is_false_near_the_truth_with_a_narrow_covariance(
    off_m: float, sigma_m: float, alarms: int
) -> None:
    days = Days()
    days.count(another_day(standing_drive(), 1, False),
               row_at(off_m, LocalizationStatus.LOST, sigma_m))  # fmt: skip
    assert (days.alarms, days.admitted) == (alarms, 1 - alarms)


def test_parts_of_nees_and_its_bounds() -> None:
    row = row_at(0.2, LocalizationStatus.OK)
    assert judge.squared_sigmas(row) == pytest.approx((4.0, 0.0, 0.0))
    assert judge.nees(row) == pytest.approx(4.0)
    low, high = nees_bounds(1000)
    assert 2.8 < low < 3.0 < high < 3.2


@pytest.mark.parametrize(
    ("city", "off", "told"),
    [(YARD, (1.5, 0.0), True), (CANYON, (1.5, 0.0), False), (CANYON, (0.0, 1.5), True)],
)
def test_an_alley_tells_nothing_of_the_way_along_it(
    city: list[Ring], off: tuple[float, float], told: bool
) -> None:
    scan = scan_at(HERE, city, np.random.default_rng(1), stamp_s=10.0)
    stamped = StampedPose(10.0, Pose2(*off, 0.0), np.eye(3))
    estimate = LocalizationEstimate(stamped, LocalizationStatus.OK, frozenset(), 0.1)
    rows = [(Look(10.0, HERE), estimate)]
    drive = standing_drive(seconds=1.0)
    assert walls_could_tell(drive, Outlines(city), rows, [scan], 9.5) is told
    assert not walls_could_tell(drive, Outlines(city), rows, [scan], 2.0), "a second is over"
    assert math.hypot(*off) > judge.LOST_M
