"""Where localization begins anew: where a person says that it stands, and where it was last.

A position that is lost cannot tell by itself which is wrong, it or the fixes; somebody who sees
the vehicle can (VDA 5050, initPosition). The pose is taken while it stands, and judged from then
on.
"""

from __future__ import annotations

import math

from navigation.localization.odometry import is_standing
from navigation.types import LocalizationEstimate, LocalizationStatus, WheelOdometry
from patrol.geometry import Pose2
from patrol.map import PatrolMap
from patrol.topics import TOPICS

WHEELS_MAX_AGE_S = TOPICS["/wheel/odometry"].max_age_s or 0.2
# As people point at a place on a map; above what counts as known (monitor.py), so that a fix or
# walls must agree before anybody drives by it.
SIGMA_M, SIGMA_RAD = 1.0, 0.2
BESIDE_MAP_M = 50.0
LOST_SIGMA_M = 3.0  # beyond what counts as lost, below a jump of fixes by 20 m


def check_place(
    pose: Pose2, patrol_map: PatrolMap, wheels: WheelOdometry | None, now_s: float
) -> None:
    """Raises ValueError where the pose is off the map, or the vehicle is not known to stand."""
    if not pose.is_finite:
        raise ValueError("the pose is not finite")
    west, south, east, north = patrol_map.bounds_m
    off_m = math.hypot(
        max(west - pose.x_m, 0.0, pose.x_m - east), max(south - pose.y_m, 0.0, pose.y_m - north)
    )
    if off_m > BESIDE_MAP_M:
        raise ValueError(f"the place is {off_m:.0f} m outside map {patrol_map.map_id}")
    if wheels is None:
        raise ValueError("the wheels say nothing")
    if not now_s - wheels.stamp_s <= WHEELS_MAX_AGE_S:
        raise ValueError(f"the wheels have said nothing for {now_s - wheels.stamp_s:.1f} s")
    if not is_standing(wheels):
        raise ValueError(
            f"the vehicle drives at {abs(wheels.speed_mps):.2f} m/s; let it stand first"
        )


def sigma_to_keep_m(estimate: LocalizationEstimate) -> float:
    """How sure a pose is for whoever begins from it: one that is lost begins as lost."""
    is_lost = estimate.status is LocalizationStatus.LOST
    return max(estimate.position_sigma_m, LOST_SIGMA_M if is_lost else 0.0)
