"""One drive over a course, and its figures.

Control at 50 Hz. The controllers see base_link with an error that wanders, as a filter's does
(Gauss-Markov, 1 s), of RTK's size. All drive at the speed that our follower commands.
"""

from __future__ import annotations

import math
import time
from dataclasses import astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.steering.baselines import Baseline
from benchmarks.steering.bicycle import Bicycle
from benchmarks.steering.courses import (
    LEAD_IN_M,
    RUN_OUT_M,
    Case,
    path_of,
    start_of,
    tracker_of,
)
from navigation.following.progress import locate
from navigation.following.tracker import PathTracker
from navigation.types import steering_for
from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec

CONTROL_S = 0.02
POSITION_NOISE_M = 0.02
HEADING_NOISE_RAD = math.radians(0.5)
NOISE_TIME_S = 1.0
SETTLED_M = 0.1
EVERY_M = 0.02  # of the path: errors are counted by the metre
LONGEST_S = 120.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one drive: errors of the true base_link against the path, by the metre of the path.

    By the second, who swings and so takes longer would count what it began with for less.
    """

    rms_m: float
    p95_m: float
    worst_m: float
    settling_m: float  # travel until the error stays below 0.1 m; inf where it never does
    steering_rate_radps: float  # RMS of the wheels'
    speed_mps: float  # mean
    step_s: float  # of our follower, CPU time

    @staticmethod
    def mean(drives: list[Figures]) -> Figures:
        """The mean of each figure; of the worst error the largest."""
        table = np.array([astuple(d) for d in drives])
        mean = Figures(*(float(v) for v in table.mean(axis=0)))
        return replace(mean, worst_m=max(d.worst_m for d in drives))


class _Noise:
    """A pose error that wanders: x, y, yaw, each of its own size."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng([seed, 5])
        self._size = np.array([POSITION_NOISE_M, POSITION_NOISE_M, HEADING_NOISE_RAD])
        self._keep = math.exp(-CONTROL_S / NOISE_TIME_S)
        self._now = self._size * self._rng.standard_normal(3)

    def on(self, pose: Pose2) -> Pose2:
        """What is measured now."""
        fresh = math.sqrt(1 - self._keep**2) * self._rng.standard_normal(3)
        self._now = self._keep * self._now + self._size * fresh
        x, y, yaw = (float(v) for v in self._now)
        return Pose2(pose.x_m + x, pose.y_m + y, pose.yaw_rad + yaw)


def drive(case: Case, spec: VehicleSpec, baseline: Baseline | None, seed: int) -> Figures:
    """Drive the course with a baseline, or with our follower; `spec` is the true vehicle."""
    believed = replace(spec, wheelbase_m=spec.wheelbase_m * case.wheelbase_share)
    path = path_of(case, spec)
    piece, tracker = path.pieces[0], tracker_of(case, path, believed)
    start = start_of(case)
    bicycle = Bicycle(spec, Pose2(*start.transform(0.0, case.offset_m), start.yaw_rad))
    noise, rows, spent_s, true_s_m = _Noise(seed), [], [], 0.0
    for step in range(round(LONGEST_S / CONTROL_S)):
        now_s = step * CONTROL_S
        if tracker.s_m >= path.length_m - RUN_OUT_M:
            break
        seen = noise.on(bicycle.pose)
        if tracker.s_m < LEAD_IN_M:
            seen = Pose2(*seen.transform(0.0, -case.offset_m), seen.yaw_rad)
        began_s = time.process_time()
        speed_mps, steering = _ours(tracker, seen, bicycle, now_s, believed)
        spent_s.append(time.process_time() - began_s)
        if baseline is not None:
            steering = baseline.steering_rad(piece, seen, tracker.s_m, bicycle.speed_mps)
        bicycle.drive(speed_mps, steering, CONTROL_S)
        truth = locate(piece, bicycle.pose, true_s_m)
        true_s_m = truth.s_m
        if tracker.s_m >= LEAD_IN_M:
            rows.append((true_s_m, truth.cross_track_error_m, bicycle.steering_rad,
                         bicycle.speed_mps))  # fmt: skip
    return figures_of(np.array(rows), float(np.mean(spent_s)))


def _ours(
    tracker: PathTracker, seen: Pose2, bicycle: Bicycle, now_s: float, believed: VehicleSpec
) -> tuple[float, float]:
    tracker.update(seen, bicycle.speed_mps)
    command = tracker.follow(
        seen, bicycle.speed_mps, bicycle.steering_rad, math.inf, math.inf, now_s, CONTROL_S
    )
    steering = steering_for(command, believed.wheelbase_m)
    return command.speed_mps, bicycle.steering_rad if steering is None else steering


def figures_of(rows: NDArray[np.float64], step_s: float) -> Figures:
    """Figures of rows (n, 4) at 50 Hz: travel (m), error (m), steering (rad), speed (m/s)."""
    travel, error, steering, speed = rows.T
    outside = np.flatnonzero(np.abs(error) >= SETTLED_M)
    settling = 0.0
    if len(outside):
        last = int(outside[-1])
        settling = float(travel[last + 1] - travel[0]) if last + 1 < len(travel) else math.inf
    aside = np.abs(np.interp(np.arange(travel[0], travel[-1], EVERY_M), travel, error))
    return Figures(
        rms_m=float(np.sqrt(np.mean(aside**2))),
        p95_m=float(np.quantile(aside, 0.95)),
        worst_m=float(aside.max()),
        settling_m=settling,
        steering_rate_radps=float(np.sqrt(np.mean((np.diff(steering) / CONTROL_S) ** 2))),
        speed_mps=float(speed.mean()),
        step_s=step_s,
    )
