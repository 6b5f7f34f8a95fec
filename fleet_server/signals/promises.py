"""Whether a signal keeps what it says of the rest of its walk.

A rest in another unit, the likely end given for the earliest, or the rest of another signal shows
itself at the first red that comes too early. From then on that signal's rests are not told any
more, and a vehicle goes by the lights that it sees change.
"""

from __future__ import annotations

import logging
import math

from fleet_server.api.signal_models import NewPhase
from patrol.clock import Clock
from patrol.signals import LIGHT_OF, SignalLight

log = logging.getLogger(__name__)

EARLY_AT_MOST_S = 0.5  # tenths of a second are cut, and two stamps taken
DISTRUSTED_S = 3600.0  # from the last red that came too early


class Promises:
    """`check` every phase that is taken, in its order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until_s: dict[str, float] = {}  # no dont_walk before, by what was said
        self._broken_s: dict[str, float] = {}  # monotonic

    def is_trusted(self, signal_id: str) -> bool:
        """Whether the rests of a signal are told."""
        since_s = self._clock.monotonic_s() - self._broken_s.get(signal_id, -math.inf)
        return since_s > DISTRUSTED_S

    def check(self, phase: NewPhase) -> NewPhase:
        """The phase as vehicles may be told it."""
        signal_id, light = phase.signal_id, LIGHT_OF[phase.phase]
        if light is SignalLight.DONT_WALK:
            early_s = self._until_s.pop(signal_id, -math.inf) - phase.observed_at
            if early_s > EARLY_AT_MOST_S:
                self._break(signal_id, early_s)
        elif light is not None and phase.time_left_s is not None:
            end_s = phase.observed_at + phase.time_left_s
            self._until_s[signal_id] = max(end_s, self._until_s.get(signal_id, end_s))
        if phase.time_left_s is None or self.is_trusted(signal_id):
            return phase
        return phase.model_copy(update={"time_left_s": None})

    def _break(self, signal_id: str, early_s: float) -> None:
        if self.is_trusted(signal_id):
            log.warning("signal_breaks_word signal=%s red_too_early_s=%.1f", signal_id, early_s)
        self._broken_s[signal_id] = self._clock.monotonic_s()
