"""Any ground within the limits is driven, any edge beyond them is stopped short of."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import navigation.safety.gate
from navigation.types import Command
from patrol.faults import FaultKind
from tests.unit.navigation.safety.drop_hands import (
    CAP,
    SPEC,
    STEP_S,
    Array,
    Ground,
    Trip,
    beyond,
    fallen,
)

GRADE = SPEC.max_grade
CERTAIN_M = 0.2  # as deep an edge is always seen, on any slope; from 0.08 m on sometimes
EDGE_M = 6.0


def rough(seed: int) -> Ground:
    """Slopes of up to 10 % that wander, a cross slope, bumps of 2 cm, and a kerb of 5 cm."""
    rng = np.random.default_rng(seed)
    grades = rng.uniform(-0.1, 0.1, 12)
    lengths = rng.uniform(1.5, 4.0, 12)
    marks = np.concatenate(([0.0], np.cumsum(lengths))) - 4.0
    heights = np.concatenate(([0.0], np.cumsum(grades * lengths)))
    lean = rng.uniform(-0.05, 0.05)
    kerb_at, kerb_m = rng.uniform(3.0, 7.0), rng.choice((-0.05, 0.05))
    waves = rng.uniform(1.5, 4.0, 2)
    phases = rng.uniform(0.0, math.tau, 2)

    def ground(x: Array, y: Array) -> Array:
        bumps = 0.01 * (np.sin(math.tau * x / waves[0] + phases[0])
                        + np.sin(math.tau * y / waves[1] + phases[1]))  # fmt: skip
        slope = np.interp(x, marks, heights) + lean * y
        result: Array = slope + bumps + kerb_m * (x > kerb_at)
        return result

    return ground


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.3, CAP))
def test_ground_within_the_limits_never_stops_it(seed: int, speed_mps: float) -> None:
    trip = Trip(navigation.safety.gate, rough(seed), seed)
    for _ in range(round(7.0 / STEP_S)):
        assert trip.step(Command(speed_mps, 0.0)).faults == frozenset()


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10**6),
    st.floats(0.2, CAP),
    st.one_of(st.floats(CERTAIN_M, 1.0), st.just(9.0)),
    st.floats(-60.0, 60.0),
    st.floats(-GRADE, GRADE),
)
def test_an_edge_beyond_the_limits_is_always_stopped_short_of(
    seed: int, speed_mps: float, depth_m: float, heading_deg: float, grade: float
) -> None:
    is_void = beyond(EDGE_M, math.radians(heading_deg))
    start_m = EDGE_M - 4.5 - 0.9 * math.tan(math.radians(abs(heading_deg)))
    slope = Trip(navigation.safety.gate, fallen(lambda x, y: grade * x, is_void, depth_m), seed)
    slope.pose = slope.pose.compose(type(slope.pose)(start_m, 0.0, 0.0))
    faults: set[FaultKind] = set()
    for _ in range(round(60.0 / STEP_S)):
        faults |= slope.step(Command(speed_mps, 0.0)).faults
        assert not is_void(*slope.outline()).any()
        if faults and slope.speed_mps == 0.0:
            break
    assert faults == {FaultKind.DROP_AHEAD}
