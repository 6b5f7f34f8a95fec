"""Person: somebody in the world, standing, sitting, lying or walking along a path."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Pose(StrEnum):
    """How a person is; walking has a path and a gait."""

    STANDING = "standing"
    WALKING = "walking"
    SITTING = "sitting"  # on the ground, legs ahead
    LYING_SUPINE = "lying_supine"
    LYING_SIDE = "lying_side"
    LYING_PRONE = "lying_prone"


LYING = frozenset({Pose.LYING_SUPINE, Pose.LYING_SIDE, Pose.LYING_PRONE})
BODY_HEIGHT_M = 1.72
LYING_HALF_WIDTH_M = 0.53  # arms spread
LYING_HALF_LENGTH_M = 0.98


@dataclass(frozen=True, slots=True)
class Person:
    """One person; `yaw_rad` is where an upright person faces, or where a lying one's head points.

    A walker goes along `path_map` and back again; the others stand on its first point.
    """

    name: str
    pose: Pose
    path_map: tuple[tuple[float, float], ...]
    yaw_rad: float = 0.0
    speed_mps: float = 0.0
    palette: int = 0
    phase_s: float = 0.0  # a walker's lead on its path at the start

    def __post_init__(self) -> None:
        if not self.path_map:
            raise ValueError(f"path_map: person {self.name!r} has no place")
        if self.pose is Pose.WALKING and (len(self.path_map) < 2 or self.speed_mps <= 0):
            raise ValueError(
                f"path_map: walker {self.name!r} needs two points and a speed above 0"
            )
