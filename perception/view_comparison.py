"""Where two rectified views of one plane differ, whatever the light.

Light is taken out first: wall and ground are each divided by what is usual around (a smooth mean),
so lamps, shade and their share on either do not count. The views are shifted onto one another, for
poses err. Then, in windows of half a metre, the structure that one view does not explain of the
other is compared with what there is, at the best of shifts by a pixel:

    d = (va + g² vb - 2 g c) / (va + g² vb + floor² + noise),    g² = va / vb within limits,

with the windows' energies (less the views' noise) and cross energy: normalised cross-correlation
(Lewis 1995) with a floor, so d is 0 where nothing is to be seen in either, about 1 where they have
nothing in common. d is the mean of two: of the grey levels, and of the edges' directions without
their sign (double angles), which stay the same where light falls on another side of a thing. Where
there is colour to compare, its d counts with `colour_share`: wet ground is darker, but no less
grey.

Of several references each counts by the root of the structure that it shows there: one on which
nothing is to be seen says little.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from perception.plain_views import PlainView, plain
from perception.plane_views import Levels, PlaneView

Shift = tuple[int, int]  # pixels along the plane and down

_EDGE_NOISE = 2.4  # squared length of an edge vector over the variance of the noise it is made of
_COARSE_PX = (11, 3)  # how far poses may shift the views
_EXPECTED_PX = (3, 1)  # how far from a shift that is expected
_NEAR_UNKNOWN_PX = 9  # windows reach into what is unknown
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class ComparisonConfig:
    """How two views are compared."""

    window_px: int = 11  # of 5 cm
    usual_px: float = 15.0  # sigma of what is usual around
    floor: float = 0.03  # contrast that is too faint to count
    edge_floor: float = 0.02
    tint_floor: float = 0.02
    colour_share: float = 0.8
    most_gain: float = 1.5  # of a window's contrast by light alone
    shift_px: int = 1
    over_noise: float = 3.0  # structure over what noise could make

    def __post_init__(self) -> None:
        if self.window_px % 2 == 0 or not 3 <= self.window_px <= 31:
            raise ValueError(f"window_px: {self.window_px} must be odd, 3 to 31")
        if not 0 <= self.shift_px <= 4:
            raise ValueError(f"shift_px: {self.shift_px} must be 0 to 4")
        for name in ("usual_px", "floor", "edge_floor", "tint_floor", "over_noise"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: {getattr(self, name)} must be above 0")
        if not 0 <= self.colour_share <= 1:
            raise ValueError(f"colour_share: {self.colour_share} must be in [0, 1]")
        if not 1 <= self.most_gain <= 5:
            raise ValueError(f"most_gain: {self.most_gain} must be in [1, 5]")


@dataclass(frozen=True, slots=True)
class Difference:
    """Of a view and a reference: levels 0 (same) to 2, NaN where nothing is known.

    `gained` is the share of a window's structure that the newer view has: 0.5 is as much as
    before. `fit` is the correlation of the views as a whole, at `shift`.
    """

    levels: Levels
    structure: Levels
    gained: Levels
    fit: float
    shift: Shift


def difference(
    now: PlaneView, reference: PlaneView, config: ComparisonConfig, expected: Shift | None = None
) -> Difference:
    """Of two views of one plane: same shape; raises ValueError for others.

    `expected` is the shift that another plane of the place has.
    """
    if now.levels.shape != reference.levels.shape:
        raise ValueError(f"views of {now.levels.shape} and {reference.levels.shape} pixels")
    a, b = plain(now, config.usual_px), plain(reference, config.usual_px)
    shift, fit = _best_shift(a.levels, b.levels, expected)
    b = PlainView(
        _shifted(b.levels, shift),
        _shifted(b.noise, shift),
        (_shifted(b.edges[0], shift), _shifted(b.edges[1], shift)),
        _shifted(b.tints, shift),
        _shifted(b.tint_noise, shift),
        _shifted(b.known.astype(np.float32), shift) > 0,
    )
    noise = a.noise + b.noise
    size = (config.window_px, config.window_px)
    lit, var_a, var_b = _unexplained(
        (a.levels,), (b.levels,), (a.noise, b.noise), config.floor**2 + noise, config
    )
    edge_noise = (_EDGE_NOISE * a.noise, _EDGE_NOISE * b.noise)
    drawn, _, _ = _unexplained(
        a.edges, b.edges, edge_noise, config.edge_floor**2 + _EDGE_NOISE * noise, config
    )
    tint_noise, tint_floor = a.tint_noise + b.tint_noise, config.tint_floor**2
    tinted, tint_a, tint_b = _unexplained(
        (a.tints,), (b.tints,), (a.tint_noise, b.tint_noise), tint_floor + tint_noise, config
    )
    tint = tint_a + tint_b
    share = config.colour_share * tint / (tint + 4.0 * (tint_floor + tint_noise))
    levels = np.asarray((1.0 - share) * (lit + drawn) / 2 + share * tinted, np.float32)
    structure = var_a + var_b
    levels[structure < config.over_noise * noise] = np.nan
    both = a.known & b.known
    levels[~both | (cv2.blur(both.astype(np.float32), size) <= 0.5)] = np.nan
    hidden = cv2.dilate((~now.known).astype(np.uint8), np.ones((_NEAR_UNKNOWN_PX,) * 2, np.uint8))
    levels[hidden > 0] = np.nan
    gained = var_a / np.maximum(structure, _TINY)
    return Difference(levels, structure, np.asarray(gained, np.float32), fit, shift)


def _best_shift(a: Levels, b: Levels, expected: Shift | None) -> tuple[Shift, float]:
    """By how many pixels b is to be moved to lie on a, and how well it then does."""
    along, down = _COARSE_PX
    inner = a[down:-down, along:-along]
    found = cv2.matchTemplate(b, inner, cv2.TM_CCORR)
    energy = cv2.matchTemplate(b * b, np.ones_like(inner), cv2.TM_CCORR)
    fits = found / np.sqrt(np.maximum(energy * float((inner * inner).sum()), _TINY))
    if expected is not None:
        column, row = expected[0] + along, expected[1] + down
        near = np.zeros(fits.shape, np.bool_)
        near[
            max(row - _EXPECTED_PX[1], 0) : max(row + _EXPECTED_PX[1] + 1, 0),
            max(column - _EXPECTED_PX[0], 0) : max(column + _EXPECTED_PX[0] + 1, 0),
        ] = True
        fits = np.where(near, fits, -1.0).astype(np.float32)
    _, fit, _, (column, row) = cv2.minMaxLoc(fits)
    return (int(column) - along, int(row) - down), float(fit)


def _shifted(values: Levels, shift: Shift) -> Levels:
    """Pixel (row + down, column + along) of values at (row, column); 0 beyond the edges."""
    along, down = shift
    height, width = values.shape
    out = np.zeros_like(values)
    rows = slice(max(-down, 0), min(height - down, height))
    columns = slice(max(-along, 0), min(width - along, width))
    out[rows, columns] = values[
        rows.start + down : rows.stop + down, columns.start + along : columns.stop + along
    ]
    return out


def _unexplained(
    ours: Sequence[Levels],
    theirs: Sequence[Levels],
    noise: tuple[Levels, Levels],
    floor: Levels,
    config: ComparisonConfig,
) -> tuple[Levels, Levels, Levels]:
    """Formula d above at the best shift, over all channels; both energies at no shift."""
    size = (config.window_px, config.window_px)
    means_a = [_blurred(one, size) for one in ours]
    means_b = [_blurred(one, size) for one in theirs]
    var_a = _energy(ours, means_a, noise[0], size)
    var_b = _energy(theirs, means_b, noise[1], size)
    edge = config.shift_px
    wide = [_padded(one, edge) for one in (*theirs, *means_b, var_b)]
    best = np.full(var_a.shape, np.inf, np.float32)
    height, width = var_a.shape
    for down, along in itertools.product(range(2 * edge + 1), repeat=2):
        moved = [one[down : down + height, along : along + width] for one in wide]
        product, of_means = ours[0] * moved[0], means_a[0] * moved[len(ours)]
        for number in range(1, len(ours)):
            product += ours[number] * moved[number]
            of_means += means_a[number] * moved[len(ours) + number]
        cross, var = _blurred(product, size) - of_means, moved[-1]
        square = (var_a + 1e-5) / (var + 1e-5)
        np.clip(square, config.most_gain**-2, config.most_gain**2, out=square)
        both = var_a + square * var
        np.minimum(best, (both - 2.0 * np.sqrt(square) * cross) / (both + floor), out=best)
    return best, var_a, var_b


def _padded(levels: Levels, edge: int) -> Levels:
    sides = (edge, edge, edge, edge)
    return np.asarray(
        cv2.copyMakeBorder(levels, *sides, cv2.BORDER_CONSTANT, value=0.0), np.float32
    )


def _blurred(levels: Levels, size: tuple[int, int]) -> Levels:
    return np.asarray(cv2.blur(levels, size), np.float32)


def _energy(
    channels: Sequence[Levels], means: Sequence[Levels], noise: Levels, size: tuple[int, int]
) -> Levels:
    """Variance in windows, over all channels, less the noise's."""
    energy = -noise
    for one, mean in zip(channels, means, strict=True):
        energy += _blurred(one * one, size)
        energy -= mean * mean
    return np.maximum(energy, 0.0, out=energy)


def combined(found: Sequence[Difference]) -> Levels:
    """The differences from several references in one, NaN where none knows anything."""
    levels = np.stack([one.levels for one in found])
    known = ~np.isnan(levels)
    weights = np.where(known, np.sqrt([one.structure for one in found]), 0.0)
    total = weights.sum(axis=0)
    mean = (np.where(known, levels, 0.0) * weights).sum(axis=0) / np.maximum(total, _TINY)
    return np.asarray(np.where(total > 0, mean, np.nan), np.float32)
