"""Crosswalk signals: programmes, and where their posts stand."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.map_geojson import load_map
from patrol.signals import SignalLight, SignalState
from simulation.signals import CrosswalkSignal, SignalProgram
from simulation.world import build_world

SILLIM = load_map(Path(__file__).parents[3] / "maps" / "sillim.geojson")


@given(st.floats(0, 1e5), st.floats(0, 200))
def test_a_light_has_time_left_at_every_moment(time_s: float, offset_s: float) -> None:
    program = SignalProgram(offset_s=offset_s)
    assert 0 < program.at(time_s)[1] <= program.cycle_s


@given(st.integers(0, 6_400_000), st.integers(0, 12_800))
def test_a_light_stays_as_long_as_it_says(time_64: int, offset_64: int) -> None:
    time_s, program = time_64 / 64, SignalProgram(offset_s=offset_64 / 64)  # no sum is rounded
    light, left_s = program.at(time_s)
    assert program.at(time_s + 0.99 * left_s)[0] is light
    assert program.at(time_s + left_s)[0] is not light


def test_green_then_flashing_then_red() -> None:
    program = SignalProgram(walk_s=7, clearance_s=13, cycle_s=90)
    lights = [program.at(t)[0] for t in range(180)]
    runs = [(light, len(list(group))) for light, group in itertools.groupby(lights)]
    assert runs == [
        (SignalLight.WALK, 7), (SignalLight.CLEARANCE, 13), (SignalLight.DONT_WALK, 70),
        (SignalLight.WALK, 7), (SignalLight.CLEARANCE, 13), (SignalLight.DONT_WALK, 70),
    ]  # fmt: skip


def test_a_cycle_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="cycle_s"):
        SignalProgram(walk_s=50, clearance_s=50, cycle_s=90)


def test_only_signalled_crosswalks_have_posts_and_they_face_each_other() -> None:
    world = build_world(SILLIM)
    assert [signal.crosswalk_id for signal in world.signals] == ["cw-1"]
    near, far = world.signals[0].heads
    assert abs(math.remainder(near.yaw_rad - far.yaw_rad, math.tau)) == pytest.approx(math.pi)
    assert math.hypot(near.x_m - far.x_m, near.y_m - far.y_m) == pytest.approx(15.5, abs=0.6)
    assert world.signals[0].program.clearance_s >= 15


def test_the_seed_shifts_the_programmes() -> None:
    offsets = {build_world(SILLIM, seed=seed).signals[0].program.offset_s for seed in range(3)}
    assert len(offsets) == 3


@given(st.integers(0, 6_400_000))
def test_what_is_left_of_a_walk_ends_with_the_clearance(time_64: int) -> None:
    time_s, program = time_64 / 64, SignalProgram()
    left_s = program.walk_left_s(time_s)
    assert (left_s > 0) == (program.at(time_s)[0] is not SignalLight.DONT_WALK)
    assert program.at(time_s + left_s)[0] is SignalLight.DONT_WALK


def test_a_signal_that_somebody_set_does_not_know_how_long() -> None:
    signal = CrosswalkSignal("s-1", "cw-1", SignalProgram(), ())
    assert signal.says(1.0, {}, 50.0) == SignalState(50.0, "s-1", SignalLight.WALK, 19.0)
    assert signal.says(30.0, {}, 50.0) == SignalState(50.0, "s-1", SignalLight.DONT_WALK)
    set_by_hand = {"cw-1": SignalLight.WALK}
    assert signal.says(30.0, set_by_hand, 50.0) == SignalState(50.0, "s-1", SignalLight.WALK)
