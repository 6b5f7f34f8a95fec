"""Changed property: a watched place does not look as on its reference pictures.

Definition. On an upright plane of a `watched_property` zone (its wall, and the ground before it)
the picture differs from the reference views of nearly the same viewpoint and similar light (day,
or after civil dusk), taken together, in one compact piece of at least `wall_m2` or `things_m2`
and no more than `longest` times as long as wide, for `hold_s`. What people and vehicles cover is
unknown: it neither adds to the time nor takes from it; a look at a whole plane without such a
piece takes twice its time back. Light, shade and rain are no change
(`perception.view_comparison`). It is over when the place looks as on the references again.
Without references, or at night without any of the night, the rule is silent: nobody knows how the
place should look.

Source: the simulator's definition of an event is a door that stands open, or a thing gone, for
3 s; change against a registered reference as surveyed by Radke et al., "Image change detection
algorithms" (2005), by normalised cross-correlation (Lewis 1995).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from patrol.incident import AnomalyKind
from patrol.map import ZoneKind
from perception.plane_views import Looks, PlaneView, look_at
from perception.reference_views import PlaneKey, ReferenceStore
from perception.rules.base import Finding, Scene
from perception.rules.changed_property_config import ChangedPropertyConfig
from perception.rules.property_judgement import Change, Judgement, judged
from perception.rules.stays import Presence, Stays, findings_of
from perception.watched_property import WALL, WatchedPlane, WatchedProperty

RULE_VERSION = "changed_property/2"
_PERSON_SCORE = 0.15  # weaker sightings are mostly nobody
_SIGMA_M = 0.5  # of a change's place


@dataclass(slots=True)
class _Watch:
    """What is known of one watched place."""

    number: int
    looks: dict[str, Looks] = field(default_factory=dict)  # by plane
    judged_s: float | None = None
    change: Change | None = None  # the last one that was seen


class ChangedPropertyRule:
    """The rule with its memory of places; with `references.record` set it makes references."""

    kind = AnomalyKind.CHANGED_PROPERTY

    def __init__(self, config: ChangedPropertyConfig, references: ReferenceStore | None) -> None:
        self._config = config
        self._references = references
        self._watches: dict[str, _Watch] = {}
        self._numbers = itertools.count(1)
        self._stays = Stays(config.stay)

    def step(self, scene: Scene) -> list[Finding]:
        """Which watched places have changed for long enough, and those that are as before."""
        if self._references is None:
            return []
        present = []
        reach_m = self._config.viewing.most_range_m
        for place in scene.map.watched_near(*scene.viewpoint_map, reach_m, scene.stamp_s):
            if not self._in_view(place, scene):
                continue
            watch = self._watches.get(place.id)
            if watch is None:
                watch = self._watches[place.id] = _Watch(next(self._numbers))
            views = self._views(watch, place, scene)
            if not views:
                continue
            if self._config.references.record:
                self._record(place, views, scene)
            else:
                present += self._present(watch, place, views, scene)
        if not present:
            return []
        seen = self._stays.step(present, scene.stamp_s)
        changes = {watch.number: watch.change for watch in self._watches.values()}
        for stay in seen:
            change = changes.get(stay.presence.track_id)
            stay.details = change.details() if change is not None else {}
            needed_s = self._config.hold_s / scene.map.sensitivity_at(*stay.place, scene.stamp_s)
            stay.raise_when(stay.held_s >= needed_s)
        return findings_of(self._stays, seen, self.kind, RULE_VERSION)

    def _in_view(self, place: WatchedProperty, scene: Scene) -> bool:
        """Whether the camera looks at its front, not too flatly, and has some of it in sight."""
        if not place.faces(scene.viewpoint_map):
            return False
        plane = place.planes[0]
        least_m = self._config.viewing.least_slope * _away_m(place, scene)
        if plane.distance_m(scene.viewpoint_map) < least_m:
            return False
        width = scene.image_bgr.shape[1]
        pixels = [scene.projector.pixel(*end) for end in (plane.start, place.place, plane.end)]
        return any(pixel is not None and 0 < pixel[0] < width for pixel in pixels)

    def _views(
        self, watch: _Watch, place: WatchedProperty, scene: Scene
    ) -> list[tuple[WatchedPlane, PlaneView]]:
        """Look at all planes; the fused views where it is time to judge."""
        hidden = [s.box_xyxy for s in scene.sightings if s.score >= _PERSON_SCORE]
        hidden += [track.observation.box_xyxy for track in scene.tracks]
        hidden = [box for box in hidden if np.isfinite(box).all()]
        rise_m = _rise_m(place, scene)
        viewing = self._config.viewing
        looked = []
        for plane in place.planes:
            look = look_at(plane, scene.image_bgr, scene.projector, rise_m, hidden)
            if look is None:
                continue
            looks = watch.looks.setdefault(
                plane.name, Looks(viewing.looks, viewing.within_s, viewing.within_m)
            )
            looks.add(look)
            looked.append((plane, looks))
        if not self._is_due(watch, scene.stamp_s):
            return []
        views = [(plane, looks.view()) for plane, looks in looked]
        return [
            (plane, view)
            for plane, view in views
            if view is not None
            and view.known[:, plane.judged].mean() >= viewing.least_known
            and (plane.name == WALL or _away_m(place, scene) <= viewing.things_range_m)
        ]

    def _is_due(self, watch: _Watch, stamp_s: float) -> bool:
        """Whether a place is judged in this picture; a clock that steps back does not stop it."""
        last_s = watch.judged_s
        if last_s is not None and 0 <= stamp_s - last_s < self._config.viewing.every_s:
            return False
        watch.judged_s = stamp_s
        return True

    def _record(
        self, place: WatchedProperty, views: Sequence[tuple[WatchedPlane, PlaneView]], scene: Scene
    ) -> None:
        """Keep what is new, unless nothing may be recorded here or there."""
        assert self._references is not None
        zones = scene.map.zones(ZoneKind.NO_RECORD, scene.stamp_s)
        spots = (scene.viewpoint_map, place.place)
        if any(zone.region.depth_m(*spot) >= 0 for zone in zones for spot in spots):
            return
        is_night = scene.map.is_night(scene.stamp_s)
        for plane, view in views:
            self._references.add(_key(place, plane, scene), view, is_night=is_night)

    def _present(
        self,
        watch: _Watch,
        place: WatchedProperty,
        views: Sequence[tuple[WatchedPlane, PlaneView]],
        scene: Scene,
    ) -> list[Presence]:
        """The place as changed (True), as before (False) or in doubt (None), if it is judged."""
        assert self._references is not None
        viewing, is_night = self._config.viewing, scene.map.is_night(scene.stamp_s)
        verdicts: list[Judgement] = []
        for plane, view in views:
            near = self._references.near(
                _key(place, plane, scene), view.viewpoint_map, is_night=is_night,
                within_m=viewing.reference_m, most=viewing.references,
            )  # fmt: skip
            if near:
                expected = next((v.shift for v in verdicts if v.shift is not None), None)
                verdicts.append(
                    judged(plane, view, [one.view for one in near], self._config, expected)
                )
        if not verdicts:
            return []
        changes = [verdict.change for verdict in verdicts if verdict.change is not None]
        met: bool | None = None
        if changes:
            watch.change, met = max(changes, key=lambda change: change.weight), True
        elif all(verdict.is_same for verdict in verdicts):
            met = False
        change = watch.change
        spot = place.place if change is None else change.place
        confidence = 0.5 if change is None else change.confidence
        return [
            Presence(watch.number, *spot, _SIGMA_M, met, confidence, _box(change, scene), place.id)
        ]


def _away_m(place: WatchedProperty, scene: Scene) -> float:
    return math.dist(place.place, scene.viewpoint_map)


def _rise_m(place: WatchedProperty, scene: Scene) -> float:
    """How high its ground is over the plane that the vehicle stands on, by the map's heights."""
    heights = scene.map.heights
    if heights is None:
        return 0.0
    pose = scene.projector.stamped.pose
    levels, _ = heights.at(np.array([place.place, (pose.x_m, pose.y_m)]))
    ahead, aside = pose.inverse_transform(*place.place)
    tilt = scene.projector.level_from_base[2]
    return float(levels[0] - levels[1] - (tilt[0] * ahead + tilt[1] * aside))


def _box(change: Change | None, scene: Scene) -> NDArray[np.float64]:
    """Where a change is in the picture; empty where that is not in view."""
    nowhere = np.zeros(4)
    if change is None:
        return nowhere
    foot_m = change.height_m - change.tall_m / 2
    foot = scene.projector.pixel(*change.place, foot_m)
    head = scene.projector.pixel(*change.place, foot_m + change.tall_m)
    if foot is None or head is None:
        return nowhere
    half = change.width_m / change.tall_m * (foot[1] - head[1]) / 2
    return np.array([foot[0] - half, head[1], foot[0] + half, foot[1]])


def _key(place: WatchedProperty, plane: WatchedPlane, scene: Scene) -> PlaneKey:
    return PlaneKey(scene.map.map_id, place.id, plane.digest)
