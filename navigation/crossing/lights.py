"""LightWatch: the light of the crosswalk at hand, and whether it leaves the vehicle time enough.

A light is set for who steps off while it shows walk and walks 1 m/s. Where a roadside unit tells
how long walk and clearance last, that counts; where it does not, a vehicle may rely on a walk that
it has seen begin, if it is no slower than a pedestrian.
"""

from __future__ import annotations

import math

from patrol.signals import SignalLight, SignalState
from patrol.topics import TOPICS

SIGNAL_MAX_AGE_S = TOPICS["/signals/state"].max_age_s or 0.0
SIGNAL_MARGIN_S = 1.0
PEDESTRIAN_MPS = 1.0  # whom clearance is set for (Traffic Signal Installation Manual)
FRESH_WALK_S = 3.0  # after its beginning was seen, it may be begun on
SHORTEST_WALK_S = 7.0  # (the same manual): until then who has begun must be on the road


class LightWatch:
    """Follows one light at a time; `see` every cycle."""

    def __init__(self) -> None:
        self._state: SignalState | None = None
        self._walk_since_s = -math.inf  # its beginning was seen, in an unbroken row of states

    def see(self, state: SignalState | None) -> None:
        """Take in the newest state; after a silence, or of another light, a walk may be old."""
        before, self._state = self._state, state
        if before is None or state is None or not _goes_on(before, state):
            self._walk_since_s = -math.inf
        elif state.light is SignalLight.WALK and before.light is not SignalLight.WALK:
            self._walk_since_s = state.stamp_s

    def known(self, now_s: float) -> SignalLight | None:
        """What it shows; None where nobody tells. A stamp may be a little ahead of our clock."""
        state = self._state
        if state is None or abs(now_s - state.stamp_s) > SIGNAL_MAX_AGE_S:
            return None
        return state.light

    def is_enough(self, needed_s: float, pace_mps: float, begun: bool, now_s: float) -> bool:
        """Whether a vehicle may begin (or go on, having begun) that takes `needed_s` to be over
        and is on average as fast as `pace_mps` on the carriageway."""
        state = self._state
        if state is None or self.known(now_s) is not SignalLight.WALK:
            return False
        if state.walk_left_s is not None:
            left_s = state.walk_left_s - max(0.0, now_s - state.stamp_s)
            return left_s >= needed_s + SIGNAL_MARGIN_S
        allowed_s = SHORTEST_WALK_S if begun else FRESH_WALK_S
        return now_s - self._walk_since_s <= allowed_s and pace_mps >= PEDESTRIAN_MPS


def _goes_on(before: SignalState, state: SignalState) -> bool:
    apart_s = state.stamp_s - before.stamp_s
    return before.signal_id == state.signal_id and 0.0 <= apart_s <= SIGNAL_MAX_AGE_S
