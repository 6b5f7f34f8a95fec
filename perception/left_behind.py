"""What people leave behind: the search at every place where somebody stopped and has left.

By lidar from wherever it reaches, by the picture from near. A place whose looks before are known
from near enough is compared with them for a while after it was left; one that was too far off
then is looked at from near, if who stood there bent down.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from patrol.covariance import Covariance, round_covariance, told_covariance
from perception.ground_projection import GroundProjector
from perception.lidar_spots import SpotLog
from perception.looks import UPRIGHT
from perception.map_heights import MapHeights
from perception.new_things import PlaceBefore, new_spot
from perception.person_stops import Stop, StopLog
from perception.picture_log import PictureLog
from perception.place_looks import Box, patch_at, place_of, rise_by_map
from perception.rules.abandoned_object_config import AbandonedObjectConfig
from perception.rules.base import Scene

Place = tuple[float, float]
Person = tuple[Place, float]  # map metres, one standard deviation
_SEEN = 0.25  # score of a box that is somebody
_SETTLE_S = 8.0  # so long pictures of before a stop are kept for a look that may never come
_SIGMA_M = 0.3  # of a thing's place, in all directions
_LIDAR_SIZE_M = (0.3, 0.5)  # a likely size of what the lidar alone knows


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Something that was found: place (map m), width and height, and of where it stands."""

    place: Place
    size_m: tuple[float, float]
    rise_offset_m: float  # of its ground over what the map says
    near_s: float  # somebody was near it last
    by_lidar: bool
    position_covariance_m2: Covariance


@dataclass
class _Candidate:
    """A stop that may be left with something."""

    stop: Stop
    found_s: float
    found_from: GroundProjector  # when somebody stopped there
    heights: MapHeights | None
    before: PlaceBefore
    seen_before: bool  # from near enough
    near_s: float  # somebody was near it
    compared_s: float = -math.inf  # by the picture, last

    @cached_property
    def rise_offset_m(self) -> float:
        """Of its ground over what the map says; few stops are left with anything to ask for it."""
        return self.stop.rise_m - rise_by_map(self.found_from, self.heights, self.stop.place)


class LeftBehindSearch:
    """Stops, and what is found at them; `step` once for each picture."""

    def __init__(self, config: AbandonedObjectConfig) -> None:
        self._config = config
        self._stops = StopLog(config.stop)
        self._pictures = PictureLog(config.picture_every_s, config.pictures)
        self._candidates: list[_Candidate] = []
        self._far_m = max(config.left.far_m, config.new.picture_far_m)  # beyond, none is looked at

    def step(
        self,
        scene: Scene,
        people: Sequence[Person],
        hidden: Box,
        spots: SpotLog,
        known: Sequence[Place],
    ) -> list[LeftBehind]:
        """What is found in this picture; `known` are places of things that were found before."""
        self._pictures.step(scene, hidden)
        new, _ = self._stops.step(
            scene.people, scene.projector, scene.stamp_s, _upright_boxes(scene)
        )
        self._candidates += [self._candidate(stop, scene) for stop in new]
        kept = [c for c in self._candidates if not self._is_over(c, known, scene)]
        self._candidates = kept[-self._config.stop.most :]
        self._settle(scene.stamp_s)
        near = are_near([c.stop.place for c in self._candidates], people, self._config.owner_m)
        for candidate, is_near in zip(self._candidates, near, strict=True):
            candidate.near_s = scene.stamp_s if is_near else candidate.near_s
        left = [
            candidate
            for candidate in self._candidates
            if candidate.stop.left_s is not None
            and math.dist(scene.viewpoint_map, candidate.stop.place) <= self._far_m
            and scene.projector.in_view(*candidate.stop.place)
        ]
        found = [self._measure(candidate, scene, people, spots) for candidate in left]
        left.sort(key=lambda candidate: candidate.compared_s)  # each in its turn
        compared = 0
        for candidate in left:
            if compared < self._config.new.compared_at_once and self._asks(candidate, scene):
                candidate.compared_s = scene.stamp_s
                found.append(self._compare(candidate, scene, hidden))
                compared += 1
        return [one for one in found if one is not None]

    def _candidate(self, stop: Stop, scene: Scene) -> _Candidate:
        range_m = math.dist(scene.viewpoint_map, stop.place)
        before = None
        if range_m <= self._config.new.picture_far_m / self._config.new.picture_nearer:
            before = self._pictures.before(stop.place, stop.rise_m, stop.arrived_s)
        return _Candidate(
            *(stop, scene.stamp_s, scene.projector, scene.map.heights),
            *(PlaceBefore(before, range_m), before is not None, scene.stamp_s),
        )

    def _settle(self, stamp_s: float) -> None:
        """One stop a picture of those that have waited: pictures are not kept for longer."""
        for candidate in self._candidates:
            waited = not 0 <= stamp_s - candidate.found_s <= _SETTLE_S
            if waited and not candidate.before.is_settled:
                candidate.before.settle()
                return

    def _is_over(self, candidate: _Candidate, known: Sequence[Place], scene: Scene) -> bool:
        """Whether a candidate has become a thing, or nothing was ever found there."""
        stop, config = candidate.stop, self._config.new
        if known and any(math.dist(place, stop.place) <= config.beside_m for place in known):
            return True
        return not 0 <= scene.stamp_s - stop.near_s <= config.wait_s

    def _measure(
        self, candidate: _Candidate, scene: Scene, people: Sequence[Person], spots: SpotLog
    ) -> LeftBehind | None:
        """Look for something that was left at a stop, by lidar."""
        stop, config = candidate.stop, self._config
        if math.dist(scene.viewpoint_map, stop.place) > config.left.far_m:
            return None
        beside = spots.near(stop.place, config.new.beside_m)
        places = [place for place, _ in people]
        spot = new_spot(stop, beside, places, scene.stamp_s, config.new)
        if spot is None or scene.map.lamps_in_sight(*spot.place, config.new.lamp_m):
            return None  # nothing, or a lamp's post
        wide, high = _LIDAR_SIZE_M
        size_m = (max(spot.width_m, wide), high)
        return LeftBehind(
            *(spot.place, size_m, candidate.rise_offset_m, candidate.near_s),
            by_lidar=True,
            position_covariance_m2=round_covariance(_SIGMA_M),
        )

    def _asks(self, candidate: _Candidate, scene: Scene) -> bool:
        """Whether the picture of a stop that was left tells anything now."""
        stop, config = candidate.stop, self._config.new
        assert stop.left_s is not None
        if math.dist(scene.viewpoint_map, stop.place) > config.picture_far_m:
            return False
        if candidate.seen_before and scene.stamp_s - stop.left_s <= config.picture_wait_s:
            return True
        return stop.low_looks >= config.low_looks

    def _compare(self, candidate: _Candidate, scene: Scene, hidden: Box) -> LeftBehind | None:
        """Look for it by how the place looks now."""
        stop, config = candidate.stop, self._config.new
        range_m = math.dist(scene.viewpoint_map, stop.place)
        bent = stop.low_looks >= config.low_looks
        rise_m = rise_by_map(scene.projector, scene.map.heights, stop.place)
        rise_m += candidate.rise_offset_m
        patch = patch_at(scene.grey, scene.projector, stop.place, rise_m, hidden)
        if patch is None:
            return None
        camera_m = scene.projector.camera.z_m - rise_m
        found = candidate.before.look(patch, range_m, camera_m, bent, config)
        if found is None:
            return None
        right, up, wide, high = found
        place = place_of(stop.place, right, up, camera_m, scene.projector)
        return LeftBehind(
            *(place, (wide, high), candidate.rise_offset_m, candidate.near_s),
            by_lidar=False,
            position_covariance_m2=_pictured(place, scene.projector),
        )


def _upright_boxes(scene: Scene) -> Box:
    """Boxes (n, 4) of all people in the picture as it is, not turned."""
    boxes = [s.box_xyxy for s in scene.sightings if s.turn_deg == UPRIGHT and s.score >= _SEEN]
    return np.reshape(np.array(boxes, np.float64), (-1, 4))


def _pictured(place: Place, projector: GroundProjector) -> Covariance:
    """How well a place is known that only the picture shows: long along the view."""
    foot = projector.pixel(*place)
    point = None if foot is None else projector.ground_point(*foot)
    if point is None:
        return round_covariance(_SIGMA_M)
    return told_covariance(point.covariance + np.eye(2) * _SIGMA_M**2)


def are_near(
    places: Sequence[Place], people: Sequence[Person], within_m: float
) -> NDArray[np.bool_]:
    """Whether somebody is near each place; an unsure place counts by half its doubt."""
    if not places or not people:
        return np.zeros(len(places), np.bool_)
    at = np.array([place for place, _ in people])
    doubts = 0.5 * np.array([sigma_m for _, sigma_m in people])
    (x, y), (at_x, at_y) = np.array(places).T[..., None], at.T
    apart = np.hypot(x - at_x, y - at_y)
    return np.asarray((apart + doubts <= within_m).any(axis=1), np.bool_)
