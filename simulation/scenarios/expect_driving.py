"""Expectations about what the vehicle does: arrive, stand, drive on, touch nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from navigation.types import Mode
from simulation.scenarios.trace import Trace
from simulation.scenarios.verdicts import (
    STANDING_MPS,
    Expectation,
    began,
    ended_s,
    require_positive,
    standstill_s,
)

ENDS = (Mode.FINISHED, Mode.CHARGING)
SETTLE_S = 3.0  # after this a vehicle that has to stand stands
CREEP_M = 0.10


@dataclass(frozen=True, slots=True)
class Finishes(Expectation):
    """The order is done."""

    within_s: float

    KIND: ClassVar[str] = "finishes"

    def __post_init__(self) -> None:
        require_positive(within_s=self.within_s)

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"finishes its order within {self.within_s:g} s"

    @property
    def times_s(self) -> tuple[float, ...]:
        """When it must have come true."""
        return (self.within_s,)

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the mode after an order was taken."""
        done_s = finished_s(trace)
        return done_s <= self.within_s, _when("finished", done_s, trace)


@dataclass(frozen=True, slots=True)
class DoesNotFinish(Expectation):
    """The order stays undone."""

    KIND: ClassVar[str] = "does_not_finish"

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return "does not finish its order"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the mode."""
        done_s = finished_s(trace)
        return math.isinf(done_s), _when("finished", done_s, trace)


@dataclass(frozen=True, slots=True)
class Reaches(Expectation):
    """A checkpoint is visited, or a node is driven over."""

    within_s: float
    checkpoint: str = ""
    node: int | None = None

    KIND: ClassVar[str] = "reaches"

    def __post_init__(self) -> None:
        require_positive(within_s=self.within_s)
        if bool(self.checkpoint) == (self.node is not None):
            raise ValueError("checkpoint: give either checkpoint or node")

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        what = f"checkpoint {self.checkpoint}" if self.checkpoint else f"node {self.node}"
        return f"reaches {what} within {self.within_s:g} s"

    @property
    def times_s(self) -> tuple[float, ...]:
        """When it must have come true."""
        return (self.within_s,)

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the visits that the vehicle reported."""
        if self.checkpoint:
            at_s = trace.checkpoint_visits.get(self.checkpoint, math.inf)
        else:
            at_s = next((v.t_s for v in trace.visits if v.node_id == self.node), math.inf)
        return at_s <= self.within_s, _when("reached", at_s, trace)


@dataclass(frozen=True, slots=True)
class NoContact(Expectation):
    """The hull never touches anything."""

    KIND: ClassVar[str] = "no_contact"

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return "never touches anything"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the physics' contacts."""
        told = ", ".join(f"{name} at {t_s:.1f} s" for t_s, name in trace.contacts[:3])
        return not trace.contacts, told or "no contact"


@dataclass(frozen=True, slots=True)
class Stops(Expectation):
    """The vehicle stands after an event, soon and near."""

    after: str
    within_s: float
    within_m: float | None = None

    KIND: ClassVar[str] = "stops"

    def __post_init__(self) -> None:
        require_positive(within_s=self.within_s, within_m=self.within_m)

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        far = "" if self.within_m is None else f" and {self.within_m:g} m"
        return f"stands within {self.within_s:g} s{far} after {self.after}"

    @property
    def names(self) -> tuple[str, ...]:
        """The event."""
        return (self.after,)

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the true speed and the true way."""
        begin_s = began(trace, self.after).begin_s
        at_s = standstill_s(trace, begin_s, trace.ended_s)
        if math.isinf(at_s):
            return False, "never stood"
        way_m = trace.distance_m(begin_s, at_s)
        near = self.within_m is None or way_m <= self.within_m
        return near and at_s - begin_s <= self.within_s, f"{at_s - begin_s:.2f} s, {way_m:.2f} m"


@dataclass(frozen=True, slots=True)
class DrivesOn(Expectation):
    """The vehicle moves (again) after an event or the end of an injected fault."""

    after: str
    within_s: float
    from_end: bool = False  # count from the fault's end

    KIND: ClassVar[str] = "drives_on"

    def __post_init__(self) -> None:
        require_positive(within_s=self.within_s)

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        since = f"the end of {self.after}" if self.from_end else self.after
        return f"drives within {self.within_s:g} s after {since}"

    @property
    def names(self) -> tuple[str, ...]:
        """The event."""
        return (self.after,)

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the true speed."""
        mark = began(trace, self.after)
        begin_s = ended_s(trace, mark) if self.from_end else mark.begin_s
        moving = [
            s.t_s
            for s in trace.window(begin_s, begin_s + self.within_s)
            if s.speed_mps > 2 * STANDING_MPS
        ]
        done = bool(moving) or begin_s >= finished_s(trace)
        return done, f"after {moving[0] - begin_s:.1f} s" if moving else "did not move"


@dataclass(frozen=True, slots=True)
class Stands(Expectation):
    """The vehicle stands from an event (and 3 s to brake) until another, or to the end."""

    after: str
    until: str = ""

    KIND: ClassVar[str] = "stands"

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"stands after {self.after} until {self.until or 'the end'}"

    @property
    def names(self) -> tuple[str, ...]:
        """Both events."""
        return (self.after, self.until) if self.until else (self.after,)

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By the true way: creeping 0.1 m is not standing."""
        begin_s = began(trace, self.after).begin_s + SETTLE_S
        end_s = began(trace, self.until).begin_s if self.until else trace.ended_s
        way_m = trace.distance_m(begin_s, end_s)
        return (
            way_m <= CREEP_M and end_s > begin_s,
            f"moved {way_m:.2f} m in {end_s - begin_s:.1f} s",
        )


@dataclass(frozen=True, slots=True)
class BatteryAtLeast(Expectation):
    """Charge is left at the end."""

    pct: float

    KIND: ClassVar[str] = "battery_at_least"

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"has at least {self.pct:g} % of charge at the end"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By what the base reports last."""
        left = trace.samples[-1].battery_pct if trace.samples else 0.0
        return left >= self.pct, f"{left:.1f} %"


@dataclass(frozen=True, slots=True)
class EndsIn(Expectation):
    """The mode at the end."""

    mode: Mode

    KIND: ClassVar[str] = "ends_in"

    @property
    def sentence(self) -> str:
        """What is expected, for people."""
        return f"is {self.mode} at the end"

    def check(self, trace: Trace) -> tuple[bool, str]:
        """By navigation's last state."""
        mode = trace.samples[-1].mode if trace.samples else Mode.IDLE
        return mode is self.mode, f"{mode}"


def finished_s(trace: Trace) -> float:
    """When the last order was done; inf where it never was."""
    at_s = math.inf
    for sample in reversed(trace.samples):
        if not (sample.mode in ENDS and sample.order_id):
            break
        at_s = sample.t_s
    return at_s


def _when(what: str, at_s: float, trace: Trace) -> str:
    return (
        f"{what} at {at_s:.1f} s"
        if math.isfinite(at_s)
        else f"not {what} in {trace.ended_s:.0f} s"
    )
