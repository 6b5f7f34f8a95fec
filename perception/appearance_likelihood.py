"""How well clothes fit a description: a likelihood ratio against the clothes of passers-by.

One Gaussian for both halves of a body together, in logarithms of levels (6,): each half's own
spread (how well somebody names a colour, folds, how a surface lies in the light) and what the
light does to both alike (brightness, tint). So grey trousers under a red top are told from white
ones by how they compare with the top, however dark it is. Levels are raised by an offset before,
of the noise at least: in the dark black is no infinity, and a colour brighter than the noise still
shows. Passers-by wear a mixture of named colours (`TOPS`, `TROUSERS`), and a few of them just what
is described (`rarest`); a described half may be wrong, since jackets come off (`changed`). The
ratio is the description's density over the passers-by's. What is not described, or hidden, is left
out.

The shares of colours are our assumption, dull ones being the most common; nothing was counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from patrol.person_search import Rgb
from perception.appearance import HalfColour, Vector

Wardrobe = Sequence[tuple[Rgb, float]]  # colour and share

TOPS: Wardrobe = (
    ((0.10, 0.10, 0.11), 0.20),  # black
    ((0.25, 0.25, 0.27), 0.09),  # dark grey
    ((0.50, 0.50, 0.52), 0.10),
    ((0.72, 0.72, 0.72), 0.06),  # light grey
    ((0.92, 0.92, 0.92), 0.13),  # white
    ((0.13, 0.17, 0.32), 0.10),  # navy
    ((0.30, 0.48, 0.68), 0.06),  # blue
    ((0.62, 0.74, 0.86), 0.04),
    ((0.72, 0.64, 0.50), 0.06),  # beige
    ((0.40, 0.30, 0.20), 0.03),  # brown
    ((0.33, 0.36, 0.22), 0.04),  # olive
    ((0.15, 0.42, 0.25), 0.01),  # green
    ((0.75, 0.15, 0.15), 0.02),  # red
    ((0.45, 0.10, 0.18), 0.01),  # wine
    ((0.90, 0.60, 0.66), 0.02),  # pink
    ((0.90, 0.45, 0.12), 0.01),  # orange
    ((0.92, 0.78, 0.25), 0.01),  # yellow
    ((0.45, 0.15, 0.45), 0.01),  # purple
)
TROUSERS: Wardrobe = (
    ((0.10, 0.10, 0.11), 0.28),
    ((0.25, 0.25, 0.27), 0.11),
    ((0.48, 0.48, 0.50), 0.08),
    ((0.72, 0.72, 0.72), 0.03),
    ((0.92, 0.92, 0.92), 0.03),
    ((0.13, 0.17, 0.32), 0.14),
    ((0.25, 0.35, 0.52), 0.12),  # jeans
    ((0.50, 0.60, 0.74), 0.05),
    ((0.70, 0.62, 0.48), 0.07),
    ((0.42, 0.31, 0.20), 0.04),
    ((0.33, 0.36, 0.22), 0.04),
    ((0.55, 0.20, 0.20), 0.01),
)


@dataclass(frozen=True, slots=True)
class ClothesConfig:
    """One sigma each, in natural logarithms of levels."""

    colour_sigma: float = 0.13  # of each channel: the name of a colour, and cloth in folds
    shade_sigma: float = 0.12  # of a half's brightness: how it lies in the light
    light_sigma: float = 0.30  # of the brightness of both halves against the ground
    tint_sigma: float = 0.06  # of each channel of both: the ground is not quite grey
    offset: float = 0.08  # of levels: darker ones differ by noise and by folds
    offset_noises: float = 2.0  # and at least so many sigmas of the noise
    rarest: float = 0.02  # share of passers-by who wear any colour that can be described
    changed: float = 0.06  # share of descriptions in which a half is wrong

    def __post_init__(self) -> None:
        for name in ("colour_sigma", "shade_sigma", "light_sigma", "tint_sigma", "offset"):
            if not 0 < getattr(self, name) <= 2:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 2]")
        for name in ("changed", "rarest"):
            if not 0 < getattr(self, name) < 0.5:
                raise ValueError(f"{name}: {getattr(self, name)} must be in (0, 0.5)")
        if not 0 < self.offset_noises <= 10:
            raise ValueError(f"offset_noises: {self.offset_noises} must be in (0, 10]")


@dataclass(frozen=True, slots=True)
class _Half:
    """A half that was described and seen: misfits to colours (n, 3), the description first."""

    misfits: Vector
    variances: Vector  # (3,) of its channels
    doubt: float
    described: Vector  # (n,) shares of who wears what was described
    passers_by: Vector  # (n,) shares of the others


def clothes_ratio(
    top: HalfColour | None,
    trousers: HalfColour | None,
    top_rgb: Rgb | None,
    trousers_rgb: Rgb | None,
    config: ClothesConfig,
) -> float:
    """Density under the description over that of passers-by; 1 where nothing can be compared."""
    halves = [
        _half(seen, rgb, wardrobe, config)
        for seen, rgb, wardrobe in ((top, top_rgb, TOPS), (trousers, trousers_rgb, TROUSERS))
        if seen is not None and rgb is not None
    ]
    if not halves:
        return 1.0
    density = _densities(halves, config)
    return float(_mixed(density, [h.described for h in halves])) / max(
        float(_mixed(density, [h.passers_by for h in halves])), 1e-300
    )


def best_ratio(
    top: HalfColour | None,
    trousers: HalfColour | None,
    top_rgb: Rgb | None,
    trousers_rgb: Rgb | None,
    config: ClothesConfig,
) -> float:
    """The ratio of who wears just what was described, seen in the same light."""
    return clothes_ratio(
        _worn(top, top_rgb), _worn(trousers, trousers_rgb), top_rgb, trousers_rgb, config
    )


def _worn(seen: HalfColour | None, rgb: Rgb | None) -> HalfColour | None:
    if seen is None or rgb is None:
        return None
    return replace(seen, levels=np.array(rgb))


def _half(seen: HalfColour, rgb: Rgb, wardrobe: Wardrobe, config: ClothesConfig) -> _Half:
    offset = max(config.offset, config.offset_noises * seen.noise)
    raised = np.maximum(seen.levels, 0.0) + offset
    colours = np.array([rgb, *(colour for colour, _ in wardrobe)]) + offset
    shares = np.array([0.0, *(share for _, share in wardrobe)])
    shares *= (1.0 - config.rarest) / shares.sum()
    shares[0] = config.rarest
    described = config.changed * shares
    described[0] += 1.0 - config.changed
    variances = (seen.noise / raised) ** 2
    return _Half(np.log(raised) - np.log(colours), variances, seen.doubt, described, shares)


def _densities(halves: Sequence[_Half], config: ClothesConfig) -> NDArray[np.float64]:
    """Of every combination of colours, (n,) or (n, m), up to a common factor."""
    misfits = [half.misfits for half in halves]
    size = 3 * len(halves)
    even, each = np.ones((3, 3)), np.eye(3)
    light = config.light_sigma**2 * even + config.tint_sigma**2 * each
    covariance = np.tile(light, (len(halves), len(halves)))
    for index, half in enumerate(halves):
        shade = config.shade_sigma**2 + half.doubt**2
        own = shade * even + config.colour_sigma**2 * each + np.diag(half.variances)
        covariance[3 * index : 3 * index + 3, 3 * index : 3 * index + 3] += own
    if len(halves) == 1:
        offsets = misfits[0]
    else:
        first, second = misfits
        shape = (len(first), len(second), 3)
        offsets = np.concatenate(
            (np.broadcast_to(first[:, None], shape), np.broadcast_to(second[None], shape)), axis=2
        )
    flat = offsets.reshape(-1, size)
    squares = np.einsum("ni,ij,nj->n", flat, np.linalg.inv(covariance), flat)
    return np.asarray(np.exp(-0.5 * squares).reshape(offsets.shape[:-1]), np.float64)


def _mixed(density: NDArray[np.float64], shares: Sequence[Vector]) -> float:
    for share in reversed(shares):
        density = density @ share
    return float(density)
