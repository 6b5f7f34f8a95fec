"""Hour and weather: darkness, optical range, and values out of range."""

from __future__ import annotations

import math

import pytest

from simulation.conditions import CLEAR_VISIBILITY_M, Conditions, Weather


def test_the_sun_is_highest_at_midday_and_down_at_night() -> None:
    noon = Conditions(12.5).sun_elevation_rad
    assert noon == pytest.approx(math.radians(52.5))
    assert Conditions(9.0).sun_elevation_rad < noon
    assert not Conditions(7.0).is_dark
    assert Conditions(3.0).is_dark
    assert Conditions(22.0).is_dark


def test_rain_and_fog_shorten_the_view() -> None:
    assert Conditions().optical_range_m == CLEAR_VISIBILITY_M
    assert Conditions(weather=Weather.FOG, visibility_m=40.0).optical_range_m == 40.0
    drizzle = Conditions(weather=Weather.RAIN, rain_mmph=4.0).optical_range_m
    downpour = Conditions(weather=Weather.RAIN, rain_mmph=50.0).optical_range_m
    assert downpour < drizzle < CLEAR_VISIBILITY_M
    assert Conditions(weather=Weather.CLEAR, rain_mmph=50.0).raining_mmph == 0.0


@pytest.mark.parametrize(
    ("field", "value"), [("hour_h", 25.0), ("rain_mmph", -1.0), ("visibility_m", math.nan)]
)
def test_names_the_value_that_is_out_of_range(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=field):
        Conditions(**{field: value})
