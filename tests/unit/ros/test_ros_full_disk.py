"""A full disk stops no vehicle: what it refuses is lost, or goes on in memory; nothing waits.

Whatever is written to /dev/full meets ENOSPC (full(4)).
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from navigation.following.steering_gain import LearntGain, SteeringGain
from patrol.clock import SystemClock
from patrol.geometry import Pose2, StampedPose
from patrol_bringup.child import Child
from patrol_bringup.log_file import LogFile
from patrol_bringup.processes import ProcessRow
from patrol_fleet_client.order_keeper import OrderKeeper
from patrol_localization.seed import load_seed, save_pose
from patrol_navigation.steering_file import FORGOTTEN_SIGMA, WRITE_EVERY_S, SteeringFile
from tests.unit.ros.test_ros_order_keeper import after, order, progress

CHATTY = "import sys\nfor i in range(20000): print('a line of some length', i)\nsys.exit(5)"


def fill_disk(path: Path) -> None:
    """No new content for a file that is replaced by way of a temporary one."""
    path.with_name(f".{path.name}.tmp").symlink_to("/dev/full")


def free_disk(path: Path) -> None:
    path.with_name(f".{path.name}.tmp").unlink()


def stamped(x_m: float, stamp_s: float) -> StampedPose:
    return StampedPose(stamp_s, Pose2(x_m, 2.0, 0.5), np.eye(3))


# ------------------------------------------------------------------------------------- the pose


def test_the_pose_is_kept_on_a_full_disk_once_its_file_is_there(tmp_path: Path) -> None:
    path = tmp_path / "pose.json"
    assert save_pose(path, "m", stamped(123456.789012345, 100.0), 0.05123456) == ""
    fill_disk(path)
    assert save_pose(path, "m", stamped(7.0, 200.0), 0.05) == ""
    seed = load_seed(path, "m", 200.0)
    assert seed is not None
    assert seed.pose.x_m == 7.0
    free_disk(path)
    assert save_pose(path, "m", stamped(8.0, 201.0), 0.05) == ""
    assert json.loads(path.read_text())["x_m"] == 8.0


def test_a_disk_that_was_full_from_the_start_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pose.json"
    fill_disk(path)
    assert "No such file" in save_pose(path, "m", stamped(1.0, 100.0), 0.05)
    path.write_text("{}")  # of an older version, without room
    assert "No space left" in save_pose(path, "m", stamped(1.0, 100.0), 0.05)
    assert path.read_text() == "{}"


# ------------------------------------------------------------------------------------ the order


def test_an_order_goes_on_in_memory_and_comes_to_the_disk_later(tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    keeper = OrderKeeper(path)
    keeper.take(order(0, 8))
    fill_disk(path)
    keeper.note(progress(4, [6, 8]))
    kept, left = keeper.to_resume(), after(keeper, path).to_resume()
    assert "No space left" in keeper.trouble
    assert kept is not None
    assert left is not None
    assert (kept.reached_sequence_id, left.reached_sequence_id) == (4, -1)
    free_disk(path)
    keeper.note(progress(6, [8]))
    left = after(keeper, path).to_resume()
    assert keeper.trouble == ""
    assert left is not None
    assert left.reached_sequence_id == 6


def test_no_other_order_is_left_on_a_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    keeper = OrderKeeper(path)
    keeper.take(order(0, 8, order_id="old"))
    fill_disk(path)
    keeper.take(order(0, 8, order_id="new"))
    kept = keeper.to_resume()
    assert kept is not None
    assert kept.order.order_id == "new"
    assert OrderKeeper(path).to_resume() is None
    again = OrderKeeper(path)
    again.take(order(0, 8, order_id="newer"))
    assert "No space left" in again.trouble


# -------------------------------------------------------------------------- what was learnt


@pytest.mark.parametrize(
    ("wheelbase_m", "factor"), [(0.9, pytest.approx(1.2)), (0.8, 1.0)], ids=["same", "other"]
)
def test_steering_goes_on_from_what_was_learnt_with_its_wheelbase(
    tmp_path: Path, wheelbase_m: float, factor: float
) -> None:
    path = tmp_path / "steering.json"
    first = SteeringFile(path, 0.9)
    teach(first, 1.2)
    first.step(1000.0)
    second = SteeringFile(path, wheelbase_m)
    assert second.gain.learnt.factor == factor
    assert second.gain.learnt.variance >= FORGOTTEN_SIGMA**2


def teach(file: SteeringFile, factor: float) -> None:
    file.gain = SteeringGain(LearntGain(factor, 1e-4))


def test_steering_is_written_when_there_is_news_and_not_too_often(tmp_path: Path) -> None:
    path = tmp_path / "steering.json"
    file = SteeringFile(path, 0.9)
    file.step(1000.0)
    assert not path.exists()
    teach(file, 1.1)
    file.step(1000.0)
    teach(file, 1.2)
    file.step(1000.0 + WRITE_EVERY_S / 2)
    assert json.loads(path.read_text())["factor"] == 1.1
    file.step(1000.0 + WRITE_EVERY_S)
    assert json.loads(path.read_text())["factor"] == 1.2


def test_steering_is_learnt_on_where_the_disk_is_full(tmp_path: Path) -> None:
    path = tmp_path / "steering.json"
    fill_disk(path)
    file = SteeringFile(path, 0.9)
    teach(file, 1.1)
    file.step(1000.0)
    assert not path.exists()
    assert file.gain.learnt.factor == 1.1


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"wheelbase_m": 0.9}',
        '{"wheelbase_m": 0.9, "factor": 2.0, "variance": 0.01}',
        '{"wheelbase_m": 0.9, "factor": NaN, "variance": 0.01}',
        '{"wheelbase_m": 0.9, "factor": 1.1, "variance": NaN}',
        '{"wheelbase_m": 0.9, "factor": "left", "variance": 0.01}',
    ],
)
def test_a_damaged_steering_file_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "steering.json"
    path.write_text(text)
    assert SteeringFile(path, 0.9).gain.learnt == LearntGain()


# ------------------------------------------------------------------------------------- the logs


def test_a_process_that_talks_much_goes_on_while_its_log_cannot_be_written(
    tmp_path: Path,
) -> None:
    log = tmp_path / "probe.log"
    log.symlink_to("/dev/full")
    command = [sys.executable, "-u", "-c", CHATTY]
    probe = Child(ProcessRow("probe", ()), command, dict(os.environ), log, SystemClock())
    probe.start()
    until_s = time.monotonic() + 60.0
    while probe.last_status is None and time.monotonic() < until_s:
        probe.step()
        time.sleep(0.02)
    assert probe.last_status == 5, "more than a pipe holds was taken from it"
    probe.stop()


def test_a_log_has_a_bound_and_keeps_what_was_before(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "probe.log", max_bytes=100)
    for number in range(25):
        log.write(b"line %04d\n" % number)
    assert (tmp_path / "probe.log").read_bytes().splitlines() == [
        b"line %04d" % number for number in range(20, 25)
    ]
    assert (tmp_path / "probe.log.1").read_bytes().startswith(b"line 0010\n")
    assert log.last_line() == "line 0024"
    assert sum(f.stat().st_size for f in tmp_path.iterdir()) <= 200
