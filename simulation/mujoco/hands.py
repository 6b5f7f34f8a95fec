"""Hands: what people do to the vehicle from outside: they push it, lift it and tilt it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import GRAVITY_MPS2

HOLD_RADPS = 8.0  # natural frequency of a hold; critically damped
MAX_PUSH_N = 20_000.0


@dataclass(frozen=True, slots=True)
class Push:
    """A force (N, map frame) on the chassis at a point in base_link, for a time."""

    force_map_n: tuple[float, float, float]
    duration_s: float
    at_base_m: tuple[float, float, float] = (0.475, 0.0, 0.6)

    def __post_init__(self) -> None:
        strength = math.hypot(*self.force_map_n)
        if not strength <= MAX_PUSH_N:
            raise ValueError(f"force_map_n: {strength:g} N is no force up to {MAX_PUSH_N:g}")
        if not 0.0 < self.duration_s < math.inf:
            raise ValueError(f"duration_s: {self.duration_s:g} is not above 0")


@dataclass(frozen=True, slots=True)
class Hold:
    """Where hands hold the vehicle: so high above where they took it, at this roll and pitch."""

    lift_m: float = 0.0
    roll_rad: float = 0.0
    pitch_rad: float = 0.0

    def __post_init__(self) -> None:
        for name, most in (("lift_m", 2.0), ("roll_rad", 1.6), ("pitch_rad", 1.6)):
            value = getattr(self, name)
            if not abs(value) <= most:
                raise ValueError(f"{name}: {value:g} is outside [-{most:g}, {most:g}]")


class Hands:
    """Turns pushes and a hold into a wrench on the chassis (`xfrc_applied`), tick by tick."""

    def __init__(self, model: mujoco.MjModel) -> None:
        self._chassis = model.body("chassis").id
        self._mass_kg = float(model.body_subtreemass[self._chassis])
        self._inertia_kgm2 = float(model.body_inertia[self._chassis].max())
        self._pushes: list[tuple[Push, float]] = []
        self._hold: Hold | None = None
        self._acted = False  # in the last tick
        self._taken_at: NDArray[np.float64] = np.zeros(3)

    def push(self, push: Push, now_s: float) -> None:
        """Begin a push now."""
        self._pushes.append((push, now_s + push.duration_s))

    def hold(self, hold: Hold | None, data: mujoco.MjData) -> None:
        """Take hold of the vehicle, change the hold, or let go with None."""
        if hold is not None and self._hold is None:
            self._taken_at = data.xpos[self._chassis].copy()
        self._hold = hold

    def step(self, data: mujoco.MjData, now_s: float) -> None:
        """Set the wrench that acts during the next tick."""
        self._pushes = [(push, end_s) for push, end_s in self._pushes if end_s > now_s + 1e-9]
        acting = bool(self._pushes) or self._hold is not None
        if not acting and not self._acted:
            return
        self._acted = acting
        force, torque = np.zeros(3), np.zeros(3)
        turn = data.xmat[self._chassis].reshape(3, 3)
        middle = data.xipos[self._chassis]
        for push, _ in self._pushes:
            arm = data.xpos[self._chassis] + turn @ push.at_base_m - middle
            force += push.force_map_n
            torque += np.cross(arm, push.force_map_n)
        if self._hold is not None:
            self._carry(self._hold, data, force, torque)
        data.xfrc_applied[self._chassis] = (*force, *torque)

    def _carry(
        self,
        hold: Hold,
        data: mujoco.MjData,
        force: NDArray[np.float64],
        torque: NDArray[np.float64],
    ) -> None:
        """Critically damped springs to the hold's place and tilt; the yaw is left free."""
        k, c = HOLD_RADPS**2, 2 * HOLD_RADPS
        place = data.xpos[self._chassis]
        turn = data.xmat[self._chassis].reshape(3, 3)
        wanted = self._taken_at + np.array((0.0, 0.0, hold.lift_m))
        force += self._mass_kg * (k * (wanted - place) - c * data.qvel[0:3])
        force[2] += self._mass_kg * GRAVITY_MPS2
        up = _up(hold, math.atan2(turn[1, 0], turn[0, 0]))
        rate = turn @ data.qvel[3:6]
        torque += self._inertia_kgm2 * (k * np.cross(turn[:, 2], up) - c * rate)


def _up(hold: Hold, yaw_rad: float) -> NDArray[np.float64]:
    """The z axis (map) of a body with the hold's roll and pitch at a yaw (REP-103)."""
    cr, sr = math.cos(hold.roll_rad), math.sin(hold.roll_rad)
    cp, sp = math.cos(hold.pitch_rad), math.sin(hold.pitch_rad)
    cy, sy = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.array((cy * sp * cr + sy * sr, sy * sp * cr - cy * sr, cp * cr))
