"""A camera that is turned away while the vehicle stands (`camera_tampering`).

What it showed is no longer where it was, in nearly every cell, though there is as much to be seen;
and the lidar, which sits elsewhere, still measures the same surroundings where it looked: it is
not that somebody or something has come before it. While the vehicle drives nothing is said, nor of
a camera that looks where the lidar measures nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patrol.geometry import Scan
from perception.picture_structure import Floats, share_found_again
from perception.rules.base import Glimpse


@dataclass(frozen=True, slots=True)
class TurnConfig:
    """When a camera counts as turned."""

    still_mps: float = 0.03
    still_radps: float = 0.02
    settle_s: float = 1.0  # standing, before a picture is one to compare with
    renew_s: float = 10.0  # light changes slowly
    lost_share: float = 0.15  # cells found again; less is another view
    kept_share: float = 0.5
    same_rays: float = 0.5  # of those where the camera looks
    same_m: float = 0.3
    ahead_rad: float = 0.7  # either way of the camera's middle

    def __post_init__(self) -> None:
        if not 0 < self.lost_share < self.kept_share < 1:
            raise ValueError(f"lost_share: {self.lost_share} must be in (0, kept_share)")
        if not 0 < self.same_rays <= 1:
            raise ValueError(f"same_rays: {self.same_rays} must be in (0, 1]")
        for name in ("settle_s", "renew_s", "same_m", "ahead_rad"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: {getattr(self, name)} must be above 0")


class TurnWatch:
    """Remembers what a standing vehicle sees."""

    name = "turned"

    def __init__(self, config: TurnConfig) -> None:
        self._config = config
        self._still_since_s: float | None = None
        self._reference: Floats | None = None
        self._scan: Scan | None = None
        self._taken_s = 0.0

    def begins(self, glimpse: Glimpse, detail: Floats) -> bool:
        """Whether the camera looks elsewhere than it did."""
        if not self._stands(glimpse):
            self._still_since_s = self._reference = None
            return False
        if self._still_since_s is None:
            self._still_since_s = glimpse.stamp_s
        if glimpse.stamp_s - self._still_since_s < self._config.settle_s or glimpse.scan is None:
            return False
        if self._reference is None or self._scan is None:
            self._take(glimpse, detail)
            return False
        found = share_found_again(self._reference, detail)
        if found is None:
            return False
        if found >= self._config.kept_share:
            if glimpse.stamp_s - self._taken_s >= self._config.renew_s:
                self._take(glimpse, detail)
            return False
        return found <= self._config.lost_share and self._same_there(
            self._scan, glimpse.scan, glimpse.toward_rad
        )

    def lasts(self, glimpse: Glimpse, detail: Floats) -> bool:
        """Whether it still looks elsewhere, and the lidar still measures the same there."""
        found = None if self._reference is None else share_found_again(self._reference, detail)
        elsewhere = found is not None and found <= self._config.lost_share
        if self._scan is None or glimpse.scan is None:
            return elsewhere
        return elsewhere and self._same_there(self._scan, glimpse.scan, glimpse.toward_rad)

    def is_back(self, detail: Floats) -> bool:
        """Whether it looks where it did: at the same place only."""
        found = None if self._reference is None else share_found_again(self._reference, detail)
        return found is not None and found >= self._config.kept_share

    def _stands(self, glimpse: Glimpse) -> bool:
        slow = abs(glimpse.speed_mps) <= self._config.still_mps
        return slow and abs(glimpse.yaw_rate_radps) <= self._config.still_radps

    def _take(self, glimpse: Glimpse, detail: Floats) -> None:
        self._reference, self._scan, self._taken_s = detail, glimpse.scan, glimpse.stamp_s

    def _same_there(self, before: Scan, now: Scan, toward_rad: float) -> bool:
        """Whether there are rays where the camera looks, most of them as they were."""
        if len(before.ranges_m) != len(now.ranges_m):
            return False
        angles = now.angle_min_rad + now.angle_increment_rad * np.arange(len(now.ranges_m))
        turn = np.angle(np.exp(1j * (angles - toward_rad)))  # from -pi to pi
        there = np.abs(turn) <= self._config.ahead_rad
        a, b = before.ranges_m[there], now.ranges_m[there]
        with np.errstate(invalid="ignore"):
            same = np.abs(a - b) <= self._config.same_m
        same |= ~np.isfinite(a) & ~np.isfinite(b)
        return bool(same.any()) and float(same.mean()) >= self._config.same_rays
