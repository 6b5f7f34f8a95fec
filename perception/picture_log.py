"""The last pictures, kept before anybody needs them: how a place looked before somebody came."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perception.ground_projection import GroundProjector
from perception.place_looks import HIGH, WIDE, Box, Patch, Window
from perception.rules.base import Scene


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture that is kept for a while, with where people and vehicles hide the ground."""

    stamp_s: float
    grey: NDArray[np.uint8]
    projector: GroundProjector
    hidden: Box  # (n, 4)


@dataclass(frozen=True, slots=True)
class Before:
    """How a place looked before somebody came: the pictures that tell, until one asks."""

    pictures: tuple[Seen, ...]
    place: tuple[float, float]
    rise_m: float
    arrived_s: float

    def patch(self) -> Patch:
        """Put together, the newest picture before they came first."""
        earlier = [seen for seen in self.pictures if seen.stamp_s < self.arrived_s]
        later = [seen for seen in self.pictures if seen.stamp_s >= self.arrived_s]
        grey, known = np.zeros((HIGH, WIDE), np.float32), np.zeros((HIGH, WIDE), np.bool_)
        for seen in [*reversed(earlier), *later]:
            window = Window.of(seen.grey.shape, seen.projector, self.place, self.rise_m)
            if window is None:
                continue
            fresh = window.seen(seen.hidden) & ~known
            if fresh.any():
                grey[fresh] = window.grey(seen.grey)[fresh]
                known |= fresh
            if known.all():
                break
        return Patch(grey, known)


class PictureLog:
    """The last pictures, a few a second; cheap enough to keep them before anybody needs them."""

    def __init__(self, every_s: float, most: int) -> None:
        self._every_s = every_s
        self._kept: deque[Seen] = deque(maxlen=most)

    def step(self, scene: Scene, hidden: Box) -> None:
        """Keep a scene's picture if it is time to."""
        stamp_s = scene.stamp_s
        if self._kept and not (
            stamp_s < self._kept[-1].stamp_s or stamp_s - self._kept[-1].stamp_s >= self._every_s
        ):
            return
        self._kept.append(Seen(stamp_s, scene.grey, scene.projector, hidden))

    def before(self, place: tuple[float, float], rise_m: float, arrived_s: float) -> Before:
        """How a place looked before somebody came, or as soon as they let it be seen."""
        return Before(tuple(self._kept), place, rise_m, arrived_s)
