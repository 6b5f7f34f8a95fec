"""Places where somebody may lie: evidence gathered in the map, so that flicker does not matter."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import larger_sigma
from perception.ground_projection import GroundPoint
from perception.looks import UPRIGHT, Sighting


@dataclass(frozen=True, slots=True)
class LyingView:
    """One view that speaks for a lying person."""

    sighting: Sighting
    point: GroundPoint
    weight: float  # 0..1
    length_m: float
    height_m: float
    cut: bool = False  # half out of view: its place and size are not to be trusted


@dataclass(slots=True)
class Spot:
    """A place on the ground with what was seen there."""

    key: int
    x_m: float
    y_m: float
    covariance: NDArray[np.float64]
    first_seen_s: float
    last_seen_s: float
    updated_s: float
    credit_s: float = 0.0  # seconds of evidence: gained by lying views, lost by others
    whole_s: float = 0.0  # of them, by views that the picture does not cut
    views: int = 0
    strong_views: int = 0
    skeleton_views: int = 0
    best_turn: int = UPRIGHT
    best_score: float = 0.0
    look_count: int = 0
    empty_s: float = 0.0  # how long it was looked at from near with nothing there
    held_since_s: float | None = None
    size_m: tuple[float, float] = (1.2, 0.4)  # width, height of the last box on the ground
    length_m: float = 0.0
    viewpoints: list[tuple[float, float]] = field(default_factory=list)
    recent_weights: deque[float] = field(default_factory=lambda: deque(maxlen=12))
    head: tuple[float, float, float] | None = None
    trail: deque[tuple[float, float, float]] = field(default_factory=lambda: deque(maxlen=10))

    @property
    def sigma_m(self) -> float:
        """One standard deviation of the larger axis."""
        return larger_sigma(self.covariance)

    @property
    def baseline_m(self) -> float:
        """The greatest distance between viewpoints that saw it."""
        if len(self.viewpoints) < 2:
            return 0.0
        first = self.viewpoints[0]
        return max(math.dist(first, other) for other in self.viewpoints[1:])

    def distance_m(self, x_m: float, y_m: float) -> float:
        """Plane distance of a position."""
        return math.hypot(self.x_m - x_m, self.y_m - y_m)

    def drift_mps(self, viewpoint: tuple[float, float]) -> tuple[float, float]:
        """Speed across and along the view, by a line through the last places where it was seen.

        Both 0 until it was seen for a second.
        """
        if len(self.trail) < 5 or self.trail[-1][0] - self.trail[0][0] < 0.95:
            return 0.0, 0.0
        rows = np.array(self.trail)
        times = rows[:, 0] - rows[:, 0].mean()
        velocity = times @ (rows[:, 1:] - rows[:, 1:].mean(axis=0)) / (times @ times)
        sight = np.array([self.x_m - viewpoint[0], self.y_m - viewpoint[1]])
        sight /= max(float(np.linalg.norm(sight)), 1e-6)
        across = abs(float(sight[0] * velocity[1] - sight[1] * velocity[0]))
        return across, abs(float(sight @ velocity))

    def fuse(self, point: GroundPoint, floor_sigma_m: float) -> None:
        """Move towards a new position, each weighted by its covariance (Kalman, static state).

        `floor_sigma_m` keeps the spot from trusting many correlated views too much.
        """
        floor = np.eye(2) * floor_sigma_m**2
        gain = self.covariance @ np.linalg.inv(self.covariance + point.covariance)
        step = gain @ np.array([point.x_m - self.x_m, point.y_m - self.y_m])
        self.x_m += float(step[0])
        self.y_m += float(step[1])
        self.covariance = (np.eye(2) - gain) @ self.covariance
        if self.sigma_m < floor_sigma_m:
            self.covariance = floor

    def gain(self, seconds: float, *, whole: bool) -> None:
        """Evidence for somebody who lies there, in a view that is cut or `whole`."""
        self.credit_s += seconds
        self.whole_s += seconds if whole else 0.0

    def lose(self, seconds: float) -> None:
        """Evidence against it."""
        self.credit_s = max(self.credit_s - seconds, 0.0)
        self.whole_s = max(self.whole_s - seconds, 0.0)

    def take(
        self,
        view: LyingView,
        stamp_s: float,
        viewpoint: tuple[float, float],
        floor_sigma_m: float,
    ) -> None:
        """Remember a view; the caller adds its credit."""
        self.last_seen_s = stamp_s
        self.views += 1
        self.empty_s = 0.0
        self.recent_weights.append(view.weight)
        if view.sighting.score >= self.best_score:
            self.best_score, self.best_turn = view.sighting.score, view.sighting.turn_deg
        if not self.viewpoints or math.dist(self.viewpoints[-1], viewpoint) > 0.2:
            self.viewpoints.append(viewpoint)
        if view.cut:
            return
        self.fuse(view.point, floor_sigma_m)
        self.trail.append((stamp_s, view.point.x_m, view.point.y_m))
        self.length_m = view.length_m
        self.size_m = (
            float(np.clip(view.length_m, 0.5, 2.2)),
            float(np.clip(view.height_m, 0.15, 0.6)),
        )
