"""Rain and fog shorten what the lidar sees; clear air leaves it alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.conditions import Conditions, Weather
from simulation.sensors.weather_lidar import LidarWeather

RANGES = np.tile(np.array([2.0, 8.0, 20.0, np.inf]), 500)


def measured(conditions: Conditions, seed: int = 0) -> np.ndarray:
    return LidarWeather(conditions, 25.0, np.random.default_rng(seed)).apply(RANGES)


def seen_share(conditions: Conditions, range_m: float) -> float:
    at_range = np.equal(RANGES, range_m)
    return float(np.mean(np.abs(measured(conditions)[at_range] - range_m) < 0.2 * range_m))


@pytest.mark.parametrize("weather", [Weather.CLEAR, Weather.CLOUDY])
def test_clear_air_changes_nothing(weather: Weather) -> None:
    np.testing.assert_array_equal(measured(Conditions(weather=weather)), RANGES)


def test_fog_hides_what_is_far() -> None:
    fog = Conditions(weather=Weather.FOG, visibility_m=30.0)
    assert seen_share(fog, 2.0) > 0.9
    assert seen_share(fog, 20.0) < 0.2 < seen_share(fog, 8.0)


@given(st.floats(10.0, 100.0), st.floats(1.1, 5.0))
def test_denser_fog_never_shows_more(visibility_m: float, thicker: float) -> None:
    thin = Conditions(weather=Weather.FOG, visibility_m=visibility_m * thicker)
    thick = Conditions(weather=Weather.FOG, visibility_m=visibility_m)
    assert seen_share(thick, 20.0) <= seen_share(thin, 20.0) + 0.02


def test_rain_makes_ranges_noisy_and_drops_some() -> None:
    rain = Conditions(weather=Weather.RAIN, rain_mmph=30.0)
    at_8 = measured(rain)[RANGES == 8.0]
    assert 0.02 < np.std(at_8[np.abs(at_8 - 8.0) < 2.0]) < 0.5
    assert np.isfinite(measured(rain)[np.isinf(RANGES)]).mean() < 0.05


def test_drops_are_near_and_few() -> None:
    fog = measured(Conditions(weather=Weather.FOG, visibility_m=20.0))
    ghosts = fog[np.isinf(RANGES) & np.isfinite(fog)]
    assert 0 < len(ghosts) < 0.05 * 500
    assert ghosts.max() < 6.0


def test_one_seed_one_weather() -> None:
    rain = Conditions(weather=Weather.RAIN)
    np.testing.assert_array_equal(measured(rain, 4), measured(rain, 4))
    assert not np.array_equal(measured(rain, 4), measured(rain, 5))
