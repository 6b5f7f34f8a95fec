"""Fights that were none: two boxes on one body, limbs that nobody sees, people who pass by.

All were told of in quiet hours (`benchmarks/perception/quiet_hours.py`): the detector put one box
on all of somebody who tied a shoe and a narrower one on the trunk; at a bus stop the limbs of
those who stood behind a parked car were guessed anew in every picture; across a street people
passed one another; in an alley they pressed past the vehicle, too near to be seen whole.
"""

from __future__ import annotations

import numpy as np
import pytest
from staged_people import CAMERA, NOON_S, PICTURE_S, Actor, play, stands, walks
from test_fight import BLOWS, skeleton, swinging

from patrol.geometry import Pose2, StampedPose
from perception.detectors.base import Skeleton
from perception.detectors.scripted import ScriptedPose
from perception.ground_projection import GroundProjector
from perception.rules.fight import FightConfig, FightRule

CAR_M = (4.4, 1.0)  # as it covers who stands behind it up to the chest
TRUNK, WHOLE = (58.0, 1.1), (58.0, 0.95)
TRUNK_M, WHOLE_M = (0.45, 1.2), (0.8, 1.2)


def one_skeleton_for_both() -> ScriptedPose:
    """Whoever is looked at, the same body is found: in pixels of the picture it is one."""
    stamped = StampedPose(NOON_S, Pose2(50.0, 0.0, 0.0), np.eye(3) * 1e-4)
    projector = GroundProjector(CAMERA, stamped)
    left, right = projector.box_at(*TRUNK, *TRUNK_M), projector.box_at(*WHOLE, *WHOLE_M)
    apart_px = float(right[0] + right[2] - left[0] - left[2]) / 2
    calls = {"n": 0}

    def script(crop: np.ndarray) -> Skeleton:
        number, picture = calls["n"] % 2, calls["n"] // 2
        calls["n"] += 1
        found = skeleton(len(crop) / 1.2, BLOWS * (picture % 2))
        points = found.keypoints.copy()
        points[:, 0] -= number * apart_px
        return Skeleton(points, found.score)

    return ScriptedPose(script)


@pytest.mark.parametrize("seed", range(4))
def test_two_boxes_on_one_body_that_moves_do_not_fight(seed: int) -> None:
    boxes = [
        Actor(stands(*TRUNK), size_m=TRUNK_M, sigma_m=0.05),
        Actor(stands(*WHOLE), size_m=WHOLE_M, sigma_m=0.05),
    ]
    rule = FightRule(FightConfig(), one_skeleton_for_both())
    assert not play(rule, boxes, 12.0, seed=seed).opened


def test_two_bodies_so_near_one_another_that_strike_still_fight() -> None:
    both = [Actor(stands(58.0, y), sigma_m=0.05) for y in (1.25, 0.75)]
    rule = FightRule(FightConfig(), swinging(BLOWS, BLOWS))
    assert len(play(rule, both, 12.0).opened) == 1


@pytest.mark.parametrize("seed", range(4))
def test_two_whom_a_car_covers_from_the_chest_down_do_not_fight(seed: int) -> None:
    """Their elbows, wrists, knees and ankles are guesses that jump from picture to picture."""
    car = Actor(stands(58.0, 1.5), label="car", size_m=CAR_M)
    behind = [Actor(stands(60.0, 1.0)), Actor(stands(60.0, 1.9))]
    rule = FightRule(FightConfig(), swinging(BLOWS, BLOWS))
    assert not play(rule, [car, *behind], 12.0, seed=seed).opened


def test_two_who_fight_before_a_car_are_seen() -> None:
    car = Actor(stands(62.0, 1.5), label="car", size_m=CAR_M)
    before = [Actor(stands(58.0, 1.0)), Actor(stands(58.0, 1.9))]
    rule = FightRule(FightConfig(), swinging(BLOWS, BLOWS))
    assert len(play(rule, [car, *before], 12.0).opened) == 1


def passers_by(gap_m: float, speed_mps: float) -> list[Actor]:
    """Two rows who walk north and south past the same spot, one after another."""
    rows = []
    for number in range(5):
        late_m = 1.0 + gap_m * number
        rows.append(Actor(walks(59.0, -late_m, 0.0, speed_mps)))
        rows.append(Actor(walks(59.8, late_m, 0.0, -speed_mps)))
    return rows


@pytest.mark.parametrize("gap_m", [2.2, 3.0])
def test_people_who_pass_one_another_do_not_fight(gap_m: float) -> None:
    opened = []
    for seed in range(10):
        rule = FightRule(FightConfig(), swinging(BLOWS, BLOWS))
        opened += play(rule, passers_by(gap_m, 0.95 + 0.04 * seed), 9.0, seed=seed).opened
    assert opened == []


@pytest.mark.parametrize("distance_m", [2.4, 2.8])
def test_limbs_of_who_is_too_near_to_be_seen_whole_are_not_measured(distance_m: float) -> None:
    """They are told in body heights, and the picture cuts the body."""
    both = [Actor(stands(50.0 + distance_m, y), sigma_m=0.05) for y in (0.5, -0.5)]
    rule = FightRule(FightConfig(), swinging(BLOWS, BLOWS))
    assert not play(rule, both, 12.0).opened


@pytest.mark.parametrize(("ahead_m", "opened"), [(1.95, 0), (2.1, 1)])
def test_nearer_than_two_metres_nobody_is_whole_whatever_the_box(
    ahead_m: float, opened: int
) -> None:
    """In the dark a box may end above the picture's rim though the picture cuts the body."""
    x_m, short_m = 50.0 + CAMERA.x_m + ahead_m, (0.5, 1.0)
    both = [Actor(stands(x_m, y), size_m=short_m, sigma_m=0.05) for y in (0.25, -0.25)]
    rule = FightRule(FightConfig(), swinging(BLOWS, BLOWS))
    assert len(play(rule, both, 12.0).opened) == opened


@pytest.mark.parametrize(("seconds", "opened"), [(1.2, 0), (2.6, 1)])
def test_limbs_that_swing_for_a_second_are_no_blows(seconds: float, opened: int) -> None:
    """Of who passes by: afterwards they are seen, but not their limbs."""
    calls, pictures = {"n": 0}, round(seconds / PICTURE_S)

    def script(crop: np.ndarray) -> Skeleton | None:
        picture = calls["n"] // 2
        calls["n"] += 1
        return skeleton(len(crop) / 1.2, BLOWS * (picture % 2)) if picture < pictures else None

    both = [Actor(stands(58.0, y), sigma_m=0.05) for y in (1.0, 1.9)]
    rule = FightRule(FightConfig(), ScriptedPose(script))
    assert len(play(rule, both, 6.0).opened) == opened
