"""Ways too narrow for two vehicles to pass each other, and where one can wait for the other.

Two that meet keep right (docs/following.md): beside each there is `SIDE_MARGIN_M` to the way's
edge and `BETWEEN_M` between them, which is 3.4 m for two of 0.9 m. On a crosswalk nobody leaves
its line, so two pass there as little as in an alley. Who stands and waits stands in the middle of
its way, and needs a way on which another gets by beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from patrol.map import Edge, PatrolMap, WayClass
from patrol.map_passable import SIDE_MARGIN_M, standing_width_m

BETWEEN_M = 1.0  # between two that pass each other, both moving
Way = tuple[int, int]  # the ids of the nodes that it joins, the lower one first


def way_of(start_id: int, end_id: int) -> Way:
    """A way, whatever the direction in which it is driven."""
    return (start_id, end_id) if start_id < end_id else (end_id, start_id)


@dataclass(frozen=True, slots=True)
class Narrow:
    """The narrow ways of a map for two vehicles; `no_waiting` are nodes that are no waiting place.

    A place to wait is a node at which no narrow way ends, and past which another can drive.
    """

    ways: frozenset[Way] = frozenset()
    no_waiting: frozenset[int] = frozenset()

    def has(self, start_id: int, end_id: int) -> bool:
        """Whether a way is too narrow for two."""
        return way_of(start_id, end_id) in self.ways


def passing_width_m(one_m: float, other_m: float) -> float:
    """How wide a way has to be for two vehicles of these widths that meet."""
    return one_m + other_m + 2 * SIDE_MARGIN_M + BETWEEN_M


def narrow_for(patrol_map: PatrolMap, one_m: float, other_m: float, narrowest_m: float) -> Narrow:
    """What is narrow for two vehicles of these widths, the first of which waits for the other.

    Ways that nobody can use, `narrowest_m` being the narrowest vehicle, are no ways.
    """
    pass_m, stand_m = passing_width_m(one_m, other_m), standing_width_m(one_m, other_m)
    ways: set[Way] = set()
    no_waiting: set[int] = set()
    for edge in _usable(patrol_map, narrowest_m):
        ends = (edge.start_id, edge.end_id)
        if edge.width_m < pass_m or edge.way_class is WayClass.CROSSWALK or edge.crosswalk_id:
            ways.add(way_of(*ends))
            no_waiting.update(ends)
        elif edge.width_m < stand_m:
            no_waiting.update(ends)
    return Narrow(frozenset(ways), frozenset(no_waiting))


def _usable(patrol_map: PatrolMap, narrowest_m: float) -> Iterator[Edge]:
    least_m = narrowest_m + 2 * SIDE_MARGIN_M
    for edge in patrol_map.edges.values():
        has_steps = edge.steps or edge.way_class is WayClass.STEPS
        if not has_steps and edge.width_m >= least_m:
            yield edge
