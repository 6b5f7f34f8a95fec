"""Person on the carriageway: surely on it and on foot; the kerb and the crosswalk are not it."""

from __future__ import annotations

import math

import pytest
from staged_people import Actor, play, stands, view, walks

from perception.map_view import NOWHERE
from perception.rules.person_on_road import PersonOnRoadConfig, PersonOnRoadRule

KERB_M = 3.6  # the road's southern edge


def rule() -> PersonOnRoadRule:
    return PersonOnRoadRule(PersonOnRoadConfig())


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("way", [stands(60.0, 6.0), walks(57.0, 5.5, 1.2)])
def test_who_stands_or_walks_on_the_road_is_reported_once(way, seed: int) -> None:
    played = play(rule(), [Actor(way)], 8.0, view(), seed=seed, drop=0.2)
    assert len(played.opened) == 1
    assert 2.0 <= played.opened[0][0] <= 5.0


def test_a_child_on_the_road_is_somebody() -> None:
    child = Actor(stands(60.0, 6.0), size_m=(0.3, 0.9))
    assert len(play(rule(), [child], 6.0, view()).opened) == 1


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("sigma_m", [0.15, 0.4, 1.0])
def test_noise_at_the_kerb_raises_nothing(sigma_m: float, seed: int) -> None:
    waiter = Actor(stands(60.0, KERB_M - 0.5), sigma_m=sigma_m)
    assert not play(rule(), [waiter], 20.0, view(), seed=seed).opened


def test_who_stands_a_step_inside_is_reported_only_where_the_place_is_sure() -> None:
    sure, unsure = (Actor(stands(60.0, KERB_M + 0.8), sigma_m=s) for s in (0.15, 1.5))
    assert play(rule(), [sure], 8.0, view()).opened
    assert not play(rule(), [unsure], 8.0, view()).opened


def test_who_crosses_on_the_crosswalk_is_not_reported() -> None:
    for x_m in (38.5, 40.0, 42.5):  # the last beside the stripes
        walker = Actor(walks(x_m, 1.0, 0.0, 1.2))
        assert not play(rule(), [walker], 8.0, view(), start=(28.0, 0.0)).opened


def test_a_cyclist_on_the_road_is_no_pedestrian_even_where_the_bicycle_is_not_seen() -> None:
    def to_and_fro(t: float) -> tuple[float, float]:
        return 62.0 + 6.0 * math.sin(4.0 * t / 6.0), 6.0

    assert not play(rule(), [Actor(to_and_fro, under="bicycle")], 12.0, view()).opened
    assert not play(rule(), [Actor(walks(57.0, 6.0, 4.0))], 4.0, view()).opened


def test_a_dog_that_the_detector_calls_a_person_is_none() -> None:
    dog = Actor(stands(60.0, 6.0), size_m=(0.33, 0.62))
    assert not play(rule(), [dog], 10.0, view()).opened


def test_a_street_without_pavement_is_no_carriageway() -> None:
    assert not play(rule(), [Actor(stands(60.0, 0.5))], 10.0, view()).opened


def test_without_a_map_there_is_no_road() -> None:
    assert not play(rule(), [Actor(stands(60.0, 6.0))], 10.0, NOWHERE).opened


def test_it_is_over_when_somebody_has_left_the_road() -> None:
    played = play(rule(), [Actor(walks(60.0, 5.0, 0.0, -1.2, from_s=5.0))], 18.0, view())
    assert len(played.opened) == len(played.closed) == 1


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"hold_s": 0.0}, r"hold_s: 0.0 must be in \(0, 60\]"),
        ({"sure_out": 0.9}, r"sure_in: 0.85 must be in \(sure_out, 1\)"),
        ({"min_looks": 1}, "min_looks: 1 must be at least 2"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        PersonOnRoadConfig(**limits)
