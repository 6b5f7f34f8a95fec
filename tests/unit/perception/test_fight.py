"""Fight: two within arm's reach whose limbs both move fast, on the spot; anything less is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from staged_people import Actor, Way, play, stands, walks

from perception.detectors.base import Skeleton
from perception.detectors.scripted import ScriptedPose
from perception.rules.fight import FightConfig, FightRule
from perception.rules.fight_limbs import Limbs, limb_speed, limbs_of

BLOWS, CALM = 0.35, 0.02  # how far limbs swing, in body heights
MIRRORED = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]
# a standing body in a box of height 1 and width 0.5: COCO's keypoints
BODY = np.array(
    [(0.25, 0.06), (0.24, 0.05), (0.26, 0.05), (0.23, 0.06), (0.27, 0.06), (0.18, 0.2),
     (0.32, 0.2), (0.15, 0.33), (0.35, 0.33), (0.14, 0.45), (0.36, 0.45), (0.2, 0.5), (0.3, 0.5),
     (0.2, 0.73), (0.3, 0.73), (0.2, 0.96), (0.3, 0.96)]
)  # fmt: skip


def skeleton(height_px: float, swing: float, score: float = 0.9) -> Skeleton:
    """A body in the middle of a crop 1.2 times its height, wrists and elbows swung sideways."""
    points = BODY.copy()
    points[[7, 8, 9, 10], 0] += np.array((-0.6, 0.6, -1.0, 1.0)) * swing * 0.5
    placed = (points + np.array((0.35, 0.1))) * height_px
    return Skeleton(np.column_stack((placed, np.full(17, score))).astype(np.float32), 0.8)


def swinging(*swings: float) -> ScriptedPose:
    """Everybody's limbs by turns out and in: one entry for each of the people in a picture."""
    calls = {"n": 0}

    def script(crop: np.ndarray) -> Skeleton:
        number, picture = calls["n"] % len(swings), calls["n"] // len(swings)
        calls["n"] += 1
        return skeleton(len(crop) / 1.2, swings[number] * (picture % 2))

    return ScriptedPose(script)


def pair(gap_m: float = 0.9) -> list[Actor]:
    return [Actor(stands(58.0, 1.0)), Actor(stands(58.0, 1.0 + gap_m))]


@pytest.mark.parametrize("seed", range(4))
def test_two_who_exchange_blows_are_one_fight_within_ten_seconds(seed: int) -> None:
    played = play(FightRule(FightConfig(), swinging(BLOWS, BLOWS)), pair(), 12.0, seed=seed)
    assert len(played.opened) == 1
    t, x, y = played.opened[0]
    assert t <= 6.0
    assert math.dist((x, y), (58.0, 1.45)) < 1.0


def test_a_fight_that_breaks_the_tracks_stays_one_incident() -> None:
    rule = FightRule(FightConfig(), swinging(BLOWS, BLOWS))
    assert len(play(rule, pair(), 30.0, drop=0.3).opened) == 1


@pytest.mark.parametrize("swings", [(CALM, CALM), (BLOWS, CALM), (CALM, BLOWS)])
def test_two_who_talk_or_one_who_waves_at_another_do_not_fight(
    swings: tuple[float, float],
) -> None:
    assert not play(FightRule(FightConfig(), swinging(*swings)), pair(), 12.0).opened


def test_who_is_out_of_reach_does_not_fight() -> None:
    rule = FightRule(FightConfig(), swinging(BLOWS, BLOWS))
    assert not play(rule, pair(gap_m=2.6), 12.0).opened


def test_two_who_run_side_by_side_leave_the_spot_and_do_not_fight() -> None:
    runners = [Actor(walks(54.0, y, 2.0)) for y in (1.0, 1.9)]
    assert not play(FightRule(FightConfig(), swinging(BLOWS, BLOWS)), runners, 8.0).opened


@pytest.mark.parametrize("seed", range(3))
def test_children_who_chase_each_other_to_and_fro_do_not_fight(seed: int) -> None:
    def to_and_fro(y_m: float, late_s: float) -> Way:
        return lambda t: (58.0 + abs((2.3 * (t - late_s)) % 8.0 - 4.0), y_m)

    chase = [Actor(to_and_fro(1.0, 0.0)), Actor(to_and_fro(1.4, 0.4))]
    assert not play(
        FightRule(FightConfig(), swinging(BLOWS, BLOWS)), chase, 16.0, seed=seed
    ).opened


@pytest.mark.parametrize(("walks_mps", "opened"), [(1.2, 0), (5.0, 1)])
def test_the_limbs_of_a_pair_that_moves_on_are_not_looked_at(
    walks_mps: float, opened: int
) -> None:
    rule = FightRule(FightConfig(spot_m=10.0, walks_mps=walks_mps), swinging(BLOWS, BLOWS))
    runners = [Actor(walks(54.0, y, 2.0)) for y in (1.0, 1.9)]
    assert len(play(rule, runners, 6.0).opened) == opened


def test_without_a_pose_model_nobody_fights() -> None:
    assert not play(FightRule(FightConfig(), None), pair(), 10.0).opened


def test_at_most_two_skeletons_are_asked_of_a_picture_however_many_stand_together() -> None:
    asked: list[int] = []

    def script(crop: np.ndarray) -> None:
        asked.append(len(crop))

    crowd = [Actor(stands(58.0 + 0.8 * n, -2.0 + 0.9 * m)) for n in range(5) for m in range(6)]
    play(FightRule(FightConfig(), ScriptedPose(script)), crowd, 2.0)
    assert 0 < len(asked) <= 2 * 10


def test_a_fight_is_over_when_both_have_been_calm_for_long() -> None:
    turn = {"n": 0}

    def script(crop: np.ndarray) -> Skeleton:
        turn["n"] += 1
        picture = turn["n"] // 2
        return skeleton(len(crop) / 1.2, (BLOWS if picture < 40 else CALM) * (picture % 2))

    played = play(FightRule(FightConfig(), ScriptedPose(script)), pair(), 30.0)
    assert len(played.opened) == len(played.closed) == 1
    assert played.closed[0] >= 8.0 + 8.0


def _limbs(swing: float, order: list[int] | None = None, score: float = 0.9) -> Limbs:
    one = skeleton(100.0, swing, score)
    points = one.keypoints if order is None else one.keypoints[order]
    return limbs_of(Skeleton(points, 0.8), np.array([35.0, 10.0, 85.0, 110.0]))


@given(st.floats(0.0, 0.4))
def test_a_body_that_the_network_mirrors_has_not_moved(swing: float) -> None:
    speed = limb_speed(_limbs(swing), _limbs(swing, MIRRORED), 0.2)
    assert speed == pytest.approx(0.0, abs=1e-3)


def test_speed_is_in_body_heights_per_second() -> None:
    # second fastest is a wrist: half of the swing
    assert limb_speed(_limbs(0.0), _limbs(0.2), 0.2) == pytest.approx(0.1 / 0.2, abs=0.02)


def test_a_skeleton_that_is_unsure_or_somebody_elses_says_nothing() -> None:
    assert _limbs(0.0, score=0.2) is None
    elsewhere = np.array([200.0, 10.0, 250.0, 110.0])
    assert limbs_of(skeleton(100.0, 0.0), elsewhere) is None


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"near_m": 0.0}, r"near_m: 0.0 must be in \(0, 3\]"),
        ({"sure_share": 0.1}, r"sure_share: 0.1 must be in \(calm_share, 1\]"),
        ({"hold_s": 6.0}, r"hold_s: 6.0 must be in \(0, window_s\]"),
        ({"each_side": 9}, "each_side: 9 must be 1 to min_looks"),
        ({"pairs_per_picture": 5}, "pairs_per_picture: 5 must be 0 to 4"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        FightConfig(**limits)
