"""What the vehicle makes of a weather report."""

from __future__ import annotations

import math
from typing import Any

import pytest

from navigation.weather_rule import AHEAD_S, WeatherRule
from patrol.clock import iso_utc
from patrol.errors import OrderError
from patrol.faults import FaultKind
from patrol.vda5050.messages import Action
from patrol.vda5050.node_actions import node_action
from patrol.weather import REPORT_COUNTS_S, REPORT_WEATHER, USUAL_LIMITS, WeatherLimits

NOW_S = 1_790_000_000.0
BAD, SEVERE = frozenset({FaultKind.WEATHER_BAD}), frozenset({FaultKind.WEATHER_SEVERE})
FINE: frozenset[FaultKind] = frozenset()


def action(observed_s: float = NOW_S, **values: Any) -> Action:
    given = {"observedAt": iso_utc(observed_s), **values}
    return node_action(REPORT_WEATHER, "w", given, "HARD")


def judged(**values: Any) -> frozenset[FaultKind]:
    rule = WeatherRule(USUAL_LIMITS)
    rule.note(action(**values), NOW_S)
    return rule.faults(NOW_S)


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({"rain_mmph": 14.9}, FINE),
        ({"rain_mmph": 15}, BAD),
        ({"rain_mmph": 30.0}, SEVERE),
        ({"gust_mps": 13.9}, FINE),
        ({"gust_mps": 14.0}, BAD),
        ({"gust_mps": 20.0}, SEVERE),
        ({"visibility_m": 101.0}, FINE),
        ({"visibility_m": 100.0}, BAD),
        ({"visibility_m": 20.0}, SEVERE),
        ({"temperature_c": -15.0}, FINE),  # dry cold is no ice
        ({"temperature_c": 2.0, "rain_mmph": 0.1}, BAD),
        ({"temperature_c": 2.1, "rain_mmph": 0.1}, FINE),
        ({"temperature_c": 40.0, "rain_mmph": 0.0, "gust_mps": 0.0}, FINE),
    ],
)
def test_each_limit_holds_from_its_own_value_on(
    values: dict[str, float], faults: frozenset[FaultKind]
) -> None:
    assert judged(**values) == faults


def test_nobody_has_said_anything_is_no_fault() -> None:
    assert WeatherRule(USUAL_LIMITS).faults(NOW_S) == FINE


def test_a_report_counts_for_its_time() -> None:
    rule = WeatherRule(USUAL_LIMITS)
    rule.note(action(rain_mmph=40), NOW_S)
    assert rule.faults(NOW_S + REPORT_COUNTS_S) == SEVERE
    assert rule.faults(NOW_S + REPORT_COUNTS_S + 1) == FINE


def test_the_newest_observation_counts_whatever_comes_last() -> None:
    rule = WeatherRule(USUAL_LIMITS)
    rule.note(action(rain_mmph=40), NOW_S)
    rule.note(action(NOW_S - 600, rain_mmph=0), NOW_S)  # overtaken on its way
    assert rule.faults(NOW_S) == SEVERE
    rule.note(action(NOW_S + 10, rain_mmph=0), NOW_S + 10)
    assert rule.faults(NOW_S + 10) == FINE


def test_a_clock_that_was_set_back_does_not_keep_a_storm() -> None:
    rule = WeatherRule(USUAL_LIMITS)
    rule.note(action(rain_mmph=40), NOW_S)
    back_s = NOW_S - 3 * 3600
    assert rule.faults(back_s) == FINE
    rule.note(action(back_s, rain_mmph=20), back_s)
    assert rule.faults(back_s) == BAD


def test_a_clock_that_nobody_has_set_counts_from_now() -> None:
    rule = WeatherRule(USUAL_LIMITS)
    rule.note(action(rain_mmph=40), 1000.0)
    assert rule.faults(1000.0) == SEVERE
    assert rule.faults(1000.0 + REPORT_COUNTS_S + 1) == FINE


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"observedAt": "yesterday", "rain_mmph": 1}, "observedAt 'yesterday' is no time such as"),
        ({"rain_mmph": 1}, "observedAt None is no time such as"),
        ({"observedAt": iso_utc(NOW_S - REPORT_COUNTS_S - 1), "rain_mmph": 1}, "of the last 2 h"),
        ({"observedAt": iso_utc(NOW_S + AHEAD_S + 1), "rain_mmph": 1}, "of the last 2 h"),
        ({"observedAt": iso_utc(NOW_S)}, "it says nothing: give one of rain_mmph"),
        ({"observedAt": iso_utc(NOW_S), "rain_mmph": math.nan}, "rain_mmph: nan is no number"),
        ({"observedAt": iso_utc(NOW_S), "rain_mmph": "much"}, "rain_mmph: 'much' is no number"),
        ({"observedAt": iso_utc(NOW_S), "gust_mps": True}, "gust_mps: True is no number"),
        ({"observedAt": iso_utc(NOW_S), "hail": 3}, "unexpected keyword argument 'hail'"),
    ],
)
def test_a_report_of_which_nothing_can_be_made_is_refused_and_changes_nothing(
    given: dict[str, Any], why: str
) -> None:
    rule = WeatherRule(USUAL_LIMITS)
    rule.note(action(rain_mmph=40), NOW_S)
    with pytest.raises(OrderError, match=f"reportWeather w: .*{why}"):
        rule.note(node_action(REPORT_WEATHER, "w", given, "HARD"), NOW_S)
    assert rule.faults(NOW_S) == SEVERE


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"slow_rain_mmph": 40.0}, r"slow_rain_mmph: 40 is not in \(0, wait_rain_mmph 30\]"),
        ({"slow_gust_mps": 0.0}, "slow_gust_mps: 0 is not in"),
        ({"wait_gust_mps": math.nan}, "slow_gust_mps: 14 is not in"),
        ({"wait_visibility_m": 200.0}, "wait_visibility_m: 200 is not in"),
        ({"ice_c": 30.0}, r"ice_c: 30 is outside \[-20, 10\]"),
    ],
)
def test_limits_that_contradict_themselves_are_refused(values: dict[str, float], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        WeatherLimits(**values)
