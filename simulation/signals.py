"""Crosswalk signals: what a pedestrian's light shows, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from patrol.signals import SignalLight, SignalState


class Lamp(StrEnum):
    """The lamps of a pedestrian light, from above."""

    RED = "red"
    GREEN = "green"


FLASH_HZ = 1.0  # of the green in the clearance


def shines(light: SignalLight, lamp: Lamp, time_s: float) -> bool:
    """Whether a lamp burns at a time while its signal shows a light."""
    if lamp is Lamp.RED:
        return light is SignalLight.DONT_WALK
    flashes_off = light is SignalLight.CLEARANCE and time_s * FLASH_HZ % 1.0 >= 0.5
    return light is not SignalLight.DONT_WALK and not flashes_off


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

    def walk_left_s(self, time_s: float) -> float:
        """How long the light is no `dont_walk` yet; 0 where it is."""
        phase = (time_s + self.offset_s) % self.cycle_s
        return max(0.0, self.walk_s + self.clearance_s - phase)


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

    def at(self, time_s: float, set_lights: Mapping[str, SignalLight]) -> SignalLight:
        """What it shows: what somebody set it to (by crosswalk), else what its programme says.

        The one rule for walkers, pictures and the trace of a scenario; `time_s` counts from the
        world's beginning.
        """
        return set_lights.get(self.crosswalk_id) or self.program.at(time_s)[0]

    def says(
        self, time_s: float, set_lights: Mapping[str, SignalLight], stamp_s: float
    ) -> SignalState:
        """What its roadside unit broadcasts; how long a light that somebody set stays, it does
        not know."""
        light = self.at(time_s, set_lights)
        walk_left_s = None
        if self.crosswalk_id not in set_lights and light is not SignalLight.DONT_WALK:
            walk_left_s = self.program.walk_left_s(time_s)
        return SignalState(stamp_s, self.signal_id, light, walk_left_s)
