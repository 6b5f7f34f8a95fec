"""What of a coverage plan is still to be driven."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from navigation.planning.fleet.coverage_streets import shut_streets
from navigation.planning.fleet.plan import area_edges
from navigation.planning.fleet.replanning.team import Situation
from navigation.planning.fleet.types import LeftOut
from patrol.map import PatrolMap


@dataclass(frozen=True)
class StreetsLeft:
    """What is still to be covered: directed edges, and what closed ways make impossible."""

    patrol_map: PatrolMap
    passable: frozenset[int]
    wanted: frozenset[int]  # passable, promised or possible now, and not driven yet
    both_sides: bool
    shut: tuple[LeftOut, ...]

    @classmethod
    def of(cls, now: Situation) -> StreetsLeft:
        """From what was asked for and what is driven."""
        request, patrol_map = now.request, now.request.patrol_map
        closed = {e: why for m in now.members for e, why in m.search.closed.items()}
        passable = patrol_map.edges.keys() - closed.keys()
        area = set(area_edges(patrol_map, request.area)) if request.area else None
        asked = set(patrol_map.edges) if area is None else area
        # the ways to calls and chargers are driven whatever comes after
        done = {e for m in now.members for step in m.prelude for e in step.edge_ids}
        done |= now.driven_edge_ids
        if not request.both_sides:
            done |= {other for e in done if (other := _back(patrol_map, e)) is not None}
        told = asked & (closed.keys() if area is not None else now.request.closed_edge_ids)
        shut = shut_streets(patrol_map, told - done, closed)
        wanted = (asked & passable) - done
        if not (now.changes.opened or now.changes.back):
            wanted &= _promised(now, patrol_map, request.both_sides)
        return cls(
            patrol_map, frozenset(passable), frozenset(wanted), request.both_sides, tuple(shut)
        )

    def unpromised(self, driven: Collection[int]) -> set[int]:
        """Wanted edges that driving some edges leaves uncovered."""
        covered = set(driven)
        if not self.both_sides:
            covered |= {b for e in driven if (b := _back(self.patrol_map, e)) is not None}
        return set(self.wanted - covered)

    def twice(self, orphans: Collection[int]) -> set[int]:
        """Edges whose street is to be driven in both directions from now on: neither is driven
        yet, or nobody is left who would drive the other."""
        if not self.both_sides:
            return set()
        pairs = {e: _back(self.patrol_map, e) for e in self.wanted}
        return {e for e, b in pairs.items() if b in self.wanted or e in orphans}


def _back(patrol_map: PatrolMap, edge_id: int) -> int | None:
    edge = patrol_map.edges[edge_id]
    back = patrol_map.edge_between.get((edge.end_id, edge.start_id))
    return None if back is None else back.id


def _promised(now: Situation, patrol_map: PatrolMap, both_sides: bool) -> set[int]:
    """Edges that somebody was to drive, who may be gone by now."""
    found = {e for plan in now.old.vehicles for step in plan.steps for e in step.edge_ids}
    if not both_sides:
        found |= {b for e in found if (b := _back(patrol_map, e)) is not None}
    return found
