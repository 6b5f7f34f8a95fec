"""Figures as mappers write them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navigation.planning.importing.measures import grade, metres, speed_mps


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2.5", 2.5), ("3 m", 3.0), ("1.5m", 1.5), ("2,5 m", 2.5), ("120 cm", 1.2), ("8 ft", 2.4384),
     ("6'", 1.8288), ("6'6\"", 1.9812), ("5' 3\"", 1.6002), ('30"', 0.762), ("wide", None),
     ("", None), ("-3", None), ("3 m;4 m", None), ("3-4", None), ("2 km", None), ("1e9", None)],
)  # fmt: skip
def test_reads_lengths(text: str, expected: float | None) -> None:
    assert metres(text) == (pytest.approx(expected) if expected is not None else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("8%", 0.08), ("-10 %", -0.1), ("4,5%", 0.045), ("5°", math.tan(math.radians(5))),
     ("-5 °", -math.tan(math.radians(5))), ("1:12", 1 / 12), ("-1:20", -0.05), ("up", 0.0),
     ("down", 0.0), ("90%", 0.0), ("80°", 0.0), ("", 0.0), ("steep", 0.0), ("1:0", 0.0)],
)  # fmt: skip
def test_reads_inclines(text: str, expected: float) -> None:
    assert grade(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("30", 30 / 3.6), ("5 km/h", 5 / 3.6), ("20 mph", 8.9408), ("walk", 5 / 3.6), ("none", None),
     ("RO:urban", None), ("0", None), ("", None)],
)  # fmt: skip
def test_reads_speeds(text: str, expected: float | None) -> None:
    assert speed_mps(text) == (pytest.approx(expected) if expected is not None else None)


@settings(deadline=None)
@given(st.floats(0.01, 1000), st.sampled_from(["", " ", "m", " m"]))
def test_a_length_comes_back_as_it_was_written(value: float, unit: str) -> None:
    assert metres(f"{value:.3f}{unit}") == pytest.approx(value, abs=6e-4)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_figure_or_none(text: str) -> None:
    assert metres(text) is None or metres(text) >= 0  # type: ignore[operator]
    assert abs(grade(text)) <= 0.35
    assert speed_mps(text) is None or speed_mps(text) > 0  # type: ignore[operator]
