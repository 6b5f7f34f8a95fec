"""Errors of the estimate against the truth: how large, how honest, and how soon admitted."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from benchmarks.localizing.record import Look
from navigation.types import LocalizationEstimate, LocalizationStatus
from patrol.geodesy import wrap_angle

Row = tuple[Look, LocalizationEstimate]
LOST_M = 1.0  # a true error beyond this is a loss


def error_m(row: Row) -> float:
    """Of the position; infinite without a pose."""
    look, estimate = row
    if estimate.stamped is None:
        return math.inf
    pose = estimate.stamped.pose
    return math.hypot(pose.x_m - look.truth.x_m, pose.y_m - look.truth.y_m)


def heading_error_rad(row: Row) -> float:
    """Of the heading; a straight angle without a pose."""
    look, estimate = row
    if estimate.stamped is None:
        return math.pi
    return abs(wrap_angle(estimate.stamped.pose.yaw_rad - look.truth.yaw_rad))


def rms(values: Iterable[float]) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(np.square(list(values)))))


def driven_m(looks: Sequence[Look]) -> float:
    """The way between looks."""
    return sum(
        math.hypot(b.truth.x_m - a.truth.x_m, b.truth.y_m - a.truth.y_m)
        for a, b in itertools.pairwise(looks)
    )


def is_lost(estimate: LocalizationEstimate) -> bool:
    """Whether it admits that it does not know."""
    return estimate.status is LocalizationStatus.LOST


@dataclass(frozen=True, slots=True)
class Loss:
    """A true error beyond LOST_M: when it began, and when it was admitted (None: never)."""

    lost_s: float
    admitted_s: float | None

    @property
    def delay_s(self) -> float:
        """Below 0 where it was admitted before the error was that large."""
        return math.inf if self.admitted_s is None else self.admitted_s - self.lost_s


def loss_of(rows: Sequence[Row], begin_s: float) -> Loss | None:
    """The first loss after something went wrong; None where the position held."""
    after = [row for row in rows if row[0].stamp_s >= begin_s]
    lost_s = next((row[0].stamp_s for row in after if error_m(row) > LOST_M), None)
    if lost_s is None:
        return None
    return Loss(lost_s, next((row[0].stamp_s for row in after if is_lost(row[1])), None))


def nees(row: Row) -> float:
    """Normalized estimation error squared of x, y and yaw (Bar-Shalom et al. 2001, 5.4.2)."""
    error, covariance = _error(row)
    return float(error @ np.linalg.solve(covariance, error))


def squared_sigmas(row: Row) -> NDArray[np.float64]:
    """Squared errors of x, y and yaw over their variances (3,)."""
    error, covariance = _error(row)
    parts: NDArray[np.float64] = error**2 / np.diag(covariance)
    return parts


def _error(row: Row) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    look, estimate = row
    stamped = estimate.stamped
    assert stamped is not None, "asked of estimates only"
    error = np.array([
        stamped.pose.x_m - look.truth.x_m,
        stamped.pose.y_m - look.truth.y_m,
        wrap_angle(stamped.pose.yaw_rad - look.truth.yaw_rad),
    ])  # fmt: skip
    return error, stamped.covariance


def share_within(values: Sequence[float], probability: float, freedoms: int = 3) -> float:
    """The share of values below the bound that so many of an honest filter's stay under."""
    bound = chi2.ppf(probability, freedoms)
    return sum(value <= bound for value in values) / len(values)
