"""Clocks and timestamps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patrol.clock import SimClock, iso_utc, parse_iso_utc


@given(st.integers(min_value=0, max_value=4_000_000_000_000))
def test_timestamps_survive_the_wire_to_the_millisecond(milliseconds: int) -> None:
    assert parse_iso_utc(iso_utc(milliseconds / 1000)) == pytest.approx(
        milliseconds / 1000, abs=6e-4
    )


def test_timestamp_has_the_form_that_vda5050_asks_for() -> None:
    assert iso_utc(0.5) == "1970-01-01T00:00:00.500Z"


def test_a_timestamp_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        parse_iso_utc("2026-03-01T21:30:00.000")


def test_simulated_time_moves_only_when_told_and_never_back() -> None:
    clock = SimClock(10.0)
    clock.advance(0.25)
    assert (clock.now_s(), clock.monotonic_s()) == (10.25, 10.25)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(-0.1)
