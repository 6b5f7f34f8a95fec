"""Flames and smoke: puffs that rise and widen, painted far to near behind what stands before."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from simulation.actors.company import ActorNow
from simulation.actors.kinds import ActorKind
from simulation.camera.view import View
from simulation.terrain import Terrain

Floats = NDArray[np.float32]
FLAMES, PUFFS = 26, 34  # at any moment
FLAME_LIFE_S, PUFF_LIFE_S = 0.7, 5.0
FLAME_HEIGHT = 1.5  # of a fire, in its widths (Heskestad 1984 gives 1 to 2 for small fires)
SMOKE_RISE_MPS = 1.1
SMOKE_DRIFT_MPS = 0.35
CORE_BGR, EDGE_BGR = np.array((150.0, 235.0, 255.0)), np.array((10.0, 90.0, 245.0))

# place (3,), radius, colour bgr (3,), opacity, shines
Puff = tuple[NDArray[np.float64], float, NDArray[np.float64], float, bool]


def paint_fires(
    picture: Floats, view: View, actors: Sequence[ActorNow], now_s: float, terrain: Terrain
) -> None:
    """Paint all fires and columns of smoke into a picture."""
    puffs = list(puffs_of(actors, now_s, terrain))
    for place, radius, bgr, opacity, shines in sorted(
        puffs, key=lambda puff: -float(view.axes[0] @ (puff[0] - view.place))
    ):
        seen = view.project(place)
        if seen is not None:
            _blend(picture, view, seen, radius, bgr, opacity, shines)


def puffs_of(actors: Sequence[ActorNow], now_s: float, terrain: Terrain) -> Iterator[Puff]:
    """Every puff of fire and smoke at a time."""
    for actor in actors:
        if actor.spec.kind not in (ActorKind.FIRE, ActorKind.SMOKE):
            continue
        state = actor.state
        ground = float(terrain.height_at(state.x_m, state.y_m)) + state.z_offset_m
        foot = np.array((state.x_m, state.y_m, ground))
        make = _flame if actor.spec.kind is ActorKind.FIRE else _puff
        count = FLAMES if actor.spec.kind is ActorKind.FIRE else PUFFS
        for i in range(count):
            yield make(actor, foot, i, now_s)


def _flame(actor: ActorNow, foot: NDArray[np.float64], i: int, now_s: float) -> Puff:
    age, angle, share = _course(actor, i, FLAMES, FLAME_LIFE_S, now_s)
    width = actor.state.amount
    spread = 0.42 * width * share * (1 - 0.8 * age)
    swing = 0.10 * width * math.sin(9 * now_s + 5 * i) * age
    rise = 0.06 * width + FLAME_HEIGHT * width * age * (1.1 - 0.6 * share)
    off = (spread * math.cos(angle) + swing, spread * math.sin(angle), rise)
    place = np.add(foot, off)
    bgr = CORE_BGR + (EDGE_BGR - CORE_BGR) * min(1.0, 1.25 * age + 0.35 * share)
    return place, 0.24 * width * (1.05 - 0.75 * age), bgr, 0.85 * (1 - age) ** 0.5, True


def _puff(actor: ActorNow, foot: NDArray[np.float64], i: int, now_s: float) -> Puff:
    age, angle, share = _course(actor, i, PUFFS, PUFF_LIFE_S, now_s)
    width = actor.state.amount
    rise, drift = SMOKE_RISE_MPS * PUFF_LIFE_S * age, SMOKE_DRIFT_MPS * PUFF_LIFE_S * age
    spread = width * (0.3 + 0.5 * age) * share
    off = (spread * math.cos(angle) + drift, spread * math.sin(angle), 0.2 + rise)
    place = np.add(foot, off)
    red, green, blue = actor.outfit.colour
    bgr = 255 * np.array((blue, green, red)) * (0.8 + 0.5 * age)
    return place, width * (0.28 + 0.45 * age), bgr, 0.42 * (1 - age) ** 0.8, False


def _course(
    actor: ActorNow, i: int, count: int, life_s: float, now_s: float
) -> tuple[float, float, float]:
    """Age in 0..1, direction and distance from the axis of puff number i."""
    turn = now_s / life_s + i / count
    age, born = turn % 1.0, math.floor(turn)
    mixed = (i * 2654435761 + born * 40503 + len(actor.spec.name) * 97) % 65536
    return age, math.tau * (mixed % 251) / 251, math.sqrt((mixed // 251) % 127 / 127)


def _blend(
    picture: Floats, view: View, seen: tuple[float, float, float], radius_m: float,
    bgr: NDArray[np.float64], opacity: float, shines: bool,
) -> None:  # fmt: skip
    column, row, depth = seen
    radius = max(1.0, radius_m * view.camera.focal_px / depth)
    reach = int(1.8 * radius) + 1
    top, low = max(0, int(row) - reach), min(picture.shape[0], int(row) + reach + 1)
    west, east = max(0, int(column) - reach), min(picture.shape[1], int(column) + reach + 1)
    if top >= low or west >= east:
        return
    rows, columns = np.ogrid[top:low, west:east]
    squared = ((rows - row) ** 2 + (columns - column) ** 2).astype(np.float32) / radius**2
    covers = opacity * np.exp(-1.3 * squared)
    covers *= view.depths()[top:low, west:east] > depth - 0.2
    patch = picture[top:low, west:east]
    lit = 1.0 if shines else float(np.clip(patch.mean() / 110, 0.12, 1.0))
    tint = lit * bgr.astype(np.float32)
    patch += covers[..., None] * (tint - patch)
