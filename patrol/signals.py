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


class MovementPhase(StrEnum):
    """SAE J2735 MovementPhaseState (ISO/TS 19091), in the standard's own words."""

    UNAVAILABLE = "unavailable"
    DARK = "dark"
    STOP_THEN_PROCEED = "stop-Then-Proceed"
    STOP_AND_REMAIN = "stop-And-Remain"
    PRE_MOVEMENT = "pre-Movement"
    PERMISSIVE_MOVEMENT_ALLOWED = "permissive-Movement-Allowed"
    PROTECTED_MOVEMENT_ALLOWED = "protected-Movement-Allowed"
    PERMISSIVE_CLEARANCE = "permissive-clearance"
    PROTECTED_CLEARANCE = "protected-clearance"
    CAUTION_CONFLICTING_TRAFFIC = "caution-Conflicting-Traffic"


# What a phase is to who walks; None where nobody knows. A permissive movement is not protected:
# vehicles may cross it, and whether they let people pass no light tells.
LIGHT_OF: dict[MovementPhase, SignalLight | None] = {
    MovementPhase.UNAVAILABLE: None,
    MovementPhase.DARK: None,
    MovementPhase.STOP_THEN_PROCEED: None,
    MovementPhase.STOP_AND_REMAIN: SignalLight.DONT_WALK,
    MovementPhase.PRE_MOVEMENT: SignalLight.DONT_WALK,
    MovementPhase.PERMISSIVE_MOVEMENT_ALLOWED: None,
    MovementPhase.PROTECTED_MOVEMENT_ALLOWED: SignalLight.WALK,
    MovementPhase.PERMISSIVE_CLEARANCE: SignalLight.CLEARANCE,
    MovementPhase.PROTECTED_CLEARANCE: SignalLight.CLEARANCE,
    MovementPhase.CAUTION_CONFLICTING_TRAFFIC: None,
}

AHEAD_AT_MOST_S = 0.5  # clocks differ; below navigation's margin, as it counts a walk as longer
# A phase that is said to last longer is a mistake: TimeMark counts tenths of a second within an
# hour, and its 36000 and 36001 say "an hour or more" and "not known" (SAE J2735, DE_TimeMark).
LEFT_BELOW_S = 3600.0


@dataclass(frozen=True, slots=True)
class SignalState:
    """What a signal says of itself, as a roadside unit broadcasts it.

    `walk_left_s` is how long it is certain to be no `dont_walk` yet; None where nobody knows.
    """

    stamp_s: float
    signal_id: str  # of the map's crosswalk
    light: SignalLight
    walk_left_s: float | None = None


@dataclass(frozen=True, slots=True)
class SignalDark:
    """What a signal shows is not known since: it is dark, it flashes, its controller is gone."""

    stamp_s: float
    signal_id: str
