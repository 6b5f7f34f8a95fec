"""How sensors fail: only what is broken changes, and the same seed breaks it the same way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from navigation.types import BaseStatus, GnssFix, GnssFixType, ImuSample
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.signals import SignalLight, SignalState
from patrol.vehicle import CameraSpec, DropRangerSpec, UltrasonicSpec
from simulation.scenarios.injections import INJECTIONS
from simulation.scenarios.sensor_faults import BREAKERS
from simulation.scenarios.tap import FaultTap
from simulation.types import ImageReading, RangeReading, SensorFrame

CAMERA = CameraSpec("front", 1.0, 0.0, 1.0, 0.0, 0.1, 64, 48, 1.4, 5.0)
RANGER = UltrasonicSpec("front", 1.2, 0.0, 0.2, 0.0, 0.7, 0.2, 20.0, 10.0)
DOWN = DropRangerSpec("down", 1.1, 0.0, 1.1, 0.0, 0.56, 0.2, 4.0, 20.0)
PICTURE = np.arange(48 * 64 * 3, dtype=np.uint8).reshape(48, 64, 3)


def frame(stamp_s: float = 10.0) -> SensorFrame:
    truth = StampedPose(stamp_s, Pose2(1.0, 2.0, 0.3), np.zeros((3, 3)), 1.0)
    return SensorFrame(
        stamp_s, BaseStatus(stamp_s, stamp_s / 10, 0.1, 90.0), truth,
        scans=[Scan(stamp_s, -2.0, 0.1, np.full(41, stamp_s), 0.06, 25.0)],
        imu=[ImuSample(stamp_s, stamp_s / 100)],
        gnss=[GnssFix(stamp_s, GeoPoint(37 + stamp_s / 1e6, 127.0), 0.02, GnssFixType.RTK_FIXED)],
        ranges=[RangeReading(stamp_s, RANGER, stamp_s / 10)],
        drops=[RangeReading(stamp_s, DOWN, 2.0 + stamp_s / 100)],
        images=[ImageReading(stamp_s, CAMERA, PICTURE + np.uint8(stamp_s))],
        signals=[SignalState(stamp_s, "light-1", SignalLight.WALK, stamp_s)],
    )  # fmt: skip


def tap(injection: str, seed: int = 0) -> FaultTap:
    made = FaultTap(seed)
    made.break_sensor(injection, INJECTIONS[injection].size)
    return made


OWNER = {
    "lidar": "scans",
    "ultrasonic": "ranges",
    "drop_ranger": "drops",
    "imu": "imu",
    "gnss": "gnss",
    "camera": "images",
    "signal": "signals",
}


@pytest.mark.parametrize("injection", list(BREAKERS))
def test_only_the_broken_sensor_changes(injection: str) -> None:
    broken = tap(injection)
    broken.frame(frame(9.0))
    before, after = frame(), broken.frame(frame())
    owner = OWNER.get(INJECTIONS[injection].target, "base")
    for name in ("scans", "ranges", "drops", "imu", "gnss", "images", "signals", "base"):
        same = repr(getattr(before, name)) == repr(getattr(after, name))
        assert same is (name != owner), name
    assert repr(after.truth) == repr(before.truth)


@pytest.mark.parametrize("injection", list(BREAKERS))
def test_the_same_seed_breaks_the_same_way(injection: str) -> None:
    first, again = tap(injection, 3), tap(injection, 3)
    for stamp_s in (9.0, 9.1):
        assert repr(first.frame(frame(stamp_s))) == repr(again.frame(frame(stamp_s)))


@pytest.mark.parametrize("injection", list(BREAKERS))
def test_what_is_mended_is_whole(injection: str) -> None:
    broken = tap(injection)
    broken.frame(frame())
    broken.mend_sensor(injection)
    assert repr(broken.frame(frame())) == repr(frame())


def test_a_frozen_sensor_repeats_itself_with_new_stamps() -> None:
    frozen = tap("lidar_frozen")
    frozen.frame(frame(9.0))
    (scan,) = frozen.frame(frame(10.0)).scans
    assert scan.stamp_s == 10.0
    assert (scan.ranges_m == 9.0).all()


def test_a_silent_base_keeps_its_old_stamp() -> None:
    silent = tap("odometry_lost")
    silent.frame(frame(9.0))
    assert silent.frame(frame(10.0)).base.stamp_s == 9.0


@given(st.floats(-1e4, 1e4))
def test_a_shifted_clock_moves_every_stamp_alike(offset_s: float) -> None:
    shifted = FaultTap(0)
    shifted.clock_offset_s = offset_s
    now = shifted.frame(frame())
    stamps = [now.stamp_s, now.base.stamp_s, now.truth.stamp_s, now.scans[0].stamp_s,
              now.imu[0].stamp_s, now.gnss[0].stamp_s, now.images[0].stamp_s]  # fmt: skip
    assert stamps == [shifted.now_s(10.0)] * len(stamps)
    assert replace(now.base, stamp_s=10.0) == frame().base
