"""Silhouettes: points of MuJoCo geoms as a camera sees them."""

from __future__ import annotations

import itertools
import math

import mujoco
import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import CameraSpec

NEAR_M = 0.05  # nearer points are behind the picture
AXIS_POINTS = 5  # along a capsule or cylinder
CUBE = np.array(list(itertools.product((-1.0, 1.0), repeat=3)))
SPHERE, CAPSULE = int(mujoco.mjtGeom.mjGEOM_SPHERE), int(mujoco.mjtGeom.mjGEOM_CAPSULE)
CYLINDER, MESH = int(mujoco.mjtGeom.mjGEOM_CYLINDER), int(mujoco.mjtGeom.mjGEOM_MESH)


def camera_rotation(camera: CameraSpec) -> NDArray[np.float64]:
    """Rotation (3, 3) from the picture's axes (x right, y down, z ahead) to base_link's."""
    cy, sy = math.cos(camera.yaw_rad), math.sin(camera.yaw_rad)
    cp, sp = math.cos(camera.pitch_rad), math.sin(camera.pitch_rad)
    return np.array(((sy, -cy * sp, cy * cp), (-cy, -sy * sp, sy * cp), (0.0, -cp, -sp)))


def project(camera: CameraSpec, points_camera: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixels (n, 2) of points (n, 3) ahead of the camera."""
    middle = (camera.width_px / 2, camera.height_px / 2)
    pixels: NDArray[np.float64] = (
        camera.focal_px * points_camera[:, :2] / points_camera[:, 2:] + middle
    )
    return pixels


def geom_points(
    model: mujoco.MjModel, data: mujoco.MjData, geom: int
) -> tuple[NDArray[np.float64], float]:
    """Points (n, 3) in the map whose hull, grown by a radius (m), is the geom."""
    size, kind = model.geom_size[geom], int(model.geom_type[geom])
    if kind in (SPHERE, CAPSULE):
        half = float(size[1]) if kind == CAPSULE else 0.0
        local = np.zeros((AXIS_POINTS, 3))
        local[:, 2] = np.linspace(-half, half, AXIS_POINTS)
        radius = float(size[0])
    elif kind == MESH:
        mesh = int(model.geom_dataid[geom])
        first = int(model.mesh_vertadr[mesh])
        local = model.mesh_vert[first : first + int(model.mesh_vertnum[mesh])].astype(float)
        radius = 0.0
    else:
        round_foot = kind == CYLINDER
        half_size = (size[0], size[0], size[1]) if round_foot else tuple(size)
        local, radius = CUBE * half_size, 0.0
    turn = data.geom_xmat[geom].reshape(3, 3)
    return local @ turn.T + data.geom_xpos[geom], radius
