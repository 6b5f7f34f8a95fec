"""What becomes of evidence on board in time: old files go, then the oldest there is no room for.

Evidence of open incidents stays whatever its age, and so does what is younger than
`handover_h`: by then the fleet client, where it runs, has long had the bytes in its spool, which
keeps them until the server has them (docs/protocol.md). Evidence of a person search's candidates
goes `candidate_h` after the search's end, whatever else. Each file leaves its chain entry.
"""

from __future__ import annotations

import logging
import math
import shutil
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from patrol.incident import EvidenceKind
from perception.evidence_chain import ChainEntry, EvidenceChain

_LOG = logging.getLogger(__name__)
DAY_S, HOUR_S, MB = 86400.0, 3600.0, 1_000_000
LOOK_EVERY_S = 60.0
JUMP_S = HOUR_S  # by which a clock is set forward between two steps: it may be wrong
JUMP_WAIT_S = DAY_S  # of running time: so long somebody has to set it back
FILES_A_STEP = 2  # a step of the pipeline must not be late: a line is synced to the disk for each
AGE, ROOM, SEARCH_OVER = "age", "room", "search_over"


@dataclass(frozen=True, slots=True)
class RetentionConfig:
    """How long evidence stays on board, and how much of it."""

    days: float = 30.0
    originals_days: float = 7.0  # of sealed originals
    max_mb: float = 20_000.0  # of the folder
    min_free_mb: float = 1000.0  # on its disk
    handover_h: float = 24.0  # a younger file is never deleted for room
    candidate_h: float = 1.0  # of a person search's candidates, after its end: to be handed over

    def __post_init__(self) -> None:
        if not 0.01 <= self.days <= 3650:
            raise ValueError(f"days: {self.days:g} must be 0.01 to 3650")
        if not 0.01 <= self.originals_days <= self.days:
            raise ValueError(
                f"originals_days: {self.originals_days:g} must be 0.01 to {self.days:g}, the days"
            )
        if not 1 <= self.max_mb <= 10_000_000:
            raise ValueError(f"max_mb: {self.max_mb:g} must be 1 to 10000000")
        if not 0 <= self.min_free_mb <= 1_000_000:
            raise ValueError(f"min_free_mb: {self.min_free_mb:g} must be 0 to 1000000")
        if not 0 <= self.handover_h <= 24 * self.days:
            raise ValueError(
                f"handover_h: {self.handover_h:g} must be 0 to {24 * self.days:g}, the days kept"
            )
        if not 0.1 <= self.candidate_h <= 24 * self.days:
            raise ValueError(
                f"candidate_h: {self.candidate_h:g} must be 0.1 to {24 * self.days:g}, "
                "the days kept"
            )


def free_bytes(folder: Path) -> int:
    """What the folder's disk has left; raises OSError."""
    return shutil.disk_usage(folder).free


class EvidenceExpiry:
    """`step` deletes a few files that are due; the clock is the caller's (epoch seconds)."""

    def __init__(
        self,
        config: RetentionConfig,
        chain: EvidenceChain,
        open_incidents: Callable[[], Collection[str]] = tuple,
        free: Callable[[Path], int] = free_bytes,
        running_s: Callable[[], float] = time.monotonic,
        over: Callable[[], Mapping[str, float]] = dict,  # candidates → their search's end
    ) -> None:
        self._config = config
        self._chain = chain
        self._open_incidents = open_incidents
        self._free = free
        self._over = over
        self._due: list[tuple[ChainEntry, str]] = []
        self._looked_s: float | None = None
        self._running_s = running_s
        self._last: tuple[float, float] | None = None  # wall clock and running time of a step
        self._wait_until_s = -math.inf  # of running time

    def step(self, now_s: float) -> int:
        """Look for due files now and then, delete at most a few; how many went.

        A disk that refuses is logged, and the rest is tried at the next look. A clock that was set
        far forward: nothing goes for a day of running time.
        """
        if not self._trusts(now_s):
            return 0
        if self._looked_s is None or abs(now_s - self._looked_s) >= LOOK_EVERY_S:
            self._looked_s = now_s
            self._due = self._find(now_s) if self._is_tidy() else []
        done = 0
        while self._due and done < FILES_A_STEP:
            entry, reason = self._due.pop(0)
            if not self._delete(entry, reason, now_s):
                self._due.clear()
                break
            done += 1
        return done

    def _trusts(self, now_s: float) -> bool:
        """Whether the clock has not been set far forward lately."""
        running_s = self._running_s()
        if self._last is not None:
            jump_s = (now_s - self._last[0]) - (running_s - self._last[1])
            if jump_s > JUMP_S:
                _LOG.warning("evidence_clock_jumped forward_s=%.0f", jump_s)
                self._wait_until_s, self._looked_s = running_s + JUMP_WAIT_S, None
        self._last = (now_s, running_s)
        return running_s >= self._wait_until_s

    def _is_tidy(self) -> bool:
        try:
            self._chain.delete_leftovers()
        except OSError as error:
            _LOG.error("evidence_not_deleted error=%s", error)
            return False
        return True

    def _delete(self, entry: ChainEntry, reason: str, now_s: float) -> bool:
        if entry.evidence_id not in self._chain.kept or (
            entry.incident_id not in self._over()
            if reason == SEARCH_OVER
            else entry.incident_id in self._open_incidents()
        ):
            return True  # it was opened again since
        try:
            self._chain.expire(entry, now_s, reason)
        except OSError as error:
            _LOG.error("evidence_not_expired file=%s error=%s", entry.file, error)
            return False
        _LOG.info("evidence_expired file=%s reason=%s", entry.file, reason)
        return True

    def _find(self, now_s: float) -> list[tuple[ChainEntry, str]]:
        """What is due, oldest first: of searches that are over, by age, then for room."""
        over, protected = self._over(), set(self._open_incidents())
        kept = sorted(self._chain.kept.values(), key=lambda entry: entry.captured_at_s)
        ended = [e for e in kept if self._is_ended(e, over.get(e.incident_id), now_s)]
        going = {entry.evidence_id for entry in ended}
        free_to_go = [
            e for e in kept if e.incident_id not in protected and e.evidence_id not in going
        ]
        old = [e for e in free_to_go if now_s - e.captured_at_s > self._days(e) * DAY_S]
        missing = self._bytes_missing() - sum(entry.size_bytes for entry in ended + old)
        due = [(entry, SEARCH_OVER) for entry in ended] + [(entry, AGE) for entry in old]
        going |= {entry.evidence_id for entry in old}
        for entry in (e for e in free_to_go if e.evidence_id not in going):
            if missing <= 0 or now_s - entry.captured_at_s < self._config.handover_h * HOUR_S:
                break
            due.append((entry, ROOM))
            missing -= entry.size_bytes
        return due

    def _is_ended(self, entry: ChainEntry, over_at_s: float | None, now_s: float) -> bool:
        """Whether a candidate's search has been over, and the file there, for long enough."""
        if over_at_s is None:
            return False
        since_s = max(over_at_s, entry.captured_at_s)
        return now_s - since_s >= self._config.candidate_h * HOUR_S

    def _days(self, entry: ChainEntry) -> float:
        is_original = entry.kind == EvidenceKind.ORIGINAL
        return self._config.originals_days if is_original else self._config.days

    def _bytes_missing(self) -> float:
        kept = sum(entry.size_bytes for entry in self._chain.kept.values())
        too_much = kept - self._config.max_mb * MB
        try:
            too_full = self._config.min_free_mb * MB - self._free(self._chain.folder)
        except OSError as error:
            _LOG.error("evidence_disk_unknown error=%s", error)
            return too_much
        return max(too_much, too_full)
