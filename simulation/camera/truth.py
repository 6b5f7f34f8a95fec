"""Boxes of what is drawn, and how much of each can be seen; `Simulator.boxes` must agree.

Shapes are the drawn meshes and puffs, what hides them is read from the picture's depth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from simulation.actors.company import ActorNow
from simulation.actors.kinds import ActorKind
from simulation.camera.cars import PAINTS, car_shape
from simulation.camera.figures import figure_key, shape_for
from simulation.camera.fire import puffs_of
from simulation.camera.mesh import Array, rotation_map
from simulation.camera.shape import AIR
from simulation.camera.stage import SPRITES
from simulation.camera.view import View
from simulation.props import ParkedCar
from simulation.terrain import Terrain
from simulation.truth_box import PARKED, TruthBox

SOLID_M: dict[ActorKind, float] = {ActorKind.CAR: 4.7}  # how deep a body hides its own far side
BODY_M = 0.9
PUFF_SHOWS = 0.7  # of a puff's radius: further out it has faded
FAINT = 0.1  # opacity: nobody sees less


def drawn_actors(
    view: View, actors: Sequence[ActorNow], now_s: float, terrain: Terrain
) -> list[TruthBox]:
    """Boxes of all actors that are at least partly in the picture."""
    found = []
    for actor in actors:
        state, kind = actor.state, actor.spec.kind
        if not state.visible:
            continue
        if kind in SPRITES:
            points = _puff_points(view, actor, now_s, terrain)
            box = _box(view, points, actor.spec.name, kind, BODY_M)
            found += [] if box is None else [box]
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


def drawn_cars(view: View, cars: Sequence[ParkedCar]) -> list[TruthBox]:
    """Boxes of parked cars, named by their number."""
    found = []
    for i, car in enumerate(cars):
        if math.hypot(car.x_m - view.place[0], car.y_m - view.place[1]) > 60.0:
            continue
        turn = rotation_map(car.yaw_rad, car.pitch_rad, car.roll_rad)
        shape = np.concatenate(car_shape(car.body, PAINTS[0], AIR).points)
        points = shape @ turn.T + (car.x_m, car.y_m, car.z_m)
        box = _box(view, points, f"{PARKED}{i}", ActorKind.CAR, SOLID_M[ActorKind.CAR])
        if box is not None:
            found.append(box)
    return found


def _puff_points(view: View, actor: ActorNow, now_s: float, terrain: Terrain) -> Array:
    """Left, right, top and bottom of each puff as the camera sees it."""
    sides = np.vstack((view.axes[1], -view.axes[1], view.axes[2], -view.axes[2]))
    return np.concatenate([
        place + PUFF_SHOWS * radius * sides
        for place, radius, _, opacity, _ in puffs_of([actor], now_s, terrain)
        if opacity >= FAINT
    ])  # fmt: skip


def _box(view: View, points: Array, name: str, kind: ActorKind, solid_m: float) -> TruthBox | None:
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
    middle = points.mean(axis=0)
    return TruthBox(
        name=name,
        class_name=kind.value,
        box_xyxy_px=box,
        distance_m=float(np.linalg.norm(middle - view.place)),
        occlusion=1.0 - float(clear.mean()),
        truncation=1.0 - float(inside.mean()),
        position_map=(float(middle[0]), float(middle[1]), float(middle[2])),
    )
