"""Loitering: in a zone for too long, also where the track is lost in between."""

from __future__ import annotations

import pytest
from staged_people import NOON_S, Actor, Way, play, proving_ground, stands, view, walks

from patrol.map import Zone, ZoneKind
from perception.map_view import NOWHERE, PatrolMapView
from perception.rules.loitering import LoiteringConfig, LoiteringRule

RING = ((58.0, -2.0), (66.0, -2.0), (66.0, 2.0), (58.0, 2.0))
ZONE = Zone("plaza", ZoneKind.NO_LOITERING, RING)


def rule(**limits: object) -> LoiteringRule:
    return LoiteringRule(LoiteringConfig(**limits))


def paces(from_m: float, to_m: float, speed_mps: float = 1.0) -> Way:
    """To and fro along y = 0."""

    def way(t: float) -> tuple[float, float]:
        length = to_m - from_m
        done = (speed_mps * t) % (2 * length)
        return from_m + (done if done <= length else 2 * length - done), 0.0

    return way


def hidden(way: Way, from_s: float, to_s: float) -> Way:
    return lambda t: None if from_s <= t < to_s else way(t)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("way", [stands(62.0, 0.0), paces(58.5, 65.0)])
def test_who_stays_for_twenty_seconds_is_reported_once(way: Way, seed: int) -> None:
    played = play(rule(), [Actor(way)], 30.0, view(ZONE), seed=seed, drop=0.2)
    assert len(played.opened) == 1
    assert 19.0 <= played.opened[0][0] <= 24.0
    assert played.details[0]["zone"] == "plaza"


@pytest.mark.parametrize("gap_s", [2.0, 4.0, 7.0])
def test_a_lost_track_that_comes_back_is_the_same_person(gap_s: float) -> None:
    way = hidden(stands(62.0, 0.0), 8.0, 8.0 + gap_s)
    played = play(rule(), [Actor(way)], 30.0, view(ZONE))
    assert len(played.opened) == 1
    assert played.opened[0][0] <= 22.0


def test_a_long_absence_breaks_the_time() -> None:
    way = hidden(stands(62.0, 0.0), 12.0, 22.0)
    assert not play(rule(), [Actor(way)], 34.0, view(ZONE)).opened


def test_people_who_pass_one_after_another_do_not_loiter() -> None:
    walkers = [Actor(walks(57.0 - 6.5 * i, 0.3 * i, 1.2)) for i in range(6)]
    assert not play(rule(), walkers, 40.0, view(ZONE)).opened


def test_who_waits_a_little_and_goes_does_not_loiter() -> None:
    assert not play(rule(), [Actor(walks(62.0, 0.0, 1.2, from_s=12.0))], 30.0, view(ZONE)).opened


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sigma_m", [0.15, 0.5])
def test_a_queue_beside_the_zone_does_not_loiter_in_it(sigma_m: float, seed: int) -> None:
    queue = [Actor(stands(59.0 + 1.1 * i, 2.0 + 1.2 * sigma_m), sigma_m=sigma_m) for i in range(5)]
    assert not play(rule(), queue, 40.0, view(ZONE), seed=seed).opened


def test_it_is_over_when_somebody_has_left() -> None:
    played = play(rule(), [Actor(walks(62.0, 0.0, 1.0, from_s=25.0))], 45.0, view(ZONE))
    assert len(played.opened) == len(played.closed) == 1
    assert played.closed[0] > 30.0


def test_a_cat_and_a_car_are_not_asked_for() -> None:
    others = [
        Actor(stands(62.0, 0.0), size_m=(0.35, 0.3)),
        Actor(stands(64.0, 1.0), "car", (1.8, 1.5)),
    ]
    assert not play(rule(), others, 30.0, view(ZONE)).opened


def test_a_class_of_its_own_has_a_time_of_its_own() -> None:
    car = Actor(stands(62.0, 0.0), "car", (1.8, 1.5))
    limits = {"person": 20.0, "car": 12.0}
    played = play(rule(dwell_s=limits), [car], 20.0, view(ZONE))
    assert 11.0 <= played.opened[0][0] <= 15.0


def test_no_zone_no_loitering() -> None:
    for map_view in (NOWHERE, view()):
        assert not play(rule(), [Actor(stands(62.0, 0.0))], 30.0, map_view).opened


def test_the_zone_has_its_hours() -> None:
    nightly = Zone("plaza", ZoneKind.NO_LOITERING, RING, windows="22:00-06:00")
    person = [Actor(stands(62.0, 0.0))]
    assert not play(rule(), person, 26.0, view(nightly)).opened
    assert play(rule(), person, 26.0, view(nightly), begin_s=NOON_S + 12 * 3600).opened


def test_a_sensitive_zone_shortens_the_time() -> None:
    sensitive = Zone("school", ZoneKind.INCIDENT_SENSITIVITY, RING, sensitivity=2.0)
    map_view = PatrolMapView(proving_ground(ZONE, sensitive))
    played = play(rule(), [Actor(stands(62.0, 0.0))], 20.0, map_view)
    assert 9.5 <= played.opened[0][0] <= 12.0


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"dwell_s": {"person": 5.0}}, r"dwell_s: person: 5.0 must be in \[10, 3600\]"),
        ({"sure_in": 0.1}, r"sure_in: 0.1 must be in \(sure_out, 1\)"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        LoiteringConfig(**limits)
