"""SignalFeed: the newest phase of every signal, as the city tells it.

In memory alone and on no audit trail: a phase is worth two seconds and comes every one. What is
logged is when the city is first heard, when it falls silent, and what is wrong, each once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fleet_server.api.signal_models import (
    NewPhase,
    Refusal,
    RefusedPhase,
    SignalsAnswer,
    SignalView,
)
from fleet_server.fleet import Fleet
from fleet_server.maps import MapLibrary
from fleet_server.signals.promises import Promises
from fleet_server.vehicle_maps import enabled_map
from patrol.clock import Clock
from patrol.signals import AHEAD_AT_MOST_S, LIGHT_OF
from patrol.topics import TOPICS

log = logging.getLogger(__name__)

MAX_AGE_S = TOPICS["/signals/state"].max_age_s or 0.0  # older, no vehicle goes by it
LOST_AFTER_S = 5.0  # without any phase that was taken
NAMED_AT_MOST = 1000  # ids and reasons that are remembered as named


@dataclass(slots=True)
class FeedCounters:
    """Since the start."""

    taken: int = 0
    refused: int = 0


class SignalFeed:
    """`take` what the city tells; `look` now and then for its silence."""

    def __init__(self, maps: MapLibrary, fleet: Fleet, clock: Clock) -> None:
        self._maps, self._fleet, self._clock = maps, fleet, clock
        self._newest: dict[str, NewPhase] = {}
        self._promises = Promises(clock)
        self._heard_s: float | None = None  # monotonic; when a phase was last taken
        self._is_lost = True
        self._named: set[str] = set()
        self._ids: dict[str, frozenset[str]] = {}  # by the map's content hash
        self.counters = FeedCounters()
        self.on_news: Callable[[], None] = lambda: None

    def take(self, phases: Sequence[NewPhase], username: str) -> SignalsAnswer:
        """Each phase by itself: taken, of a signal that is on no map, or refused."""
        known = set().union(*self._known().values())
        unknown: list[str] = []
        refused: list[RefusedPhase] = []
        accepted = 0
        for index, phase in enumerate(phases):
            if phase.signal_id not in known:
                if phase.signal_id not in unknown:
                    unknown.append(phase.signal_id)
                continue
            problem = self._problem(phase)
            if problem is not None:
                reason, message = problem
                refused.append(
                    RefusedPhase(
                        index=index, signal_id=phase.signal_id, reason=reason, message=message
                    )
                )
                continue
            self._newest[phase.signal_id] = self._promises.check(phase)
            accepted += 1
        self._note(accepted, unknown, refused, username)
        return SignalsAnswer(accepted=accepted, unknown=unknown, refused=refused)

    def ids_of(self, map_id: str, version: str) -> frozenset[str]:
        """The signals of a version of a map; none where this server does not know it."""
        if version not in self._ids:
            patrol_map = self._maps.version(map_id, version)
            if patrol_map is None:
                return frozenset()
            ids = frozenset(c.signal_id for c in patrol_map.crosswalks if c.signal_id)
            if not version:  # the current one, whichever that is
                return ids
            self._ids[version] = ids
        return self._ids[version]

    def current(self, signal_ids: Iterable[str]) -> list[NewPhase]:
        """Phases of these signals that a vehicle may still go by."""
        oldest_s = self._clock.now_s() - MAX_AGE_S
        found = (self._newest.get(signal_id) for signal_id in sorted(signal_ids))
        return [phase for phase in found if phase is not None and phase.observed_at >= oldest_s]

    def look(self) -> None:
        """Say when the city has fallen silent."""
        age_s = self.age_s()
        if not self._is_lost and age_s is not None and age_s > LOST_AFTER_S:
            self._is_lost = True
            self._named.clear()
            log.warning("signals_lost silent_s=%.1f signals=%d", age_s, len(self._newest))

    def age_s(self) -> float | None:
        """Since when no phase was taken; None where none ever was."""
        return None if self._heard_s is None else self._clock.monotonic_s() - self._heard_s

    def told_now(self) -> int:
        """Of how many signals a vehicle may go by the newest phase."""
        return len(self.current(self._newest))

    def views(self) -> list[SignalView]:
        """The newest phase of every signal, by id."""
        now_s, known = self._clock.now_s(), self._known()
        current = {phase.signal_id for phase in self.current(self._newest)}
        return [
            SignalView(
                signal_id=signal_id,
                map_ids=sorted({map_id for map_id, ids in known.items() if signal_id in ids}),
                phase=phase.phase,
                light=LIGHT_OF[phase.phase],
                observed_at=phase.observed_at,
                age_s=round(now_s - phase.observed_at, 3),
                time_left_s=phase.time_left_s,
                keeps_word=self._promises.is_trusted(signal_id),
                current=signal_id in current,
            )
            for signal_id, phase in sorted(self._newest.items())
        ]

    def _known(self) -> dict[str, frozenset[str]]:
        """The signals by map: of the current versions, and of those that vehicles drive on."""
        versions = {(m.map_id, m.content_hash) for m in self._maps.all()}
        enabled = (enabled_map(record.state) for record in self._fleet.records())
        versions |= {(m.map_id, m.map_version) for m in enabled if m is not None}
        known: dict[str, frozenset[str]] = {}
        for map_id, version in versions:
            known[map_id] = known.get(map_id, frozenset()) | self.ids_of(map_id, version)
        return known

    def _problem(self, phase: NewPhase) -> tuple[Refusal, str] | None:
        age_s = self._clock.now_s() - phase.observed_at
        if age_s > MAX_AGE_S:
            why = f"{age_s:.2f} s old by this server's clock, at most {MAX_AGE_S:g} s"
            return "late", f"observed_at: {why}"
        if age_s < -AHEAD_AT_MOST_S:
            why = f"{-age_s:.2f} s ahead of this server's clock, at most {AHEAD_AT_MOST_S:g} s"
            return "ahead", f"observed_at: {why}"
        before = self._newest.get(phase.signal_id)
        if before is not None and phase.observed_at <= before.observed_at:
            why = f"{phase.observed_at:.3f} is not after {before.observed_at:.3f}, known already"
            return "not_newer", f"observed_at: {why}"
        return None

    def _note(
        self, accepted: int, unknown: list[str], refused: list[RefusedPhase], username: str
    ) -> None:
        self.counters.taken += accepted
        self.counters.refused += len(refused)
        for signal_id in unknown:
            if self._is_new(f"unknown {signal_id}"):
                log.warning("signal_unknown signal=%r user=%s", signal_id, username)
        for phase in refused:
            # a list that is posted twice says nothing wrong
            if phase.reason != "not_newer" and self._is_new(f"{phase.reason} {phase.signal_id}"):
                log.warning(
                    "signal_refused signal=%s reason=%s why=%r user=%s",
                    phase.signal_id, phase.reason, phase.message, username,
                )  # fmt: skip
        if not accepted:
            return
        age_s, self._heard_s = self.age_s(), self._clock.monotonic_s()
        if self._is_lost:
            self._is_lost = False
            silent = "ever" if age_s is None else f"{age_s:.1f}"
            log.warning("signals_heard user=%s signals=%d silent_s=%s", username, accepted, silent)
        self.on_news()

    def _is_new(self, key: str) -> bool:
        if key in self._named or len(self._named) >= NAMED_AT_MOST:
            return False
        self._named.add(key)
        return True
