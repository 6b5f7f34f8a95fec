"""Messages and values: what goes out comes back."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensor_msgs.msg import Imu, NavSatFix

from navigation.messages import fix_of, imu_of, roll_pitch_yaw_of, wheels_of
from navigation.types import (
    BaseStatus,
    BodyMotion,
    Command,
    GnssFix,
    GnssFixType,
    ImuSample,
    WheelOdometry,
)
from patrol.faults import FaultKind
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.signals import SignalLight, SignalState
from patrol.stamps import seconds_of
from patrol.vehicle import DropRangerSpec, UltrasonicSpec
from patrol_navigation.convert import note_signal
from patrol_ros.attitude import quaternion_of
from patrol_ros.convert import (
    base_of,
    command_of,
    message_of_base,
    message_of_command,
    message_of_fix,
    message_of_imu,
    message_of_pose,
    message_of_range,
    message_of_scan,
    message_of_signal,
    message_of_wheels,
    pose_of,
    range_of,
    scan_of,
    signal_of,
)
from patrol_ros.fault_names import faults_of, names_of
from patrol_ros.stamps import stamp_of

NOW_S = 1_790_000_000.125
angles = st.floats(-3.1, 3.1)
tilts = st.floats(-1.4, 1.4)


@given(st.floats(0, 4e9))
def test_stamps_keep_a_microsecond(seconds: float) -> None:
    assert seconds_of(stamp_of(seconds)) == pytest.approx(seconds, abs=1e-6)


def test_a_time_before_the_epoch_is_refused() -> None:
    with pytest.raises(ValueError, match="before the epoch"):
        stamp_of(-0.1)


@given(angles, tilts, tilts)
def test_quaternions_keep_roll_pitch_yaw(yaw: float, roll: float, pitch: float) -> None:
    assert roll_pitch_yaw_of(quaternion_of(yaw, roll, pitch)) == pytest.approx(
        (roll, pitch, yaw), abs=1e-9
    )


def test_a_scan_comes_back_with_its_holes() -> None:
    ranges = np.array([1.5, math.inf, 24.9, 0.06])
    scan = Scan(NOW_S, -1.0, 0.01, ranges, 0.06, 25.0)
    back = scan_of(message_of_scan(scan))
    assert back.stamp_s == NOW_S
    np.testing.assert_allclose(back.ranges_m, ranges, rtol=1e-6)
    assert back.angle_min_rad == pytest.approx(-1.0)


def test_an_empty_scan_comes_back_empty() -> None:
    assert len(scan_of(message_of_scan(Scan(NOW_S, 0, 1, np.empty(0), 0, 1))).ranges_m) == 0


@pytest.mark.parametrize("range_m", [0.2, 1.25, 3.0, math.inf, -math.inf, math.nan])
def test_a_range_comes_back_with_its_ranger(range_m: float) -> None:
    ranger = UltrasonicSpec("side_left", 1.2, 0.4, 0.2, 0.9, 0.6, 0.2, 3.0, 10.0)
    message = message_of_range(range_m, ranger, NOW_S)
    assert (message.header.frame_id, message.radiation_type) == ("side_left", message.ULTRASOUND)
    back = range_of(message, ranger)
    assert (back.name, back.stamp_s) == ("side_left", NOW_S)
    assert back.range_m == pytest.approx(range_m, rel=1e-6, nan_ok=True)


def test_a_drop_rangers_range_is_one_of_light() -> None:
    ranger = DropRangerSpec("drop_left", 1.1, 0.0, 1.1, 0.1, 0.56, 0.2, 4.0, 20.0)
    message = message_of_range(2.08, ranger, NOW_S)
    assert (message.header.frame_id, message.radiation_type) == ("drop_left", message.INFRARED)
    assert message.field_of_view == pytest.approx(ranger.beam_rad)
    assert range_of(message, ranger).range_m == pytest.approx(2.08)


@pytest.mark.parametrize("walk_left_s", [None, 12.5])
@pytest.mark.parametrize("light", list(SignalLight))
def test_a_pedestrian_light_comes_back(light: SignalLight, walk_left_s: float | None) -> None:
    state = SignalState(12.5, "light-1", light, walk_left_s)
    assert signal_of(message_of_signal(state)) == state


def test_a_light_of_no_known_colour_is_none() -> None:
    message = message_of_signal(SignalState(12.5, "light-1", SignalLight.WALK))
    message.light = "amber"
    assert signal_of(message) is None


def test_a_light_that_shows_something_new_is_not_what_it_was() -> None:
    signals: dict[str, SignalState] = {}
    walk = SignalState(12.5, "light-1", SignalLight.WALK)
    note_signal(signals, message_of_signal(walk))
    assert signals == {"light-1": walk}
    message = message_of_signal(walk)
    message.light = "amber"
    note_signal(signals, message)
    assert signals == {}


def test_base_status_comes_back() -> None:
    status = BaseStatus(NOW_S, 1.2, -0.3, 55.5, True, True, 0.01, -0.02, True)
    assert base_of(message_of_base(status)) == status


def test_what_the_imu_feels_of_the_chassis_comes_back_with_its_own_stamp() -> None:
    motion = BodyMotion(NOW_S - 0.25, 0.1, 0.2, -0.3, 0.4)
    status = BaseStatus(NOW_S, 1.2, -0.3, motion=motion)
    assert base_of(message_of_base(status)) == status


def test_a_recording_from_before_there_was_a_bumper_has_neither_it_nor_motion() -> None:
    new = ("bumped", "imu_age_s", "rate_radps", "forward_mps2", "left_mps2", "up_mps2")
    message = message_of_base(BaseStatus(NOW_S, 1.2, -0.3))
    names = message.get_fields_and_field_types()
    old = SimpleNamespace(**{name: getattr(message, name) for name in names if name not in new})
    assert set(new) < set(names)
    assert base_of(old) == BaseStatus(NOW_S, 1.2, -0.3)


def test_a_command_comes_back_even_when_it_is_not_finite() -> None:
    assert command_of(message_of_command(Command(1.0, -0.2), NOW_S)) == Command(1.0, -0.2)
    assert not command_of(message_of_command(Command(math.nan, 0.0), NOW_S)).is_finite


def test_imu_tilt_comes_back() -> None:
    sample = ImuSample(NOW_S, 0.1, 0.2, -0.3, 0.05, -0.07)
    back = imu_of(message_of_imu(sample))
    assert back.yaw_rate_radps == 0.1
    assert (back.roll_rad, back.pitch_rad) == pytest.approx((0.05, -0.07))


def test_an_imu_without_attitude_counts_as_level() -> None:
    message = Imu()
    message.orientation_covariance[0] = -1.0
    message.orientation.x = 1.0
    assert (imu_of(message).roll_rad, imu_of(message).pitch_rad) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("kind", "sigma_m"),
    [
        (GnssFixType.NONE, 9.0),
        (GnssFixType.SINGLE, 2.0),
        (GnssFixType.DGPS, 0.8),
        (GnssFixType.RTK_FLOAT, 0.3),
        (GnssFixType.RTK_FIXED, 0.02),
    ],
)
def test_a_fix_comes_back_with_its_kind(kind: GnssFixType, sigma_m: float) -> None:
    fix = GnssFix(NOW_S, GeoPoint(37.48, 126.93, 60.0), sigma_m, kind)
    back = fix_of(message_of_fix(fix))
    assert (back.position, back.fix) == (fix.position, kind)
    assert back.sigma_m == pytest.approx(sigma_m)


@pytest.mark.parametrize("latitude", [math.nan, math.inf])
def test_a_fix_without_a_position_is_no_fix(latitude: float) -> None:
    message = message_of_fix(GnssFix(NOW_S, GeoPoint(1.0, 2.0), 0.1, GnssFixType.SINGLE))
    message.latitude = latitude
    assert fix_of(message).fix is GnssFixType.NONE


def test_a_fix_of_unknown_certainty_is_no_fix() -> None:
    message = message_of_fix(GnssFix(NOW_S, GeoPoint(1.0, 2.0), 0.1, GnssFixType.SINGLE))
    message.position_covariance_type = NavSatFix.COVARIANCE_TYPE_UNKNOWN
    assert fix_of(message).fix is GnssFixType.NONE


@given(st.floats(0.1, 2.2), st.floats(-0.6, 0.6))
def test_wheel_odometry_keeps_the_steering_angle(speed: float, steering: float) -> None:
    sample = WheelOdometry(NOW_S, speed, steering)
    back = wheels_of(message_of_wheels(sample, Pose2(0, 0, 0), 0.95), 0.95)
    assert (back.speed_mps, back.steering_rad) == pytest.approx((speed, steering), abs=1e-9)


def test_standing_wheels_have_no_steering_angle() -> None:
    message = message_of_wheels(WheelOdometry(NOW_S, 0.0, 0.4), Pose2(0, 0, 0), 0.95)
    assert wheels_of(message, 0.95).steering_rad == 0.0


def test_a_pose_comes_back_with_its_covariance_over_x_y_yaw() -> None:
    covariance = np.array([[0.04, 0.01, 0.002], [0.01, 0.09, 0.003], [0.002, 0.003, 0.01]])
    stamped = StampedPose(NOW_S, Pose2(12.5, -3.0, 2.0), covariance, 1.1, 0.2, 0.03, -0.04)
    back = pose_of(message_of_pose(stamped))
    np.testing.assert_allclose(back.covariance, covariance)
    assert (back.pose.x_m, back.pose.y_m) == (12.5, -3.0)
    assert (back.pose.yaw_rad, back.roll_rad, back.pitch_rad) == pytest.approx((2.0, 0.03, -0.04))


def test_an_unknown_fault_name_is_passed_over() -> None:
    names = [*names_of([FaultKind.TILT, FaultKind.GNSS_LOST]), "made_later"]
    assert faults_of(names) == {FaultKind.TILT, FaultKind.GNSS_LOST}
