"""Collapsed person: somebody lies on the ground and stays there.

Definition. A *lying view* is a person box, by any look at any turn, whose foot is on the ground
within `max_range_m`, that reaches at most `max_height_m` above it and, as a body on the ground,
may be `min_length_m` to `max_length_m` long, and that nobody who stands further down a slope would
fill (`further_down.py`), nor a dog that comes, less than half as wide as high. It counts by the
detector's score, more when the box is wider than 1.2 times its height and the length is a
person's. Views gather at a *spot* in the map: each adds its weight times the time since the last
picture. At the same spot an upright person takes time back by 1.5 times the score, somebody who
sits or bends by the score, and a close look from near that finds nobody a tenth. A spot whose
views move has no time at all.

The rule holds at a spot when
- the evidence is worth `hold_s` seconds, and the first of it is `least_s` old,
- `least_whole_s` of it is by views that the picture does not cut: of who sits on a bench it leaves
  a lap and an arm, which are as low as somebody who lies,
- it comes from at least `min_views` pictures, `min_strong_views` of them with a score of
  `strong_score` or a skeleton whose torso lies,
- and from viewpoints at least `min_baseline_m` apart (a coat or a kerb that looks like a person
  does so from one side); a vehicle that stands needs `standing_hold_s` seconds instead.

It is over when the spot was looked at from near for `clear_s` and nobody was there.

Stock YOLO sees a lying person at .1 to .4 or not at all, so the rule never waits for one good
box: weak boxes say where to look again (`perception.looks`), enlarged and turned.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from patrol.covariance import told_covariance
from patrol.incident import AnomalyKind
from perception.detectors.base import Detector, PoseDetector
from perception.looks import LEFT, RIGHT, UPRIGHT, Box, Sighting, look, skeleton_in, square_around
from perception.rules.base import Finding, Scene
from perception.rules.collapsed_person_config import CollapsedPersonConfig
from perception.rules.further_down import may_stand_beyond
from perception.rules.posture import (
    Posture,
    head_circle,
    head_height_m,
    is_clear,
    posture_of,
    torso_tilt_rad,
)
from perception.rules.spots import LyingView, Spot

RULE_VERSION = "collapsed_person/4"
OtherView = tuple[Posture, Sighting]  # of somebody who does not lie
_PICTURE_GAP_S = 0.4  # a longer gap between pictures is no evidence


class CollapsedPersonRule:
    """The rule with its memory of spots."""

    kind = AnomalyKind.COLLAPSED_PERSON

    def __init__(
        self,
        config: CollapsedPersonConfig,
        detector: Detector | None,
        pose: PoseDetector | None,
    ) -> None:
        self._config = config
        self._detector = detector
        self._pose = pose
        self._keys = itertools.count(1)
        self.spots: list[Spot] = []

    def step(self, scene: Scene) -> list[Finding]:
        """Gather this picture's evidence; gives the spots where the rule holds."""
        views, others = self._judge(scene, scene.sightings)
        looked = self._choose(scene, views)
        for region, spot in looked:
            found = self._look(scene, region, spot)
            more_views, more_others = self._judge(scene, found)
            views += more_views
            others += more_others
        boxes = self._gather(scene, views, others, [s for _, s in looked if s is not None])
        self._forget(scene)
        findings = [self._finding(spot, boxes.get(spot.key), scene) for spot in list(self.spots)]
        return [finding for finding in findings if finding is not None]

    def _judge(
        self, scene: Scene, sightings: Sequence[Sighting]
    ) -> tuple[list[LyingView], list[OtherView]]:
        """Lying views, and sightings of people who do not lie."""
        views: list[LyingView] = []
        others: list[OtherView] = []
        config, projector = self._config, scene.projector
        for sighting in sightings:
            range_m = projector.box_range_m(sighting.box_xyxy)
            if range_m is None or sighting.score < config.min_score:
                continue
            if not is_clear(sighting, range_m, config.posture):
                continue
            size = projector.footprint(sighting.box_xyxy)
            posture, weight = posture_of(sighting, size, config.posture)
            if posture is Posture.LYING:
                point = projector.box_point(sighting.box_xyxy)
                assert point is not None
                if may_stand_beyond(sighting.box_xyxy, projector, scene.map.heights):
                    continue
                views.append(
                    LyingView(sighting, point, weight, size.middle_m, size.height_m, size.cut)
                )
            elif posture in (Posture.UPRIGHT, Posture.LOW):
                others.append((posture, sighting))
        return views, others

    def _choose(self, scene: Scene, views: list[LyingView]) -> list[tuple[Box, Spot | None]]:
        """Where to look closely: known spots first, least looked at first, then new views."""
        shape = (scene.image_bgr.shape[0], scene.image_bgr.shape[1])
        picks: list[tuple[float, Box, Spot | None]] = []
        for spot in self.spots:
            box = scene.projector.box_at(spot.x_m, spot.y_m, *spot.size_m)
            if box is None or not scene.projector.in_view(spot.x_m, spot.y_m):
                continue
            if spot.distance_m(*scene.viewpoint_map) > self._config.posture.max_range_m:
                continue
            picks.append((spot.look_count - 20 * spot.credit_s, box, spot))
        for view in views:
            if self._spot_at(view.point.x_m, view.point.y_m, view.point.sigma_m) is None:
                picks.append((-10 * view.weight, view.sighting.box_xyxy, None))
        picks.sort(key=lambda pick: pick[0])
        looks = self._config.looks_per_picture
        if len(picks) == 1 and picks[0][2] is not None:
            picks = picks * looks  # one place: look again, with another margin and turn
        margins, least = self._config.look_margins, self._config.look_min_side_px
        return [
            (square_around(box, margins[number % len(margins)], least, shape), place)
            for number, (_, box, place) in enumerate(picks[:looks])
        ]

    def _look(self, scene: Scene, region: Box, spot: Spot | None) -> list[Sighting]:
        """One close look: at the turn that showed most so far, and at the others in their time."""
        if self._detector is None:
            return []
        count = spot.look_count if spot else 0
        best = spot.best_turn if spot else LEFT
        others = [turn for turn in (LEFT, RIGHT, UPRIGHT) if turn != best]
        turns = [best, others[count // 2 % 2], others[1 - count // 2 % 2]]
        found = [
            sighting
            for turn in turns[: self._config.turns_per_look]
            for sighting in look(
                scene.image_bgr, region, turn, self._detector, self._config.min_score
            )
        ]
        if spot is not None:
            spot.look_count += 1
            if spot.look_count % self._config.skeleton_every == 0 and spot.views >= 2:
                self._see_skeleton(scene, region, spot)
        return found

    def _see_skeleton(self, scene: Scene, region: Box, spot: Spot) -> None:
        if self._pose is None:
            return
        turn = spot.best_turn or (LEFT if spot.look_count % 2 else RIGHT)
        skeleton = skeleton_in(scene.image_bgr, region, turn, self._pose)
        if skeleton is None:
            return
        tilt = torso_tilt_rad(skeleton)
        distance = spot.distance_m(*scene.viewpoint_map)
        height = head_height_m(skeleton, scene.projector, distance)
        if height is not None and height > self._config.posture.max_height_m + 0.15:
            spot.lose(_PICTURE_GAP_S)
        elif tilt is not None and abs(math.sin(tilt)) > math.sin(self._config.lying_tilt_rad):
            spot.skeleton_views += 1
            spot.strong_views += 1
        spot.head = head_circle(skeleton)

    def _gather(
        self,
        scene: Scene,
        views: list[LyingView],
        others: list[OtherView],
        looked: list[Spot],
    ) -> dict[int, Box]:
        """Book every spot's gain or loss of this picture; gives the boxes by spot."""
        best: dict[int, LyingView] = {}
        for view in sorted(views, key=lambda v: -v.weight):
            spot = self._spot_at(view.point.x_m, view.point.y_m, view.point.sigma_m)
            if spot is None:
                spot = self._new_spot(view, scene.stamp_s)
            best.setdefault(spot.key, view)
        against = self._against(scene, others) if self.spots else []
        for spot in self.spots:
            gap = min(scene.stamp_s - spot.updated_s, _PICTURE_GAP_S)
            spot.updated_s = scene.stamp_s
            share = self._share_against(spot, against)
            seen = best.get(spot.key)
            if seen is not None:
                floor_m = self._config.position_floor_m
                spot.take(seen, scene.stamp_s, scene.viewpoint_map, floor_m)
                spot.strong_views += seen.sighting.score >= self._config.strong_score
                spot.gain(gap * seen.weight, whole=not seen.cut)
                self._stop_if_moving(spot, scene)
            elif spot in looked and self._is_near(spot, scene):
                spot.empty_s += gap
                spot.lose(self._config.empty_share * gap)
            spot.lose(gap * share)
        return {key: view.sighting.box_xyxy for key, view in best.items()}

    def _stop_if_moving(self, spot: Spot, scene: Scene) -> None:
        across, along = spot.drift_mps(scene.viewpoint_map)
        config = self._config
        if across > config.max_drift_across_mps or along > config.max_drift_along_mps:
            spot.lose(math.inf)

    def _against(
        self, scene: Scene, others: list[OtherView]
    ) -> list[tuple[float, tuple[float, float]]]:
        """How much people who do not lie speak against a spot right there, and their places."""
        share = {Posture.UPRIGHT: 1.5, Posture.LOW: 1.0}
        placed = [
            (share[posture] * sighting.score, scene.projector.box_point(sighting.box_xyxy))
            for posture, sighting in others
        ]
        return [(against, (at.x_m, at.y_m)) for against, at in placed if at is not None]

    def _share_against(
        self, spot: Spot, against: list[tuple[float, tuple[float, float]]]
    ) -> float:
        """How much this picture's other people at the spot speak against it (0..1)."""
        near_m = self._config.spot_radius_m * 0.6
        near = [share for share, place in against if spot.distance_m(*place) < near_m]
        return min(max(near, default=0.0), 1.5)

    def _is_near(self, spot: Spot, scene: Scene) -> bool:
        return spot.distance_m(*scene.viewpoint_map) <= self._config.near_m

    def _spot_at(self, x_m: float, y_m: float, sigma_m: float) -> Spot | None:
        reach = self._config.spot_radius_m + min(1.5 * sigma_m, 1.5)
        near = [s for s in self.spots if s.distance_m(x_m, y_m) <= reach]
        return min(near, key=lambda s: s.distance_m(x_m, y_m), default=None)

    def _new_spot(self, view: LyingView, stamp_s: float) -> Spot:
        point = view.point
        spot = Spot(
            next(self._keys), point.x_m, point.y_m, point.covariance, stamp_s, stamp_s, stamp_s
        )
        spot.best_turn = view.sighting.turn_deg
        self.spots.append(spot)
        return spot

    def _forget(self, scene: Scene) -> None:
        """Drop what was a flicker: seen little, and not for a while."""
        keep_s = self._config.forget_after_s
        self.spots = [
            s
            for s in self.spots
            if s.held_since_s is not None
            or scene.stamp_s - s.last_seen_s
            < (keep_s if s.credit_s > 0.3 else self._config.flicker_s)
        ]

    def _holds(self, spot: Spot, stamp_s: float) -> bool:
        config = self._config
        moved = spot.baseline_m >= config.min_baseline_m
        return (
            spot.credit_s >= (config.hold_s if moved else config.standing_hold_s)
            and spot.whole_s >= config.least_whole_s
            and stamp_s - spot.first_seen_s >= config.least_s
            and spot.views >= config.min_views
            and spot.strong_views >= config.min_strong_views
        )

    def _finding(self, spot: Spot, box: Box | None, scene: Scene) -> Finding | None:
        if spot.held_since_s is None:
            if not self._holds(spot, scene.stamp_s):
                return None
            spot.held_since_s = scene.stamp_s
        cleared = spot.empty_s >= self._config.clear_s
        if cleared:
            self.spots.remove(spot)
        weights = np.array(spot.recent_weights)
        confidence = 0.5 * float(weights.mean()) + 0.5 * min(
            spot.credit_s / (2 * self._config.hold_s), 1.0
        )
        return Finding(
            self.kind,
            spot.key,
            spot.x_m,
            spot.y_m,
            spot.sigma_m,
            spot.first_seen_s,
            confidence,
            box,
            RULE_VERSION,
            {
                "evidence_s": round(spot.credit_s, 2),
                "views": float(spot.views),
                "strong_views": float(spot.strong_views),
                "skeleton_views": float(spot.skeleton_views),
                "best_score": round(spot.best_score, 3),
                "length_m": round(spot.length_m, 2),
                "baseline_m": round(spot.baseline_m, 2),
            },
            cleared,
            (spot.head,) if spot.head is not None and box is not None else (),
            position_covariance_m2=told_covariance(spot.covariance),
        )
