"""How far away things in a picture stand: what the ground and people's heights say together.

For every range along a box's view there is a likelihood that its lower edge stands on the ground
there, and, for an upright person, one that somebody is as tall as the box would make him. Their
product over a grid of ranges is the posterior; its median and spread are the answer (a histogram
filter, Thrun, Burgard, Fox 2005, sec. 4.1), so a doubt that is longer away from the camera than
towards it stays honest.

**The ground** is two models in one: the plane on which the vehicle stands, good nearby and
wherever the slope stays the same, and the profile of the map's ways, tilted as the IMU says. Where
they disagree, the plane counts less, as its slope has ended. **Heights** are those of grown-ups
(Size Korea 2020: men 1.72 m, women 1.59 m, sigma 0.06 m each; with shoes), and of children with a
tenth of the weight: a child whom the ground puts nearby stays there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from patrol.geometry import StampedPose
from perception.map_heights import MapHeights

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RangingConfig:
    """Noise of ground and heights, and what a detector's boxes are like.

    The boxes' shares were found on rendered pictures with stock yolov8n, not on a real camera.
    """

    low_share: float = 0.02  # of its height, by which a box reaches below the feet
    high_share: float = 0.02  # and above the head
    feet_sigma_px: float = 1.0
    feet_sigma_share: float = 0.02  # of the box's height
    map_sigma_m: float = 0.06  # of the map's profile, here against there
    map_sigma_share: float = 0.006  # of the range: the IMU's tilt
    beside_sigma_share: float = 0.03  # of the distance from the nearest way
    plane_sigma_m: float = 0.02
    plane_sigma_per_m: float = 0.0022  # times the range squared: slopes end
    level_sigma_per_m: float = 0.0008  # the same, where the map's profile follows the plane
    outlier_share: float = 0.05
    outlier_factor: float = 3.0
    upright_aspect: float = 0.6  # a box no wider than this share of its height
    adult_m: float = 1.65
    adult_sigma_m: float = 0.09
    child_m: float = 1.25
    child_sigma_m: float = 0.25
    child_share: float = 0.1
    head_sigma_px: float = 1.5
    body_m: float = 0.05  # from the feet that are seen to the middle
    body_sigma_m: float = 0.08
    aside_sigma_m: float = 0.03  # across the view: an arm that is stretched out

    def __post_init__(self) -> None:
        for name in ("outlier_share", "child_share"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 1)")
        for name in ("low_share", "high_share"):
            if not 0 <= getattr(self, name) < 0.3:
                raise ValueError(f"{name}: {getattr(self, name)} must be in [0, 0.3)")
        for name in (
            "feet_sigma_px", "map_sigma_m", "plane_sigma_m", "plane_sigma_per_m", "adult_sigma_m",
            "level_sigma_per_m", "child_sigma_m", "head_sigma_px", "outlier_factor", "adult_m",
            "child_m", "upright_aspect",
        ):  # fmt: skip
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: {getattr(self, name)} must be above 0")


@dataclass(frozen=True, slots=True)
class Views:
    """Lines of sight of n boxes from one camera, in the vehicle's level frame.

    That frame stands under base_link with z up and x in the vehicle's heading. Slopes are rise
    over run: of the lower and the upper edge's rays there, and of the lower edge's ray over the
    plane that the vehicle stands on.
    """

    eye: tuple[float, float, float]
    eye_over_plane_m: float
    lines: Floats  # (n, 6) of `range_kernels.lines_of`: slopes, the feet's sigma, directions
    head_sigma: float  # rad
    whole_people: NDArray[np.bool_]  # upright, of the class person, not cut by the picture

    @property
    def directions(self) -> Floats:
        """(n, 2), horizontal unit vectors."""
        return self.lines[:, 4:]

    @property
    def plane_slopes(self) -> Floats:
        """(n,)."""
        return self.lines[:, 1]

    @property
    def rises(self) -> Floats:
        """(n,): of the head's ray over the feet's, for each metre away."""
        return self.lines[:, 2] - self.lines[:, 0]


@dataclass(frozen=True, slots=True)
class Ranges:
    """Distances from the camera, (n,) m, with one standard deviation."""

    median_m: Floats
    sigma_m: Floats
    ground_m: Floats  # by the ground alone


class Ranging:
    """Ranges of a picture's boxes; `heights` of the map where it has some."""

    def __init__(
        self, config: RangingConfig, max_range_m: float, heights: MapHeights | None = None
    ) -> None:
        from perception.range_kernels import ranges_of  # machine code: 0.3 s to load

        self.config = config
        self._heights, self._weighed = heights, ranges_of
        reach = 1.3 * max_range_m
        grid = np.geomspace(1.0, reach, math.ceil(math.log(reach) / 0.02))  # 2 % apart
        self._samples = np.geomspace(1.0, reach, 16)  # where the profile is looked up
        before = np.searchsorted(self._samples, grid, side="right") - 1
        self._before = np.minimum(before, len(self._samples) - 2)  # of each, the last sample
        self._steps = np.stack(
            (
                grid,
                (config.map_sigma_m + config.map_sigma_share * grid) ** 2,
                config.plane_sigma_m + config.level_sigma_per_m * grid**2,
                config.plane_sigma_m**2 + (config.plane_sigma_per_m * grid**2) ** 2,
                (grid - self._samples[self._before]) / np.diff(self._samples)[self._before],
            )
        )
        share, wide = config.outlier_share, config.outlier_factor**2
        self._ground = config.beside_sigma_share, share, wide
        self._people = (
            *(config.adult_m, config.adult_sigma_m**2),
            *(config.child_m, config.child_sigma_m**2, config.child_share),
        )

    def ranges(self, views: Views, stamped: StampedPose) -> Ranges:
        """All boxes of a picture at once."""
        config, (eye_x, eye_y, eye_z) = self.config, views.eye
        profiles: Floats = np.empty((0, 0))  # where no heights are known
        beside = profiles
        if self._heights is not None:
            eye, samples = (eye_x, eye_y), self._samples
            profiles, beside = self._heights.along(stamped.pose, eye, views.lines, samples)
        median_m, spread_m, ground_m = self._weighed(
            views.lines,
            views.whole_people,
            (eye_z, views.eye_over_plane_m, views.head_sigma),
            profiles,
            beside,
            self._steps,
            self._before,
            self._ground,
            self._people,
        )
        sigma_m = np.hypot(spread_m, config.body_sigma_m)
        return Ranges(median_m + config.body_m, sigma_m, ground_m + config.body_m)
