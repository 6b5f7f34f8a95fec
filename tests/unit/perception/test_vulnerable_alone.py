"""Child alone at night: small, nobody near, at an hour when none should be about.

Old people: test_old_age.py.
"""

from __future__ import annotations

import pytest
from staged_people import NOON_S, Actor, play, stands, view, walks

from perception.rules.vulnerable_alone import VulnerableAloneConfig, VulnerableAloneRule

NIGHT_S = NOON_S + 11 * 3600.0  # 23:00
CHILD, SEATED_CHILD, SQUATS, ADULT, SHORT, SEATED = (
    (0.36, 1.25), (0.56, 0.72), (0.44, 0.66), (0.5, 1.7), (0.45, 1.52), (0.52, 0.95)
)  # fmt: skip


def opened(
    actors: list[Actor], seconds: float = 14.0, begin_s: float = NIGHT_S, **more: float
) -> list[tuple[float, float, float]]:
    rule = VulnerableAloneRule(VulnerableAloneConfig())
    return play(rule, actors, seconds, view(), begin_s=begin_s, **more).opened


def at(x: float, y: float, size_m: tuple[float, float], sigma_m: float = 0.1) -> Actor:
    return Actor(stands(x, y), size_m=size_m, sigma_m=sigma_m)


@pytest.mark.parametrize("size_m", [CHILD, SEATED_CHILD, SQUATS])
@pytest.mark.parametrize("seed", range(3))
def test_a_child_alone_at_night_is_reported_once(size_m: tuple[float, float], seed: int) -> None:
    found = opened([at(58.0, 1.0, size_m)], seed=seed, drop=0.1)
    assert len(found) == 1
    assert 6.5 <= found[0][0] <= 10.0


def test_a_child_who_walks_is_the_same_child() -> None:
    assert len(opened([Actor(walks(56.0, 1.5, 0.5), size_m=CHILD, sigma_m=0.1)])) == 1


@pytest.mark.parametrize("hour_s", [0.0, 9.0 * 3600.0, 17.5 * 3600.0])  # 12:00, 21:00, 5:30
def test_at_other_hours_the_same_is_nothing(hour_s: float) -> None:
    assert not opened([at(58.0, 1.0, CHILD)], begin_s=NOON_S + hour_s)


@pytest.mark.parametrize("size_m", [ADULT, SHORT, SEATED])
def test_a_grown_up_alone_is_nothing_however_short(size_m: tuple[float, float]) -> None:
    assert not opened([at(58.0, 1.0, size_m)])


def test_a_child_with_a_grown_up_is_nothing() -> None:
    assert not opened([at(58.0, 1.0, CHILD), at(58.8, 0.5, ADULT)])


def test_company_that_is_hidden_for_a_moment_is_still_company() -> None:
    parent = Actor(lambda t: (59.0, 0.0) if t % 4.0 < 1.0 else None, sigma_m=0.1)
    assert not opened([at(58.0, 1.0, CHILD), parent], 24.0)


@pytest.mark.parametrize("shows_s", [6.8, 7.0])
def test_who_shows_just_when_it_would_be_told_is_company(shows_s: float) -> None:
    """A track is confirmed by its second look, and is company by its third."""
    parent = Actor(lambda t: (59.0, 0.0) if t >= shows_s - 1e-6 else None, sigma_m=0.1)
    assert not opened([at(58.0, 1.0, CHILD), parent])


def test_somebody_far_away_is_no_company() -> None:
    assert len(opened([at(57.0, 1.0, CHILD), at(65.5, -1.0, ADULT)])) == 1


def test_a_second_box_on_the_same_body_is_no_company() -> None:
    """The trunk alone, in every second picture."""
    trunk = Actor(lambda t: (58.1, 1.0) if round(t * 5) % 2 else None, size_m=(0.34, 0.6))
    assert len(opened([at(58.0, 1.0, CHILD), trunk])) == 1


def test_a_track_that_was_lost_and_found_again_is_no_company() -> None:
    def way(t: float) -> tuple[float, float] | None:
        return None if 3.0 <= t < 6.4 else (58.0, 1.0)  # longer than a lost track lives

    assert len(opened([Actor(way, size_m=CHILD, sigma_m=0.1)], 15.0)) == 1


def test_a_dog_is_no_child() -> None:
    assert not opened([at(58.0, 1.0, (0.4, 0.5))])


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({"hold_s": 0.0}, r"hold_s: 0.0 must be in \(0, 600\]"),
        ({"standing_m": 0.7}, "standing_m: 0.7 must be above seated_m, below 1.6"),
        ({"least_odds": 0.0}, r"least_odds: 0.0 must be in \(0, 10\]"),
        ({"looks_per_picture": 9}, "looks_per_picture: 9 must be 0 to 8"),
        ({"min_looks": 1}, "min_looks: 1 must be at least 2"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        VulnerableAloneConfig(**limits)
