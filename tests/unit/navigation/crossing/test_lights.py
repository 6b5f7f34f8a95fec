"""What a pedestrian light lets a vehicle do, and of what age its word may be."""

from __future__ import annotations

import pytest

from navigation.crossing.lights import (
    FRESH_WALK_S,
    SHORTEST_WALK_S,
    SIGNAL_MARGIN_S,
    SIGNAL_MAX_AGE_S,
    LightWatch,
)
from patrol.signals import SignalLight, SignalState

WALK, CLEARANCE, RED = SignalLight.WALK, SignalLight.CLEARANCE, SignalLight.DONT_WALK
NEEDED_S, PACE_MPS = 8.0, 1.3


def state_of(
    stamp_s: float, light: SignalLight, left_s: float | None = None, name: str = "a"
) -> SignalState:
    return SignalState(stamp_s, name, light, left_s)


def watch_of(*states: SignalState | None) -> LightWatch:
    watch = LightWatch()
    for state in states:
        watch.see(state)
    return watch


def is_enough(watch: LightWatch, now_s: float, *, begun: bool = False) -> bool:
    return watch.is_enough(NEEDED_S, PACE_MPS, begun, now_s)


@pytest.mark.parametrize(
    ("age_s", "light"),
    [(0.0, RED), (SIGNAL_MAX_AGE_S, RED), (SIGNAL_MAX_AGE_S + 0.1, None), (-0.3, RED),
     (-SIGNAL_MAX_AGE_S - 0.1, None), (-1e9, None), (1e9, None)],
)  # fmt: skip
def test_is_known_while_its_stamp_is_near_our_clock(
    age_s: float, light: SignalLight | None
) -> None:
    assert watch_of(state_of(100.0, RED)).known(100.0 + age_s) == light


def test_of_no_light_nothing_is_known() -> None:
    assert LightWatch().known(0.0) is None
    assert watch_of(state_of(100.0, WALK, 60.0), None).known(100.0) is None
    assert not is_enough(LightWatch(), 0.0, begun=True)


@pytest.mark.parametrize("ahead_s", [0.0, 1.5])
def test_time_that_is_told_must_be_enough_however_the_stamp_is(ahead_s: float) -> None:
    least_s = NEEDED_S + SIGNAL_MARGIN_S
    assert is_enough(watch_of(state_of(100.0 + ahead_s, WALK, least_s)), 100.0)
    assert not is_enough(watch_of(state_of(100.0 + ahead_s, WALK, least_s - 0.1)), 100.0)
    assert not is_enough(watch_of(state_of(99.0, WALK, least_s + 0.9)), 100.0)


@pytest.mark.parametrize("light", [CLEARANCE, RED])
def test_only_walk_is_begun_on(light: SignalLight) -> None:
    assert not is_enough(watch_of(state_of(100.0, light, 60.0)), 100.0, begun=True)


def test_walk_whose_end_nobody_tells_counts_when_its_beginning_was_seen() -> None:
    watch = watch_of(state_of(99.0, RED))
    for k in range(9):
        watch.see(state_of(100.0 + k, WALK))
        assert is_enough(watch, 100.0 + k) == (k <= FRESH_WALK_S)
        assert is_enough(watch, 100.0 + k, begun=True) == (k <= SHORTEST_WALK_S)


def test_it_is_for_whoever_is_as_fast_as_a_pedestrian() -> None:
    watch = watch_of(state_of(99.0, RED), state_of(100.0, WALK))
    assert watch.is_enough(NEEDED_S, 1.0, False, 100.0)
    assert not watch.is_enough(NEEDED_S, 0.5, False, 100.0)


@pytest.mark.parametrize(
    "before",
    [None, state_of(97.0, RED), state_of(100.5, RED), state_of(99.5, RED, name="b")],
)
def test_walk_after_a_silence_a_set_clock_or_another_light_is_of_unknown_age(
    before: SignalState | None,
) -> None:
    watch = watch_of(before, state_of(100.0, WALK))
    watch.see(state_of(100.5, WALK))
    assert not is_enough(watch, 100.5, begun=True)
