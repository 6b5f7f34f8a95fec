"""Stays: how long something has gone on, across tracks that flicker and are lost.

A condition is met, is surely not met, or cannot be told. Time counts while it is met, is taken
back while it is surely not, and stands still in doubt. A track that ends is followed by the next
one that begins near within a grace time; the gap counts, because the same one was believed to be
there all along.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from patrol.covariance import Covariance, told_covariance
from patrol.incident import AnomalyKind
from perception.followed import Followed
from perception.rules.base import Finding


@dataclass(frozen=True, slots=True)
class StayConfig:
    """How lost tracks are joined and when it is over."""

    grace_s: float = 3.0  # a longer gap breaks the time
    join_m: float = 1.0  # a new track this near (and 1.5 m/s of the gap) is the same one
    join_mps: float = 1.5
    remember_s: float = 60.0  # what was raised is known so long after it was last seen
    clear_s: float = 5.0  # surely not met for so long: over

    def __post_init__(self) -> None:
        for name, most in (
            ("grace_s", 30.0),
            ("join_m", 10.0),
            ("remember_s", 3600.0),
            ("clear_s", 60.0),
        ):
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        if not 0 <= self.join_mps <= 10:
            raise ValueError(f"join_mps: {self.join_mps} must be in [0, 10]")


class Presence(Struct, frozen=True):
    """One thing in one picture; `met` None: cannot be told."""

    track_id: int
    x_m: float
    y_m: float
    sigma_m: float
    met: bool | None
    confidence: float
    box_xyxy: NDArray[np.float64]
    place_id: str = ""  # a stay is in one zone
    covariance: NDArray[np.float64] | None = None  # 2 x 2 m²; None: round, by `sigma_m`

    @property
    def position_covariance_m2(self) -> Covariance | None:
        """As findings tell it."""
        return None if self.covariance is None else told_covariance(self.covariance)

    @classmethod
    def of(cls, seen: Followed, met: bool | None, place_id: str = "") -> Presence:
        """Somebody or something that is followed."""
        track = seen.track
        return cls(
            track.track_id,
            *seen.place,
            seen.sigma_m,
            met,
            track.confidence,
            track.observation.box_xyxy,
            place_id,
            seen.covariance,
        )


@dataclass(slots=True, eq=False)  # one is itself alone, whatever another holds
class Stay:
    """One thing for as long as it is followed, `held_s` of it with the condition met."""

    key: int
    presence: Presence
    began_s: float
    seen_s: float
    held_s: float = 0.0
    looks: int = 1
    against_s: float = 0.0
    raised: bool = False
    details: dict[str, float | str] = field(default_factory=dict)  # for the finding

    @property
    def place(self) -> tuple[float, float]:
        """Where it was seen last."""
        return self.presence.x_m, self.presence.y_m

    def raise_when(self, holds: bool) -> None:
        """Once raised it stays so until it is surely over."""
        self.raised |= holds


class Stays:
    """The memory of a rule that waits for something to last."""

    def __init__(self, config: StayConfig) -> None:
        self._config = config
        self._keys = itertools.count(1)
        self.known: list[Stay] = []

    @property
    def tracks(self) -> set[int]:
        """Of all that are known; who is not, and does not meet the condition, changes nothing."""
        return {stay.presence.track_id for stay in self.known}

    def step(self, present: Sequence[Presence], stamp_s: float) -> list[Stay]:
        """Book one picture; gives the stays that are seen in it."""
        free = {stay.key: stay for stay in self.known}
        by_track: dict[tuple[int, str], Stay] = {}
        for stay in self.known:
            by_track.setdefault((stay.presence.track_id, stay.presence.place_id), stay)
        seen: list[Stay] = []
        strangers: list[Presence] = []
        for presence in present:
            mine = by_track.pop((presence.track_id, presence.place_id), None)
            if mine is None:
                strangers.append(presence)
            else:
                del free[mine.key]
                seen.append(self._again(mine, presence, stamp_s))
        for presence in strangers:
            if not presence.met:
                continue
            lost = self._by_place(free.values(), presence, stamp_s)
            if lost is None:
                lost = Stay(next(self._keys), presence, stamp_s, stamp_s)
                self.known.append(lost)
                seen.append(lost)
            else:
                del free[lost.key]
                seen.append(self._again(lost, presence, stamp_s))
        self._forget(stamp_s)
        return seen

    def _by_place(self, free: Iterable[Stay], presence: Presence, stamp_s: float) -> Stay | None:
        """The lost stay that a new track may go on with; a raised one is waited for longer."""
        config = self._config

        def distance(stay: Stay) -> float:
            return math.dist(stay.place, (presence.x_m, presence.y_m))

        def may_be(stay: Stay) -> bool:
            gap_s = stamp_s - stay.seen_s
            reach = config.join_m + config.join_mps * min(gap_s, config.grace_s)
            wait_s = config.remember_s if stay.raised else config.grace_s
            return (
                stay.presence.place_id == presence.place_id
                and 0 < gap_s <= wait_s
                and distance(stay) <= reach + min(presence.sigma_m, 1.0)
            )

        return min((s for s in free if may_be(s)), key=distance, default=None)

    def _again(self, stay: Stay, presence: Presence, stamp_s: float) -> Stay:
        gap_s = max(stamp_s - stay.seen_s, 0.0)
        gap_s = 0.0 if gap_s > self._config.grace_s else gap_s
        stay.presence, stay.seen_s = presence, stamp_s
        stay.looks += 1
        if presence.met:
            if stay.held_s == 0.0 and not stay.raised:
                stay.began_s = stamp_s - gap_s
            stay.held_s += gap_s
            stay.against_s = 0.0
        elif presence.met is False:
            stay.against_s += gap_s
            stay.held_s = max(stay.held_s - 2 * gap_s, 0.0)
        return stay

    def _forget(self, stamp_s: float) -> None:
        config = self._config

        def is_kept(stay: Stay) -> bool:
            keep_s = config.remember_s if stay.raised else config.grace_s
            over = stay.against_s > 0 and stay.held_s == 0 and not stay.raised
            return stamp_s - stay.seen_s <= keep_s and not over

        self.known = [stay for stay in self.known if is_kept(stay)]

    def cleared(self, stays: Sequence[Stay]) -> list[Stay]:
        """Those of a picture whose raised condition is surely over; they are forgotten."""
        over = [s for s in stays if s.raised and s.against_s >= self._config.clear_s]
        self.known = [s for s in self.known if s not in over]
        return over


class Anchors:
    """Where stays came to rest: what drifts away from there begins anew."""

    def __init__(self, still_m: float) -> None:
        """`still_m`: how far it may drift, beyond the doubt of where it is (1.5 m at most)."""
        self._still_m = still_m
        self._places: dict[int, tuple[float, float]] = {}

    def check(self, seen: Sequence[Stay], known: Sequence[Stay], stamp_s: float) -> None:
        """Take back the time of those that have drifted; one that was raised stays raised."""
        keys = {stay.key for stay in known}
        self._places = {key: place for key, place in self._places.items() if key in keys}
        for stay in seen:
            anchor = self._places.setdefault(stay.key, stay.place)
            if math.dist(anchor, stay.place) > self._still_m + min(stay.presence.sigma_m, 1.5):
                self._places[stay.key] = stay.place
                if not stay.raised:
                    stay.held_s, stay.began_s = 0.0, stamp_s


def findings_of(
    stays: Stays,
    seen: Sequence[Stay],
    kind: AnomalyKind,
    version: str,
) -> list[Finding]:
    """The raised stays of this picture; those that are over once more, as cleared."""
    over = {stay.key for stay in stays.cleared(seen)}
    return [
        Finding(
            kind,
            stay.key,
            *stay.place,
            stay.presence.sigma_m,
            stay.began_s,
            stay.presence.confidence,
            stay.presence.box_xyxy,
            version,
            {"held_s": round(stay.held_s, 1), **stay.details},
            stay.key in over,
            position_covariance_m2=stay.presence.position_covariance_m2,
        )
        for stay in seen
        if stay.raised
    ]
