"""Expectations about faults and the vehicle's response to them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from navigation.types import Mode
from patrol.faults import FAULTS, FaultKind, Response
from simulation.scenarios.trace import SAMPLE_S, Mark, Trace
from simulation.scenarios.verdicts import (
    Expectation,
    began,
    ended_s,
    require_positive,
    standstill_s,
)

WALKING_PACE_MPS = 0.5
RIPPLE_MPS = 0.1
STOP_WITHIN_S = 2.5  # from 1.39 m/s at 2 m/s², detection and delays included
SLOW_WITHIN_S = 3.5  # at comfortable braking
CREEP_M = 0.10
HICCUP_S = 0.5


@dataclass(frozen=True, slots=True)
class FaultOpens(Expectation):
    """A fault opens soon after its cause, and closes soon after it is gone."""

    fault: FaultKind
    after: str
    opens_within_s: float
    closes_within_s: float | None = None

    KIND: ClassVar[str] = "fault"

    def __post_init__(self) -> None:
        require_positive(opens_within_s=self.opens_within_s, closes_within_s=self.closes_within_s)

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        closes = (
            "" if self.closes_within_s is None
            else f" and closes within {self.closes_within_s:g} s after it is gone"
        )  # fmt: skip
        return f"{self.fault} opens within {self.opens_within_s:g} s after {self.after}{closes}"

    @property
    def names(self) -> tuple[str, ...]:
        """The cause."""
        return (self.after,)

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By what navigation, gate and client report."""
        mark = began(trace, self.after)
        spans = [s for s in trace.fault_spans(self.fault) if (s[1] or math.inf) > mark.begin_s]
        if not spans:
            return False, "never open"
        late_s = max(0.0, spans[0][0] - mark.begin_s)
        if self.closes_within_s is None or mark.end_s is None:
            return late_s <= self.opens_within_s, f"opened after {late_s:.2f} s"
        end_s = spans[-1][1]
        lag_s = math.inf if end_s is None else max(0.0, end_s - mark.end_s)
        good = late_s <= self.opens_within_s and lag_s <= self.closes_within_s
        return good, f"opened after {late_s:.2f} s, closed {lag_s:.2f} s after the end"


@dataclass(frozen=True, slots=True)
class NoFault(Expectation):
    """None of these faults is ever open; without a list: none whose response stops the vehicle."""

    faults: tuple[FaultKind, ...] = ()

    KIND: ClassVar[str] = "no_fault"

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        names = ", ".join(self.faults) or "fault that stops"
        return f"no {names}"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """Over the whole run."""
        wanted = self.faults or tuple(
            kind for kind, row in FAULTS.items() if row.response >= Response.STOP
        )
        seen = [fault for fault in trace.all_faults() if fault in wanted]
        return not seen, ", ".join(seen) or "none"


@dataclass(frozen=True, slots=True)
class Responds(Expectation):
    """The vehicle does what the fault table says for a fault, by its true motion.

    STOP and STOP_AND_LATCH: stands within 2.5 s and until the cause is gone (latched: to the end
    or until `reset`). SLOW and SLOW_THEN_WAIT: walking pace within 3.5 s. The others: drives on.
    """

    after: str
    like: FaultKind | None = None  # None: no response at all is due
    reset: str = ""

    KIND: ClassVar[str] = "response"

    @property
    def response(self) -> Response:
        """What is due."""
        return FAULTS[self.like].response if self.like else Response.NONE

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        why = f" ({self.like})" if self.like else ""
        return f"responds to {self.after} with {self.response.name}{why}"

    @property
    def names(self) -> tuple[str, ...]:
        """The cause, and the reset."""
        return (self.after, self.reset) if self.reset else (self.after,)

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the true motion."""
        mark = began(trace, self.after)
        if self.response >= Response.STOP:
            return self._stopped(trace, mark)
        if self.response >= Response.SLOW:
            return self._slowed(trace, mark)
        return self._went_on(trace, mark)

    def _opened_s(self, trace: Trace, mark: Mark) -> float:
        """When the vehicle noticed: its answer counts from there."""
        if self.like is None:
            return mark.begin_s
        spans = [s for s in trace.fault_spans(self.like) if (s[1] or math.inf) > mark.begin_s]
        return max(mark.begin_s, spans[0][0]) if spans else mark.begin_s

    def _stopped(self, trace: Trace, mark: Mark) -> tuple[bool, str]:
        begin_s, end_s = self._opened_s(trace, mark), ended_s(trace, mark)
        if self.response is Response.STOP_AND_LATCH:
            end_s = began(trace, self.reset).begin_s if self.reset else trace.ended_s
        at_s = standstill_s(trace, begin_s, trace.ended_s)
        crept_m = trace.distance_m(at_s, end_s) if at_s < end_s else 0.0
        good = at_s - begin_s <= STOP_WITHIN_S and crept_m <= CREEP_M
        return good, f"stood after {at_s - begin_s:.2f} s, then moved {crept_m:.2f} m"

    def _slowed(self, trace: Trace, mark: Mark) -> tuple[bool, str]:
        begin_s = self._opened_s(trace, mark) + SLOW_WITHIN_S
        fast = max((abs(s.speed_mps) for s in trace.window(begin_s, ended_s(trace, mark))),
                   default=0.0)  # fmt: skip
        return fast <= WALKING_PACE_MPS + RIPPLE_MPS, f"at most {fast:.2f} m/s"

    def _went_on(self, trace: Trace, mark: Mark) -> tuple[bool, str]:
        """Never made to stop or slow down by a fault for longer than a hiccup."""
        during = trace.window(mark.begin_s, ended_s(trace, mark))
        held = [s for s in during if s.mode is Mode.STOPPED or s.response >= Response.SLOW]
        if len(held) * SAMPLE_S > HICCUP_S:
            names = ", ".join(sorted(held[0].faults)) or held[0].waiting_for
            return False, f"{held[0].response.name} at {held[0].t_s:.1f} s: {names}"
        return True, f"drove {trace.distance_m(mark.begin_s, ended_s(trace, mark)):.1f} m"


@dataclass(frozen=True, slots=True)
class Latches(Expectation):
    """The safety gate stays latched from soon after an event until another (or to the end)."""

    after: str
    until: str = ""

    KIND: ClassVar[str] = "latches"

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"stays latched after {self.after} until {self.until or 'the end'}"

    @property
    def names(self) -> tuple[str, ...]:
        """Both events."""
        return (self.after, self.until) if self.until else (self.after,)

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the gate's own word."""
        begin_s = began(trace, self.after).begin_s + 1.0
        end_s = began(trace, self.until).begin_s if self.until else trace.ended_s
        held = [s for s in trace.window(begin_s, end_s) if s.t_s < end_s]
        open_s = [s.t_s for s in held if not s.latched]
        return not open_s, f"not latched at {open_s[0]:.1f} s" if open_s else "latched"
