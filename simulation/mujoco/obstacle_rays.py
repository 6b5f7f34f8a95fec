"""Rays against everything solid in the model: what lidar and rangers see besides the ground.

MuJoCo's own rays look at every geom of the world for each ray; these at what is near, and of a
flat fan at the few rays between a thing's edges: the same ranges, twenty times as fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from simulation.mujoco import ray_kernels
from simulation.mujoco.groups import OBSTACLE_GROUP
from simulation.mujoco.ray_kernels import BOX, PRISM, ROUND_BAR, ROUND_POST, Shapes

LOOK_AGAIN_M = 5.0  # what is near is looked up anew when the eye has moved this far
MESH = int(mujoco.mjtGeom.mjGEOM_MESH)
KINDS = {
    int(mujoco.mjtGeom.mjGEOM_BOX): BOX,
    int(mujoco.mjtGeom.mjGEOM_SPHERE): ROUND_BAR,
    int(mujoco.mjtGeom.mjGEOM_CAPSULE): ROUND_BAR,
    int(mujoco.mjtGeom.mjGEOM_CYLINDER): ROUND_POST,
    MESH: PRISM,
}
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fan:
    """Rays at equal angles (rad) in a plane, from the right to the left."""

    angle_min_rad: float
    increment_rad: float
    rays: int


class Cones:
    """Bundles of rays from several eyes, all in one frame."""

    def __init__(self, mounts_m: Floats, directions: Floats, reaches_m: Floats) -> None:
        """`mounts_m` (k, 3), `directions` (k, n, 3) of unit length, `reaches_m` (k,)."""
        self.mounts_m, self.directions, self.reaches_m = mounts_m, directions, reaches_m
        self.found_m = np.full(len(mounts_m), np.inf)


class ObstacleRays:
    """Sees geoms of some groups, up to a reach; all meshes must be convex."""

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        reach_m: float,
        groups: Sequence[int] = (OBSTACLE_GROUP,),
    ) -> None:
        self._data = data  # owns what the views below look at
        self._places, self._turns = data.geom_xpos, data.geom_xmat
        self._reach_m = reach_m
        self._shapes = _shapes(model)
        seen = np.isin(model.geom_group, groups)
        stands = model.geom_bodyid == 0
        self._standing = np.flatnonzero(seen & stands).astype(np.int32)
        self._moving = np.flatnonzero(seen & ~stands).astype(np.int32)
        self._near: NDArray[np.int32] = self._moving
        self._looked_at: Floats = np.full(3, np.inf)
        self._spans = np.zeros((3 * max(1, model.ngeom), 3), np.int32)

    def fan(self, origin: Floats, turn: Floats, fan: Fan, directions: Floats) -> Floats:
        """Ranges (n,) of a fan in the x, y plane of a frame `turn` (9,); inf beyond the reach.

        `directions` (n, 3) are its rays in the map.
        """
        count = ray_kernels.fan_spans(
            self._shapes, self._around(origin), self._places, self._turns, origin, turn,
            fan.angle_min_rad, fan.increment_rad, fan.rays, self._reach_m, self._spans,
        )  # fmt: skip
        ranges = np.full(fan.rays, np.inf)
        ray_kernels.cast(
            self._shapes, self._spans, count, self._places, self._turns, origin, directions, ranges
        )
        return ranges

    def cones(self, place: Floats, turn: Floats, cones: Cones) -> list[float]:
        """The nearest thing (m) in each cone of a frame `turn` (9,) at `place`, inf for none."""
        ray_kernels.nearest_in_cones(
            self._shapes, self._around(place), self._places, self._turns, place, turn,
            cones.mounts_m, cones.directions, cones.reaches_m, cones.found_m,
        )  # fmt: skip
        found: list[float] = cones.found_m.tolist()
        return found

    def _around(self, origin: Floats) -> NDArray[np.int32]:
        """Indices of what may be within reach: all that moves, what stands near."""
        away = origin - self._looked_at
        if not abs(away[0]) + abs(away[1]) < LOOK_AGAIN_M:
            self._looked_at = origin.copy()
            apart = self._places[self._standing, :2] - origin[:2]
            limits = self._shapes.bounds[self._standing] + self._reach_m + LOOK_AGAIN_M
            near = np.einsum("ij,ij->i", apart, apart) < limits**2
            self._near = np.concatenate((self._standing[near], self._moving))
        return self._near


def _shapes(model: mujoco.MjModel) -> Shapes:
    planes = {int(mesh): _planes(model, int(mesh)) for mesh in range(model.nmesh)}
    own = [
        planes[int(mesh)] if kind == MESH else np.zeros((0, 4))
        for kind, mesh in zip(model.geom_type, model.geom_dataid, strict=True)
    ]
    return Shapes(
        kinds=np.array([KINDS.get(int(kind), BOX) for kind in model.geom_type], np.int32),
        sizes=model.geom_size.copy(),
        boxes=model.geom_aabb.copy(),
        bounds=model.geom_rbound.copy(),
        first_plane=np.concatenate(([0], np.cumsum([len(rows) for rows in own]))).astype(np.int32),
        planes=np.vstack((np.zeros((0, 4)), *own)),
    )


def _planes(model: mujoco.MjModel, mesh: int) -> Floats:
    """The half-spaces (n, 4) of a convex mesh: its triangles' planes, each once."""
    first, count = int(model.mesh_vertadr[mesh]), int(model.mesh_vertnum[mesh])
    face, faces = int(model.mesh_faceadr[mesh]), int(model.mesh_facenum[mesh])
    vertices = model.mesh_vert[first : first + count].astype(float)
    a, b, c = np.moveaxis(vertices[model.mesh_face[face : face + faces]], 1, 0)
    normals = np.cross(b - a, c - a)
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    rows = np.column_stack((normals, np.einsum("ij,ij->i", normals, a)))
    _, kept = np.unique(np.round(rows, 4), axis=0, return_index=True)
    planes: Floats = rows[np.sort(kept)]
    return planes
