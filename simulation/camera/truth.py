"""Truth: the boxes that a perfect detector would draw, and how much of each can be seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulation.actors.company import ActorNow
from simulation.actors.kinds import ActorKind
from simulation.camera.cars import PAINTS, car_shape
from simulation.camera.figures import figure_key, shape_for
from simulation.camera.mesh import Array, rotation_map
from simulation.camera.shape import AIR
from simulation.camera.stage import SPRITES
from simulation.camera.view import View
from simulation.props import ParkedCar
from simulation.terrain import Terrain

SOLID_M: dict[ActorKind, float] = {ActorKind.CAR: 4.7}  # how deep a body hides its own far side
BODY_M = 0.9


@dataclass(frozen=True, slots=True)
class SeenBox:
    """One actor in a picture: pixels (x0, y0, x1, y1) within it, metres away, share visible."""

    name: str
    kind: ActorKind
    box_xyxy: tuple[float, float, float, float]
    distance_m: float
    visible: float


def seen_actors(view: View, actors: Sequence[ActorNow], terrain: Terrain) -> list[SeenBox]:
    """Boxes of all actors that are at least partly in the picture; flames and smoke left out."""
    found = []
    for actor in actors:
        state, kind = actor.state, actor.spec.kind
        if not state.visible or kind in SPRITES:
            continue
        ground = float(terrain.height_at(state.x_m, state.y_m)) + state.z_offset_m
        place = np.array((state.x_m, state.y_m, ground))
        yaw = state.yaw_rad + (state.amount if kind is ActorKind.DOOR else 0.0)
        shape = shape_for(actor.outfit, kind, figure_key(kind, state))
        points = np.concatenate(shape.points) @ rotation_map(yaw).T + place
        box = _box(view, points, actor.spec.name, kind, SOLID_M.get(kind, BODY_M))
        if box is not None:
            found.append(box)
    return found


def seen_cars(view: View, cars: Sequence[ParkedCar]) -> list[SeenBox]:
    """Boxes of parked cars, named by their number."""
    found = []
    for i, car in enumerate(cars):
        if math.hypot(car.x_m - view.place[0], car.y_m - view.place[1]) > 60.0:
            continue
        turn = rotation_map(car.yaw_rad, car.pitch_rad, car.roll_rad)
        shape = np.concatenate(car_shape(car.body, PAINTS[0], AIR).points)
        points = shape @ turn.T + (car.x_m, car.y_m, car.z_m)
        box = _box(view, points, f"parked car {i}", ActorKind.CAR, SOLID_M[ActorKind.CAR])
        if box is not None:
            found.append(box)
    return found


def _box(view: View, points: Array, name: str, kind: ActorKind, solid_m: float) -> SeenBox | None:
    """The box of a body's points; None where fewer than three are in the picture."""
    camera = view.camera
    forward, left, up = ((points - view.place) @ view.axes.T).T
    ahead = forward > 0.15
    if not ahead.any():
        return None
    depth = np.where(ahead, forward, 1.0)
    x = camera.width_px / 2 - camera.focal_px * left / depth
    y = camera.height_px / 2 - camera.focal_px * up / depth
    inside = ahead & (x >= 0) & (x < camera.width_px) & (y >= 0) & (y < camera.height_px)
    if int(inside.sum()) < 3:
        return None
    i, j = y[inside].astype(int), x[inside].astype(int)
    clear = view.depths()[i, j] > depth[inside] - solid_m
    box = (float(x[inside].min()), float(y[inside].min()), float(x[inside].max()),
           float(y[inside].max()))  # fmt: skip
    distance = float(np.hypot(*(points[:, :2].mean(axis=0) - view.place[:2])))
    return SeenBox(name, kind, box, distance, float(clear.sum()) / len(points))
