"""Person needs help: who sits low, where vehicles drive, in the dark, for long enough."""

from __future__ import annotations

import numpy as np
import pytest
from staged_clothes import StagedPose
from staged_people import NOON_S, Actor, play, stands, view, walks

from patrol.incident import AnomalyKind
from perception.detectors.base import Image, PoseDetector, Skeleton
from perception.rules.base import Finding, Scene
from perception.rules.low_bodies import LowBodies, LowBodyConfig
from perception.rules.person_in_need import PersonInNeedConfig, PersonInNeedRule

NIGHT_S = NOON_S + 11 * 3600.0  # 23:00
SEATED, STRETCHED, ON_A_BENCH = (0.52, 0.92), (0.92, 1.1), (0.62, 1.08)
ON_THE_STREET, BESIDE_IT = (58.0, 1.0), (58.0, -4.5)


def opened(
    size_m: tuple[float, float],
    place: tuple[float, float] = ON_THE_STREET,
    seconds: float = 16.0,
    begin_s: float = NIGHT_S,
    **more: float,
) -> list[tuple[float, float, float]]:
    actor = Actor(stands(*place), size_m=size_m)
    return play(
        PersonInNeedRule(PersonInNeedConfig()), [actor], seconds, view(), begin_s=begin_s, **more
    ).opened


@pytest.mark.parametrize("size_m", [SEATED, STRETCHED])
@pytest.mark.parametrize("seed", range(3))
def test_who_sits_on_the_street_at_night_is_reported_once_after_a_part_of_the_time(
    size_m: tuple[float, float], seed: int
) -> None:
    found = opened(size_m, seed=seed, drop=0.1)
    assert len(found) == 1
    assert 5.8 <= found[0][0] <= 8.0


@pytest.mark.parametrize("seed", range(3))
def test_who_is_seen_to_sink_down_is_reported_after_the_whole_time(seed: int) -> None:
    tall = Actor(lambda t: (58.0, 1.0) if t < 3.0 else None)
    low = Actor(lambda t: (58.0, 1.0) if t >= 3.0 else None, size_m=SEATED)
    rule = PersonInNeedRule(PersonInNeedConfig())
    found = play(rule, [tall, low], 18.0, view(), seed=seed, begin_s=NIGHT_S).opened
    assert len(found) == 1
    assert 11.0 <= found[0][0] <= 14.0


def test_two_boxes_in_turns_are_one_body() -> None:
    """With the legs and without, far off: each is a track, neither lasts long enough."""

    def now_and_then(first: bool) -> Actor:
        turn = 0 if first else 1
        return Actor(
            lambda t: ((58.0, 1.0) if first else (60.5, 1.2)) if int(t) % 2 == turn else None,
            size_m=SEATED if first else STRETCHED,
            sigma_m=0.9,
        )

    both = [now_and_then(True), now_and_then(False)]
    rule = PersonInNeedRule(PersonInNeedConfig())
    assert len(play(rule, both, 14.0, view(), begin_s=NIGHT_S).opened) == 1


class Counts:
    """No rule: how many bodies there were in one picture at most."""

    kind = AnomalyKind.PERSON_IN_NEED

    def __init__(self) -> None:
        self.bodies, self.most = LowBodies(LowBodyConfig(), None), 0

    def step(self, scene: Scene) -> list[Finding]:
        self.most = max(self.most, len(self.bodies.step(scene)))
        return []


@pytest.mark.parametrize(("apart_m", "number"), [(0.9, 2), (0.05, 1)])
def test_two_who_sit_side_by_side_are_two_and_two_boxes_on_one_are_one(
    apart_m: float, number: int
) -> None:
    counts = Counts()
    one = Actor(stands(58.0, 1.0), size_m=SEATED, sigma_m=0.1)
    other = Actor(stands(58.0, 1.0 + apart_m), size_m=(0.52, 0.7), sigma_m=0.1)
    play(counts, [one, other], 4.0, view(), begin_s=NIGHT_S)
    assert counts.most == number


class PasserBy:
    """A skeleton that stands half out of the box that is looked at."""

    def skeletons(self, crop_bgr: Image) -> list[Skeleton]:
        (whole,) = StagedPose().skeletons(crop_bgr)
        points = whole.keypoints + np.array([0.4 * crop_bgr.shape[1], 0.0, 0.0], np.float32)
        return [Skeleton(points, whole.score)]


def opened_by_a_thing(pose: PoseDetector | None, seconds: float = 16.0) -> int:
    thing = Actor(stands(*ON_THE_STREET), "fire hydrant", SEATED, 0.1)
    rule = PersonInNeedRule(PersonInNeedConfig(), pose)
    return len(play(rule, [thing], seconds, view(), begin_s=NIGHT_S).opened)


def test_a_thing_in_which_a_skeleton_is_found_is_somebody() -> None:
    assert opened_by_a_thing(StagedPose()) == 1


@pytest.mark.parametrize("pose", [None, PasserBy()])
def test_a_thing_without_one_of_its_own_is_a_thing(pose: PoseDetector | None) -> None:
    assert opened_by_a_thing(pose) == 0


def test_a_thing_beside_the_street_is_not_looked_at() -> None:
    pose = StagedPose()
    thing = Actor(stands(*BESIDE_IT), "fire hydrant", SEATED, 0.1)
    play(PersonInNeedRule(PersonInNeedConfig(), pose), [thing], 4.0, view(), begin_s=NIGHT_S)
    assert pose.asked == 0


def test_by_day_the_same_is_nothing() -> None:
    assert not opened(SEATED, begin_s=NOON_S)


def test_beside_the_street_the_same_is_nothing() -> None:
    assert not opened(SEATED, BESIDE_IT)


def test_at_the_very_edge_of_the_street_it_counts() -> None:
    assert len(opened(SEATED, (58.0, 2.9))) == 1


def test_who_sits_on_a_bench_needs_no_help() -> None:
    assert not opened(ON_A_BENCH)


@pytest.mark.parametrize("size_m", [(0.5, 1.7), (0.35, 1.0)])
def test_who_stands_needs_no_help_however_small(size_m: tuple[float, float]) -> None:
    assert not opened(size_m)


def test_who_ties_a_shoe_gets_up_before() -> None:
    low = Actor(lambda t: (58.0, 1.0) if 2.0 <= t < 9.0 else None, size_m=(0.6, 0.9))
    tall = Actor(lambda t: None if 2.0 <= t < 9.0 else (58.0, 1.0))
    rule = PersonInNeedRule(PersonInNeedConfig())
    assert not play(rule, [low, tall], 20.0, view(), begin_s=NIGHT_S).opened


def test_who_crawls_on_stays_nowhere() -> None:
    actor = Actor(walks(54.0, 1.0, 0.5), size_m=SEATED)
    rule = PersonInNeedRule(PersonInNeedConfig())
    assert not play(rule, [actor], 20.0, view(), begin_s=NIGHT_S).opened


def test_a_vehicle_that_passes_reports_it_once() -> None:
    assert len(opened(SEATED, (66.0, 1.0), 20.0, speed_mps=0.4, drop=0.2)) == 1


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"hold_s": 0.0}, r"hold_s: 0.0 must be in \(0, 600\]"),
        ({"hold_before_s": 9.0}, r"hold_before_s: 9.0 must be in \(0, hold_s\]"),
        ({"low_m": 1.4}, "low_m: 1.4 must be above least_m, at most wide_low_m"),
        ({"sure_out": 0.5}, r"sure_in: 0.3 must be in \(sure_out, 1\)"),
        ({"min_looks": 1}, "min_looks: 1 must be at least 2"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        PersonInNeedConfig(**limits)


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"join_s": 0.0}, r"join_s: 0.0 must be in \(0, 30\]"),
        ({"skeleton_share": 1.0}, r"skeleton_share: 1.0 must be in \(0, 1\)"),
        ({"looks_per_picture": 9}, "looks_per_picture: 9 must be 0 to 8"),
        ({"least_looks": 1}, "least_looks: 1 must be at least 2"),
    ],
)
def test_refuses_limits_of_bodies_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        LowBodyConfig(**limits)
