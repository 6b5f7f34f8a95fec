"""Ground truth for scoring: boxes of actors and cars in a camera's picture, and what hides them.

Boxes are those of the bodies that physics has (capsules and boxes), which stand for the drawn
meshes within some centimetres; `simulation.mujoco.bodiless` shapes what has no body.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import mujoco
import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import CameraSpec
from simulation.mujoco.ground_rays import GroundRays
from simulation.mujoco.groups import OBSTACLE_GROUP
from simulation.mujoco.silhouette import NEAR_M, camera_rotation, geom_points, project
from simulation.terrain import Terrain
from simulation.truth_box import CAR_CLASS, PARKED, TruthBox

REACH_M = 60.0  # nobody is looked for further away
SLACK_M = 0.05  # a ray that ends this near before a point has met it


class TruthBoxes:
    """Knows the geoms of everything that a detector may be asked for."""

    def __init__(self, model: mujoco.MjModel, terrain: Terrain) -> None:
        self._model = model
        self._ground = GroundRays(terrain, REACH_M)
        self._chassis = model.body("chassis").id
        self._groups = np.zeros(6, np.uint8)
        self._groups[OBSTACLE_GROUP] = 1
        self._of_body, self._parked = _geoms_of_things(model)

    def boxes(
        self,
        data: mujoco.MjData,
        camera: CameraSpec,
        bodies: Mapping[str, tuple[str, str]],
    ) -> list[TruthBox]:
        """Parked cars and bodies of which a part is within the frame, nearest first.

        `bodies` gives the name and class of those that stand for something now.
        """
        eye, turn = self._eye(data, camera)
        things = [(who, self._of_body[body]) for body, who in bodies.items()]
        things += [((name, CAR_CLASS), geoms) for name, geoms in self._parked.items()]
        found = [
            box
            for who, geoms in things
            if (box := self._box(data, camera, eye, turn, who, geoms)) is not None
        ]
        return sorted(found, key=lambda box: (box.distance_m, box.name))

    def box_of_points(
        self,
        data: mujoco.MjData,
        camera: CameraSpec,
        who: tuple[str, str],
        points: NDArray[np.float64],
        radius_m: float,
    ) -> TruthBox | None:
        """The box of what has no body: points (n, 3) in the map, each grown by a radius.

        None where nothing of it is within the frame; `who` is its name and class.
        """
        eye, turn = self._eye(data, camera)
        radii = np.full(len(points), radius_m)
        return self._box_of(data, camera, eye, turn, who, points.mean(axis=0), points, radii, [])

    def _eye(
        self, data: mujoco.MjData, camera: CameraSpec
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Place of a camera in the map, and rotation from its frame to the map's."""
        base = data.xmat[self._chassis].reshape(3, 3)
        eye = data.xpos[self._chassis] + base @ (camera.x_m, camera.y_m, camera.z_m)
        return eye, base @ camera_rotation(camera)

    def _box(
        self,
        data: mujoco.MjData,
        camera: CameraSpec,
        eye: NDArray[np.float64],
        turn: NDArray[np.float64],
        who: tuple[str, str],
        geoms: list[int],
    ) -> TruthBox | None:
        middle = data.geom_xpos[geoms].mean(axis=0)
        if np.linalg.norm(middle - eye) > REACH_M:
            return None
        points, radii = self._points(data, geoms)
        return self._box_of(data, camera, eye, turn, who, middle, points, radii, geoms)

    def _box_of(
        self,
        data: mujoco.MjData,
        camera: CameraSpec,
        eye: NDArray[np.float64],
        turn: NDArray[np.float64],
        who: tuple[str, str],
        middle: NDArray[np.float64],
        points: NDArray[np.float64],
        radii: NDArray[np.float64],
        geoms: list[int],
    ) -> TruthBox | None:
        seen = (points - eye) @ turn
        if (seen[:, 2] < NEAR_M).all():
            return None
        ahead = seen[:, 2] >= NEAR_M
        pixels = project(camera, seen[ahead])
        spread = (camera.focal_px * radii[ahead] / seen[ahead, 2])[:, None]
        size = (camera.width_px, camera.height_px)
        low = np.clip((pixels - spread).min(axis=0), 0, size)
        high = np.clip((pixels + spread).max(axis=0), 0, size)
        inside = np.zeros(len(points), bool)
        inside[ahead] = ((pixels >= 0) & (pixels < size)).all(axis=1)
        if (high - low).min() <= 0 or not inside.any():
            return None
        hidden = self._hidden(data, eye, points[inside], radii[inside], geoms)
        return TruthBox(
            name=who[0],
            class_name=who[1],
            box_xyxy_px=(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
            distance_m=float(np.linalg.norm(middle - eye)),
            occlusion=float(hidden.mean()),
            truncation=float(1 - inside.mean()),
            position_map=(float(middle[0]), float(middle[1]), float(middle[2])),
        )

    def _points(
        self, data: mujoco.MjData, geoms: list[int]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        parts = [geom_points(self._model, data, geom) for geom in geoms]
        radii = [np.full(len(points), radius) for points, radius in parts]
        return np.vstack([points for points, _ in parts]), np.concatenate(radii)

    def _hidden(
        self,
        data: mujoco.MjData,
        eye: NDArray[np.float64],
        points: NDArray[np.float64],
        radii: NDArray[np.float64],
        geoms: list[int],
    ) -> NDArray[np.bool_]:
        """Which points a ray from the eye does not reach, past everything but the thing itself."""
        rays = points - eye
        ranges = np.linalg.norm(rays, axis=1)
        directions = rays / ranges[:, None]
        ids, distances = np.zeros(len(rays), np.int32), np.zeros(len(rays))
        mujoco.mj_multiRay(
            self._model, data, eye, directions.ravel(), self._groups, 1, self._chassis,
            ids, distances, None, len(rays), REACH_M + 10.0,
        )  # fmt: skip
        other = (ids >= 0) & ~np.isin(ids, geoms)
        blocked = other & (distances < ranges - radii - SLACK_M)
        hidden: NDArray[np.bool_] = blocked | (
            self._ground.ranges_m(eye, directions) < ranges - radii - SLACK_M
        )
        return hidden


def _geoms_of_things(
    model: mujoco.MjModel,
) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Geoms by the name of their body, and those of parked cars by the car's name."""
    of_body: defaultdict[str, list[int]] = defaultdict(list)
    parked: defaultdict[str, list[int]] = defaultdict(list)
    for geom in range(model.ngeom):
        of_body[model.body(int(model.geom_bodyid[geom])).name].append(geom)
        name = model.geom(geom).name
        if name.startswith(PARKED):
            parked[PARKED + name.removeprefix(PARKED).split(" ", 1)[0]].append(geom)
    return dict(of_body), dict(parked)
