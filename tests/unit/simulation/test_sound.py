"""The level at the microphone falls 6 dB for each doubling of the distance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.conditions import FAIR, Conditions, Weather
from simulation.sensors.sound import DAY_DBA, NIGHT_DBA, SoundSource, sound_level_dba

EAR = (0.0, 0.0, 1.0)


def level(*sources: SoundSource, conditions: Conditions = FAIR, speed: float = 0.0) -> float:
    return sound_level_dba(sources, EAR, conditions, speed)


@given(st.floats(0.6, 50.0))
def test_a_loud_source_falls_with_distance(distance_m: float) -> None:
    near = level(SoundSource(distance_m, 0.0, 1.0, 130.0))
    far = level(SoundSource(2 * distance_m, 0.0, 1.0, 130.0))
    assert near - far == pytest.approx(6.02, abs=0.1)


def test_two_equal_sources_are_3_db_louder_than_one() -> None:
    shout = SoundSource(5.0, 0.0, 1.0, 110.0)
    assert level(shout, shout) - level(shout) == pytest.approx(3.01, abs=0.05)


def test_silence_is_the_noise_of_the_place() -> None:
    assert level() == pytest.approx(DAY_DBA)
    assert level(conditions=Conditions(hour_h=2.0)) == pytest.approx(NIGHT_DBA)


def test_rain_and_the_own_drive_drown_others() -> None:
    assert level(conditions=Conditions(weather=Weather.RAIN, rain_mmph=20.0)) > DAY_DBA + 5
    assert level(speed=2.0) > DAY_DBA + 5


def test_a_source_at_the_ear_is_finite() -> None:
    assert level(SoundSource(0.0, 0.0, 1.0, 90.0)) < 100.0
