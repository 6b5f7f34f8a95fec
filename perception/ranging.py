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

    eye: Floats  # (3,)
    eye_over_plane_m: float
    directions: Floats  # (n, 2), horizontal unit vectors
    foot_slopes: Floats  # (n,)
    head_slopes: Floats
    plane_slopes: Floats
    foot_sigmas: Floats  # (n,) rad
    head_sigma: float  # rad
    whole_people: NDArray[np.bool_]  # upright, of the class person, not cut by the picture


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
        self.config = config
        self._heights = heights
        reach = 1.3 * max_range_m
        self._grid = np.geomspace(1.0, reach, math.ceil(math.log(reach) / 0.02))  # 2 % apart
        self._samples = np.geomspace(1.0, reach, 16)  # where the profile is looked up
        before = np.searchsorted(self._samples, self._grid, side="right") - 1
        self._before = np.minimum(before, len(self._samples) - 2)  # of each, the last sample

    def ranges(self, views: Views, stamped: StampedPose) -> Ranges:
        """All boxes of a picture at once."""
        rays = views.eye[2] + views.foot_slopes[:, None] * self._grid
        over_plane = views.eye_over_plane_m + views.plane_slopes[:, None] * self._grid
        ground, variances = self._ground(rays - over_plane, views, stamped)
        variances = variances + (views.foot_sigmas[:, None] * self._grid) ** 2
        on_ground = self._on_ground(rays - ground, variances)
        tall = np.where(views.whole_people[:, None], self._tall(views), 0.0)
        shares = _shares(np.vstack((on_ground, on_ground + tall)))  # ground alone, and all
        medians = self._medians(shares)
        ground_m, median_m = np.split(medians, 2)
        sigma_m = np.hypot(
            self._spreads(shares[len(ground) :], median_m), self.config.body_sigma_m
        )
        body_m = self.config.body_m
        return Ranges(median_m + body_m, sigma_m, ground_m + body_m)

    def _ground(self, plane: Floats, views: Views, stamped: StampedPose) -> tuple[Floats, Floats]:
        """Heights (n, ranges) of the ground and their variances, in the level frame."""
        config, grid = self.config, self._grid
        if self._heights is None:
            spread = config.plane_sigma_m**2 + (config.plane_sigma_per_m * grid**2) ** 2
            return plane, np.broadcast_to(spread, plane.shape)
        profile, beside = self._profile(self._heights, views, stamped)
        apart = np.abs(profile - plane)
        of_map = (config.map_sigma_m + config.map_sigma_share * grid) ** 2
        of_plane = config.plane_sigma_m + config.level_sigma_per_m * grid**2 + 0.8 * apart
        for_map = 1.0 / (of_map + (config.beside_sigma_share * beside) ** 2)
        for_plane = 1.0 / of_plane**2
        total = for_map + for_plane
        mixed = (for_map * profile + for_plane * plane) / total
        doubt2 = for_map * for_plane * (apart / total) ** 2  # which of the two it is
        return mixed, 1.0 / total + 0.7**2 * doubt2

    def _profile(
        self, heights: MapHeights, views: Views, stamped: StampedPose
    ) -> tuple[Floats, Floats]:
        """The map's ground along each view over that under the vehicle, and how far from ways."""
        level = views.eye[:2] + self._samples[None, :, None] * views.directions[:, None, :]
        places = stamped.pose.transform_points(level.reshape(-1, 2))
        here = np.array([[stamped.pose.x_m, stamped.pose.y_m]])
        z, beside = heights.at(np.vstack((here, places)))
        shape = (len(views.directions), len(self._samples))
        found = self._between(
            np.vstack(((z[1:] - z[0]).reshape(shape), beside[1:].reshape(shape)))
        )
        return found[: len(views.directions)], found[len(views.directions) :]

    def _between(self, values: Floats) -> Floats:
        """Values (n, samples) at the ranges of the grid (n, ranges), straight in between."""
        slopes = np.diff(values, axis=1) / np.diff(self._samples)
        before = self._before
        beyond = self._grid - self._samples[before]
        found = slopes.take(before, axis=1) * beyond + values.take(before, axis=1)
        found[:, -1] = values[:, -1]  # both end at the reach
        return np.asarray(found, np.float64)

    def _on_ground(self, errors: Floats, variances: Floats) -> Floats:
        """Log likelihoods of a normal distribution of which a share is wider."""
        share, wide = self.config.outlier_share, self.config.outlier_factor**2
        narrow = _log_normal(errors, variances) + math.log(1 - share)
        return _either(narrow, _log_normal(errors, wide * variances) + math.log(share))

    def _tall(self, views: Views) -> Floats:
        """Log likelihoods (n, ranges) of the height that a person would have."""
        config = self.config
        heights = (views.head_slopes - views.foot_slopes)[:, None] * self._grid
        edges = (views.head_sigma * self._grid) ** 2
        grown = _log_normal(heights - config.adult_m, config.adult_sigma_m**2 + edges)
        small = _log_normal(heights - config.child_m, config.child_sigma_m**2 + edges)
        share = config.child_share
        return _either(grown + math.log(1 - share), small + math.log(share))

    def _medians(self, shares: Floats) -> Floats:
        """(n,) m.

        Steps of the grid are equally likely beforehand, whatever their length: nobody is rather
        far away than near.
        """
        half = (np.cumsum(shares, axis=1) < 0.5).sum(axis=1)
        return np.asarray(self._grid[np.minimum(half, len(self._grid) - 1)], np.float64)

    def _spreads(self, shares: Floats, medians: Floats) -> Floats:
        """Standard deviations (n,) m about the medians."""
        spread = shares @ self._grid**2 - 2 * medians * (shares @ self._grid) + medians**2
        return np.sqrt(spread)


def _log_normal(errors: Floats, variances: Floats) -> Floats:
    return np.asarray(-0.5 * (errors**2 / variances + np.log(variances)), np.float64)


def _either(one: Floats, other: Floats) -> Floats:
    """Log likelihoods of one or the other, of theirs.

    As `np.logaddexp`, which takes ten times as long: it has no vector instructions.
    """
    more = np.maximum(one, other)
    return np.asarray(more + np.log1p(np.exp(np.minimum(one, other) - more)), np.float64)


def _shares(log_likelihoods: Floats) -> Floats:
    """Probabilities (n, ranges) that sum up to 1."""
    shares = np.exp(log_likelihoods - log_likelihoods.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return np.asarray(shares, np.float64)
