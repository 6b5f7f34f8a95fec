"""Crowd: more people together than a street should hold.

Definition. At least `people` persons are within `radius_m` of one of them, in `sure_share` of the
pictures of `hold_s`: by default 8 in 2.5 m, 0.4 to a square metre. Who is seen hides who stands
behind: of a group that is seen from the side half cannot be counted. So the count is an estimate:
in the part of the circle that is in the shadow (a body is `body_m` wide) of one of them, as many
are taken to stand as elsewhere in it; at most `most_hidden` is, and the estimate may be `off_by`.
Those who surely walk (`walks_mps`) are counted and no more: whom they hide is seen a moment later.
Nor is anybody taken to be in the shadows of four and more in a line (`line_m` from it, standard
deviation), a queue between whom nobody is seen behind them, or of a group that the vehicle stands
in, or at the rim of. Everybody counts with the probability of being in the circle, by their
position's covariance, and who is placed worse than `most_sigma_m` not at all; two boxes of one
person (nearer than `same_m`) count once; somebody who is hidden for a moment is remembered for
`recall_s`. Whom the thermal camera alone shows, or showed first, is among those whom the estimate
stands for, and throws no shadow: everybody counts where that is more.

Source: Fruin, Pedestrian Planning and Design (1971): from 0.43 persons/m² on (level of service
C for standing) nobody passes freely. Shadows: our own model, no publication.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from patrol.incident import AnomalyKind
from perception.followed import Followed
from perception.rules.base import Finding, Scene
from perception.rules.stays import Presence, StayConfig, Stays, findings_of

RULE_VERSION = "crowd/3"
_RINGS, _SPOKES = 8, 24  # of the points that stand for the circle's area
_LOOKS_KEPT_S = 60.0  # the longest time that a map's sensitivity may ask for
_EARLY_S = 1.0  # of a crowd's time, in which those who come are not there yet or not counted
_PICTURE_S = 0.3  # pictures are this far apart at most: the first of a time is one later
_LEAST_OF_A_LINE = 4  # three are in a line by chance
_NEAR_BY_M = 0.5  # of the circle's rim
_BEHIND_M = 0.3  # so much further than somebody is behind them


@dataclass(frozen=True, slots=True)
class CrowdConfig:
    """The rule's limits."""

    people: int = 8
    radius_m: float = 2.5
    hold_s: float = 6.0  # 5 s, and one for those who are counted before they are quite there
    sure_share: float = 0.6  # one person is two for a moment now and then
    over_share: float = 0.6  # of `people`: with fewer it is over
    body_m: float = 0.5
    most_hidden: float = 0.6
    off_by: float = 1.0  # of people that are counted by shadows
    line_m: float = 0.35  # four and more who stand so narrow are a queue
    walks_mps: float = 0.2  # who is faster, by two standard deviations, does not stand
    same_m: float = 0.3
    most_sigma_m: float = 1.5
    recall_s: float = 0.5  # longer, and whom the tracker takes for somebody new counts twice
    stay: StayConfig = field(
        default_factory=lambda: StayConfig(join_m=3.0, join_mps=1.0, clear_s=10.0)
    )

    def __post_init__(self) -> None:
        if not 3 <= self.people <= 1000:
            raise ValueError(f"people: {self.people} must be 3 to 1000")
        for name, most in (
            ("radius_m", 20.0),
            ("hold_s", 30.0),
            ("most_sigma_m", 10.0),
            ("recall_s", 10.0),
            ("off_by", 2.0),
            ("line_m", 1.0),
            ("walks_mps", 1.0),
        ):
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        for name in ("sure_share", "over_share", "most_hidden", "body_m", "same_m"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 1)")


_Enough = tuple[float, float]  # where enough people were together in a picture, map metres


@dataclass(frozen=True, slots=True)
class _Group:
    """People around one of them."""

    middle: Followed
    size: float  # who are seen, by probability
    shown: float  # of them, by the colour picture alone
    behind: float  # how many may stand in the shadows of those

    @property
    def estimate(self) -> float:
        """How many there are."""
        return max(self.size, self.shown + self.behind)


class CrowdRule:
    """The rule with its memory of where a crowd is since when."""

    kind = AnomalyKind.CROWD

    def __init__(self, config: CrowdConfig) -> None:
        from perception.track_kernels import densest, near_shares, shadowed_share  # compiled

        self._near_shares, self._densest, self._shadowed = near_shares, densest, shadowed_share
        self._config = config
        self._stays = Stays(config.stay)
        self._last: dict[int, tuple[float, Followed]] = {}  # track → when it was seen
        self._disc = _disc(config.radius_m)
        most_seen = 1.0 - config.most_hidden
        # with fewer than so many it is over, however much is hidden
        self._few = most_seen * config.over_share * config.people
        self._few_to_begin = most_seen * (config.people - config.off_by)  # and none begins
        self._looks: deque[tuple[float, list[_Enough]]] = deque()

    def step(self, scene: Scene) -> list[Finding]:
        """Where too many have stood together long enough."""
        groups = {g.middle.track.track_id: g for g in self._groups(scene)}
        enough = [g.middle.place for g in groups.values() if self._is_enough(g)]
        self._looks.append((scene.stamp_s, enough))
        while scene.stamp_s - self._looks[0][0] > _LOOKS_KEPT_S:
            self._looks.popleft()
        present = [self._presence(group) for group in groups.values()]
        seen = self._stays.step(present, scene.stamp_s)
        for stay in seen:
            group = groups[stay.presence.track_id]
            needed_s = self._config.hold_s / scene.map.sensitivity_at(*stay.place, scene.stamp_s)
            stay.raise_when(self._lasts(stay.place, needed_s, scene.stamp_s))
            stay.details["people_seen"] = round(group.size, 1)
            stay.details["people_estimate"] = round(group.estimate, 1)
        return findings_of(self._stays, seen, self.kind, RULE_VERSION)

    def _lasts(self, place: tuple[float, float], needed_s: float, now_s: float) -> bool:
        """Whether enough people were there in most pictures of so long a time, and as it began."""
        if now_s - self._looks[0][0] < needed_s - _PICTURE_S:
            return False
        near_m, met, looks, since_s = self._config.stay.join_m, 0, 0, now_s
        for stamp_s, enough in reversed(self._looks):
            if now_s - stamp_s > needed_s:
                break
            looks += 1
            if any(math.dist(there, place) <= near_m for there in enough):
                met, since_s = met + 1, stamp_s
        return met >= self._config.sure_share * looks and now_s - since_s >= needed_s - _EARLY_S

    def _presence(self, group: _Group) -> Presence:
        met: bool | None = None
        if self._is_enough(group):
            met = True
        elif group.estimate < self._config.over_share * self._config.people:
            met = False
        return Presence.of(group.middle, met)

    def _is_enough(self, group: _Group) -> bool:
        """Whether so many are seen (the nearest whole number), or may be with who is hidden."""
        people, off_by = self._config.people, min(self._config.off_by, group.behind)
        return group.size >= people - 0.5 or group.estimate >= people - off_by

    def _groups(self, scene: Scene) -> list[_Group]:
        """The densest group, then the densest of who is left, and so on.

        Those that are no crowd, and of which none is known, are left out.
        """
        people, places, apart = self._recalled(scene)
        sigmas = np.array([person.sigma_m for person in people])
        shares = self._near_shares(apart, sigmas, self._config.radius_m)
        known = self._stays.tracks
        is_known = np.array([person.track.track_id in known for person in people], np.bool_)
        colour = [person.track.by_colour and not person.by_warmth for person in people]
        shown = np.array(colour, np.bool_)
        stands = np.array([not self._walks(person) for person in people], np.bool_)
        groups, left = [], np.ones(len(people), np.bool_)
        while np.count_nonzero(left) >= 2:
            best, size, pictured = self._densest(shares, left, shown)
            inside, behind = left & (shares[best] >= 0.5), 0.0
            if size < self._few_to_begin and not is_known[left].any():
                break  # all further groups are smaller
            if pictured >= (self._few if is_known[best] else self._few_to_begin):
                bodies = places[inside & shown]
                if not _in_a_line(bodies, self._config.line_m):
                    hidden = self._hidden(bodies, people[best].place, scene.viewpoint_map)
                    standing = float(shares[best, left & shown & stands].sum())
                    behind = standing * hidden / (1.0 - hidden)
            groups.append(_Group(people[best], size, pictured, behind))
            left &= ~inside
        return groups

    def _walks(self, person: Followed) -> bool:
        """Whether somebody surely does not stand."""
        least_mps = person.motion.speed_mps - 2.0 * person.motion.sigma_mps
        return least_mps > self._config.walks_mps

    def _recalled(
        self, scene: Scene
    ) -> tuple[list[Followed], NDArray[np.float64], NDArray[np.float64]]:
        """Everybody of the last moment, each once, the latest seen first.

        With their places (n, 2) and distances (n, n).
        """
        now_s = scene.stamp_s
        placed = [p for p in scene.people if p.sigma_m <= self._config.most_sigma_m]
        self._last |= {p.track.track_id: (now_s, p) for p in placed}
        recall_s = self._config.recall_s
        self._last = {k: v for k, v in self._last.items() if now_s - v[0] <= recall_s}
        people = [one for _, one in sorted(self._last.values(), key=lambda value: -value[0])]
        places = np.array([person.place for person in people]).reshape(-1, 2)
        apart = _apart(places)
        same = apart < self._config.same_m
        if np.count_nonzero(same) == len(people):  # everybody is where they are, and nobody else
            return people, places, apart
        double: set[int] = set()
        for first, second in np.argwhere(same).tolist():
            if first < second and first not in double:
                double.add(second)
        kept = [index for index in range(len(people)) if index not in double]
        return [people[index] for index in kept], places[kept], apart[np.ix_(kept, kept)]

    def _hidden(
        self,
        places: NDArray[np.float64],
        middle: tuple[float, float],
        viewpoint_map: tuple[float, float],
    ) -> float:
        """The share of the circle that lies behind somebody, 0 to `most_hidden`.

        From within, and from near by, whoever stands next to the camera hides half of it, and
        where those beside and behind it are is not known.
        """
        if math.dist(middle, viewpoint_map) < self._config.radius_m + _NEAR_BY_M:
            return 0.0
        body_m = self._config.body_m / 2
        hidden = self._shadowed(places, middle, viewpoint_map, self._disc, body_m, _BEHIND_M)
        return float(min(hidden, self._config.most_hidden))


def _apart(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distances (n, n) between places (n, 2)."""
    x, y = places.T
    return np.asarray(np.hypot(x[:, None] - x, y[:, None] - y), np.float64)


def _in_a_line(places: NDArray[np.float64], line_m: float) -> bool:
    """Whether four or more (n, 2) stand one beside the other, or one behind the other."""
    if len(places) < _LEAST_OF_A_LINE:
        return False
    x, y = (places - places.sum(axis=0) / len(places)).T
    xx, xy, yy = float(x @ x), float(x @ y), float(y @ y)
    across = (xx + yy) / 2 - math.hypot((xx - yy) / 2, xy)  # the smaller eigenvalue
    return across < line_m**2 * len(places)


def _disc(radius_m: float) -> NDArray[np.float64]:
    """Points (n, 2) spread evenly over a disc around (0, 0), metres."""
    rings = radius_m * np.sqrt((np.arange(_RINGS) + 0.5) / _RINGS)
    turns = 2 * math.pi * np.arange(_SPOKES) / _SPOKES
    grid = np.stack((np.outer(rings, np.cos(turns)), np.outer(rings, np.sin(turns))), axis=-1)
    return np.asarray(grid.reshape(-1, 2), np.float64)
