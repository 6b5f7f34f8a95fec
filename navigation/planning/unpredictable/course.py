"""Course: what a group of vehicles drives, and how long its places may wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from navigation.planning.arrivals import ArrivalGraph
from navigation.planning.patrol_graph import Floats
from navigation.planning.unpredictable.certificate import BOUND
from navigation.planning.unpredictable.track import Track


@dataclass(frozen=True, eq=False)
class Course:
    """Tracks, the plan's walk first; limits are (n,) and infinite for places of no concern."""

    arrivals: ArrivalGraph
    tracks: tuple[Track, ...]
    persistent_s: float  # P, of the whole plan
    limit_s: Floats  # longest time between visits
    unseen_limit_s: Floats  # longest without anybody there, from a decision on

    @classmethod
    def of(
        cls,
        arrivals: ArrivalGraph,
        tracks: Sequence[Track],
        places: frozenset[int],
        persistent_s: float,
    ) -> Self:
        """Of a group that answers for some places; a vehicle that stays at one is never late."""
        limit_s = np.full(len(arrivals), np.inf)
        for place in places if tracks[0].lap_s > 0 else ():
            limit_s[place] = BOUND * persistent_s / arrivals.weights[place]
        unseen_s = _unseen_limits_s(tracks, limit_s)
        return cls(arrivals, tuple(tracks), persistent_s, limit_s, unseen_s)


def _unseen_limits_s(tracks: Sequence[Track], limit_s: Floats) -> Floats:
    """P over a place's weight, or a lap of the plan's walk in its slower direction."""
    found_s = limit_s / BOUND
    back = next((track for track in tracks if track.is_back), tracks[0])
    for track in (tracks[0], back):
        for place, gaps_s in track.gaps_s.items():
            found_s[place] = max(found_s[place], *gaps_s)
    return found_s
