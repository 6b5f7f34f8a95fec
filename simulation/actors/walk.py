"""Where a walker is: a path walked to and fro, paused while the vehicle is close ahead."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.actors.person import Person, Pose

KEEP_AWAY_M = 1.2  # a walker pauses while the vehicle's hull is nearer than this ahead
STRIDE_M = 1.40  # two steps


@dataclass(frozen=True, slots=True)
class PersonState:
    """A person now: position on the ground, heading, and distance walked (gait phase)."""

    x_m: float
    y_m: float
    yaw_rad: float
    walked_m: float


class Walker:
    """One person's progress; a function of time alone as long as nothing is in the way."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self._points: NDArray[np.float64] = np.array(person.path_map, float)
        lengths = np.hypot(*np.diff(self._points, axis=0).T) if len(self._points) > 1 else []
        self._at: NDArray[np.float64] = np.concatenate(([0.0], np.cumsum(lengths)))
        self._walked_m = person.phase_s * person.speed_mps
        self.state = self._locate()

    @property
    def moves(self) -> bool:
        """Whether this person ever goes anywhere."""
        return self.person.pose is Pose.WALKING

    def step(self, duration_s: float, vehicle_outline_map: NDArray[np.float64]) -> None:
        """Walk on, unless a point of the vehicle's outline (n, 2) is close ahead."""
        if not self.moves or self._blocked(vehicle_outline_map):
            return
        self.advance(duration_s)

    def advance(self, duration_s: float) -> None:
        """Walk on, whatever is in the way."""
        self._walked_m += self.person.speed_mps * duration_s
        self.state = self._locate()

    def _blocked(self, outline_map: NDArray[np.float64]) -> bool:
        ahead = outline_map - (self.state.x_m, self.state.y_m)
        near = np.einsum("ij,ij->i", ahead, ahead) < KEEP_AWAY_M**2
        heading = (math.cos(self.state.yaw_rad), math.sin(self.state.yaw_rad))
        return bool(np.any(near & (ahead @ heading > 0)))

    def _locate(self) -> PersonState:
        if not self.moves:
            x_m, y_m = self._points[0]
            return PersonState(float(x_m), float(y_m), self.person.yaw_rad, 0.0)
        length = float(self._at[-1])
        along = self._walked_m % (2 * length)
        back = along > length
        along = 2 * length - along if back else along
        i = min(int(np.searchsorted(self._at, along, side="right")) - 1, len(self._at) - 2)
        start, end = self._points[i], self._points[i + 1]
        share = (along - self._at[i]) / (self._at[i + 1] - self._at[i])
        x_m, y_m = start + share * (end - start)
        dx, dy = (start - end) if back else (end - start)
        return PersonState(float(x_m), float(y_m), math.atan2(dy, dx), self._walked_m)
