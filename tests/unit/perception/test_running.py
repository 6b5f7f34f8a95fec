"""Running: faster than anybody walks, on legs that move; one event for all who run together."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from staged_people import Actor, play, walks

from perception.detectors.base import Skeleton
from perception.detectors.scripted import ScriptedPose
from perception.rules.running import RunningConfig, RunningRule


def legs(*spreads: float) -> ScriptedPose:
    """Skeletons whose ankles are apart by shares of the crop's height, taken in turn."""
    turn = itertools.cycle(spreads)

    def script(crop: np.ndarray) -> Skeleton:
        points = np.full((17, 3), 0.9, np.float32)
        points[15, :2], points[16, :2] = (10.0, 50.0), (10.0 + next(turn) * len(crop), 50.0)
        return Skeleton(points, 0.8)

    return ScriptedPose(script)


STRIDES, STILL = (0.05, 0.3, 0.15, 0.28), (0.15, 0.16)


def rule(*spreads: float) -> RunningRule:
    return RunningRule(RunningConfig(), legs(*spreads) if spreads else None)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("speed_mps", [3.0, 4.5, -3.5])
def test_a_runner_is_reported_once_within_three_seconds(speed_mps: float, seed: int) -> None:
    start_m = 56.0 if speed_mps > 0 else 74.0
    runner = Actor(walks(start_m, 1.0, speed_mps, from_s=1.0))
    played = play(rule(*STRIDES), [runner], 4.5, seed=seed)
    assert len(played.opened) == 1
    assert 1.4 <= played.opened[0][0] <= 4.0
    assert played.details[0]["pursuit"] == "False"


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("sigma_m", [0.05, 0.15, 0.5, 2.5])
def test_a_fast_walker_is_no_runner_however_badly_seen(sigma_m: float, seed: int) -> None:
    walker = Actor(walks(56.0, 1.0, 2.0), sigma_m=sigma_m)
    assert not play(rule(*STRIDES), [walker], 8.0, seed=seed, drop=0.1).opened


@pytest.mark.parametrize("seed", range(8))
def test_nobody_who_stands_runs_because_the_vehicle_moves_or_the_place_is_noise(seed: int) -> None:
    still = Actor(lambda _t: (66.0, 1.0), sigma_m=1.5)
    assert not play(rule(*STRIDES), [still], 10.0, seed=seed, speed_mps=1.39).opened


def test_who_stands_on_a_kick_scooter_does_not_run() -> None:
    rider = Actor(walks(56.0, 1.0, 4.0, from_s=1.0))
    assert not play(rule(*STILL), [rider], 5.0).opened


def test_a_cyclist_does_not_run() -> None:
    cyclist = Actor(walks(56.0, 1.0, 4.0, from_s=1.0), under="bicycle")
    assert not play(rule(*STRIDES), [cyclist], 5.0).opened


def test_a_bicycle_that_was_seen_while_its_rider_was_near_counts_on() -> None:
    """A bicycle that rides away is too small to be seen soon: riders "ran" 18 to 24 m off."""
    cyclist = Actor(walks(56.0, 1.0, 4.0), under="bicycle", under_until_s=1.0)
    on_foot = Actor(cyclist.way)
    assert not play(rule(*STRIDES), [cyclist], 6.0).opened
    assert play(rule(*STRIDES), [on_foot], 6.0).opened


def test_a_dog_that_the_detector_calls_a_person_does_not_run() -> None:
    dog = Actor(walks(56.0, 1.0, 4.0, from_s=1.0), size_m=(0.35, 0.62))
    assert not play(rule(*STRIDES), [dog], 5.0).opened


def test_without_skeletons_the_speed_decides_later() -> None:
    runner = Actor(walks(54.0, 1.0, 3.2, from_s=1.0))
    seen, unseen = (play(r, [runner], 6.0).opened for r in (rule(*STRIDES), rule()))
    assert len(seen) == len(unseen) == 1
    assert seen[0][0] < unseen[0][0]


def test_a_pursuit_is_one_event_that_names_both() -> None:
    prey = Actor(walks(58.0, 1.0, 3.4, from_s=1.0))
    hunter = Actor(walks(55.0, 1.4, 3.5, from_s=1.0))
    played = play(rule(*STRIDES), [prey, hunter], 5.0)
    assert len(played.opened) == 1


def test_a_track_that_jumps_between_two_people_is_no_runner() -> None:
    def way(t: float) -> tuple[float, float]:
        return (62.0, 0.0) if math.floor(t / 0.6) % 2 else (62.9, 0.0)

    assert not play(rule(*STRIDES), [Actor(way, sigma_m=0.05)], 8.0).opened


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"speed_mps": 1.5}, r"speed_mps: 1.5 must be in \(walks_mps, 10\]"),
        ({"hold_s": 2.0}, r"hold_s: 2.0 must be in \(0, hold_unseen_s\]"),
        ({"bicycle_looks": 0}, "bicycle_looks: 0 must be at least 1"),
        ({"gait_looks": 1}, "gait_looks: 1 must be 2 to 10"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        RunningConfig(**limits)
