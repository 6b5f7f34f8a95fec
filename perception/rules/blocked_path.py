"""Blocked path: what rests on a way leaves too little of it for a wheelchair or a vehicle.

Definition. Across a way of the map, within `depth_m` along it, the lidar's returns leave no gap of
`leaves_m` between the way's edges, at one place for `hold_s`. What hides behind a return counts as
free, so the rule is late rather than wrong. Who walks does not stay at one place; what lies lower
than the lidar looks is not seen. A return from the ground itself, where a street climbs, is told
by the map's heights and left out; on a map without heights a rise of the ground that is seen all
across a way would be taken for a thing, so nothing is said there.

Source: 1.2 m is the least width of a way for wheelchairs (Korea, enforcement rules of the Act on
the Guarantee of Convenience of Persons with Disabilities, annex 1).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from patrol.incident import AnomalyKind
from perception.map_places import Passage
from perception.rules.base import Finding, Scene
from perception.rules.stays import Presence, Stay, StayConfig, Stays, findings_of

RULE_VERSION = "blocked_path/1"
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BlockedPathConfig:
    """The rule's limits."""

    leaves_m: float = 1.2
    hold_s: float = 5.0
    depth_m: float = 1.2  # of what stands one behind the other and blocks together
    near_m: float = 1.5  # from the vehicle: nearer, it is in the lidar's own corner
    far_m: float = 10.0
    edge_m: float = 0.10  # so near a way's edge a return is the wall's
    merge_m: float = 0.25  # two legs, or two spokes, are one thing
    min_returns: int = 3
    over_ground_m: float = 0.15  # so high above the map's ground the beam must be
    clear_m: float = 0.3  # wider than that beyond `leaves_m`: it is surely open
    stay: StayConfig = field(
        default_factory=lambda: StayConfig(join_m=0.7, join_mps=0.0, clear_s=3.0)
    )

    def __post_init__(self) -> None:
        for name, most in (("leaves_m", 5.0), ("hold_s", 600.0), ("depth_m", 5.0)):
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        if not 0 < self.near_m < self.far_m:
            raise ValueError(f"near_m: {self.near_m} must be above 0 and below far_m")
        if self.min_returns < 1:
            raise ValueError(f"min_returns: {self.min_returns} must be at least 1")


@dataclass(frozen=True, slots=True)
class _Narrow:
    """A place of a way with the widest gap that is left there."""

    passage: Passage
    along_m: float
    place: tuple[float, float]
    gap_m: float
    width_m: float  # of the things, across


class BlockedPathRule:
    """The rule with its memory of what stands where since when."""

    kind = AnomalyKind.BLOCKED_PATH

    def __init__(self, config: BlockedPathConfig) -> None:
        self._config = config
        self._stays = Stays(config.stay)
        self._ids = itertools.count(1)

    def step(self, scene: Scene) -> list[Finding]:
        """Which ways have been blocked for long enough."""
        if scene.returns_base is None or scene.map.heights is None:
            return []
        present = self._present(self._narrows(scene), scene)
        seen = self._stays.step(present, scene.stamp_s)
        for stay in seen:
            needed_s = self._config.hold_s / scene.map.sensitivity_at(*stay.place, scene.stamp_s)
            stay.raise_when(stay.held_s >= needed_s)
        return findings_of(self._stays, seen, self.kind, RULE_VERSION)

    def _present(self, narrows: Sequence[_Narrow], scene: Scene) -> list[Presence]:
        """Every blocked place, and every known one that is in view and is not blocked now."""
        free = [stay for stay in self._stays.known if scene.projector.in_view(*stay.place)]
        present = []
        for narrow in narrows:
            if narrow.gap_m > self._config.leaves_m:
                continue
            stay = self._same(free, narrow.place)
            if stay is not None:
                free.remove(stay)
            if stay is None:
                present.append(_presence(next(self._ids), narrow.place, narrow.width_m, scene))
            else:  # where it was first: who walks on becomes another one
                number, place = stay.presence.track_id, stay.place
                present.append(_presence(number, place, narrow.width_m, scene))
        for stay in free:
            gap = min(
                (n.gap_m for n in narrows if math.dist(n.place, stay.place) <= self._join_m),
                default=math.inf,
            )
            open_now = gap > self._config.leaves_m + self._config.clear_m
            old = stay.presence
            present.append(
                Presence(
                    old.track_id, old.x_m, old.y_m, old.sigma_m, False if open_now else None,
                    old.confidence, old.box_xyxy,
                )
            )  # fmt: skip
        return present

    @property
    def _join_m(self) -> float:
        return self._config.stay.join_m

    def _same(self, stays: Sequence[Stay], place: tuple[float, float]) -> Stay | None:
        near = [stay for stay in stays if math.dist(stay.place, place) <= self._join_m]
        return min(near, key=lambda stay: math.dist(stay.place, place), default=None)

    def _narrows(self, scene: Scene) -> list[_Narrow]:
        """Where something stands on the ways ahead: the narrowest place of each thing or group."""
        points = self._over_ground(scene)
        if len(points) < self._config.min_returns:
            return []
        here = scene.projector.stamped.pose
        ways = list(scene.map.passages_near(here.x_m, here.y_m, self._config.far_m))
        ways.sort(key=lambda way: -way.width_m)
        found = []
        for way in ways:  # what stands in the mouth of a narrow way stands on the wide one
            along, left = way.along_and_left(points)
            on_it = (along >= 0) & (along <= way.length_m) & (np.abs(left) <= way.width_m / 2)
            found += self._on(way, along[on_it], left[on_it], scene)
            points = points[~on_it]
        return found

    def _over_ground(self, scene: Scene) -> Floats:
        """Returns (n, 2) in the map that are in reach and not from the ground."""
        assert scene.returns_base is not None
        assert scene.map.heights is not None
        base = scene.returns_base
        far = np.hypot(base[:, 0], base[:, 1])
        base = base[(far >= self._config.near_m) & (far <= self._config.far_m) & (base[:, 0] > 0)]
        stamped = scene.projector.stamped
        points = stamped.pose.transform_points(base)
        if not len(points):
            return points
        place = np.array([[stamped.pose.x_m, stamped.pose.y_m]])
        ground, _ = scene.map.heights.at(np.vstack((place, points)))
        level = np.column_stack((base, np.full(len(base), scene.lidar_base[2])))
        beam = (level @ scene.projector.level_from_base.T)[:, 2]
        over = beam - (ground[1:] - ground[0])
        return np.asarray(points[over > self._config.over_ground_m], np.float64)

    def _on(self, passage: Passage, along: Floats, left: Floats, scene: Scene) -> list[_Narrow]:
        config, half = self._config, passage.width_m / 2
        off_the_walls = np.abs(left) <= half - config.edge_m
        along, left = along[off_the_walls], left[off_the_walls]
        order = np.argsort(along)
        along, left = along[order], left[order]
        found: list[_Narrow] = []
        start = 0
        while start < len(along):
            end = int(np.searchsorted(along, along[start] + config.depth_m, side="right"))
            if end - start >= config.min_returns:
                gap = self._widest(np.sort(left[start:end]), half)
                s, d = float(np.median(along[start:end])), float(np.median(left[start:end]))
                place = passage.place(s, d)
                if scene.projector.in_view(*place):
                    across = float(np.ptp(left[start:end]))
                    found.append(_Narrow(passage, s, place, gap, across))
            start = end
        return found

    def _widest(self, left: Floats, half_m: float) -> float:
        """The widest gap between sorted returns across a way, and between them and its edges."""
        between = np.diff(left)
        inner = between[between > self._config.merge_m]
        return float(max(left[0] + half_m, half_m - left[-1], inner.max(initial=0.0)))


def _presence(number: int, place: tuple[float, float], width_m: float, scene: Scene) -> Presence:
    box = scene.projector.box_at(*place, max(width_m, 0.5), 1.0)
    box = np.zeros(4) if box is None else box
    return Presence(number, *place, 0.3, True, 0.9, box)
