"""The vehicle's rangers: at their rates, with their noise, heard a little later.

An ultrasonic ranger misses an echo now and then (clothes swallow sound). The ground is level, so
the rangers that look for drops see it, and nothing but it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

import numpy as np

from navigation.types import RangeSample
from patrol.vehicle import UltrasonicSpec, VehicleSpec

LATENCY_S = 0.02  # from a range to the gate
MISSED_SHARE = 0.05  # of all echoes


class Rangers:
    """Measure and hand on; seeded."""

    def __init__(self, spec: VehicleSpec, seed: int) -> None:
        self._spec = spec
        self._rng = np.random.default_rng([seed, 18])
        self._ground_rng = np.random.default_rng([seed, 19])
        self._due_s = {
            ranger.name: float(rng.uniform(0, 1 / ranger.rate_hz))
            for rng, rangers in (
                (self._rng, spec.ultrasonics),
                (self._ground_rng, spec.drop_rangers),
            )
            for ranger in rangers
        }
        self._samples = {r.name: RangeSample(0.0, r.name, math.inf) for r in spec.ultrasonics}
        for ranger in spec.drop_rangers:
            self._samples[ranger.name] = RangeSample(0.0, ranger.name, ranger.level_range_m)
        self._sent: deque[tuple[float, RangeSample]] = deque()

    def step(
        self, now_s: float, heard_m: Callable[[UltrasonicSpec], float]
    ) -> tuple[RangeSample, ...]:
        """What the gate has of each ranger now; `heard_m` is the true way to the nearest echo."""
        for ranger in self._spec.ultrasonics:
            if self._is_due(now_s, ranger.name, ranger.rate_hz):
                range_m = heard_m(ranger) + float(self._rng.normal(0.0, ranger.noise_m))
                missed = float(self._rng.uniform()) < MISSED_SHARE
                heard = math.inf if missed or range_m > ranger.range_max_m else range_m
                self._send(now_s, ranger.name, max(ranger.range_min_m, heard))
        for ground in self._spec.drop_rangers:
            if self._is_due(now_s, ground.name, ground.rate_hz):
                noise_m = float(self._ground_rng.normal(0.0, ground.noise_m))
                self._send(now_s, ground.name, ground.level_range_m + noise_m)
        while self._sent and self._sent[0][0] <= now_s:
            _, sample = self._sent.popleft()
            self._samples[sample.name] = sample
        return tuple(self._samples.values())

    def _is_due(self, now_s: float, name: str, rate_hz: float) -> bool:
        if now_s < self._due_s[name]:
            return False
        self._due_s[name] += 1 / rate_hz
        return True

    def _send(self, now_s: float, name: str, range_m: float) -> None:
        self._sent.append((now_s + LATENCY_S, RangeSample(now_s, name, range_m)))
