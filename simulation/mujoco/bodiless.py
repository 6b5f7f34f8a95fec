"""Shapes of actors that physics has no body for: flames, smoke, birds, plastic bags."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulation.actors.company import ActorNow
from simulation.actors.kinds import ActorKind
from simulation.camera.fire import FLAME_HEIGHT, PUFF_LIFE_S, SMOKE_DRIFT_MPS, SMOKE_RISE_MPS

POINTS = 5
SMOKE_SHOWS = 0.75  # of a puff's life: then it is too thin to see


def column_of(actor: ActorNow, ground_m: float) -> tuple[NDArray[np.float64], float]:
    """Points (5, 3) up a column of flames or smoke as painted, or through a thing, and a radius.

    The hull of the points, each grown by the radius (m), is the shape.
    """
    state, kind = actor.state, actor.spec.kind
    drift = 0.0
    if kind is ActorKind.FIRE:
        radius, height = 0.4 * state.amount, FLAME_HEIGHT * state.amount
    elif kind is ActorKind.SMOKE:
        life_s = SMOKE_SHOWS * PUFF_LIFE_S
        drift = SMOKE_DRIFT_MPS * life_s
        radius, height = 0.6 * state.amount, SMOKE_RISE_MPS * life_s + 0.6 * state.amount
    else:
        radius, height = actor.outfit.size_m[1] / 2, actor.outfit.size_m[2]
    radius = max(radius, 0.02)
    low, high = ground_m + state.z_offset_m + radius, ground_m + state.z_offset_m + height - radius
    points = np.column_stack((
        state.x_m + np.linspace(0.0, drift, POINTS), np.full(POINTS, state.y_m),
        np.linspace(low, max(low, high), POINTS),
    ))  # fmt: skip
    return points, radius
