"""Meshes are closed, look outwards, and are read by others as we mean them."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from simulation.camera.shape import smooth_normals
from simulation.gazebo.ground import ground_tiles
from simulation.gazebo.ground_paint import PAVED_RGB, SOFT_RGB, cell_colours
from simulation.gazebo.meshes import Mesh, cuboid, joined, prism
from simulation.gazebo.scenery import rectangle_of
from simulation.gazebo.shapes import coloured_obj
from simulation.terrain import Terrain
from simulation.world import World


def read(text: str) -> trimesh.Trimesh:
    loaded = trimesh.load(io.StringIO(text), file_type="obj", force="mesh", process=False)
    assert isinstance(loaded, trimesh.Trimesh)
    loaded.merge_vertices(merge_norm=True, merge_tex=True)
    return loaded


def star(radii: list[float]) -> np.ndarray:  # type: ignore[type-arg]
    angles = 2 * np.pi * np.arange(len(radii)) / len(radii)
    return np.array(radii)[:, None] * np.column_stack((np.cos(angles), np.sin(angles)))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(1.0, 20.0), min_size=3, max_size=12), st.floats(0.5, 30.0))
def test_a_prism_is_closed_and_as_large_as_its_footprint(
    radii: list[float], height_m: float
) -> None:
    ring = star(radii)
    mesh = prism(ring, -1.0, height_m - 1.0)
    assert mesh.volume_m3 == pytest.approx(Polygon(ring).area * height_m, rel=1e-9)
    assert read(mesh.obj()).is_watertight


def test_a_box_by_another_readers_measure() -> None:
    mesh = read(cuboid((1.0, 2.0, 3.0), np.eye(3), np.array((4.0, 5.0, 6.0))).obj())
    assert mesh.volume == pytest.approx(6.0)
    assert mesh.centroid.tolist() == pytest.approx([4.0, 5.0, 6.0])


def test_joined_meshes_keep_their_volumes() -> None:
    boxes = [cuboid((1.0, 1.0, 1.0), np.eye(3), np.array((3.0 * i, 0.0, 0.0))) for i in range(3)]
    assert joined(boxes).volume_m3 == pytest.approx(3.0)


def test_tiles_have_every_height_of_the_grid(world: World) -> None:
    terrain = world.terrain
    for _, _, tile in ground_tiles(terrain):
        x, y, z = tile.points.T
        assert np.abs(terrain.height_at(x, y) - z).max() < 1e-6
        assert tile.normals is not None
        assert tile.normals[:, 2].min() > 0.5
    area = sum(_flat_area(tile) for _, _, tile in ground_tiles(terrain))
    assert area == pytest.approx(math.prod(terrain.size_m))


def _flat_area(mesh: Mesh) -> float:
    a, b, c = (mesh.points[mesh.faces[:, i], :2] for i in range(3))
    u, v = b - a, c - a
    areas = (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2
    assert areas.min() > 0  # every triangle looks up
    return float(areas.sum())


def test_ground_between_grid_points_is_near_the_embedded_ground() -> None:
    rng = np.random.default_rng(4)
    terrain = Terrain(0.0, 0.0, 2.0, rng.normal(0, 0.05, (70, 70)))
    _, _, tile = next(ground_tiles(terrain))
    middles = tile.points[tile.faces].mean(axis=1)
    gap = terrain.height_at(middles[:, 0], middles[:, 1]) - middles[:, 2]
    assert np.abs(gap).max() < 0.05  # a twisted cell: two triangles against one bilinear patch


@given(st.floats(1, 30), st.floats(1, 30), st.floats(-math.pi, math.pi))
def test_a_rectangle_is_known_as_one(length: float, width: float, yaw: float) -> None:
    c, s = math.cos(yaw), math.sin(yaw)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (length / 2, width / 2)
    found = rectangle_of(corners @ np.array([(c, s), (-s, c)]) + (5.0, 6.0))
    assert found is not None
    assert found[:2] == pytest.approx((length, width), abs=1e-6)
    assert math.remainder(found[2] - yaw, math.tau) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    "ring",
    [
        [(0, 0), (4, 0), (0, 3)],
        [(0, 0), (4, 0), (4.2, 3), (0, 3)],
        [(0, 0), (4, 0), (4, 3), (2, 3.01), (0, 3)],
    ],
)
def test_another_footprint_is_no_rectangle(ring: list[tuple[float, float]]) -> None:
    assert rectangle_of(np.array(ring, float)) is None


def test_colours_become_few_materials() -> None:
    points = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)], float)
    faces = np.array([(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)])
    colours = np.array([(0.5, 0.1, 0.1), (0.51, 0.1, 0.1), (0.5, 0.11, 0.1), (0.0, 0.9, 0.0)])
    mesh = Mesh(points, faces, smooth_normals(points, faces))
    files = coloured_obj("meshes/x.obj", mesh, colours)
    assert set(files) == {"meshes/x.obj", "meshes/x.mtl"}
    assert files["meshes/x.obj"].startswith("mtllib x.mtl\n")
    assert files["meshes/x.obj"].count("usemtl") == files["meshes/x.mtl"].count("newmtl") == 2
    assert "Kd 0.5033 0.1033 0.1000" in files["meshes/x.mtl"]


def test_the_ground_shows_roads_and_ways(world: World) -> None:
    colours, terrain = cell_colours(world), world.terrain
    assert colours.shape == (terrain.heights_m.shape[0] - 1, terrain.heights_m.shape[1] - 1, 3)
    for edge in world.patrol_map.edges.values():
        a, b = (world.patrol_map.nodes[i] for i in (edge.start_id, edge.end_id))
        i = int(((a.x_m + b.x_m) / 2 - terrain.west_m) / terrain.cell_m)
        j = int(((a.y_m + b.y_m) / 2 - terrain.south_m) / terrain.cell_m)
        around = colours[j - 1 : j + 2, i - 1 : i + 2].reshape(-1, 3).tolist()
        assert list(PAVED_RGB) in around or list(SOFT_RGB) in around, edge.id
