"""Procedural textures: ground that looks walked on, walls that look lived behind.

Every picture is made from a seeded generator: (size, size, 3) float RGB in 0..1, tileable.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

SIZE = 256
Picture = NDArray[np.float64]
Rng = np.random.Generator


def noise(rng: Rng, cells: int, size: int = SIZE) -> Picture:
    """Smooth tileable noise (size, size) in about -1..1 with `cells` waves across."""
    grid = rng.normal(0.0, 1.0, (cells, cells))
    at = np.arange(size) * cells / size
    i = at.astype(int)
    f = at - i
    f = f * f * (3 - 2 * f)
    j = (i + 1) % cells
    rows = grid[i] * (1 - f)[:, None] + grid[j] * f[:, None]
    waves: Picture = rows[:, i] * (1 - f) + rows[:, j] * f
    return waves


def _grain(rng: Rng, rgb: tuple[float, float, float], fine: float, coarse: float) -> Picture:
    """A colour with speckle and stains."""
    value = (
        1.0
        + fine * rng.normal(0.0, 1.0, (SIZE, SIZE))
        + coarse * noise(rng, 4)
        + 0.6 * coarse * noise(rng, 16)
        + 0.4 * fine * noise(rng, 64)
    )
    return _clipped(value[..., None] * np.array(rgb), 0.0, 1.0)


def _clipped(picture: Picture, low: float = 0.0, high: float = 1.0) -> Picture:
    clipped: Picture = np.clip(picture, low, high)
    return clipped


def asphalt(rng: Rng) -> Picture:
    """Dark carriageway."""
    return _grain(rng, (0.42, 0.425, 0.435), 0.08, 0.045)


def worn_asphalt(rng: Rng) -> Picture:
    """Lighter, patched alley surface with a few cracks."""
    picture = _grain(rng, (0.54, 0.535, 0.525), 0.07, 0.07)
    for _ in range(3):
        x = int(rng.integers(SIZE))
        for y in range(SIZE):
            x = (x + int(rng.integers(-1, 2))) % SIZE
            picture[y, x] *= 0.62
    return picture


def concrete(rng: Rng) -> Picture:
    """Concrete slabs with joints."""
    picture = _grain(rng, (0.64, 0.63, 0.60), 0.05, 0.06)
    picture[:3, :] *= 0.72
    picture[:, :3] *= 0.72
    return picture


def yard(rng: Rng) -> Picture:
    """Ground between houses."""
    return _grain(rng, (0.56, 0.54, 0.50), 0.07, 0.09)


def school(rng: Rng) -> Picture:
    """The red surface of a school zone."""
    return _grain(rng, (0.56, 0.30, 0.25), 0.08, 0.06)


def compacted(rng: Rng) -> Picture:
    """Park path of compacted sand."""
    return _grain(rng, (0.70, 0.61, 0.47), 0.07, 0.06)


def grass(rng: Rng) -> Picture:
    """Mown grass."""
    picture = _grain(rng, (0.33, 0.47, 0.20), 0.16, 0.10)
    picture[..., 0] *= 1.0 + 0.12 * noise(rng, 8)
    return _clipped(picture, 0, 1)


def water(rng: Rng) -> Picture:
    """A pond."""
    return _grain(rng, (0.30, 0.42, 0.47), 0.01, 0.05)


def pavers(rng: Rng) -> Picture:
    """Interlocking paving stones: 8 x 16 to a tile."""
    picture = _grain(rng, (0.66, 0.60, 0.56), 0.05, 0.03)
    rows, columns = 16, 8
    high, wide = SIZE // rows, SIZE // columns
    for row in range(rows):
        shift = (row % 2) * wide // 2
        for column in range(columns):
            tone = float(rng.normal(1.0, 0.07))
            xs = (np.arange(column * wide, (column + 1) * wide) + shift) % SIZE
            picture[row * high : (row + 1) * high, xs] *= tone
            picture[row * high : (row + 1) * high, xs[0]] *= 0.7
        picture[row * high, :] *= 0.7
    return _clipped(picture, 0, 1)


def leaves(rng: Rng) -> Picture:
    """A tree's crown."""
    picture = _grain(rng, (0.30, 0.43, 0.19), 0.22, 0.16)
    dark = noise(rng, 32) < -0.5
    picture[dark] *= 0.6
    return _clipped(picture, 0, 1)


def plain(rng: Rng) -> Picture:
    """White: colour comes from the vertices."""
    return np.ones((8, 8, 3))


# ------------------------------------------------------------------------------------------ walls

BAY = SIZE  # a wall texture is two bays wide and two floors high


def _brick(rng: Rng, rgb: tuple[float, float, float], mortar: float) -> Picture:
    size = 2 * BAY
    picture = np.ones((size, size, 3)) * np.array(rgb)
    courses, bricks = 64, 26
    tones = rng.normal(1.0, 0.09, (courses, bricks + 1))
    high, wide = size // courses, size / bricks
    for course in range(courses):
        shift = (course % 2) * wide / 2
        column = ((np.arange(size) + shift) // wide).astype(int) % bricks
        band = slice(course * high, (course + 1) * high)
        picture[band] *= tones[course, column][None, :, None]
        edge = ((np.arange(size) + shift) % wide) < 2
        picture[band, edge] = picture[band, edge] * 0.5 + mortar * 0.5
        picture[course * high : course * high + 2] = (
            picture[course * high : course * high + 2] * 0.5 + mortar * 0.5
        )
    return _clipped(picture * (1 + 0.06 * noise(rng, 6, size))[..., None], 0, 1)


def _panels(rng: Rng, rgb: tuple[float, float, float], across: int, high: int) -> Picture:
    size = 2 * BAY
    picture = np.ones((size, size, 3)) * np.array(rgb)
    picture *= (1 + 0.03 * rng.normal(0, 1, (size, size)) + 0.04 * noise(rng, 5, size))[..., None]
    for line in np.linspace(0, size, across, endpoint=False).astype(int):
        picture[:, line : line + 2] *= 0.82
    for line in np.linspace(0, size, high, endpoint=False).astype(int):
        picture[line : line + 2] *= 0.82
    return _clipped(picture, 0, 1)


def _window(picture: Picture, rng: Rng, x: int, y: int, wide: int, high: int) -> None:
    """A sliding window with frame, sill, sky in the glass and sometimes a blind."""
    frame = np.array([0.86, 0.86, 0.84]) if rng.random() < 0.7 else np.array([0.30, 0.27, 0.25])
    picture[y - 7 : y + high + 7, x - 7 : x + wide + 7] = frame
    glass = np.linspace(0.50, 0.26, high)[:, None, None] * np.array([0.80, 0.95, 1.10])
    glass = np.broadcast_to(glass, (high, wide, 3)).copy()
    if rng.random() < 0.5:
        drop = int(high * rng.uniform(0.3, 0.8))
        glass[:drop] = glass[:drop] * 0.4 + np.array([0.80, 0.76, 0.68]) * 0.5
    diagonal = (np.arange(wide)[None, :] + np.arange(high)[:, None]) % 170 < 40
    glass[diagonal] *= 1.15
    picture[y : y + high, x : x + wide] = np.clip(glass, 0, 1)
    picture[y : y + high, x + wide // 2 - 3 : x + wide // 2 + 3] = frame
    picture[y + high + 7 : y + high + 15, x - 12 : x + wide + 12] = 0.74
    picture[y + high + 15 : y + high + 21, x - 12 : x + wide + 12] *= 0.6


def _air_conditioner(picture: Picture, rng: Rng, x: int, y: int) -> None:
    picture[y : y + 46, x : x + 64] = 0.83
    picture[y + 44 : y + 52, x : x + 64] *= 0.6
    yy, xx = np.mgrid[0:46, 0:64]
    fan = (xx - 24) ** 2 + (yy - 23) ** 2
    picture[y : y + 46, x : x + 64][fan < 18**2] = 0.45
    picture[y : y + 46, x : x + 64][fan < 5**2] = 0.7


def _upper(base: Picture, rng: Rng) -> Picture:
    picture = base.copy()
    for row in (0, 1):
        for column in (0, 1):
            wide = int(rng.choice((96, 120, 150)))
            x = column * BAY + (BAY - wide) // 2
            y = row * BAY + 62
            _window(picture, rng, x, y, wide, 112)
            if wide == 96 and rng.random() < 0.8:
                _air_conditioner(picture, rng, x + wide + 12, y + 90)
        picture[row * BAY + 244 : row * BAY + 252] *= 0.80  # floor slab's shadow line
    return picture


def _street_level(base: Picture, rng: Rng) -> Picture:
    """Two bays of one floor: a door beside a window, a shutter or a shop front."""
    picture = base[:BAY].copy()
    x = 36
    picture[50:BAY, x : x + 92] = np.array([0.36, 0.38, 0.40])
    picture[62:BAY, x + 10 : x + 82] = np.array([0.25, 0.30, 0.33])
    picture[62:BAY, x + 44 : x + 48] = 0.55
    picture[34:50, x - 14 : x + 106] = 0.70
    picture[50:58, x - 14 : x + 106] *= 0.6
    _window(picture, rng, 160, 90, 70, 84)
    if rng.random() < 0.5:  # roller shutter
        for y in range(56, BAY, 8):
            picture[y : y + 8, BAY + 30 : BAY + 230] = np.array([0.62, 0.64, 0.66]) * (
                0.92 if (y // 8) % 2 else 1.0
            )
        sign = rng.choice([[0.15, 0.35, 0.55], [0.60, 0.18, 0.15], [0.20, 0.42, 0.25]])
        picture[18:52, BAY + 22 : BAY + 238] = sign
        for k in range(5):
            picture[28:42, BAY + 50 + 36 * k : BAY + 74 + 36 * k] = 0.93
    else:
        _window(picture, rng, BAY + 70, 84, 120, 96)
    return picture


WALLS: tuple[tuple[str, Callable[[Rng], Picture]], ...] = (
    ("red brick", lambda rng: _brick(rng, (0.60, 0.34, 0.26), 0.62)),
    ("tan brick", lambda rng: _brick(rng, (0.72, 0.60, 0.46), 0.70)),
    ("brown brick", lambda rng: _brick(rng, (0.45, 0.32, 0.27), 0.50)),
    ("granite", lambda rng: _panels(rng, (0.74, 0.72, 0.69), 8, 12)),
    ("stucco", lambda rng: _panels(rng, (0.88, 0.85, 0.79), 1, 1)),
)
GROUNDS: dict[str, Callable[[Rng], Picture]] = {
    "road": asphalt,
    "street": asphalt,
    "alley": worn_asphalt,
    "concrete": concrete,
    "school": school,
    "pavers": pavers,
    "compacted": compacted,
    "grass": grass,
    "water": water,
    "square": concrete,
    "yard": yard,
    "leaves": leaves,
    "plain": plain,
}


def all_textures(seed: int) -> dict[str, Picture]:
    """Every texture by material name; walls give `wall i`, `door i`."""
    pictures = {name: make(np.random.default_rng([seed, i]))
                for i, (name, make) in enumerate(GROUNDS.items())}  # fmt: skip
    for i, (_, make) in enumerate(WALLS):
        rng = np.random.default_rng([seed, 100 + i])
        base = make(rng)
        pictures[f"wall {i}"] = _upper(base, rng)
        pictures[f"door {i}"] = _street_level(base, rng)
    return pictures
