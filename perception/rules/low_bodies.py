"""Low bodies: people as places, one each, whatever boxes and names a detector gives them.

Who sits in the dark has two boxes in turns, with the legs and without, and each becomes a track;
or is called a fire hydrant, surely, for minutes. Both are mended here:

- two tracks are one body where their places agree, to `still_m` or within their doubt (99 % of the
  covariances together; along the view that is metres, across it decimetres), and they do not stand
  side by side in one picture;
- a thing of a size to sit is somebody where a pose network finds a skeleton in its box, again and
  again.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import larger_sigma
from perception.detectors.base import PoseDetector, Skeleton
from perception.followed import height_of
from perception.looks import UPRIGHT, skeleton_in, square_around
from perception.rules.base import Scene
from perception.rules.posture import HEAD, HIPS, SHOULDERS
from perception.tracking import Track

# What stock YOLO calls people who sit or squat, seen from behind; no animals and no furniture:
# who sits on a bench is not on the ground.
MISTAKEN = frozenset(
    {"fire hydrant", "parking meter", "backpack", "handbag", "suitcase", "teddy bear"}
)
_CHI2_99 = 9.21  # two dimensions
_LEAST_SIGMA_M = 0.15  # of a place, tilt and a body's own width included
_LEAST_SIDE_PX = 48.0
_MOST_LOOKS = 40  # at a thing: it stays what it was found to be, and costs nothing more


@dataclass(frozen=True, slots=True)
class LowBodyConfig:
    """How tracks become bodies, and what counts as a skeleton."""

    keep_s: float = 3.0  # looks older than this say nothing of now
    join_s: float = 8.0  # a body not seen for longer is not waited for
    overlap: float = 0.5  # of the smaller box: two boxes in one picture on one body
    least_score: float = 0.4  # of a skeleton
    point_score: float = 0.4
    least_points: int = 6
    least_looks: int = 8  # at a thing
    skeleton_share: float = 0.25  # of them with a skeleton
    looks_per_picture: int = 1  # a skeleton costs 8 to 17 ms
    tall_m: float = 1.35  # a body that was so tall stood
    still_m: float = 0.8  # a body that was surely further from its place has moved

    def __post_init__(self) -> None:
        for name, most in (
            ("keep_s", 30.0),
            ("join_s", 30.0),
            ("tall_m", 2.0),
            ("still_m", 3.0),
        ):
            if not 0 < getattr(self, name) <= most:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, {most:g}]")
        for name in ("overlap", "least_score", "point_score", "skeleton_share"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 1)")
        if not 0 <= self.looks_per_picture <= 8:
            raise ValueError(f"looks_per_picture: {self.looks_per_picture} must be 0 to 8")
        if self.least_looks < 2:
            raise ValueError(f"least_looks: {self.least_looks} must be at least 2")


Spot = tuple[tuple[float, float], NDArray[np.float64]]  # place (2,), covariance (2, 2)


@dataclass(slots=True, eq=False)
class LowBody:
    """Somebody at a place, with the looks of the last seconds (time, height m, aspect).

    `spot` is the surest look at where it has been since `rests_s`, map metres and m²: who comes
    to rest far away is placed well only when the vehicle is near.
    """

    number: int
    track: Track
    seen_s: float
    spot: Spot
    rests_s: float
    looks: deque[tuple[float, float, float]] = field(default_factory=deque)
    stood_s: float = -math.inf  # when it was seen standing last

    @property
    def height_m(self) -> float:
        """The median of its looks; NaN where every one is cut."""
        known = [height for _, height, _ in self.looks if not math.isnan(height)]
        return statistics.median(known) if known else math.nan

    @property
    def aspect(self) -> float:
        """Width to height, the median of its looks."""
        return statistics.median(aspect for _, _, aspect in self.looks)


class LowBodies:
    """Everybody who was seen in the last seconds; low or not, for who sinks down was tall."""

    def __init__(self, config: LowBodyConfig, pose: PoseDetector | None) -> None:
        """Without `pose` things stay things."""
        self._config, self._pose = config, pose
        self._numbers = itertools.count(1)
        self._bodies: list[LowBody] = []
        self._by_track: dict[int, LowBody] = {}
        self._skeletons: dict[int, list[bool]] = {}  # by track of a thing: found at each look

    def step(self, scene: Scene) -> list[LowBody]:
        """The bodies in this picture, each once."""
        self._forget(scene)
        seen: dict[int, LowBody] = {}
        for track, height_m, aspect in [*_people(scene), *self._mistaken(scene)]:
            body = self._body_of(track, scene.stamp_s)
            self._book(body, track, height_m, aspect, scene.stamp_s)
            seen[body.number] = body
        return list(seen.values())

    def _forget(self, scene: Scene) -> None:
        live = {track.track_id for track in scene.tracks}
        since_s = scene.stamp_s - self._config.join_s
        self._bodies = [body for body in self._bodies if body.seen_s >= since_s]
        self._by_track = {
            key: body
            for key, body in self._by_track.items()
            if key in live and body in self._bodies
        }
        self._skeletons = {key: v for key, v in self._skeletons.items() if key in live}

    def _mistaken(self, scene: Scene) -> list[tuple[Track, float, float]]:
        """Things that a skeleton was found in, with height and aspect of this look."""
        things = [
            track
            for track in scene.tracks
            if track.label in MISTAKEN
            and track.last_seen_s == scene.stamp_s
            and track.observation.camera in ("", scene.projector.camera.name)
            and scene.map.driven_on.share(*_place(track), track.observation.point.covariance) > 0.1
        ]
        self._look(things, scene)
        return [(t, *_size(t, scene)) for t in things if self._is_somebody(t.track_id)]

    def _look(self, things: Sequence[Track], scene: Scene) -> None:
        """Skeletons in things, least looked at first."""
        if self._pose is None:
            return
        shape = (scene.image_bgr.shape[0], scene.image_bgr.shape[1])
        asked = [t for t in things if len(self._skeletons.get(t.track_id, ())) < _MOST_LOOKS]
        order = sorted(asked, key=lambda t: len(self._skeletons.get(t.track_id, ())))
        for track in order[: self._config.looks_per_picture]:
            box = track.observation.box_xyxy
            region = square_around(box, 1.3, _LEAST_SIDE_PX, shape)
            skeleton = skeleton_in(scene.image_bgr, region, UPRIGHT, self._pose, box)
            looks = self._skeletons.setdefault(track.track_id, [])
            looks.append(skeleton is not None and self._fills(skeleton, box))

    def _fills(
        self, skeleton: Skeleton, box: np.ndarray[tuple[int], np.dtype[np.float64]]
    ) -> bool:
        """Whether head and trunk are in the box: not somebody's who stands beside it."""
        config, points = self._config, skeleton.keypoints
        seen = points[:, 2] >= config.point_score
        if skeleton.score < config.least_score or seen.sum() < config.least_points:
            return False
        trunk = [joint for joint in (*HEAD, *SHOULDERS, *HIPS) if seen[joint]]
        if not any(joint in SHOULDERS for joint in trunk):
            return False
        inside = (points[trunk, :2] >= box[:2]) & (points[trunk, :2] <= box[2:])
        return bool(inside.all())

    def _is_somebody(self, track_id: int) -> bool:
        looks = self._skeletons.get(track_id, [])
        return len(looks) >= self._config.least_looks and (
            sum(looks) >= self._config.skeleton_share * len(looks)
        )

    def _body_of(self, track: Track, stamp_s: float) -> LowBody:
        known = self._by_track.get(track.track_id)
        if known is None:
            fits = [body for body in self._bodies if self._is_same(body, track, stamp_s)]
            spot = _spot(track)
            known = min(fits, key=lambda body: _distance2(_spot(body.track), spot), default=None)
        if known is None:
            known = LowBody(next(self._numbers), track, stamp_s, _spot(track), stamp_s)
            self._bodies.append(known)
        self._by_track[track.track_id] = known
        return known

    def _is_same(self, body: LowBody, track: Track, stamp_s: float) -> bool:
        was, now = _spot(body.track), _spot(track)
        near = math.dist(was[0], now[0]) <= self._config.still_m
        if not near and _distance2(was, now) > _CHI2_99:
            return False
        return body.seen_s < stamp_s or _overlap(body.track, track) >= self._config.overlap

    def _book(
        self, body: LowBody, track: Track, height_m: float, aspect: float, stamp_s: float
    ) -> None:
        body.track, body.seen_s = track, stamp_s
        spot = _spot(track)
        moved = math.dist(body.spot[0], spot[0]) > self._config.still_m
        if moved and _distance2(body.spot, spot) > _CHI2_99:
            body.spot, body.rests_s = spot, stamp_s
        elif larger_sigma(spot[1]) < larger_sigma(body.spot[1]):
            body.spot = spot
        body.looks.append((stamp_s, height_m, aspect))
        while stamp_s - body.looks[0][0] > self._config.keep_s:
            body.looks.popleft()
        if body.height_m >= self._config.tall_m:  # False for NaN
            body.stood_s = stamp_s


def _people(scene: Scene) -> list[tuple[Track, float, float]]:
    return [(p.track, p.looks[-1].height_m, p.looks[-1].aspect) for p in scene.people]


def _place(track: Track) -> tuple[float, float]:
    return track.place


def _size(track: Track, scene: Scene) -> tuple[float, float]:
    """Height (m, by the measured range where there is one) and aspect of this look."""
    box, point = track.observation.box_xyxy, track.observation.point
    measured_m = point.range_m if point.measured_range_m is None else point.measured_range_m
    aspect = float((box[2] - box[0]) / max(box[3] - box[1], 1.0))
    return height_of(box, measured_m, scene.projector), aspect


def _spot(track: Track) -> Spot:
    """Where a track is; the last look's doubt, not the filter's (`Followed.covariance`)."""
    return _place(track), track.observation.point.covariance


def _distance2(one: Spot, other: Spot) -> float:
    """Between two places, squared, in their doubt."""
    apart = np.subtract(one[0], other[0])
    doubt = one[1] + other[1] + np.eye(2) * _LEAST_SIGMA_M**2
    return float(apart @ np.linalg.solve(doubt, apart))


def _overlap(one: Track, other: Track) -> float:
    """Shared area of two boxes, to that of the smaller one."""
    a, b = one.observation.box_xyxy, other.observation.box_xyxy
    across = max(float(min(a[2], b[2]) - max(a[0], b[0])), 0.0)
    down = max(float(min(a[3], b[3]) - max(a[1], b[1])), 0.0)
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return across * down / max(float(smaller), 1.0)
