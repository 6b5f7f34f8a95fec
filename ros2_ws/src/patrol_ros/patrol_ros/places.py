"""Where a vehicle stands when nobody remembers where it stood."""

from __future__ import annotations

from patrol.errors import ConfigError
from patrol.geometry import Pose2
from patrol.map import PatrolMap


def start_pose(patrol_map: PatrolMap, start_place: str, dock_id: str) -> Pose2:
    """base_link at a place, "x,y,yaw" in map metres and radians; where that is empty, on a dock.

    Raises ConfigError for a text that is no place, and as `dock_pose`.
    """
    if not start_place:
        return dock_pose(patrol_map, dock_id)
    try:
        x_m, y_m, yaw_rad = map(float, start_place.split(","))
    except ValueError:
        raise ConfigError(f"start_place: {start_place!r} is not x,y,yaw") from None
    return Pose2(x_m, y_m, yaw_rad)


def dock_pose(patrol_map: PatrolMap, dock_id: str) -> Pose2:
    """base_link on a dock (the first for an empty id), facing the way out.

    Raises ConfigError for a map without docks, MapError for an unknown id.
    """
    if not patrol_map.docks:
        raise ConfigError(f"{patrol_map.map_id}: has no dock to start from")
    dock = patrol_map.dock(dock_id) if dock_id else patrol_map.docks[0]
    node = patrol_map.nodes[dock.node_id]
    return Pose2(node.x_m, node.y_m, dock.heading_rad)
