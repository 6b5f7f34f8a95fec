"""Hazards, one after the other, before a process that answers; what it took each time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.reacting.hazards import Hazard
from benchmarks.reacting.street import StreetNode
from patrol.errors import SunraError

WANTED_MPS = 0.8
READY_WITHIN_S = 60.0
ANSWERS_WITHIN_S = 1.5
SPIN_S = 0.002


class Trials:
    """`latencies_s` of a hazard: from what reaches the process to the zero that comes back."""

    def __init__(self, street: StreetNode, executor: Any, log: Path, seed: int) -> None:
        self._street, self._executor, self._log = street, executor, log
        self._rng = np.random.default_rng([seed, 41])

    def latencies_s(self, hazard: Hazard, count: int) -> list[float]:
        """One a trial; infinite where no zero came. Raises SunraError if it never rolls."""
        return [self._trial(hazard) for _ in range(count)]

    def _trial(self, hazard: Hazard) -> float:
        street = self._street
        street.happen(None)
        street.wanted_mps = 0.0
        self._until(lambda: street.stands, "come to rest")
        self._spin(float(self._rng.uniform(0.0, 0.1)))
        street.begin_again()
        street.wanted_mps = WANTED_MPS
        self._until(lambda: street.rolls, "roll")
        self._spin(float(self._rng.uniform(0.1, 0.3)))
        street.happen(hazard)
        until_s = time.monotonic() + ANSWERS_WITHIN_S
        while street.zero_s is None and time.monotonic() < until_s:
            self._executor.spin_once(timeout_sec=SPIN_S)
        if street.zero_s is None or street.began_s is None:
            return float("inf")
        return street.zero_s - street.began_s

    def _until(self, what: Callable[[], bool], say: str) -> None:
        until_s = time.monotonic() + READY_WITHIN_S
        while not what():
            if time.monotonic() > until_s:
                last = self._log.read_text(errors="replace").strip().splitlines()[-1:]
                raise SunraError(f"the vehicle does not {say}; its process said last: {last}")
            self._executor.spin_once(timeout_sec=SPIN_S)

    def _spin(self, for_s: float) -> None:
        until_s = time.monotonic() + for_s
        while time.monotonic() < until_s:
            self._executor.spin_once(timeout_sec=SPIN_S)
