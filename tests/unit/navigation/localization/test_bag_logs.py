"""Recordings of ROS 2 are read without ROS, or refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from rosbags.rosbag2 import StoragePlugin, Writer

from navigation.localization.bag_logs import read_bag
from navigation.localization.replay import DriveLog
from patrol.errors import LogError
from tests.unit.navigation.localization.bags import STORE, write_bag
from tests.unit.navigation.localization.drives import SPEC
from tests.unit.navigation.localization.recorded import record


@pytest.fixture(scope="module")
def log() -> DriveLog:
    return record(3.0).log


def assert_same(read: DriveLog, log: DriveLog) -> None:
    assert [s.stamp_s for s in read.odometry] == pytest.approx([s.stamp_s for s in log.odometry])
    assert [s.speed_mps for s in read.odometry] == [s.speed_mps for s in log.odometry]
    moving = [i for i, s in enumerate(log.odometry) if abs(s.speed_mps) > 0.1]
    assert [read.odometry[i].steering_rad for i in moving] == pytest.approx(
        [log.odometry[i].steering_rad for i in moving]
    )
    assert [s.yaw_rate_radps for s in read.imu] == [s.yaw_rate_radps for s in log.imu]
    assert [f.position for f in read.fixes] == [f.position for f in log.fixes]
    assert [f.fix for f in read.fixes] == [f.fix for f in log.fixes]
    assert [f.sigma_m for f in read.fixes] == pytest.approx([f.sigma_m for f in log.fixes])


@pytest.mark.parametrize("storage", list(StoragePlugin))
def test_a_rosbag2_folder_is_read(tmp_path: Path, log: DriveLog, storage: StoragePlugin) -> None:
    write_bag(tmp_path / "bag", log, storage)
    assert_same(read_bag(tmp_path / "bag", SPEC), log)


def test_a_lone_mcap_file_is_read(tmp_path: Path, log: DriveLog) -> None:
    write_bag(tmp_path / "bag", log, StoragePlugin.MCAP)
    (mcap,) = (tmp_path / "bag").glob("*.mcap")
    assert_same(read_bag(mcap, SPEC), log)


@pytest.mark.parametrize("topic", ["/wheel/odometry", "/gnss/fix"])
def test_a_topic_that_is_needed_and_missing_is_named(
    tmp_path: Path, log: DriveLog, topic: str
) -> None:
    write_bag(tmp_path / "bag", log, StoragePlugin.MCAP, frozenset({topic}))
    with pytest.raises(LogError, match=f"{topic} .* is missing; there: /"):
        read_bag(tmp_path / "bag", SPEC)


def test_a_topic_of_another_type_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "bag"
    with Writer(folder, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        writer.add_connection("/imu/data", "sensor_msgs/msg/Imu", typestore=STORE)
        odometry = writer.add_connection("/wheel/odometry", "std_msgs/msg/Empty", typestore=STORE)
        writer.write(odometry, 1, b"\x00\x01\x00\x00\x00")
    with pytest.raises(LogError, match="/wheel/odometry: is std_msgs/msg/Empty, not nav_msgs"):
        read_bag(folder, SPEC)


def test_what_is_no_recording_is_said(tmp_path: Path, log: DriveLog) -> None:
    cases = {
        "none.mcap": "no such file",
        "empty.mcap": "is empty",
        "text.mcap": "cannot be read as a recording of ROS 2",
        "log.txt": "is neither an .mcap file nor a rosbag2 folder",
        ".": "has no metadata.yaml",
        "cut.mcap": "cannot be read as a recording of ROS 2",
    }
    (tmp_path / "empty.mcap").touch()
    (tmp_path / "text.mcap").write_text("not a recording")
    (tmp_path / "log.txt").write_text("hello")
    write_bag(tmp_path / "bag", log, StoragePlugin.MCAP)
    (whole,) = (tmp_path / "bag").glob("*.mcap")
    (tmp_path / "cut.mcap").write_bytes(whole.read_bytes()[:20_000])
    for name, said in cases.items():
        with pytest.raises(LogError, match=said):
            read_bag(tmp_path / name, SPEC)
