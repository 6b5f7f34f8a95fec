"""Crowd: enough people close together for long enough, also where half of them are hidden."""

from __future__ import annotations

import dataclasses
import math

import pytest
from staged_people import Actor, Way, play, stands, walks

from perception.rules.crowd import CrowdConfig, CrowdRule

# two rows of four, 1 m apart, seen from the side
EIGHT = [(60.0 + i, y) for i in range(4) for y in (-0.8, 0.8)]


def crowd_of(places: list[tuple[float, float]], sigma_m: float = 0.15) -> list[Actor]:
    return [Actor(stands(x, y), sigma_m=sigma_m) for x, y in places]


def rule(**limits: float) -> CrowdRule:
    return CrowdRule(CrowdConfig(**limits))


@pytest.mark.parametrize("seed", range(5))
def test_eight_who_stand_together_are_one_crowd_after_its_time(seed: int) -> None:
    played = play(rule(), crowd_of(EIGHT), 15.0, seed=seed, drop=0.1)
    assert len(played.opened) == 1
    assert 5.0 <= played.opened[0][0] <= 9.0


def test_those_who_come_together_are_a_crowd_five_seconds_later_and_no_sooner() -> None:
    late = [Actor(lambda t, x=x, y=y: (x, y) if t >= 6.0 else None) for x, y in EIGHT]
    waiting = crowd_of([(60.0, 0.0)])  # so that time counts from the start
    played = play(rule(), waiting + late, 20.0)
    assert len(played.opened) == 1
    assert 10.8 <= played.opened[0][0] <= 13.0


def test_who_is_hidden_is_counted_by_the_shadow_that_hides_them() -> None:
    behind = [(63.0, -0.8), (63.0, 0.8)]
    seen = [place for place in [*EIGHT, (60.5, 0.0)] if place not in behind]
    played = play(rule(), crowd_of(seen), 12.0)
    assert len(played.opened) == 1
    assert played.details[0]["people_seen"] < 7.5 < played.details[0]["people_estimate"]


def test_nobody_is_taken_to_be_behind_those_who_walk() -> None:
    """Six who walk round in circles of their own, and the same six when they stand."""

    def circles(x: float, y: float, phase_rad: float) -> Actor:
        def way(t: float) -> tuple[float, float]:
            turn_rad = 1.5 * t + phase_rad  # 0.6 m/s
            return x + 0.4 * math.cos(turn_rad), y + 0.4 * math.sin(turn_rad)

        return Actor(way, sigma_m=0.05)

    middles = [(56.3 + 0.7 * i, y) for i in range(3) for y in (-0.9, 0.9)]
    walking = [circles(x, y, math.pi * i) for i, (x, y) in enumerate(middles)]
    assert not play(rule(), walking, 15.0).opened
    assert play(rule(walks_mps=1.0), walking, 15.0).opened
    assert play(rule(), crowd_of(middles), 15.0).opened


def test_from_within_a_group_nobody_is_taken_to_be_hidden() -> None:
    """Six round the vehicle, two of them so near that half of the street is behind them."""
    near = [(52.3, -0.5), (52.4, 0.6), (53.2, -1.4), (53.6, 0.1), (53.4, 1.3), (54.3, 0.8)]
    assert not play(rule(), crowd_of(near), 15.0).opened
    farther = [(x + 2.0, y) for x, y in near]
    assert play(rule(), crowd_of(farther), 15.0).opened


def test_who_is_followed_as_somebody_new_counts_twice_for_half_a_second_only() -> None:
    """Four, and two who each second are taken for others beside them."""
    lasting = crowd_of([(57.0, -0.8), (57.2, 0.8), (58.2, -0.7), (58.0, 0.9)])

    def taken_for_others(x: float, y: float, late_s: float) -> list[Actor]:
        def way(k: int) -> Way:
            turned = x + 0.6 * math.cos(1.8 * k), y + 0.6 * math.sin(1.8 * k)
            return lambda t: turned if 0.0 <= t - late_s - k < 1.0 else None

        return [Actor(way(k)) for k in range(-1, 20)]

    people = lasting + taken_for_others(59.0, -0.9, 0.0) + taken_for_others(59.2, 0.5, 0.5)
    seen_alone = {"most_hidden": 0.01}
    assert not play(rule(**seen_alone), people, 20.0).opened
    assert play(rule(**seen_alone, recall_s=1.0), people, 20.0).opened


def test_whom_warmth_alone_shows_is_among_those_who_are_hidden() -> None:
    """Seven in two rows, seen from their end: warmth shows all, and that is all there is."""
    rows = [Actor(stands(57.0 + 0.7 * i, 0.9 * (i % 2)), sigma_m=0.05) for i in range(7)]
    dark = [dataclasses.replace(one, by_warmth=i > 0) for i, one in enumerate(rows)]
    assert play(rule(), rows, 15.0).opened
    assert not play(rule(), dark, 15.0).opened
    eight = [dataclasses.replace(one, by_warmth=True) for one in crowd_of(EIGHT)]
    assert len(play(rule(), eight, 15.0).opened) == 1
    assert not play(rule(), eight[1:], 15.0).opened


@pytest.mark.parametrize(
    ("away_m", "many", "aside_m"),
    [(54.3, 6, 0.0), (55.0, 6, 0.15), (56.0, 7, 0.0), (56.0, 7, 0.15)],
)
def test_nobody_is_hidden_behind_a_queue(away_m: float, many: int, aside_m: float) -> None:
    """Across the view, 0.9 m apart; were their shadows filled, they would be a crowd."""
    across = [0.9 * (i - (many - 1) / 2) for i in range(many)]
    queue = [(away_m + aside_m * (-1) ** i, y) for i, y in enumerate(across)]
    assert not play(rule(), crowd_of(queue), 20.0).opened
    assert play(rule(line_m=1e-3), crowd_of(queue), 20.0).opened


def test_a_queue_in_which_one_is_two_for_a_moment_is_no_crowd() -> None:
    """One second in five shows three people more than there are."""
    queue = [(58.0 + 1.1 * i, 0.0) for i in range(5)]
    ghosts = [
        Actor(lambda t, x=58.3 + i, y=0.9: (x, y) if t % 5.0 < 1.0 else None) for i in range(3)
    ]
    assert not play(rule(), crowd_of(queue) + ghosts, 30.0).opened


@pytest.mark.parametrize("seed", range(5))
def test_four_who_talk_are_no_crowd(seed: int) -> None:
    four = [(60.0, 0.7), (60.0, -0.7), (60.7, 0.0), (59.3, 0.0)]
    assert not play(rule(), crowd_of(four), 15.0, seed=seed).opened


def test_two_families_seven_metres_apart_are_no_crowd() -> None:
    family = [(58.0, 0.0), (58.5, 0.6), (58.3, -0.6), (58.0, 1.0)]
    other = [(x + 7.0, y) for x, y in family]
    assert not play(rule(), crowd_of(family + other), 15.0).opened


def test_a_stream_of_people_who_pass_is_no_crowd() -> None:
    walkers = [Actor(walks(56.0 + 2.2 * i, 0.8 * (-1) ** i, 1.3)) for i in range(6)]
    assert not play(rule(), walkers, 12.0).opened


def test_a_crowd_that_disperses_at_once_is_none() -> None:
    crowd = [Actor(walks(x, y, 0.0, 1.5 if y > 0 else -1.5, from_s=2.0)) for x, y in EIGHT]
    assert not play(rule(), crowd, 12.0).opened


def test_people_who_are_placed_too_badly_are_not_counted() -> None:
    assert not play(rule(), crowd_of(EIGHT, sigma_m=2.5), 15.0).opened


def test_a_vehicle_that_passes_raises_it_once() -> None:
    played = play(rule(), crowd_of(EIGHT), 14.0, speed_mps=0.5, drop=0.2)
    assert len(played.opened) == 1


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"people": 2}, "people: 2 must be 3 to 1000"),
        ({"radius_m": 0.0}, r"radius_m: 0.0 must be in \(0, 20\]"),
        ({"most_hidden": 1.0}, r"most_hidden: 1.0 must be in \(0, 1\)"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        CrowdConfig(**limits)
