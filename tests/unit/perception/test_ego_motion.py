"""A pose that was corrected is told from a vehicle that moved, and tracks go along with it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from patrol.geometry import Pose2, StampedPose
from patrol.vehicle import CameraSpec
from perception.detectors.base import Image
from perception.detectors.scripted import Scripted, ScriptedDetector
from perception.ego_motion import EgoMotion, EgoMotionConfig
from perception.ground_projection import GroundProjector
from perception.pipeline import PerceptionPipeline
from perception.rules.base import Finding, Scene
from perception.types import Frame, PerceptionOutput
from tests.unit.perception import painted_world as world
from tests.unit.perception import staged_street
from tests.unit.perception.staged_street import after_turn

NOBODY = np.zeros((0, 4))
CAMERA = replace(world.CAMERA, yaw_rad=0.0, pitch_rad=0.0)
AT = Pose2(3.0, 2.0, 0.5)
SURE, UNSURE = 1e-4, 0.2**2


def street(turned_rad: float = 0.0) -> Image:
    """What the camera sees, once it has turned to the left."""
    return after_turn(staged_street.street(CAMERA), CAMERA, turned_rad)


def stamped(
    pose: Pose2, stamp_s: float, speed: float = 0.0, rate: float = 0.0, yaw_m2: float = SURE
) -> StampedPose:
    covariance = np.diag([SURE, SURE, yaw_m2])
    return StampedPose(stamp_s, pose, covariance, speed_mps=speed, yaw_rate_radps=rate)


def second(
    before: StampedPose, now: StampedPose, image: np.ndarray, camera: CameraSpec = CAMERA
) -> np.ndarray | None:
    """What is said of the second of two pictures."""
    ego = EgoMotion()
    assert ego.step(Frame(before.stamp_s, street(), camera), before, NOBODY) is None
    return ego.step(Frame(now.stamp_s, image, camera), now, NOBODY)


def turned(pose: Pose2, rad: float) -> Pose2:
    return replace(pose, yaw_rad=pose.yaw_rad + rad)


def ahead_of(pose: Pose2, x_m: float, y_m: float = 0.0) -> np.ndarray:
    return np.array([*pose.transform(x_m, y_m), 1.0])


def test_poses_that_follow_from_speed_and_rate_are_no_correction() -> None:
    rolled = AT.compose(Pose2(0.2, 0.005, 0.05))
    driven = stamped(rolled, 0.2, 1.0, 0.25)
    assert second(stamped(AT, 0.0, 1.0, 0.25), driven, street(0.05)) is None
    assert second(stamped(AT, 0.0), stamped(turned(AT, 0.015), 0.2), street()) is None


def test_a_heading_that_is_corrected_turns_the_map_about_the_vehicle() -> None:
    now = turned(AT, 0.1)
    motion = second(stamped(AT, 0.0), stamped(now, 0.2), street())
    assert motion is not None
    assert motion @ ahead_of(AT, 10.0, 2.0) == pytest.approx(ahead_of(now, 10.0, 2.0)[:2], abs=0.1)


def test_a_turn_that_the_picture_shows_is_one_though_the_rate_says_nothing() -> None:
    assert second(stamped(AT, 0.0), stamped(turned(AT, 0.1), 0.2), street(0.1)) is None
    half = second(stamped(AT, 0.0), stamped(turned(AT, 0.1), 0.2), street(0.05))
    assert half is not None
    assert math.atan2(half[1, 0], half[0, 0]) == pytest.approx(0.05, abs=0.01)


def test_a_poor_heading_is_held_to_what_the_picture_shows() -> None:
    before, now = stamped(AT, 0.0, yaw_m2=UNSURE), stamped(AT, 0.2, yaw_m2=UNSURE)
    motion = second(before, now, street(0.1))
    assert motion is not None
    where = ahead_of(turned(AT, -0.1), 10.0)[:2]  # the pose does not know that it looks left now
    assert motion @ ahead_of(AT, 10.0) == pytest.approx(where, abs=0.1)
    assert second(before, now, street(0.005)) is None
    assert (
        second(stamped(AT, 0.0), stamped(AT, 0.2), street(0.1)) is None
    )  # a good one is believed


def test_a_place_that_is_corrected_shifts_the_map() -> None:
    now = Pose2(AT.x_m + 0.3, AT.y_m - 0.2, AT.yaw_rad)
    motion = second(stamped(AT, 0.0), stamped(now, 0.2), street())
    assert motion == pytest.approx(np.array([[1.0, 0.0, 0.3], [0.0, 1.0, -0.2]]), abs=0.05)


def test_without_corners_the_rate_counts() -> None:
    motion = second(stamped(AT, 0.0), stamped(turned(AT, 0.1), 0.2), np.zeros_like(street()))
    assert motion is not None
    assert math.atan2(motion[1, 0], motion[0, 0]) == pytest.approx(0.1)


def test_what_lies_too_long_or_backwards_is_not_compared() -> None:
    jumped = turned(AT, 0.5)
    assert second(stamped(AT, 5.0), stamped(jumped, 6.5), street()) is None
    assert second(stamped(AT, 5.0), stamped(jumped, 4.9), street()) is None


def test_a_second_camera_of_the_same_time_sees_no_second_correction() -> None:
    rear = replace(CAMERA, name="rear", yaw_rad=math.pi)
    ego, now = EgoMotion(), stamped(turned(AT, 0.1), 0.2)
    for camera in (CAMERA, rear):
        ego.step(Frame(0.0, street(), camera), stamped(AT, 0.0), NOBODY)
    assert ego.step(Frame(0.2, street(), CAMERA), now, NOBODY) is not None
    assert ego.step(Frame(0.2, street(), rear), now, NOBODY) is None


def test_bad_values_are_named() -> None:
    with pytest.raises(ValueError, match="least_move_m: -1 must be above 0"):
        EgoMotionConfig(least_move_m=-1)


# --- in the pipeline ---


def two_people(pose: Pose2) -> list[Scripted]:
    projector = GroundProjector(CAMERA, stamped(pose, 0.0))
    people: list[Scripted] = []
    for side_m in (0.5, -0.5):
        box = projector.box_at(*pose.transform(9.0, side_m), *world.STANDING)
        assert box is not None
        x1, y1, x2, y2 = box.tolist()
        people.append(("person", 0.8, (x1, y1, x2, y2)))
    return people


class _Speeds(world.Watcher):
    """Keeps how fast anybody was taken to be in each picture."""

    def __init__(self) -> None:
        super().__init__()
        self.speeds_mps: list[float] = []

    def step(self, scene: Scene) -> list[Finding]:
        self.speeds_mps.append(max((one.motion.speed_mps for one in scene.people), default=0.0))
        return super().step(scene)


def watch_a_jump(pipe: PerceptionPipeline, jumps_rad: float) -> list[PerceptionOutput]:
    """A vehicle that stands, and whose heading is corrected after a second; gives its outputs."""
    return [
        pipe.step(
            Frame(1000.0 + number / 5, street(), CAMERA),
            stamped(turned(AT, jumps_rad if number >= 5 else 0.0), 1000.0 + number / 5),
            None,
            1000.0 + number / 5,
        )
        for number in range(12)
    ]


def test_who_stands_stays_who_they_are_and_stands_when_the_heading_is_corrected(
    tmp_path: Path,
) -> None:
    seen, watcher = two_people(AT), _Speeds()
    pipe = world.pipeline(tmp_path, rules=[watcher], eyes=ScriptedDetector(lambda _: seen))
    outputs = watch_a_jump(pipe, 0.11)  # 1 m at 9 m: each where the other was
    before, after = ({t.track_id: t for t in outputs[n].tracks} for n in (4, 11))
    assert len(before) == 2
    assert set(after) == set(before)
    for number, track in after.items():
        old = before[number]
        moved = AT.inverse_transform(old.x_m, old.y_m)
        assert (track.x_m, track.y_m) == pytest.approx(
            turned(AT, 0.11).transform(*moved), abs=0.15
        )
    assert len(watcher.speeds_mps) == 12
    assert max(watcher.speeds_mps) < 0.2
