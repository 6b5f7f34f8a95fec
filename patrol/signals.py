"""Pedestrian lights: what they show, and what a vehicle is told of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SignalLight(StrEnum):
    """A pedestrian light; clearance is the flashing green in which nobody may begin.

    The movement phase states of SAE J2735 that pedestrians are shown: protected-Movement-Allowed,
    protected-clearance and stop-And-Remain.
    """

    WALK = "walk"
    CLEARANCE = "clearance"
    DONT_WALK = "dont_walk"


@dataclass(frozen=True, slots=True)
class SignalState:
    """What a signal says of itself, as a roadside unit broadcasts it.

    `walk_left_s` is how long it is certain to be no `dont_walk` yet; None where nobody knows.
    """

    stamp_s: float
    signal_id: str  # of the map's crosswalk
    light: SignalLight
    walk_left_s: float | None = None
