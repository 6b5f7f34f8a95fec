"""Forbidden parking: a vehicle rests on a pavement or near a crosswalk for its time."""

from __future__ import annotations

import pytest
from staged_people import Actor, Way, play, stands, view

from perception.map_view import NOWHERE
from perception.rules.forbidden_parking import ForbiddenParkingConfig, ForbiddenParkingRule

CAR = ("car", (1.8, 1.5))
START = (22.0, 0.0)  # the crosswalk is at x = 40


def rule() -> ForbiddenParkingRule:
    return ForbiddenParkingRule(ForbiddenParkingConfig())


def car(way: Way, sigma_m: float = 0.2) -> Actor:
    return Actor(way, *CAR, sigma_m=sigma_m)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("speed_mps", [0.0, 0.4])
def test_a_car_at_a_crosswalk_is_reported_once(speed_mps: float, seed: int) -> None:
    parked = car(stands(32.0, -2.3))
    played = play(
        rule(), [parked], 14.0, view(), start=START, speed_mps=speed_mps, seed=seed, drop=0.2
    )
    assert len(played.opened) == 1
    assert 8.0 <= played.opened[0][0] <= 12.0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sigma_m", [0.2, 1.0])
def test_a_car_that_stands_far_enough_away_is_legal(sigma_m: float, seed: int) -> None:
    parked = car(stands(55.0, -2.3), sigma_m)
    assert not play(rule(), [parked], 20.0, view(), start=(46.0, 0.0), seed=seed).opened


def test_a_car_on_the_pavement_is_reported() -> None:
    parked = car(stands(76.0, -24.6))  # the pavement runs along y = -25
    assert len(play(rule(), [parked], 14.0, view(), start=(68.0, -25.0)).opened) == 1


def test_who_stops_and_drives_on_has_not_parked() -> None:
    def way(t: float) -> tuple[float, float]:
        return 32.0 + 4.0 * max(t - 6.0, 0.0), -2.3

    assert not play(rule(), [car(way)], 14.0, view(), start=START).opened


def test_a_car_that_creeps_on_has_not_parked() -> None:
    def way(t: float) -> tuple[float, float]:
        return 30.0 + 0.4 * t, -2.3

    assert not play(rule(), [car(way)], 16.0, view(), start=START).opened


def test_the_time_begins_when_it_has_come_to_rest() -> None:
    def way(t: float) -> tuple[float, float]:
        return max(44.0 - 4.0 * t, 32.0), -2.3

    played = play(rule(), [car(way)], 16.0, view(), start=START)
    assert len(played.opened) == 1
    assert 11.0 <= played.opened[0][0] <= 14.5  # at rest from 3 s on


def test_people_and_scooters_do_not_park() -> None:
    others = [Actor(stands(32.0, -2.3)), Actor(stands(33.0, -1.0), "motorcycle", (0.8, 1.2))]
    assert not play(rule(), others, 14.0, view(), start=START).opened


def test_without_a_map_everybody_may_park() -> None:
    assert not play(rule(), [car(stands(32.0, -2.3))], 14.0, NOWHERE, start=START).opened


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"hold_s": 0.0}, r"hold_s: 0.0 must be in \(0, 3600\]"),
        ({"middle_m": 9.0}, r"middle_m: must be in \[0, 6\]"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ForbiddenParkingConfig(**limits)
