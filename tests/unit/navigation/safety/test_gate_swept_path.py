"""How far a vehicle can travel along an arc; every test takes the gate, for its mutants."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from patrol.geometry import Pose2


def test_free_travel_is_the_way_to_the_first_touch(gate: Any) -> None:
    outline = gate.Outline(1.2, 0.3, 0.5)
    for direction in (1.0, -1.0):
        edge = 1.2 if direction > 0 else -0.3
        for curvature in (0.0, 0.4, -0.4):
            for travel in (0.3, 1.0, 1.7):
                turn = direction * travel * curvature
                if curvature:
                    reached = Pose2(
                        math.sin(turn) / curvature, (1 - math.cos(turn)) / curvature, turn
                    )
                else:
                    reached = Pose2(direction * travel, 0.0, 0.0)
                point = np.array([reached.transform(edge, 0.0)])
                free = gate.free_travel_m(point, curvature, direction, 2.0, outline)
                assert travel - 0.2 <= free <= travel + 1e-9
                away = gate.free_travel_m(point, curvature, -direction, 2.0, outline)
                assert away == math.inf


def test_nothing_to_touch_is_free(gate: Any) -> None:
    outline = gate.Outline(1.2, 0.3, 0.5)
    assert gate.free_travel_m(np.empty((0, 2)), 0.1, 1.0, 2.0, outline) == math.inf
    inside = np.array([[0.5, 0.0]])
    assert gate.free_travel_m(inside, 0.0, 1.0, 2.0, outline) == 0.0


def test_what_a_curve_leads_away_from_is_free(gate: Any) -> None:
    outline = gate.Outline(1.2, 0.3, 0.5)
    for side in (1.0, -1.0):
        beside = np.array([[0.0, -0.7 * side]])
        assert gate.free_travel_m(beside, 0.5 * side, 1.0, 2.0, outline) == math.inf
