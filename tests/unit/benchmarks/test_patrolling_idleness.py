"""Idleness of traces that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.patrolling.idleness import intervals_s, measure_idleness
from navigation.planning.patrol_graph import PatrolTrace

TRACE = PatrolTrace.of_visits(
    [(0.0, 0, 0), (10.0, 1, 0), (20.0, 0, 0), (30.0, 0, 1), (50.0, 1, 0)], 60.0
)


def test_figures_of_a_known_trace() -> None:
    # place 0: 20, 10, open 30; place 1: 10 from the start, 40, open 10
    figures = measure_idleness(TRACE, 2, 0.0)
    assert figures.average_s == pytest.approx((15.0 + 25.0) / 2)
    assert figures.worst_s == pytest.approx(40.0)
    assert figures.deviation_s == pytest.approx(5.0)
    area = (20**2 + 10**2 + 10**2 + 40**2) / 2
    assert figures.time_mean_s == pytest.approx(area / 80)


def test_only_intervals_that_end_after_the_warm_up_count() -> None:
    closed, open_s = intervals_s(TRACE, 0, 25.0)
    assert closed.tolist() == [10.0]
    assert open_s == pytest.approx(30.0)


def test_open_interval_is_part_of_the_worst() -> None:
    trace = PatrolTrace.of_visits([(0.0, 0, 0), (5.0, 0, 0)], 100.0)
    assert measure_idleness(trace, 1, 0.0).worst_s == pytest.approx(95.0)


def test_place_never_visited_is_idle_all_the_time() -> None:
    figures = measure_idleness(TRACE, 3, 0.0)
    assert figures.worst_s == pytest.approx(60.0)


def test_weights_scale_idleness() -> None:
    figures = measure_idleness(TRACE, 2, 0.0, np.array([4.0, 1.0]))
    assert figures.worst_s == pytest.approx(120.0)  # the open 30 s of place 0
