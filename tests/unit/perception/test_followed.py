"""What the last looks at a track say: speed with its doubt, height, and who is on foot."""

from __future__ import annotations

import math
from array import array
from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from staged_people import CAMERA, NAMES

from patrol.geometry import Pose2, StampedPose
from perception.detectors.base import Detections
from perception.followed import Followed, FollowedConfig, FollowedLog, height_of
from perception.ground_projection import GroundPoint, GroundProjector
from perception.motion import Look, Motion, motions_of
from perception.tracking import Observation, Track

HERE = GroundProjector(CAMERA, StampedPose(0.0, Pose2(0.0, 0.0, 0.0), np.eye(3) * 1e-4))
velocities = st.floats(-5.0, 5.0)


def track_at(
    x_m: float, size_m: tuple[float, float], stamp_s: float = 0.0, label: str = "person"
) -> Track:
    box = HERE.box_at(x_m, 0.0, *size_m)
    point = GroundPoint(x_m, 0.0, np.eye(2) * 0.04, x_m - CAMERA.x_m)
    seen = Observation(box, 0.8, label, point, *size_m)
    mean = np.array([x_m, 0.0, 0.0, 0.0])
    return Track(1, label, mean, np.eye(4) * 0.04, 0.0, stamp_s, stamp_s, seen)


def looks(vx: float, vy: float, sigma_m: float, seed: int = 0) -> Followed:
    rng = np.random.default_rng(seed)
    followed = Followed(track_at(10.0, (0.5, 1.7)))
    followed.looks = deque(
        Look(
            0.2 * i,
            (vx * 0.2 * i + rng.normal(0, sigma_m), vy * 0.2 * i + rng.normal(0, sigma_m)),
            np.eye(2) * max(sigma_m, 0.05) ** 2,
            1.7,
            0.3,
            False,
            False,
            False,
        )
        for i in range(12)
    )
    return followed


def motion_of(followed: Followed) -> Motion:
    row = array("d", [number for look in followed.looks for number in look.row])
    return motions_of([row], 1.2)[0]


@given(velocities, velocities)
def test_an_even_walk_has_its_speed_and_no_misfit(vx: float, vy: float) -> None:
    motion = motion_of(looks(vx, vy, 0.0))
    assert (motion.vx_mps, motion.vy_mps) == (pytest.approx(vx), pytest.approx(vy))
    assert motion.misfit_m == pytest.approx(0.0, abs=1e-2)


def test_the_speeds_doubt_is_honest() -> None:
    motions = [motion_of(looks(1.0, 0.0, 0.3, seed)) for seed in range(400)]
    errors = np.array([m.vx_mps - 1.0 for m in motions]) / motions[0].sigma_mps
    assert np.std(errors) == pytest.approx(1.0, abs=0.15)


def test_three_looks_give_no_speed() -> None:
    followed = looks(1.0, 0.0, 0.1)
    followed.looks = deque(list(followed.looks)[:3])
    assert math.isinf(motion_of(followed).sigma_mps)


@pytest.mark.parametrize("x_m", [6.0, 12.0, 20.0])
@pytest.mark.parametrize("height_m", [0.6, 1.2, 1.8])
def test_a_height_is_right_at_any_range_and_unknown_where_it_is_cut(
    x_m: float, height_m: float
) -> None:
    box = HERE.box_at(x_m, 0.0, 0.5, height_m)
    assert height_of(box, x_m - CAMERA.x_m, HERE) == pytest.approx(height_m, abs=0.02)
    box[3] = CAMERA.height_px
    assert math.isnan(height_of(box, x_m - CAMERA.x_m, HERE))


def also_seen(track: Track, name: str, score: float) -> Detections:
    x1, y1, x2, y2 = track.observation.box_xyxy
    ids = {value: number for number, value in NAMES.items()}
    top = y1 if name == "dog" else (y1 + y2) / 2  # what is ridden is the lower half
    box = np.array([[x1, top, x2, y2]], np.float32)
    return Detections(box, np.array([score], np.float32), np.array([ids[name]]), NAMES)


@pytest.mark.parametrize(
    ("size_m", "under", "score", "on_foot"),
    [
        ((0.5, 1.7), "", 0.0, True),
        ((0.35, 0.95), "", 0.0, True),  # a child
        ((0.33, 0.62), "", 0.0, False),  # a dog that sits before the camera
        ((0.37, 0.61), "", 0.0, False),  # a dog that comes along
        ((0.7, 0.65), "", 0.0, True),  # who crouches
        ((0.44, 0.66), "", 0.0, True),  # a child who squats, from behind
        ((0.35, 0.3), "", 0.0, False),  # a cat
        ((0.7, 0.65), "dog", 0.2, False),  # something low that may be a dog
        ((0.5, 1.7), "dog", 0.2, True),  # somebody with a dog
        ((0.5, 1.7), "bicycle", 0.5, False),
        ((0.5, 1.7), "bicycle", 0.1, True),  # too weak
        ((0.5, 1.7), "skateboard", 0.6, True),  # shoes are called that
    ],
)
def test_who_is_on_foot(
    size_m: tuple[float, float], under: str, score: float, on_foot: bool
) -> None:
    log = FollowedLog()
    for number in range(4):
        track = track_at(8.0, size_m, 0.2 * number)
        found = also_seen(track, under, score) if under else Detections()
        (one,) = log.step([track], found, HERE, 0.2 * number)
    assert one.is_on_foot(FollowedConfig()) is on_foot


def test_who_was_tall_and_crouches_is_still_somebody() -> None:
    log = FollowedLog()
    for number in range(30):
        size_m = (0.5, 1.7) if number < 4 else (0.3, 0.6)
        (one,) = log.step([track_at(8.0, size_m, 0.2 * number)], Detections(), HERE, 0.2 * number)
    assert one.height_m < 0.8
    assert one.is_on_foot(FollowedConfig())


def test_only_what_this_picture_shows_is_given_and_old_looks_go() -> None:
    log = FollowedLog(FollowedConfig(keep_s=1.25))
    for number in range(20):
        (one,) = log.step(
            [track_at(8.0, (0.5, 1.7), 0.2 * number)], Detections(), HERE, 0.2 * number
        )
    assert len(one.looks) == 7
    assert not log.step([track_at(8.0, (0.5, 1.7), 3.8)], Detections(), HERE, 4.0)


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"keep_s": 0.1}, r"keep_s: 0.1 must be in \[0.5, 30\]"),
        ({"min_low_m": 0.9}, r"min_low_m: 0.9 must be in \(0, min_height_m\]"),
        ({"speed_window_s": 5.0}, r"speed_window_s: 5.0 must be in \[0.3, keep_s\]"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        FollowedConfig(**limits)
