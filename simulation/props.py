"""Things that stand on the ground: buildings, kerbs, parked cars, posts and trees."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Prism:
    """A building: a ring of (x, y) metres, counter-clockwise, from `base_m` up to `top_m`."""

    id: str
    ring_map: tuple[tuple[float, float], ...]
    base_m: float  # below the lowest ground at its corners
    top_m: float
    ground_m: float  # the highest ground at its corners: where the lowest floor begins


@dataclass(frozen=True, slots=True)
class Kerb:
    """A straight kerbstone from one end to the other; its top lies `height_m` over both ends.

    Ways lead over a `crossed` one: a lowered kerb at a crosswalk, a tread of a flight of steps.
    """

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    width_m: float
    height_m: float
    crossed: bool = False


class CarBody(StrEnum):
    """Shape of a parked car."""

    SEDAN = "sedan"
    HATCHBACK = "hatchback"
    VAN = "van"


CAR_SIZE_M: dict[CarBody, tuple[float, float, float]] = {  # length, width, height
    CarBody.SEDAN: (4.6, 1.80, 1.46),
    CarBody.HATCHBACK: (3.6, 1.60, 1.50),
    CarBody.VAN: (4.7, 1.75, 1.95),
}


@dataclass(frozen=True, slots=True)
class SolidBox:
    """A box around the middle of a thing, from `low_m` to `high_m` above the ground under it."""

    suffix: str  # of the thing's name
    length_m: float
    width_m: float
    low_m: float
    high_m: float

    @property
    def size_m(self) -> tuple[float, float, float]:
        """Length, width, height."""
        return self.length_m, self.width_m, self.high_m - self.low_m


@dataclass(frozen=True, slots=True)
class ParkedCar:
    """A car at rest; its middle, its attitude on the slope, a paint number."""

    x_m: float
    y_m: float
    z_m: float
    yaw_rad: float
    roll_rad: float
    pitch_rad: float
    body: CarBody
    paint: int

    @property
    def size_m(self) -> tuple[float, float, float]:
        """Length, width, height."""
        return CAR_SIZE_M[self.body]

    @property
    def boxes(self) -> tuple[SolidBox, ...]:
        """What is solid: the body above the wheels' middle, the cabin; wheels are within both."""
        length, width, height = self.size_m
        return (
            SolidBox("", length, width, 0.0, 0.55 * height),
            SolidBox(" cabin", 0.62 * length, width, 0.52 * height, height),
        )


class PostKind(StrEnum):
    """What a thin upright thing is."""

    POLE = "pole"  # power pole with a lamp
    TREE = "tree"


POST_RADIUS_M: dict[PostKind, float] = {PostKind.POLE: 0.15, PostKind.TREE: 0.14}


@dataclass(frozen=True, slots=True)
class Post:
    """A pole or a tree; `height_m` above its foot."""

    kind: PostKind
    x_m: float
    y_m: float
    z_m: float
    height_m: float
    yaw_rad: float = 0.0  # a lamp's arm points here
