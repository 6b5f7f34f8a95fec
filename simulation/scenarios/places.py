"""Places in a scenario file: beside an edge, so that they stay beside their street."""

from __future__ import annotations

import math
from dataclasses import dataclass

from patrol.geometry import Pose2
from patrol.map import PatrolMap
from simulation.world import ScenarioError


@dataclass(frozen=True, slots=True)
class Place:
    """A point beside an edge: `fraction` of its length from its start, `left_m` to its left."""

    edge_id: int
    fraction: float = 0.5
    left_m: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.fraction <= 1.0:
            raise ValueError(f"fraction: {self.fraction:g} is outside [0, 1]")
        if not (math.isfinite(self.left_m) and abs(self.left_m) <= 100):
            raise ValueError(f"left_m: {self.left_m:g} is outside [-100, 100]")


def place_map(patrol_map: PatrolMap, place: Place) -> Pose2:
    """A place in the map frame, heading along its edge; raises ScenarioError for no such edge."""
    edge = patrol_map.edges.get(place.edge_id)
    if edge is None:
        raise ScenarioError(f"edge_id {place.edge_id}: {patrol_map.map_id} has no such edge")
    a, b = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
    heading = math.atan2(b.y_m - a.y_m, b.x_m - a.x_m)
    on_edge = Pose2(
        a.x_m + place.fraction * (b.x_m - a.x_m), a.y_m + place.fraction * (b.y_m - a.y_m), heading
    )
    x_m, y_m = on_edge.transform(0.0, place.left_m)
    return Pose2(x_m, y_m, heading)
