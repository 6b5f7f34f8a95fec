"""Person needs help: who sits low, where vehicles drive, in the dark, for long enough."""

from __future__ import annotations

import pytest
from staged_people import NOON_S, Actor, play, stands, view, walks

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
def test_who_sits_on_the_street_at_night_is_reported_once_after_its_time(
    size_m: tuple[float, float], seed: int
) -> None:
    found = opened(size_m, seed=seed, drop=0.1)
    assert len(found) == 1
    assert 8.0 <= found[0][0] <= 11.0


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
        ({"low_m": 1.4}, "low_m: 1.4 must be above least_m, at most wide_low_m"),
        ({"sure_out": 0.5}, r"sure_in: 0.3 must be in \(sure_out, 1\)"),
        ({"min_looks": 1}, "min_looks: 1 must be at least 2"),
    ],
)
def test_refuses_limits_that_make_no_sense(limits: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        PersonInNeedConfig(**limits)
