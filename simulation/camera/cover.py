"""What a camera sees with a hand or a cloth before it: next to nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from patrol.vehicle import CameraSpec

CLOTH_BGR = np.array((22.0, 24.0, 30.0))
EDGE_LIGHT = 34.0  # leaks in at one edge
NOISE = 3.0


def covered_picture(camera: CameraSpec, seed: int, dark: bool) -> NDArray[np.uint8]:
    """A picture (height, width, 3) of what covers the lens, a little light at its upper edge."""
    rng = np.random.default_rng([seed, 43])
    rows = np.linspace(1.0, 0.0, camera.height_px)[:, None, None] ** 6
    light = (0.1 if dark else 1.0) * (CLOTH_BGR + EDGE_LIGHT * rows)
    picture = light + rng.normal(0.0, NOISE, (camera.height_px, camera.width_px, 1))
    return np.clip(picture, 0, 255).astype(np.uint8)
