"""Intrusion: surely inside a restricted zone in its hours, or over a line the forbidden way."""

from __future__ import annotations

import pytest
from staged_people import NOON_S, Actor, play, stands, view, walks

from patrol.map import Zone, ZoneKind
from perception.rules.intrusion import IntrusionConfig, IntrusionRule
from perception.rules.lines import Direction, Line

RING = ((58.0, 1.0), (70.0, 1.0), (70.0, 3.5), (58.0, 3.5))
YARD = Zone("yard", ZoneKind.RESTRICTED, RING)
# eastward, across the street at x = 60: who walks east goes over it from its left to its right
FENCE = Line("fence", "proving-ground", (60.0, -3.0), (60.0, 3.0))


def rule(*lines: Line) -> IntrusionRule:
    return IntrusionRule(IntrusionConfig(lines=lines))


def over(direction: Direction, windows: str = "") -> IntrusionRule:
    line = Line("fence", "proving-ground", FENCE.from_map, FENCE.to_map, direction, windows)
    return rule(line)


@pytest.mark.parametrize("seed", range(5))
def test_who_walks_in_is_reported_once(seed: int) -> None:
    intruder = Actor(walks(62.0, -0.5, 0.0, 1.0, from_s=2.0))
    played = play(rule(), [intruder], 5.5, view(YARD), seed=seed, drop=0.1)
    assert len(played.opened) == 1
    assert 3.5 <= played.opened[0][0] <= 5.5  # the edge is crossed at 3.5 s
    assert played.details[0]["where"] == "yard"


def test_who_is_inside_when_first_seen_is_an_intruder() -> None:
    assert len(play(rule(), [Actor(stands(62.0, 2.2))], 3.0, view(YARD)).opened) == 1


def test_who_crouches_inside_is_one_too() -> None:
    low = Actor(stands(62.0, 2.2), size_m=(0.7, 0.65))
    assert len(play(rule(), [low], 3.0, view(YARD)).opened) == 1


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("sigma_m", [0.15, 0.5, 1.0])
def test_who_stands_before_it_is_no_intruder(sigma_m: float, seed: int) -> None:
    outside = Actor(stands(62.0, 1.0 - 0.4 - 0.3 * sigma_m), sigma_m=sigma_m)
    assert not play(rule(), [outside], 15.0, view(YARD), seed=seed).opened


def test_who_walks_along_it_is_no_intruder() -> None:
    assert not play(rule(), [Actor(walks(56.0, 0.2, 1.2))], 12.0, view(YARD)).opened


def test_a_cat_goes_where_it_wants() -> None:
    assert not play(rule(), [Actor(stands(62.0, 2.2), size_m=(0.4, 0.3))], 8.0, view(YARD)).opened


def test_in_the_hours_that_it_is_open_nobody_intrudes() -> None:
    nightly = Zone("yard", ZoneKind.RESTRICTED, RING, windows="20:00-06:00")
    inside = [Actor(stands(62.0, 2.2))]
    assert not play(rule(), inside, 5.0, view(nightly)).opened
    assert play(rule(), inside, 5.0, view(nightly), begin_s=NOON_S + 9 * 3600).opened


@pytest.mark.parametrize(
    ("direction", "speed_mps", "is_reported"),
    [
        (Direction.BOTH, 1.2, True),
        (Direction.BOTH, -1.2, True),
        (Direction.TO_RIGHT, 1.2, True),
        (Direction.TO_RIGHT, -1.2, False),
        (Direction.TO_LEFT, 1.2, False),
        (Direction.TO_LEFT, -1.2, True),
    ],
)
def test_a_line_is_watched_by_direction(
    direction: Direction, speed_mps: float, is_reported: bool
) -> None:
    walker = Actor(walks(60.0 - 3 * speed_mps, 0.0, speed_mps))
    played = play(over(direction), [walker], 6.0, view())
    assert len(played.opened) == is_reported
    if is_reported:
        assert abs(played.opened[0][1] - 60.0) < 1.0


def test_a_line_has_ends_and_hours() -> None:
    assert not play(rule(FENCE), [Actor(walks(57.0, 4.5, 1.2))], 6.0, view()).opened
    walker = Actor(walks(57.0, 0.0, 1.2))
    nightly = over(Direction.BOTH, "22:00-06:00")
    assert not play(nightly, [walker], 6.0, view()).opened


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("sigma_m", [0.15, 0.6])
def test_noise_on_a_line_crosses_nothing(sigma_m: float, seed: int) -> None:
    near = Actor(stands(60.0 - 0.5 * sigma_m, 0.0), sigma_m=sigma_m)
    assert not play(rule(FENCE), [near], 15.0, view(), seed=seed).opened


def test_a_line_of_another_map_is_not_watched() -> None:
    elsewhere = Line("fence", "sillim", FENCE.from_map, FENCE.to_map)
    assert not play(rule(elsewhere), [Actor(walks(57.0, 0.0, 1.2))], 6.0, view()).opened


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Line("", "m", (0.0, 0.0), (1.0, 0.0)), "id: must not be empty"),
        (lambda: Line("a", "m", (0.0, 0.0), (0.1, 0.0)), "is not 0.5 m or more from from_map"),
        (lambda: Line("a", "m", (0.0, 0.0), (9.0, 0.0), windows="at night"), "no time window"),
        (lambda: IntrusionConfig(lines=(FENCE, FENCE)), "'fence' stands twice"),
        (lambda: IntrusionConfig(sure_in=1.0), r"sure_in: 1.0 must be in \(sure_out, 1\)"),
    ],
)
def test_refuses_limits_that_make_no_sense(make, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()
