"""Multi-object tracking in the map frame, or in the image plane where there is no pose.

Boxes become places with covariance before they are associated, so the vehicle's own motion is
compensated by its pose (or by the picture's own motion, `tracking_view.ImagePlane`); at robot
frame rates that decides identity. A constant-velocity Kalman filter for each track; one Hungarian
assignment for sure boxes, then one for weak boxes that may only prolong a track (ByteTrack, Zhang
et al. 2022).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perception.association import Weights, pairs_of
from perception.tracking_view import View, iou
from perception.tracks import Observation, Track, TrackState, smoothed

__all__ = ["Observation", "Track", "TrackState", "Tracker", "TrackingConfig", "iou"]

_WALKS_MPS = 1.0  # one sigma of what a new track may do, either way


@dataclass(frozen=True, slots=True)
class TrackingConfig:
    """Association and life of tracks."""

    sure_score: float = 0.35  # starts a track
    weak_score: float = 0.15  # prolongs one
    acceleration_sigma_mps2: float = 0.8  # of a walking person
    iou_weight: float = 3.0
    height_sigma: float = 0.15  # of the logarithm of a box's height
    confirm_hits: int = 2
    lost_after_s: float = 3.0  # somebody behind a car comes out again
    unsure_after_s: float = 1.2  # a box that came once is mostly a mistake

    def __post_init__(self) -> None:
        if not 0 < self.weak_score <= self.sure_score < 1:
            raise ValueError(f"weak_score: {self.weak_score} must be in (0, sure_score]")
        for name in ("acceleration_sigma_mps2", "height_sigma", "lost_after_s", "unsure_after_s"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: {getattr(self, name)} must be above 0")


class Tracker:
    """Ids and velocities of everything that detections show; one `step` per picture."""

    def __init__(self, config: TrackingConfig | None = None) -> None:
        from perception.track_kernels import predicted, updated  # machine code: 0.3 s to load

        self._predicted, self._updated = predicted, updated
        self._config = config or TrackingConfig()
        self._weights = Weights(self._config.iou_weight, self._config.height_sigma)
        self._ids = itertools.count(1)
        self._tracks: list[Track] = []

    def step(self, observations: Sequence[Observation], view: View, stamp_s: float) -> list[Track]:
        """Advance to `stamp_s` with this picture's objects; gives all live tracks.

        The view must be of one kind at all steps. An observation that is not finite is left out.
        A clock that steps back by more than a lost track's life ends all tracks.
        """
        self._tracks = [track for track in self._tracks if self._lives(track, stamp_s)]
        self._predict(view, stamp_s)
        usable = [o for o in observations if o.usable]
        sure = [o for o in usable if o.score >= self._config.sure_score]
        weak = [o for o in usable if self._config.weak_score <= o.score < self._config.sure_score]
        left, unmatched = self._associate(self._tracks, sure, view, stamp_s)
        self._associate(left, weak, view, stamp_s)
        self._tracks += [self._start(o, view, stamp_s) for o in unmatched]
        return list(self._tracks)

    def confirmed(self) -> list[Track]:
        """Tracks that were seen often enough to be shown."""
        return [t for t in self._tracks if t.state is TrackState.CONFIRMED]

    def _lives(self, track: Track, stamp_s: float) -> bool:
        keep_s = self._config.lost_after_s
        if stamp_s < track.last_seen_s - keep_s:
            return False
        if track.state is TrackState.TENTATIVE:
            keep_s = min(keep_s, self._config.unsure_after_s)
        return stamp_s - track.last_seen_s <= keep_s

    def _start(self, seen: Observation, view: View, stamp_s: float) -> Track:
        metre = float(view.units_per_m(np.array([[seen.width_m, seen.height_m]]))[0])
        walks = (_WALKS_MPS * metre) ** 2
        covariance = np.diag([0.0, 0.0, walks, walks])
        covariance[:2, :2] = seen.point.covariance
        mean = np.array([seen.point.x_m, seen.point.y_m, 0.0, 0.0])
        state = TrackState.CONFIRMED if self._config.confirm_hits <= 1 else TrackState.TENTATIVE
        return Track(
            next(self._ids),
            seen.label,
            mean,
            covariance,
            stamp_s,
            stamp_s,
            stamp_s,
            seen,
            state=state,
            confidence=seen.score,
            by_colour=self._is_by_colour(seen),
        )

    def _is_by_colour(self, seen: Observation) -> bool:
        return seen.score >= self._config.sure_score and not seen.by_warmth

    def _predict(self, view: View, stamp_s: float) -> None:
        """All tracks to this picture's time, and into its plane if that has moved."""
        if not self._tracks:
            return
        tracks = self._tracks
        metres = view.units_per_m(np.array([track.size for track in tracks]))
        means, covariances = self._predicted(
            *_states(tracks),
            np.array([max(stamp_s - track.updated_s, 0.0) for track in tracks]),
            self._config.acceleration_sigma_mps2 * metres,
        )
        for track, mean, covariance in zip(tracks, means, covariances, strict=True):
            track.move(mean, covariance)
            track.updated_s = max(stamp_s, track.updated_s)
            if view.motion is not None:
                _carry(track, view.motion)

    def _associate(
        self, tracks: Sequence[Track], seen: Sequence[Observation], view: View, stamp_s: float
    ) -> tuple[list[Track], list[Observation]]:
        """Update what matches; gives the tracks and the observations that are left."""
        pairs = pairs_of(tracks, seen, view, self._weights)
        if pairs:
            self._update([(tracks[row], seen[column]) for row, column in pairs], stamp_s)
        used_rows, used_columns = {r for r, _ in pairs}, {c for _, c in pairs}
        return (
            [t for i, t in enumerate(tracks) if i not in used_rows],
            [o for i, o in enumerate(seen) if i not in used_columns],
        )

    def _update(self, pairs: Sequence[tuple[Track, Observation]], stamp_s: float) -> None:
        means, covariances = self._updated(
            *_states([track for track, _ in pairs]),
            np.array([(one.point.x_m, one.point.y_m) for _, one in pairs]),
            np.array([one.point.covariance for _, one in pairs]),
        )
        newest = np.array([(one.width_m, one.height_m) for _, one in pairs])
        sizes = smoothed(np.array([track.size for track, _ in pairs]), newest)
        new = zip(pairs, means, covariances, sizes, strict=True)
        for (track, one), mean, covariance, size in new:
            track.move(mean, covariance)
            track.size = size
            track.see(one, stamp_s)
            track.by_colour |= self._is_by_colour(one)
            if track.hits >= self._config.confirm_hits:
                track.state = TrackState.CONFIRMED


def _states(tracks: Sequence[Track]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Means (n, 4) and covariances (n, 4, 4)."""
    return (
        np.array([track.mean for track in tracks]),
        np.array([track.covariance for track in tracks]),
    )


def _carry(track: Track, motion: NDArray[np.float64]) -> None:
    """A track of the picture before into this picture (BoT-SORT, Aharon et al. 2022)."""
    turn = np.kron(np.eye(2), motion[:, :2])
    mean = turn @ track.mean
    mean[:2] += motion[:, 2]
    track.move(mean, turn @ track.covariance @ turn.T)
    track.size = track.size * math.sqrt(abs(np.linalg.det(motion[:, :2])))
