"""The last pose on disk: where a restarted localization begins, and how sure it may be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from patrol.geometry import Pose2, StampedPose
from patrol.whole_file import read_object, write_object

DRIFT_MPS = 0.5  # how fast the vehicle may have moved on while nobody looked
ROOM_BYTES = 512  # more than any pose takes
MAX_DRIFT_M = 3.0  # it brakes within this
TURN_RADPS = 0.2
MAX_TURN_RAD = 0.35
PARKED_SIGMA_M, PARKED_SIGMA_RAD = 0.3, 0.1  # on a dock


@dataclass(frozen=True, slots=True)
class Seed:
    """A pose to start from with its standard deviations (m, rad)."""

    pose: Pose2
    sigma_m: float
    sigma_rad: float


def save_pose(path: Path, map_id: str, stamped: StampedPose, sigma_m: float) -> str:
    """Write the pose; once a second, so a power cut may lose a second of it.

    Returns what the disk says where it refuses, else nothing. A full disk takes it, once the file
    is there.
    """
    pose = stamped.pose
    content = {
        "map_id": map_id,
        "stamp_s": stamped.stamp_s,
        "x_m": pose.x_m,
        "y_m": pose.y_m,
        "yaw_rad": pose.yaw_rad,
        "sigma_m": sigma_m,
    }
    try:
        write_object(path, content, durable=False, room_bytes=ROOM_BYTES)
    except OSError as error:
        return str(error)
    return ""


def load_seed(path: Path, map_id: str, now_s: float) -> Seed | None:
    """The last pose with sigmas grown by its age; None where none fits this map and clock."""
    saved = read_object(path)
    if saved.get("map_id") != map_id:
        return None
    try:
        age_s = now_s - float(saved["stamp_s"])
        pose = Pose2(float(saved["x_m"]), float(saved["y_m"]), float(saved["yaw_rad"]))
        sigma_m = float(saved["sigma_m"])
    except (KeyError, TypeError, ValueError):
        return None
    if age_s < 0 or not all(map(math.isfinite, (pose.x_m, pose.y_m, pose.yaw_rad, sigma_m))):
        return None
    return Seed(
        pose,
        sigma_m + min(DRIFT_MPS * age_s, MAX_DRIFT_M),
        0.05 + min(TURN_RADPS * age_s, MAX_TURN_RAD),
    )
