"""Crosswalk signals: what a pedestrian's light shows, and when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SignalLight(StrEnum):
    """A pedestrian light; clearance is the flashing green in which nobody may begin."""

    WALK = "walk"
    CLEARANCE = "clearance"
    DONT_WALK = "dont_walk"


@dataclass(frozen=True, slots=True)
class SignalProgram:
    """A fixed-time programme: walk, clearance, then red for the rest of the cycle; seconds.

    The default walk gives 7 s to step off, the clearance 1 s for each metre of a 13 m crossing
    (Korean practice, Traffic Signal Installation Manual, pedestrian green time).
    """

    walk_s: float = 7.0
    clearance_s: float = 13.0
    cycle_s: float = 90.0
    offset_s: float = 0.0

    def __post_init__(self) -> None:
        if min(self.walk_s, self.clearance_s) < 0 or self.cycle_s <= 0:
            raise ValueError("walk_s, clearance_s, cycle_s: must not be negative")
        if self.walk_s + self.clearance_s > self.cycle_s:
            raise ValueError(
                f"cycle_s: {self.cycle_s:g} is shorter than walk_s and clearance_s together"
            )

    def at(self, time_s: float) -> tuple[SignalLight, float]:
        """The light at a time (s from the start) and how long it stays (s)."""
        phase = (time_s + self.offset_s) % self.cycle_s
        if phase < self.walk_s:
            return SignalLight.WALK, self.walk_s - phase
        if phase < self.walk_s + self.clearance_s:
            return SignalLight.CLEARANCE, self.walk_s + self.clearance_s - phase
        return SignalLight.DONT_WALK, self.cycle_s - phase


@dataclass(frozen=True, slots=True)
class SignalHead:
    """A post with a pedestrian light at one end of a crosswalk, looking along `yaw_rad`."""

    x_m: float
    y_m: float
    z_m: float
    yaw_rad: float


@dataclass(frozen=True, slots=True)
class CrosswalkSignal:
    """The signal of one crosswalk."""

    signal_id: str
    crosswalk_id: str
    program: SignalProgram
    heads: tuple[SignalHead, ...]
