"""What touches the vehicle's hull, and where: for the truth, and for its safety edges."""

from __future__ import annotations

import mujoco
import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import VehicleSpec

PARTS = ("hull", "mast")
EDGE_M = 0.05  # of the hull's ends; a safety edge is about as thick


class Hull:
    """Reads the contacts of now."""

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, spec: VehicleSpec) -> None:
        self._model, self._data = model, data
        self._parts = frozenset(model.geom(name).id for name in PARTS)
        chassis = model.body("chassis").id
        self._place, self._turn = data.xpos[chassis], data.xmat[chassis]
        self._front_m, self._rear_m = spec.front_m - EDGE_M, EDGE_M - spec.rear_overhang_m

    def touching(self) -> frozenset[str]:
        """Names of what it touches."""
        parts, pairs = self._parts, self._pairs()
        return frozenset(
            self._model.geom(pairs[i][1] if pairs[i][0] in parts else pairs[i][0]).name
            for i in self._touches(pairs)
        )

    def bumper_pressed(self) -> bool:
        """Whether something presses a safety edge: along the whole front, or the whole rear."""
        ahead: NDArray[np.float64] = self._turn[0::3]
        places = [self._data.contact.pos[i] for i in self._touches(self._pairs())]
        along_m = [float((place - self._place) @ ahead) for place in places]
        return any(x_m >= self._front_m or x_m <= self._rear_m for x_m in along_m)

    def _pairs(self) -> list[list[int]]:
        pairs: list[list[int]] = self._data.contact.geom.tolist()
        return pairs

    def _touches(self, pairs: list[list[int]]) -> list[int]:
        parts = self._parts
        rows = [i for i, (a, b) in enumerate(pairs) if a in parts or b in parts]
        return [i for i in rows if self._data.contact.dist[i] <= 0.0]
