"""Where a vehicle stands when nobody remembers where it stood."""

from __future__ import annotations

from patrol.errors import ConfigError
from patrol.geometry import Pose2
from patrol.map import PatrolMap


def dock_pose(patrol_map: PatrolMap, dock_id: str) -> Pose2:
    """base_link on a dock (the first for an empty id), facing the way out.

    Raises ConfigError for a map without docks, MapError for an unknown id.
    """
    if not patrol_map.docks:
        raise ConfigError(f"{patrol_map.map_id}: has no dock to start from")
    dock = patrol_map.dock(dock_id) if dock_id else patrol_map.docks[0]
    node = patrol_map.nodes[dock.node_id]
    return Pose2(node.x_m, node.y_m, dock.heading_rad)
