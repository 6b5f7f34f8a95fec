"""BlackBox: the ring and the seals, as a recorder uses them; no disk ever stops it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from fleet_client.black_box.limits import Limits
from fleet_client.black_box.reasons import OpeningWatch, SealReason
from fleet_client.black_box.retention import expire
from fleet_client.black_box.ring import Ring, free_mb_of
from fleet_client.black_box.seals import Companions, Seals, nothing_more
from fleet_client.black_box.segment import sequence_of
from fleet_client.black_box.segment_file import RecordedTopic
from patrol.faults import FaultKind

log = logging.getLogger(__name__)

RING, SEALED = "ring", "sealed"
EXPIRE_EVERY_S = 60.0


class BlackBox:
    """Records what it is given; `now_s` is monotonic, `wall_s` since the epoch.

    `companions` gives the vehicle file and the map, which every seal holds a copy of.
    """

    def __init__(
        self,
        folder: Path,
        limits: Limits,
        topics: Sequence[RecordedTopic],
        now_s: float,
        wall_s: float,
        *,
        companions: Companions = nothing_more,
        free_mb: Callable[[Path], float] = free_mb_of,
    ) -> None:
        self._folder, self._limits, self._companions = folder, limits, companions
        self._watch = OpeningWatch()
        self._expired_s = float("-inf")
        self._trouble: str | None = None
        self._seals: Seals | None = None
        first = _first_sequence(folder / SEALED)
        self.ring = Ring(folder / RING, limits, topics, now_s, wall_s, free_mb, first)
        self._try(self._take_up)

    def write(self, topic: str, cdr: bytes, wall_s: float, vehicle_s: float, now_s: float) -> None:
        """Record a message; `vehicle_s` is the vehicle's clock (`/clock` in simulation)."""
        self.ring.write(topic, cdr, wall_s, vehicle_s, now_s)

    def wants_picture(self, topic: str, now_s: float) -> bool:
        """Whether the next picture of a topic would be kept."""
        return self.ring.wants_picture(topic, now_s)

    def hear_faults(
        self, source: str, faults: Iterable[FaultKind], now_s: float, wall_s: float
    ) -> None:
        """A source says which faults are open: seal what has opened."""
        for reason in self._watch.faults(source, faults, now_s):
            self._open(reason, now_s, wall_s)

    def hear_incident(self, incident_id: str, now_s: float, wall_s: float) -> None:
        """An incident is reported: seal around its first report."""
        for reason in self._watch.incident(incident_id):
            self._open(reason, now_s, wall_s)

    def step(self, now_s: float, wall_s: float) -> None:
        """Everything that time asks for; about once a second."""
        self.ring.step(now_s, wall_s)
        self._try(lambda: self._step(now_s, wall_s))

    def close(self, now_s: float) -> None:
        """Close the segment under way and the seals with it."""
        self.ring.roll(now_s)
        self._try(lambda: self._finish(float("inf")))

    def _take_up(self) -> None:
        self._seals = Seals(self._folder / SEALED, self._limits, self._companions)
        self._seals.take_up(self.ring.segments)

    def _open(self, reason: SealReason, now_s: float, wall_s: float) -> None:
        def action() -> None:
            if self._seals is not None:
                self._add_closed(self._seals)
                segments, under_way = self.ring.segments, self.ring.sequence
                self._seals.open(reason, now_s, wall_s, segments, under_way)

        self._try(action)

    def _step(self, now_s: float, wall_s: float) -> None:
        if self._seals is None:
            self._take_up()
        self._finish(now_s)
        if now_s - self._expired_s >= EXPIRE_EVERY_S:
            self._expired_s = now_s
            expire(self._folder / SEALED, self._limits, wall_s)

    def _finish(self, now_s: float) -> None:
        seals = self._seals
        if seals is None:
            return
        if seals.is_due_s <= now_s:
            self.ring.roll(now_s)
        self._add_closed(seals)
        seals.finish_due(now_s)

    def _add_closed(self, seals: Seals) -> None:
        for segment in self.ring.take_closed():
            seals.add(segment)

    def _try(self, action: Callable[[], None]) -> None:
        """What the disk refuses is said once and tried again with the next step."""
        try:
            action()
        except OSError as error:
            reason = error.strerror or str(error)
            if reason != self._trouble:
                log.warning("seal_failed reason=%r", reason)
            self._trouble = reason
        else:
            self._trouble = None


def _first_sequence(sealed: Path) -> int:
    """Above every sequence number that a seal holds."""
    numbers = (sequence_of(path.name) for path in sealed.glob("*/*.mcap"))
    return max((number for number in numbers if number is not None), default=-1) + 1
