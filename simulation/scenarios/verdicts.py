"""Verdict: what became of one expectation; and what every expectation shares."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from simulation.scenarios.places import Place
from simulation.scenarios.trace import Mark, Trace

STANDING_MPS = 0.05


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it came true, and the figures that say so."""

    expectation: str
    passed: bool
    detail: str
    is_gate: bool = False  # of the scene itself: must hold in an expected failure too


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation(ABC):
    """One line under `expect`; `judge` reads a finished run.

    `vehicle` names one of several; empty is the scenario's first.
    """

    vehicle: str = ""

    KIND: ClassVar[str] = ""
    READS_SCENE: ClassVar[bool] = False  # needs the actors' true states: trace.scene

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What is expected, for people."""

    @abstractmethod
    def check(self, trace: Trace) -> tuple[bool, str]:
        """Whether it came true, and figures."""

    @property
    def times_s(self) -> tuple[float, ...]:
        """Times that must be above 0."""
        return ()

    @property
    def names(self) -> tuple[str, ...]:
        """Events and faults that it speaks of."""
        return ()

    @property
    def actors(self) -> tuple[str, ...]:
        """Actors that it speaks of."""
        return ()

    @property
    def places(self) -> tuple[Place, ...]:
        """Places of the map that it speaks of."""
        return ()

    def judge(self, trace: Trace) -> Verdict:
        """The verdict; an event that never came is a failure."""
        sentence = f"{self.vehicle}: {self.sentence}" if self.vehicle else self.sentence
        for name in self.names:
            if trace.mark(name) is None:
                return Verdict(sentence, False, f"{name} never took place")
        passed, detail = self.check(trace.others.get(self.vehicle, trace))
        return Verdict(sentence, passed, detail)


def began(trace: Trace, name: str) -> Mark:
    """An event's mark; `judge` has made sure that it is there."""
    mark = trace.mark(name)
    assert mark is not None
    return mark


def ended_s(trace: Trace, mark: Mark) -> float:
    """When an injected fault ended; the end of the run where it lasted."""
    return trace.ended_s if mark.end_s is None else mark.end_s


def standstill_s(trace: Trace, begin_s: float, end_s: float) -> float:
    """When the vehicle first stood after a time; inf where it did not before `end_s`."""
    for sample in trace.window(begin_s, end_s):
        if abs(sample.speed_mps) < STANDING_MPS:
            return sample.t_s
    return math.inf


def require_positive(**values: float | None) -> None:
    """Raises ValueError for a limit that is not above 0."""
    for name, value in values.items():
        if value is not None and not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name}: {value:g} must be above 0")
