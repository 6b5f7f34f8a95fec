"""Ground truth for scoring: boxes of actors and cars in a camera's picture, and what hides them.

Boxes are those of the bodies that physics has (capsules and boxes), which stand for the drawn
meshes within some centimetres; `simulation.mujoco.bodiless` shapes what has no body.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import CameraSpec
from simulation.actors.company import ActorNow
from simulation.mujoco.bodiless import column_of
from simulation.mujoco.ground_rays import GroundRays
from simulation.mujoco.groups import OBSTACLE_GROUP
from simulation.mujoco.people_mjcf import shown_body
from simulation.mujoco.silhouette import NEAR_M, camera_rotation, geom_points, project
from simulation.terrain import Terrain
from simulation.truth_box import CAR_CLASS, PARKED, TruthBox

REACH_M = 60.0  # nobody is looked for further away
SLACK_M = 0.05  # a ray that ends this near before a point has met it
Floats = NDArray[np.float64]


class _Look(NamedTuple):
    """A camera as it stands now: its place, and the rotation from its frame, in the map."""

    data: mujoco.MjData
    camera: CameraSpec
    eye: Floats  # (3,)
    turn: Floats  # (3, 3)


class TruthBoxes:
    """Knows the geoms of everything that a detector may be asked for."""

    def __init__(self, model: mujoco.MjModel, terrain: Terrain) -> None:
        self._model, self._terrain = model, terrain
        self._ground = GroundRays(terrain, REACH_M)
        self._chassis = model.body("chassis").id
        self._groups = np.zeros(6, np.uint8)
        self._groups[OBSTACLE_GROUP] = 1
        self._of_body, self._parked = _geoms_of_things(model)

    def boxes(
        self, data: mujoco.MjData, camera: CameraSpec, actors: Iterable[ActorNow]
    ) -> list[TruthBox]:
        """Parked cars and actors of which a part is within the frame, nearest first."""
        look = self._look(data, camera)
        found = [self._of_actor(look, actor) for actor in actors if actor.state.visible]
        found += [
            self._of_geoms(look, (name, CAR_CLASS), geoms) for name, geoms in self._parked.items()
        ]
        boxes = [box for box in found if box is not None]
        return sorted(boxes, key=lambda box: (box.distance_m, box.name))

    def box_of_points(
        self,
        data: mujoco.MjData,
        camera: CameraSpec,
        who: tuple[str, str],
        points: Floats,
        radius_m: float,
    ) -> TruthBox | None:
        """The box of what has no body: points (n, 3) in the map, each grown by a radius.

        None where nothing of it is within the frame; `who` is its name and class.
        """
        return self._of_points(self._look(data, camera), who, points, radius_m)

    def _look(self, data: mujoco.MjData, camera: CameraSpec) -> _Look:
        base = data.xmat[self._chassis].reshape(3, 3)
        eye = data.xpos[self._chassis] + base @ (camera.x_m, camera.y_m, camera.z_m)
        return _Look(data, camera, eye, base @ camera_rotation(camera))

    def _of_actor(self, look: _Look, actor: ActorNow) -> TruthBox | None:
        state, who = actor.state, (actor.spec.name, actor.spec.kind.value)
        body = shown_body(actor)
        if body is not None:
            return self._of_geoms(look, who, self._of_body[body])
        ground_m = self._terrain.spot_height_m(state.x_m, state.y_m)
        return self._of_points(look, who, *column_of(actor, ground_m))

    def _of_points(
        self, look: _Look, who: tuple[str, str], points: Floats, radius_m: float
    ) -> TruthBox | None:
        radii = np.full(len(points), radius_m)
        return self._box(look, who, points.mean(axis=0), points, radii, [])

    def _of_geoms(self, look: _Look, who: tuple[str, str], geoms: list[int]) -> TruthBox | None:
        middle = look.data.geom_xpos[geoms].mean(axis=0)
        if np.linalg.norm(middle - look.eye) > REACH_M:
            return None
        points, radii = self._points(look.data, geoms)
        return self._box(look, who, middle, points, radii, geoms)

    def _box(
        self,
        look: _Look,
        who: tuple[str, str],
        middle: Floats,
        points: Floats,
        radii: Floats,
        geoms: list[int],
    ) -> TruthBox | None:
        camera = look.camera
        seen = (points - look.eye) @ look.turn
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
        hidden = self._hidden(look, points[inside], radii[inside], geoms)
        return TruthBox(
            name=who[0],
            class_name=who[1],
            box_xyxy_px=(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
            distance_m=float(np.linalg.norm(middle - look.eye)),
            occlusion=float(hidden.mean()),
            truncation=float(1 - inside.mean()),
            position_map=(float(middle[0]), float(middle[1]), float(middle[2])),
        )

    def _points(self, data: mujoco.MjData, geoms: list[int]) -> tuple[Floats, Floats]:
        parts = [geom_points(self._model, data, geom) for geom in geoms]
        radii = [np.full(len(points), radius) for points, radius in parts]
        return np.vstack([points for points, _ in parts]), np.concatenate(radii)

    def _hidden(
        self,
        look: _Look,
        points: Floats,
        radii: Floats,
        geoms: list[int],
    ) -> NDArray[np.bool_]:
        """Which points a ray from the eye does not reach, past everything but the thing itself."""
        rays = points - look.eye
        ranges = np.linalg.norm(rays, axis=1)
        directions = rays / ranges[:, None]
        ids, distances = np.zeros(len(rays), np.int32), np.zeros(len(rays))
        mujoco.mj_multiRay(
            self._model, look.data, look.eye, directions.ravel(), self._groups, 1, self._chassis,
            ids, distances, None, len(rays), REACH_M + 10.0,
        )  # fmt: skip
        other = (ids >= 0) & ~np.isin(ids, geoms)
        blocked = other & (distances < ranges - radii - SLACK_M)
        hidden: NDArray[np.bool_] = blocked | (
            self._ground.ranges_m(look.eye, directions) < ranges - radii - SLACK_M
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
