"""The ground passes through the map's nodes, smoothly, and tilts what stands on it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from patrol.map import PatrolMap
from simulation.terrain import attitude_on, build_terrain

MapMaker = Callable[..., PatrolMap]


def test_passes_through_nodes(plane_map: MapMaker) -> None:
    patrol_map = plane_map(0.08)
    terrain = build_terrain(patrol_map)
    for node in patrol_map.nodes.values():
        assert terrain.height_at(node.x_m, node.y_m) == pytest.approx(node.z_m, abs=5e-3)


def test_is_flat_where_all_nodes_are_level(plane_map: MapMaker) -> None:
    terrain = build_terrain(plane_map(0.0))
    assert np.ptp(terrain.heights_m) == 0.0


def test_keeps_the_shape_of_its_arguments(plane_map: MapMaker) -> None:
    terrain = build_terrain(plane_map(0.05))
    assert terrain.height_at(np.zeros((3, 4)), np.zeros((3, 4))).shape == (3, 4)
    assert terrain.height_at(0.0, 0.0).shape == ()


def test_beyond_the_grid_is_the_border(plane_map: MapMaker) -> None:
    terrain = build_terrain(plane_map(0.05))
    assert np.isfinite(terrain.height_at(1e6, -1e6))


@pytest.mark.parametrize(
    ("yaw", "roll", "pitch"),
    [(0.0, 0.0, -0.1), (math.pi, 0.0, 0.1), (math.pi / 2, -0.1, 0.0), (-math.pi / 2, 0.1, 0.0)],
)
def test_attitude_follows_the_slope(
    plane_map: MapMaker, yaw: float, roll: float, pitch: float
) -> None:
    terrain = build_terrain(plane_map(0.1))
    got_roll, got_pitch = attitude_on(terrain, 0.0, 0.0, yaw)
    assert got_roll == pytest.approx(math.atan(roll), abs=2e-3)
    assert got_pitch == pytest.approx(math.atan(pitch), abs=2e-3)
