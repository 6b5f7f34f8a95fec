"""Children who chase one another where the camera alone places them: a run, whatever the range.

Along the view a place by the camera alone is doubtful: most of the error is the same in all looks
(a child is taken for a grown-up), the rest is new in each. Across the view it is well known.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from staged_people import PICTURE_S, Actor, Way, play
from test_fight import BLOWS, swinging

from perception.rules.fight import FightConfig, FightRule
from perception.rules.fight_spot import drift_mps, to_and_fro_mps

SECONDS, SEEDS = 14.0, 4
NEW_SHARE = 0.46  # of sigma, new in each look: measured without the lidar
ACROSS_M = 0.1
STEADY = np.zeros((26, 2, 2))
STAMPS_S = np.linspace(0.0, 25 * PICTURE_S, 26)


def unsure(way: Way, sigma_m: float, rng: np.random.Generator) -> Actor:
    """Placed wrongly along the view, which is the x axis of the stage."""
    same = math.sqrt(1 - NEW_SHARE**2) * rng.normal()
    off_m = sigma_m * (same + NEW_SHARE * rng.normal(size=round(SECONDS / PICTURE_S) + 1))

    def placed(t: float) -> tuple[float, float]:
        x_m, y_m = way(t) or (math.nan, math.nan)
        return x_m + off_m[round(t / PICTURE_S)], y_m

    told = (sigma_m**2, 0.0, ACROSS_M**2)
    return Actor(way, sigma_m=0.05, covariance_m2=told, placed=placed)


def chase(angle_deg: float, rng: np.random.Generator) -> tuple[Way, Way]:
    """One after the other, 3.5 to 4 m to and fro on a line at an angle to the view."""
    angle, length_m = math.radians(angle_deg), rng.uniform(3.5, 4.0)
    along, beside = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
    speed_mps, late_s, apart_m = rng.uniform(2.0, 2.6), rng.uniform(0.25, 0.4), 0.4

    def run(behind_s: float, aside_m: float) -> Way:
        def way(t: float) -> tuple[float, float]:
            gone_m = abs((speed_mps * (t - behind_s)) % (2 * length_m) - length_m)
            x, y = (gone_m - length_m / 2) * np.array(along) + aside_m * np.array(beside)
            return float(58.5 + x), float(y)

        return way

    return run(0.0, 0.0), run(late_s, apart_m)


def sway(angle_deg: float, rng: np.random.Generator) -> tuple[Way, Way]:
    """Lunging at one another at an angle to the view, pushed about within a metre."""
    turn, shift = math.radians(angle_deg), rng.uniform(0.0, 1.0)

    def fights(side: float) -> Way:
        def way(t: float) -> tuple[float, float]:
            half_m = side * (0.75 + 0.3 * math.sin(math.tau * (1.1 * t + shift))) / 2
            angle = turn + 0.4 * math.sin(0.9 * t)
            pushed = 0.5 * math.sin(0.8 * t + 6 * shift), 0.4 * math.sin(1.3 * t + 3 * shift)
            return (
                58.5 + pushed[0] + half_m * math.cos(angle),
                pushed[1] + half_m * math.sin(angle),
            )

        return way

    return fights(1.0), fights(-1.0)


def alarms(ways: tuple[Way, Way], sigma_m: float, seed: int) -> int:
    """How many fights are told where limbs strike in every picture."""
    rng = np.random.default_rng(seed)
    rule = FightRule(FightConfig(), swinging(BLOWS, BLOWS))
    actors = [unsure(way, sigma_m, rng) for way in ways]
    return len(play(rule, actors, SECONDS, seed=seed).opened)


@pytest.mark.parametrize("angle_deg", [0.0, 45.0, 90.0])
@pytest.mark.parametrize("sigma_m", [0.3, 0.6, 1.0])
def test_children_whose_places_are_poorly_known_do_not_fight(
    angle_deg: float, sigma_m: float
) -> None:
    rngs = [np.random.default_rng(seed) for seed in range(SEEDS)]
    told = [alarms(chase(angle_deg, rng), sigma_m, seed) for seed, rng in enumerate(rngs)]
    assert told == [0] * SEEDS


@pytest.mark.parametrize("angle_deg", [0.0, 90.0])
@pytest.mark.parametrize("sigma_m", [0.3, 1.0])
def test_a_fight_whose_places_are_poorly_known_is_told(angle_deg: float, sigma_m: float) -> None:
    rngs = [np.random.default_rng(seed) for seed in range(SEEDS)]
    told = [alarms(sway(angle_deg, rng), sigma_m, seed) for seed, rng in enumerate(rngs)]
    assert told == [1] * SEEDS


def stroll(angle_deg: float, speed_mps: float) -> tuple[Way, Way]:
    """Side by side, one way, past whoever looks."""
    angle = math.radians(angle_deg)
    along, beside = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))

    def walks(aside_m: float) -> Way:
        def way(t: float) -> tuple[float, float]:
            x, y = (speed_mps * t - 2.0) * np.array(along) + aside_m * np.array(beside)
            return float(58.5 + x), float(y)

        return way

    return walks(0.55), walks(-0.55)


@pytest.mark.parametrize("angle_deg", [0.0, 45.0, 90.0])
@pytest.mark.parametrize("speed_mps", [0.8, 1.0, 1.15])
@pytest.mark.parametrize("sigma_m", [0.1, 0.3])
def test_who_strolls_past_does_not_fight(
    angle_deg: float, speed_mps: float, sigma_m: float
) -> None:
    """Seen so by quiet hours: a slow couple in the rain, whose limbs are badly told there."""
    told = [alarms(stroll(angle_deg, speed_mps), sigma_m, seed) for seed in range(SEEDS)]
    assert told == [0] * SEEDS


@given(st.floats(-math.pi, math.pi), st.floats(0.1, 3.0))
def test_a_way_that_is_walked_drifts_as_fast(angle: float, speed_mps: float) -> None:
    places = speed_mps * STAMPS_S[:, None] * np.array((math.cos(angle), math.sin(angle)))
    assert drift_mps(STAMPS_S, places, STEADY) == pytest.approx(speed_mps)


def test_who_comes_back_does_not_drift() -> None:
    there_and_back = np.column_stack((np.sin(np.pi * STAMPS_S / STAMPS_S[-1]), 0.0 * STAMPS_S))
    assert drift_mps(STAMPS_S, 2 * there_and_back, STEADY) < 0.01


def test_a_drift_within_its_doubt_is_none() -> None:
    places = 0.2 * STAMPS_S[:, None] * np.array((1.0, 0.0))
    assert drift_mps(STAMPS_S, places, np.broadcast_to(np.diag((1.0, 0.01)), (26, 2, 2))) == 0.0


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_looks_do_not_drift(count: int) -> None:
    assert drift_mps(STAMPS_S[:count], np.ones((count, 2)), STEADY[:count]) == 0.0


@given(st.floats(-math.pi, math.pi), st.floats(0.1, 3.0))
def test_a_straight_way_goes_as_fast_as_it_is_walked(angle: float, speed_mps: float) -> None:
    places = speed_mps * STAMPS_S[:, None] * np.array((math.cos(angle), math.sin(angle)))
    assert to_and_fro_mps(STAMPS_S, places, STEADY) == pytest.approx(speed_mps)


@given(st.floats(-math.pi, math.pi))
def test_only_the_doubt_of_its_own_direction_is_taken_off(angle: float) -> None:
    """Turning the stage changes nothing; along the doubtful axis the same run counts for less."""
    turn = np.array(((math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))))
    doubt = np.broadcast_to(turn @ np.diag((1.0, 0.01)) @ turn.T, (26, 2, 2))
    run_m = 2.0 * STAMPS_S[:, None]
    across = to_and_fro_mps(STAMPS_S, run_m * turn[:, 1], doubt)
    along = to_and_fro_mps(STAMPS_S, run_m * turn[:, 0], doubt)
    assert along == pytest.approx(math.sqrt(2.0**2 - 1.0), abs=0.01)
    assert across == pytest.approx(2.0, abs=0.01)


def test_errors_as_large_as_told_are_no_run() -> None:
    rng = np.random.default_rng(0)
    places = rng.normal(0.0, 1.0, (26, 2)) * np.array((0.46, 0.05))
    assert (
        to_and_fro_mps(STAMPS_S, places, np.broadcast_to(np.diag((1.0, 0.01)), (26, 2, 2))) < 0.5
    )


@pytest.mark.parametrize("count", [1, 2])
def test_without_a_step_nothing_goes(count: int) -> None:
    assert to_and_fro_mps(STAMPS_S[:count], np.ones((count, 2)), STEADY[:count]) == 0.0


def test_a_box_that_jumps_once_is_no_run() -> None:
    places = np.zeros((26, 2))
    places[13] = 6.0, 0.0
    assert to_and_fro_mps(STAMPS_S, places, STEADY) == 0.0
