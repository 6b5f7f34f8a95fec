"""Watch: an observer of a run that keeps the truth and, for each incident, what was to be seen."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from patrol.incident import Incident, IncidentPhase
from simulation.conditions import Conditions
from simulation.mujoco.simulator import Simulator
from simulation.scenarios.scene import SCENE_EVERY, Moment, Scene
from simulation.scenarios.trace import Sample, Trace
from simulation.types import ImageReading
from simulation.vehicle.library import LibraryVehicle

PICTURE_EVERY_S, PICTURES = 1.0, 3
MARK_M, MARK_BGR = 0.3, (36, 36, 230)
COLD_C, HOT_C = 5.0, 45.0  # of the thermal panel

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Raised:
    """An incident as it was opened; `picture` is where its still lies."""

    at_s: float
    incident: Incident
    picture: Path
    speed_mps: float
    robot_map: tuple[float, float, float]


class Watch:
    """Moments of truth (5 Hz, without boxes, which no definition asks for) and opened incidents.

    A still is a row of pictures, the last ones before the incident at a second's distance, the
    one of that moment with a cross where the vehicle says it is, and the thermal one.
    """

    def __init__(self, conditions: Conditions, out: Path) -> None:
        self.scene = Scene(conditions)
        self.raised: list[Raised] = []
        self.moved_m = 0.0
        self.seen_s = 0.0  # how long
        self._out = out
        self._count, self._told = 0, 0
        self._pictures: deque[tuple[float, Image]] = deque(maxlen=PICTURES)
        self._last: tuple[float, float] | None = None

    def see(self, vehicle: LibraryVehicle, sample: Sample) -> None:
        """Keep this moment."""
        self._count += 1
        self.seen_s = sample.t_s
        self._note_way(sample)
        if self._count % SCENE_EVERY == 1:  # the first moment always
            actors = {actor.spec.name: actor for actor in vehicle.simulator.actors}
            here = (sample.pose.x_m, sample.pose.y_m)
            self.scene.moments.append(
                Moment(sample.t_s, here, actors, {},
                       frozenset(str(post) for post in vehicle.simulator.dark_posts))
            )  # fmt: skip
        self._keep_picture(vehicle, sample.t_s)
        new = vehicle.perception.incidents[self._told :]
        self._told += len(new)
        for _, incident in new:
            if incident.phase is IncidentPhase.OPENED:
                self._note(vehicle, sample, incident)

    def close(self, trace: Trace) -> None:
        """Nothing is left open."""

    def _note_way(self, sample: Sample) -> None:
        here = (sample.pose.x_m, sample.pose.y_m)
        self.moved_m += math.dist(here, self._last) if self._last else 0.0
        self._last = here

    def _keep_picture(self, vehicle: LibraryVehicle, t_s: float) -> None:
        picture = _front_picture(vehicle)
        if picture is None or (
            self._pictures and t_s - self._pictures[-1][0] < PICTURE_EVERY_S - 1e-6
        ):
            return
        self._pictures.append((t_s, picture.bgr))

    def _note(self, vehicle: LibraryVehicle, sample: Sample, incident: Incident) -> None:
        path = self._out / f"{len(self.raised)}-{incident.kind.value}.png"
        self._out.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), self._still(vehicle, incident))
        pose = sample.pose
        where = (pose.x_m, pose.y_m, pose.yaw_rad)
        self.raised.append(Raised(sample.t_s, incident, path, sample.speed_mps, where))

    def _still(self, vehicle: LibraryVehicle, incident: Incident) -> Image:
        picture, thermal = _front_picture(vehicle), vehicle.bus.thermal.value
        assert picture is not None  # no incident without one
        now = _marked(picture.bgr, vehicle.simulator, (incident.x_m, incident.y_m))
        panels = [*(image for _, image in list(self._pictures)[:-1]), now]
        if thermal is not None:
            panels.append(_warmth(thermal.celsius, now.shape))
        size = (now.shape[1], now.shape[0])
        rows = [cv2.resize(panel, size) for panel in panels]
        rows += [np.zeros_like(now)] * (len(rows) % 2)
        pairs = [np.hstack(rows[i : i + 2]) for i in range(0, len(rows), 2)]
        still: Image = np.vstack(pairs).astype(np.uint8)
        return still


def _front_picture(vehicle: LibraryVehicle) -> ImageReading | None:
    return vehicle.bus.pictures.get(vehicle.simulator.spec.cameras[0].name)


def _marked(picture: Image, simulator: Simulator, place_map: tuple[float, float]) -> Image:
    """A copy with a cross on the ground at a place of the map, if it is in the picture."""
    marked = picture.copy()
    height_m = float(simulator.world.terrain.height_at(*place_map))
    point = np.array([[*place_map, height_m]])
    camera = simulator.spec.cameras[0]
    box = simulator.box_of_points(camera, ("here", "mark"), point, MARK_M)
    if box is not None:
        x1, y1, x2, y2 = box.box_xyxy_px
        middle = (round((x1 + x2) / 2), round((y1 + y2) / 2))
        cv2.drawMarker(marked, middle, MARK_BGR, cv2.MARKER_TILTED_CROSS, 24, 2)
    return marked


def _warmth(celsius: NDArray[np.float32], shape: tuple[int, ...]) -> Image:
    scaled = np.clip((celsius - COLD_C) / (HOT_C - COLD_C), 0.0, 1.0) * 255
    grey = cv2.resize(scaled.astype(np.uint8), (shape[1], shape[0]))
    coloured: Image = cv2.applyColorMap(grey, cv2.COLORMAP_INFERNO).astype(np.uint8)
    return coloured
