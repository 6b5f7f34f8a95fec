"""What a detour changes of a path: backing up first, and a stretch beside the route."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navigation.following.lines import smoothstep

Array = NDArray[np.float64]

STEEPEST_1PM = 0.45  # curvature of leading over: the wheels' lock leaves room to correct
SHORTEST_RAMP_M = 2.5
WALKING_MPS = 0.5  # beside the route: stops within 0.3 m
STEEPNESS = 5.7735  # the quintic's largest second derivative, for a step of 1 over a length of 1


@dataclass(frozen=True, slots=True)
class Aside:
    """Beside the route by `offset_m` (positive left), between two places on a piece.

    The vehicle leads over from `begin_m` on and back from `return_m` on; metres from the piece's
    beginning, along the route.
    """

    offset_m: float
    begin_m: float
    return_m: float

    @property
    def ramp_m(self) -> float:
        """How long leading over takes."""
        return ramp_m(self.offset_m)

    @property
    def end_m(self) -> float:
        """Where the vehicle is back on the route."""
        return self.return_m + self.ramp_m

    def at(self, along_m: Array) -> Array:
        """The offset at distances from the piece's beginning."""
        out = smoothstep((along_m - self.begin_m) / self.ramp_m)
        back = smoothstep((along_m - self.return_m) / self.ramp_m)
        result: Array = self.offset_m * (out - back)
        return result


@dataclass(frozen=True, slots=True)
class Detour:
    """How a path goes round a thing, or makes way; either part may be missing.

    `back` has shape (n, 2): where to reverse along at the path's beginning, the vehicle's place
    first. `piece_index` is the forward piece that is led aside; None for the first.
    """

    back: Array | None = None
    aside: Aside | None = None
    piece_index: int | None = None

    @property
    def aside_index(self) -> int:
        """The piece of the path that is led aside."""
        if self.piece_index is not None:
            return self.piece_index
        return 0 if self.back is None else 1


def ramp_m(offset_m: float) -> float:
    """How long leading over by an offset takes without steering harder than is easy."""
    return max(SHORTEST_RAMP_M, math.sqrt(STEEPNESS * abs(offset_m) / STEEPEST_1PM))
