"""When something happens: at a time, or when the vehicle is somewhere, somehow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from navigation.types import Mode
from patrol.faults import FaultKind
from simulation.scenarios.places import Place


class DrivingState(StrEnum):
    """What the vehicle is doing, judged by its true motion and place."""

    STANDING = "standing"  # with an order, at rest
    STRAIGHT = "straight"  # above half a metre a second, wheels ahead
    TURNING = "turning"
    SLOPE = "slope"  # moving on at least 3 degrees
    CROSSWALK = "crosswalk"  # moving on one
    CHECKPOINT = "checkpoint"  # dwelling


@dataclass(frozen=True, slots=True)
class When:
    """A condition; all that is given must hold at once."""

    driving: DrivingState | None = None
    travelled_m: float | None = None  # at least, by the truth
    mode: Mode | None = None
    fault: FaultKind | None = None  # open on the vehicle
    near: Place | None = None
    within_m: float = 2.0  # of `near`
    after: str = ""  # an event or fault that has begun
    after_s: float = 0.0  # so long ago

    def __post_init__(self) -> None:
        given = (self.driving, self.travelled_m, self.mode, self.fault, self.near)
        if not self.after and all(value is None for value in given):
            raise ValueError("when: names no condition")
        if self.travelled_m is not None and not 0 <= self.travelled_m < 1e6:
            raise ValueError(f"travelled_m: {self.travelled_m:g} must not be negative")
        if not self.within_m > 0:
            raise ValueError(f"within_m: {self.within_m:g} must be above 0")
        if self.after_s < 0 or (self.after_s and not self.after):
            raise ValueError("after_s: needs `after`, and must not be negative")


def check_moment(at_s: float | None, when: When | None) -> None:
    """Raises ValueError unless exactly one of a time and a condition is given, and is possible."""
    if (at_s is None) == (when is None):
        raise ValueError("at_s: give either at_s or when")
    if at_s is not None and not (math.isfinite(at_s) and at_s >= 0):
        raise ValueError(f"at_s: {at_s:g} is before the start (0)")


def check_duration(for_s: float | None) -> None:
    """Raises ValueError for a duration that is not above 0; None is to the end."""
    if for_s is not None and not (math.isfinite(for_s) and for_s > 0):
        raise ValueError(f"for_s: {for_s:g} must be above 0")
