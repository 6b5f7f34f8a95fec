"""Fights that were none: two boxes on one body, and limbs that nobody sees.

Both were told of in quiet hours (`benchmarks/perception/quiet_hours.py`): the detector put one box
on all of somebody who tied a shoe and a narrower one on the trunk, and at a bus stop the limbs of
those who stood behind a parked car were guessed anew in every picture.
"""

from __future__ import annotations

import numpy as np
import pytest
from staged_people import CAMERA, NOON_S, Actor, play, stands
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
