"""Abandoned object: somebody put a thing down, went away, and nobody has been near it since.

Definition. A thing stands or lies where somebody stopped, was not there before they came, and for
`alone_s` nobody has been seen within `owner_m` of it; or it was left and is seen there again on a
later pass, and nobody is near. What stood there before anybody came is nobody's who was seen. A
thing that hides behind people is believed to be there; one that is in full view and is not seen
any more was taken away.

What tells of a thing (`new_things.py`): something of its size that stands free there, by lidar, or
new structure in the picture of the place. No class of a detector is asked for: a carton has none,
and stock weights miss most bags.

Source: KISA's test scenarios for intelligent CCTV, "abandonment" (a thing is left, its owner is
gone); attended and unattended luggage, 3 m and 30 s, after PETS 2006.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from patrol.covariance import sigma_of
from patrol.incident import AnomalyKind
from perception.left_behind import LeftBehind, LeftBehindSearch, Person, are_near
from perception.left_things import LeftThing
from perception.lidar_spots import SpotLog, groups_of
from perception.place_looks import Box
from perception.rules.abandoned_object_config import AbandonedObjectConfig
from perception.rules.base import Finding, Scene
from perception.tracking import iou

RULE_VERSION = "abandoned_object/2"
_BOX_MARGIN_M = 0.15  # around what is mostly found in part
_MARGIN_PX = 3.0  # around somebody's box
_HIDES_SCORE = 0.25
_LIES_SCORE = 0.3  # weaker, it is the thing that is taken for somebody
_DOUBTS, _FORGET = 3.0, 0.25  # so many weak looks are somebody; so much a picture without one
_PERSON_M = np.array([(0.55, 1.7)])
_CLOCK_BACK_S = 1.0


class AbandonedObjectRule:
    """The rule with its memory of stops and things."""

    kind = AnomalyKind.ABANDONED_OBJECT

    def __init__(self, config: AbandonedObjectConfig) -> None:
        self._config = config
        self._keys = itertools.count(1)
        self._stamp_s = -math.inf
        self._begin()

    def _begin(self) -> None:
        self._spots = SpotLog(self._config.spot)
        self._search = LeftBehindSearch(self._config)
        self._things: list[LeftThing] = []

    def step(self, scene: Scene) -> list[Finding]:
        """Things that have been alone for long enough, and those that were taken away."""
        if scene.stamp_s < self._stamp_s - _CLOCK_BACK_S:
            self._begin()
        self._stamp_s = scene.stamp_s
        hidden, people = _hidden(scene), [(one.place, one.sigma_m) for one in scene.people]
        self._spots.step(self._groups(scene), scene.stamp_s)
        known = [thing.place for thing in self._things]
        for found in self._search.step(scene, people, hidden, self._spots, known):
            self._add(found, scene.stamp_s)
        return self._findings(scene, people, hidden)

    def _groups(self, scene: Scene) -> NDArray[np.float64]:
        """What stands free by lidar: map x, y and width (n, 3), m."""
        if scene.returns_base is None:
            return np.empty((0, 3))
        ahead = scene.returns_base[scene.returns_base[:, 0] > 0]
        groups = groups_of(ahead, scene.lidar_base[:2], self._config.spot)
        groups[:, :2] = scene.projector.stamped.pose.transform_points(groups[:, :2])
        return groups

    def _add(self, found: LeftBehind, now_s: float) -> None:
        """Keep a thing; too many: the one that was not seen for longest is forgotten."""
        if any(math.dist(t.place, found.place) <= self._config.new.beside_m for t in self._things):
            return
        self._things.append(LeftThing(next(self._keys), found, now_s))
        if len(self._things) > self._config.most_things:
            self._things.remove(min(self._things, key=lambda thing: thing.there_s))

    def _findings(self, scene: Scene, people: Sequence[Person], hidden: Box) -> list[Finding]:
        config, found = self._config, []
        near = are_near([thing.place for thing in self._things], people, config.owner_m)
        for thing, is_near in zip(list(self._things), near, strict=True):
            there = thing.look(scene, self._spots, hidden, config.left)
            weak = self._is_somebody(thing, scene)
            thing.doubt = min(thing.doubt + 1, _DOUBTS) if weak else max(thing.doubt - _FORGET, 0)
            if is_near or (weak and thing.doubt >= _DOUBTS):
                thing.near_s = scene.stamp_s
            gone = thing.is_gone(scene.stamp_s, config.left)
            if gone or scene.stamp_s - thing.there_s > config.remember_s:
                self._things.remove(thing)
            alone_s = scene.stamp_s - thing.near_s
            sensitivity = scene.map.sensitivity_at(*thing.place, scene.stamp_s)
            if there and thing.looks >= config.left.looks:
                thing.raised |= alone_s >= config.alone_s / sensitivity
            if thing.raised and (there or gone):
                found.append(self._finding(thing, alone_s, scene, cleared=gone))
        return found

    def _is_somebody(self, thing: LeftThing, scene: Scene) -> bool:
        """Whether a box, a weak one too, says that somebody stands right at it, or lies there."""
        if not scene.sightings:
            return False
        least, own = self._config.left.person_overlap, thing.box(scene)
        rise = np.array([thing.rise_m(scene)])
        box = scene.projector.boxes_at(np.array([thing.place]), _PERSON_M, rise)[0]
        return any(
            iou(one.box_xyxy, box) >= least
            or (own is not None and one.score >= _LIES_SCORE and iou(one.box_xyxy, own) >= least)
            for one in scene.sightings
        )

    def _finding(
        self, thing: LeftThing, alone_s: float, scene: Scene, *, cleared: bool
    ) -> Finding:
        details: dict[str, float | str] = {
            "alone_s": round(alone_s, 1),
            "found_by": "lidar" if thing.by_lidar else "picture",
            "passes": thing.passes,
        }
        return Finding(
            self.kind,
            thing.key,
            *thing.place,
            sigma_of(thing.position_covariance_m2),
            thing.near_s,
            0.85 if thing.passes == 1 else 0.95,
            thing.box(scene, _BOX_MARGIN_M),
            RULE_VERSION,
            details,
            cleared,
            position_covariance_m2=thing.position_covariance_m2,
        )


def _hidden(scene: Scene) -> Box:
    """Boxes (n, 4) of who and what stands before the ground in this picture."""
    boxes = [one.track.observation.box_xyxy for one in (*scene.people, *scene.vehicles)]
    boxes += [s.box_xyxy for s in scene.sightings if s.score >= _HIDES_SCORE]
    wide = np.reshape(boxes, (-1, 4)) + np.array(
        [-_MARGIN_PX, -_MARGIN_PX, _MARGIN_PX, _MARGIN_PX]
    )
    return np.asarray(wide[np.isfinite(wide).all(axis=1)], np.float64)
