"""`sunra localize --mcap` reads what the vehicle's own recorder writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from patrol_interfaces.msg import BaseFeedback
from rclpy.serialization import serialize_message

from fleet_client.black_box.segment_file import RecordedTopic, SegmentFile
from navigation.localization.bag_logs import read_bag
from navigation.types import GnssFix, GnssFixType, ImuSample, WheelOdometry
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2
from patrol.topics import TOPICS
from patrol.vehicle import load_vehicle
from patrol_fleet_client.definitions import definition_of, share_folders
from patrol_ros.convert import message_of_fix, message_of_imu, message_of_wheels

SPEC = load_vehicle(Path(__file__).parents[3] / "config" / "vehicles" / "goalie.yaml")
WHEELS = WheelOdometry(20.5, 1.2, 0.3)
IMU = ImuSample(20.52, 0.1, 0.2, -0.3, 0.05, -0.07)
FIX = GnssFix(20.6, GeoPoint(37.48, 126.93, 60.0), 0.02, GnssFixType.RTK_FIXED)


def test_the_recorders_file_comes_back_as_samples(tmp_path: Path) -> None:
    messages = {
        "/base/feedback": BaseFeedback(),  # a type of ours beside the standard ones
        "/wheel/odometry": message_of_wheels(WHEELS, Pose2(0, 0, 0), SPEC.wheelbase_m),
        "/imu/data": message_of_imu(IMU),
        "/gnss/fix": message_of_fix(FIX),
    }
    kinds = {topic: TOPICS[topic].type for topic in messages}
    topics = [RecordedTopic(t, k, definition_of(k, share_folders())) for t, k in kinds.items()]
    recording = SegmentFile(tmp_path / "drive.mcap", topics)
    for topic, message in messages.items():
        recording.write(topic, serialize_message(message), 1.7e9, 20.0)
    log = read_bag(recording.close().path, SPEC)
    (wheels,), (imu,), (fix,) = log.odometry, log.imu, log.fixes
    assert (wheels.stamp_s, wheels.speed_mps) == (20.5, 1.2)
    assert wheels.steering_rad == pytest.approx(0.3)
    assert (imu.stamp_s, imu.yaw_rate_radps) == (20.52, 0.1)
    assert (imu.roll_rad, imu.pitch_rad) == pytest.approx((0.05, -0.07))
    assert (fix.position, fix.fix) == (FIX.position, FIX.fix)
    assert fix.sigma_m == pytest.approx(0.02)
