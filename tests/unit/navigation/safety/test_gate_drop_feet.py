"""Who crosses close ahead leaves no edge where a foot was; an edge behind them is still one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

import navigation.safety.gate
from navigation.types import Command
from tests.unit.navigation.safety.drop_hands import (
    CAP,
    NOW,
    SPEC,
    STEP_S,
    Array,
    Ground,
    Trip,
    beyond,
    fallen,
)

STEPS_EVERY_S, STANCE = 0.55, 0.6  # of a foot's cycle, it stands so much
SECONDS = 3.8  # until they have passed; an edge is reached later
AHEAD_M = 0.6  # somebody so near is a thing to lidar and rangers: the vehicle waits


@dataclass(frozen=True)
class Walker:
    """Somebody who crosses the way: two feet, two legs, and the trunk above is left out."""

    x_m: float
    from_s: float
    speed_mps: float
    heading_rad: float
    foot_m: tuple[float, float]  # length, width
    high_m: float  # the instep

    @classmethod
    def of(cls, rng: np.random.Generator) -> Walker:
        return cls(
            rng.uniform(3.9, 5.2), rng.uniform(0.2, 1.4), rng.uniform(1.3, 1.7),
            rng.uniform(1.2, 1.9), (rng.uniform(0.22, 0.3), rng.uniform(0.08, 0.11)),
            rng.uniform(0.06, 0.11),
        )  # fmt: skip

    def over(self, x: Array, y: Array, t_s: float) -> Array:
        """How high they stand over the ground at places."""
        over = np.zeros_like(x)
        if t_s < self.from_s:
            return over
        cos, sin = math.cos(self.heading_rad), math.sin(self.heading_rad)
        long_m, wide_m = self.foot_m
        for side in (0, 1):
            cycle, share = divmod(((t_s - self.from_s) / STEPS_EVERY_S - side) / 2, 1.0)
            swings = max(share - STANCE, 0.0) / (1 - STANCE)
            gone_m = (2 * (cycle + swings) + side) * self.speed_mps * STEPS_EVERY_S
            u = (x - self.x_m) * cos + (y + 2.0) * sin - gone_m
            v = (y + 2.0) * cos - (x - self.x_m) * sin - 0.18 * side
            foot_m = self.high_m * (0.75 - u / long_m / 2) + 0.1 * math.sin(math.pi * swings)
            on_foot = (np.abs(u) < long_m / 2) & (np.abs(v) < wide_m / 2)
            over = np.maximum(over, np.where(on_foot, foot_m, 0.0))
            on_leg = (u + long_m / 4) ** 2 + v**2 < 0.06**2
            over = np.maximum(over, np.where(on_leg, 0.9, 0.0))
        return over


class Crossed(Trip):
    """The wheels stand on the ground, the beams see who crosses, too."""

    def __init__(self, ground: Ground, wheels_on: Ground, walker: Walker, seed: int) -> None:
        super().__init__(navigation.safety.gate, ground, seed)
        self._bare, self._wheels_on, self._walker = ground, wheels_on, walker
        self.ground = lambda x, y: ground(x, y) + walker.over(x, y, self.now_s - NOW)

    def stand(self) -> tuple[float, float, float]:
        seen, self.ground = self.ground, self._wheels_on
        stands = super().stand()
        self.ground = seen
        return stands

    def drive(self, seconds: float) -> bool:
        """Whether it stayed on this side of where the ground ends."""
        is_short = True
        for _ in range(round(seconds / STEP_S)):
            self.step(Command(0.0 if self._is_somebody_near() else CAP, 0.0))
            x, y = self.outline()
            is_short &= bool(np.all(self._bare(x, y) >= self._wheels_on(x, y) - 0.01))
        return is_short

    def _is_somebody_near(self) -> bool:
        bumper_m = self.pose.x_m + SPEC.front_m
        x, y = np.meshgrid(
            np.linspace(bumper_m, bumper_m + AHEAD_M, 13), np.linspace(-0.6, 0.6, 25)
        )
        over = self._walker.over(x.ravel(), y.ravel(), self.now_s - NOW)
        return bool((over > 0.3).any())


def slope(rng: np.random.Generator) -> Ground:
    grade = float(rng.choice((-0.09, 0.0, 0.05, 0.09)))
    return lambda x, y: grade * x


@pytest.mark.parametrize("seed", [*range(10), 49, 219, 259, 288])  # the last four did
def test_who_crosses_close_ahead_leaves_no_edge(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ground = slope(rng)
    trip = Crossed(ground, ground, Walker.of(rng), seed)
    assert trip.drive(SECONDS)
    assert len(trip.stage._drops.points) == 0


@pytest.mark.parametrize("depth_m", [0.35, 9.0])
@pytest.mark.parametrize("seed", range(6))
def test_an_edge_behind_who_crosses_is_stopped_short_of(seed: int, depth_m: float) -> None:
    rng = np.random.default_rng(seed)
    ground, edge_m = slope(rng), rng.uniform(4.4, 6.0)
    heading_rad = float(rng.choice((-0.5, 0.0, 0.5)))
    ends = fallen(ground, beyond(edge_m, heading_rad), depth_m)
    trip = Crossed(ends, ground, Walker.of(rng), seed)
    assert trip.drive(2 * SECONDS)
    assert len(trip.stage._drops.points) > 0
