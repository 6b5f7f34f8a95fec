"""A thing that was left somewhere: whether it is still there, and since when nobody is near it.

It is there while the lidar finds it, or while its place looks as it did (`remembered_look.py`).
It is gone when in full view it is neither measured nor seen for a while. What is out of view, far
off or hidden is believed to be where it was; so is what is looked at from another side, or hours
later in another light, unless the lidar has measured it before and measures nothing now.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from perception.left_behind import LeftBehind
from perception.lidar_spots import SpotLog
from perception.place_looks import CELL_M, Box, Patch, patch_at, place_of, rise_by_map
from perception.remembered_look import RememberedLook, View
from perception.rules.abandoned_object_config import LeftThingConfig
from perception.rules.base import Scene

_SAME_SPOT_M = 0.4
_HIDDEN = 0.2  # of it, by somebody before it
_DRIFT_M = 0.8  # a look that has moved further is of something behind it
_SAME_RANGE = 0.05  # of a range, either way
_SURE_SHARE, _SURE_LOOKS = 0.7, 5  # of looks with a measurement: then none means that it is gone
_KEPT_LOOKS = 25
_LEARN_EVERY_S = 1.0
_FREE_M = 0.5  # what the lidar measures behind it
_WITHIN_M = 0.15  # of its middle, for that


class LeftThing:
    """One thing that somebody left: a place in the map, and what is known of it."""

    def __init__(self, key: int, found: LeftBehind, found_s: float) -> None:
        self.key = key
        self.place = found.place
        self.size_m = found.size_m
        self.by_lidar = found.by_lidar
        self.position_covariance_m2 = found.position_covariance_m2
        self.near_s = found.near_s  # somebody was near it last
        self.there_s = found_s  # it was there last
        self.looks, self.passes, self.raised = 0, 1, False
        self.doubt = 0.0  # looks at somebody weakly seen right there, slowly forgotten
        self._found = found
        self._look = RememberedLook(*found.size_m)
        self._measured: deque[tuple[float, bool]] = deque(maxlen=_KEPT_LOOKS)
        self._missed, self._missed_s = 0, math.inf

    def rise_m(self, scene: Scene) -> float:
        """How high the ground there is over the vehicle's plane."""
        by_map = rise_by_map(scene.projector, scene.map.heights, self.place)
        return by_map + self._found.rise_offset_m

    def box(self, scene: Scene, margin_m: float = 0.0) -> Box | None:
        """Where it is in the picture, and so much around it; None behind the camera."""
        size = np.array([[self.size_m[0] + 2 * margin_m, self.size_m[1] + margin_m]])
        rise = np.array([self.rise_m(scene)])
        box = scene.projector.boxes_at(np.array([self.place]), size, rise)[0]
        return None if np.isnan(box).any() else np.asarray(box, np.float64)

    def look(
        self, scene: Scene, spots: SpotLog, hidden: Box, config: LeftThingConfig
    ) -> bool | None:
        """Whether it is there in this picture; None where that cannot be told."""
        there = self._is_there(scene, spots, hidden, config)
        if there:
            self.passes += scene.stamp_s - self.there_s > config.pass_gap_s
            self.looks += 1
            self.there_s = scene.stamp_s
            self._missed, self._missed_s = 0, math.inf
        elif there is False:
            self._missed += 1
            self._missed_s = min(self._missed_s, scene.stamp_s)
        return there

    def is_gone(self, stamp_s: float, config: LeftThingConfig) -> bool:
        """Whether it is surely not there any more."""
        return self._missed >= config.looks and stamp_s - self._missed_s >= config.gone_s

    def _is_there(
        self, scene: Scene, spots: SpotLog, hidden: Box, config: LeftThingConfig
    ) -> bool | None:
        range_m = math.dist(scene.viewpoint_map, self.place)
        box = self.box(scene)
        if box is None or range_m > config.far_m or not _inside(box, scene):
            return None
        eye = scene.viewpoint_map
        bearing = math.atan2(eye[1] - self.place[1], eye[0] - self.place[0])
        view = View(range_m, bearing, scene.stamp_s)
        free_sight = bool((_covered(box, hidden) <= _HIDDEN).all())
        if not self.by_lidar:
            return self._seen(scene, view, hidden, config) if free_sight else None
        measured = any(
            spot.last_s == scene.stamp_s for spot in spots.near(self.place, _SAME_SPOT_M)
        )
        if measured:
            if free_sight and view.stamp_s - self._look.seen_s > _LEARN_EVERY_S:
                self._learn(scene, view, hidden)
        elif not _is_free(scene, self.place):
            return None
        if measured:
            self._measured.append((range_m, True))
            return True
        if self._is_sure(range_m):  # it must look the very same to be believed in
            seen = free_sight and self._seen(scene, view, hidden, config, config.sure_match)
            return bool(seen)
        self._measured.append((range_m, False))
        return self._seen(scene, view, hidden, config) if free_sight else None

    def _is_sure(self, range_m: float) -> bool:
        """Whether the lidar has measured it nearly always from about here.

        What is hardly higher than the lidar looks is measured now and then, and where the
        vehicle tilts, not at all.
        """
        here = [hit for at_m, hit in self._measured if abs(at_m / range_m - 1.0) < _SAME_RANGE]
        return len(here) >= _SURE_LOOKS and sum(here) >= _SURE_SHARE * len(here)

    def _seen(
        self,
        scene: Scene,
        view: View,
        hidden: Box,
        config: LeftThingConfig,
        least: float | None = None,
    ) -> bool | None:
        """Whether its place looks as it did; what was just found is learnt first."""
        is_new = not self.by_lidar and self._look.seen_s == -math.inf
        if is_new and view.stamp_s - self.there_s <= config.gone_s:
            self._learn(scene, view, hidden)
        if not self._look.compares(view):
            return None
        patch = self._patch(scene, hidden)
        if patch is None:
            return None
        late = view.stamp_s - self._look.seen_s > config.pass_gap_s
        match = self._look.match(patch, view, config.there_match, config.gone_match)
        if match.score < (config.there_match if least is None else least):
            return None if late or match.score >= config.gone_match else False
        if match.is_new_range and not self.by_lidar:
            self._move(match.right, match.down, scene)
        return True

    def _learn(self, scene: Scene, view: View, hidden: Box) -> None:
        patch = self._patch(scene, hidden)
        if patch is not None:
            self._look.learn(patch, view)

    def _patch(self, scene: Scene, hidden: Box) -> Patch | None:
        rise_m = self.rise_m(scene)
        return patch_at(scene.grey, scene.projector, self.place, rise_m, hidden)

    def _move(self, right: int, down: int, scene: Scene) -> None:
        """Correct the place of what only the picture knows, by how its look has moved (cells)."""
        camera_m = scene.projector.camera.z_m - self.rise_m(scene)
        place = place_of(self.place, right * CELL_M, -down * CELL_M, camera_m, scene.projector)
        if math.dist(place, self._found.place) <= _DRIFT_M:
            self.place = place


def _inside(box: Box, scene: Scene) -> bool:
    height, width = scene.image_bgr.shape[:2]
    return bool(box[0] > 0 and box[2] < width and box[1] > 0 and box[3] < height)


def _covered(box: Box, others: Box) -> NDArray[np.float64]:
    """The shares (n,) of a box that others (n, 4) cover."""
    wide = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    high = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    area = max((box[2] - box[0]) * (box[3] - box[1]), 1e-9)
    return np.asarray(np.maximum(wide, 0.0) * np.maximum(high, 0.0) / area, np.float64)


def _is_free(scene: Scene, place: tuple[float, float]) -> bool:
    """Whether the lidar looks past a place: what it measures in that direction is behind it."""
    returns = scene.returns_base
    if returns is None or not len(returns):
        return False
    pose = scene.projector.stamped.pose
    dx, dy = place[0] - pose.x_m, place[1] - pose.y_m
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    ahead, aside = cos * dx + sin * dy, cos * dy - sin * dx
    range_m = math.hypot(ahead, aside)
    turned = np.abs(np.arctan2(returns[:, 1], returns[:, 0]) - math.atan2(aside, ahead))
    there = np.hypot(returns[:, 0], returns[:, 1])[turned < _WITHIN_M / max(range_m, 0.5)]
    return bool((there > range_m + _FREE_M).all())
