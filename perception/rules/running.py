"""Running and pursuit: somebody on foot is faster than anybody walks.

Definition. A person's speed over the last looks is surely (by `sigmas`) above `speed_mps` for
`hold_s`, and their legs move: the distance of the ankles, as a share of the body's height,
changes from look to look by `gait_change` (median) over at least `gait_looks` skeletons. Who
stands on a kick scooter is as fast and looks the same but for the legs; a bicycle under somebody
is seen (`perception.followed`), and whoever had one twice rides. Where no skeleton can be had (no
model, too small, dark) the speed alone decides after `hold_unseen_s`. Two or more who run within
`group_m` of one another are one event, told as `pursuit`; whoever runs on within `same_event_s`
belongs to it, too.

Source: Alexander, Walking and Running (1989): people change from walking to running at 2.2 m/s.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from patrol.incident import AnomalyKind
from perception.detectors.base import PoseDetector, Skeleton
from perception.followed import Followed
from perception.looks import UPRIGHT, skeleton_in, square_around
from perception.motion import Motion
from perception.rules.base import Finding, Scene
from perception.rules.stays import Presence, Stay, StayConfig, Stays, findings_of

RULE_VERSION = "running/2"
_ANKLES = (15, 16)  # COCO's keypoints
_GAITS_KEPT = 10


@dataclass(frozen=True, slots=True)
class RunningConfig:
    """The rule's limits."""

    speed_mps: float = 2.3
    sigmas: float = 2.0  # of the speed
    walks_mps: float = 2.0  # surely slower: not running
    most_range_m: float = 15.0  # who was never nearer may ride, for all that can be seen
    bicycle_s: float = 1.0  # how long one look at a bicycle under somebody counts
    bicycle_looks: int = 2  # so many, however long ago: they ride
    misfit_m: float = 0.5  # a track that jumps from one person to the next is no runner
    hold_s: float = 0.4
    hold_unseen_s: float = 1.2
    min_height_m: float = 0.8  # lower runs on four legs
    look_from_mps: float = 1.5  # whose legs are looked at
    gait_looks: int = 4
    gait_change: float = 0.035  # in body heights
    gait_confidence: float = 0.5  # of a skeleton and of its ankles
    looks_per_picture: int = 2
    min_side_px: float = 48.0
    group_m: float = 8.0
    same_event_s: float = 10.0
    stay: StayConfig = field(
        default_factory=lambda: StayConfig(grace_s=1.5, join_m=1.5, join_mps=4.0, remember_s=20.0)
    )

    def __post_init__(self) -> None:
        if not 1.0 <= self.walks_mps < self.speed_mps <= 10.0:
            raise ValueError(f"speed_mps: {self.speed_mps} must be in (walks_mps, 10]")
        if not 0 < self.hold_s <= self.hold_unseen_s <= 60:
            raise ValueError(f"hold_s: {self.hold_s} must be in (0, hold_unseen_s]")
        if not 2 <= self.gait_looks <= _GAITS_KEPT:
            raise ValueError(f"gait_looks: {self.gait_looks} must be 2 to {_GAITS_KEPT}")
        if not 0 < self.most_range_m <= 100:
            raise ValueError(f"most_range_m: {self.most_range_m} must be in (0, 100]")
        if not 0 <= self.bicycle_s <= 30:
            raise ValueError(f"bicycle_s: {self.bicycle_s} must be in [0, 30]")
        if self.bicycle_looks < 1:
            raise ValueError(f"bicycle_looks: {self.bicycle_looks} must be at least 1")
        if not 0 <= self.look_from_mps <= self.speed_mps:
            raise ValueError(f"look_from_mps: {self.look_from_mps} must be in [0, speed_mps]")
        if not 0 <= self.sigmas <= 5:
            raise ValueError(f"sigmas: {self.sigmas} must be in [0, 5]")
        if not 0 < self.min_height_m < 1.5:
            raise ValueError(f"min_height_m: {self.min_height_m} must be in (0, 1.5)")
        if not 0 < self.misfit_m <= 3:
            raise ValueError(f"misfit_m: {self.misfit_m} must be in (0, 3]")
        for name in ("gait_change", "gait_confidence"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 1)")
        if not 0 <= self.looks_per_picture <= 8:
            raise ValueError(f"looks_per_picture: {self.looks_per_picture} must be 0 to 8")


class RunningRule:
    """The rule with its memory of who runs since when, and how their legs move."""

    kind = AnomalyKind.RUNNING

    def __init__(self, config: RunningConfig, pose: PoseDetector | None) -> None:
        self._config, self._pose = config, pose
        self._stays = Stays(config.stay)
        self._gaits: dict[int, deque[float]] = {}  # track → ankle distances in body heights
        self._event: tuple[int, float, tuple[float, float]] | None = None  # key, when, where

    def step(self, scene: Scene) -> list[Finding]:
        """Who runs."""
        known, present, pictured = self._stays.tracks, [], scene.pictured
        for person in pictured:
            met = self._is_too_fast(person)
            if met or person.track.track_id in known:
                present.append(Presence.of(person, met))
        fast = [person for person in pictured if self._is_fast(person)]
        self._look(fast, scene)
        seen = self._stays.step(present, scene.stamp_s)
        for stay in seen:
            factor = scene.map.sensitivity_at(*stay.place, scene.stamp_s)
            stay.raise_when(self._runs(stay, factor))
        findings = findings_of(self._stays, seen, self.kind, RULE_VERSION)
        return [self._as_event(finding, findings, scene.stamp_s) for finding in findings]

    def _is_too_fast(self, person: Followed) -> bool | None:
        """Whether somebody is faster than people walk; None where that cannot be told."""
        motion = person.motion
        if person.height_m < self._config.min_height_m:  # False for NaN
            return False
        if motion.speed_mps - self._config.sigmas * motion.sigma_mps >= self._config.speed_mps:
            return None if self._may_ride_or_jump(person, motion) else True
        if motion.speed_mps + motion.sigma_mps <= self._config.walks_mps:
            return False
        return None

    def _may_ride_or_jump(self, person: Followed, motion: Motion) -> bool:
        """A bicycle is seen late, and from afar not at all: one weak look is enough to wait.

        Who rides away is as small soon; what was seen under them while they were near counts on.
        """
        rides = any(look.may_ride for look in person.recent(self._config.bicycle_s))
        rides |= person.maybe_rides >= self._config.bicycle_looks
        far = person.nearest_m > self._config.most_range_m
        return rides or far or motion.misfit_m > self._config.misfit_m

    def _is_fast(self, person: Followed) -> bool:
        motion = person.motion
        return motion.speed_mps - motion.sigma_mps >= self._config.look_from_mps

    def _look(self, fast: Sequence[Followed], scene: Scene) -> None:
        """Skeletons of those who are fast, least looked at first."""
        tracks = {track.track_id for track in scene.tracks}
        self._gaits = {key: gait for key, gait in self._gaits.items() if key in tracks}
        if self._pose is None:
            return
        order = sorted(fast, key=lambda p: len(self._gaits.get(p.track.track_id, ())))
        shape = (scene.image_bgr.shape[0], scene.image_bgr.shape[1])
        for person in order[: self._config.looks_per_picture]:
            box = person.track.observation.box_xyxy
            region = square_around(box, 1.3, self._config.min_side_px, shape)
            skeleton = skeleton_in(scene.image_bgr, region, UPRIGHT, self._pose, box)
            apart_px = self._ankles_apart_px(skeleton)
            if apart_px is not None:
                gait = self._gaits.setdefault(person.track.track_id, deque(maxlen=_GAITS_KEPT))
                gait.append(apart_px / max(float(box[3] - box[1]), 1.0))

    def _ankles_apart_px(self, skeleton: Skeleton | None) -> float | None:
        """None where they are not seen surely."""
        least = self._config.gait_confidence
        if skeleton is None or skeleton.score < least:
            return None
        left, right = (skeleton.keypoints[index] for index in _ANKLES)
        if min(left[2], right[2]) < least:
            return None
        return math.dist(left[:2], right[:2])

    def _runs(self, stay: Stay, factor: float) -> bool:
        gait = self._gaits.get(stay.presence.track_id, ())
        if len(gait) < self._config.gait_looks:
            return stay.held_s >= self._config.hold_unseen_s / factor
        moves = bool(np.median(np.abs(np.diff(gait))) >= self._config.gait_change)
        return moves and stay.held_s >= self._config.hold_s / factor

    def _as_event(self, finding: Finding, findings: Sequence[Finding], stamp_s: float) -> Finding:
        """One event for all who run together or soon after one another."""
        place = (finding.x_m, finding.y_m)
        if self._event is None or not self._belongs(place, stamp_s):
            self._event = (finding.key, stamp_s, place)
        key = self._event[0]
        self._event = (key, stamp_s, place)
        near = [
            other
            for other in findings
            if math.dist(place, (other.x_m, other.y_m)) <= self._config.group_m
        ]
        details = {**finding.details, "runners": float(len(near)), "pursuit": str(len(near) > 1)}
        return replace(finding, key=key, details=details)

    def _belongs(self, place: tuple[float, float], stamp_s: float) -> bool:
        assert self._event is not None
        _, when_s, where = self._event
        since_s = stamp_s - when_s
        reach_m = self._config.group_m + 4.0 * since_s
        return since_s <= self._config.same_event_s and math.dist(place, where) <= reach_m
