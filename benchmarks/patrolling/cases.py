"""Cases of the unpredictable benchmark: a graph, ways of arriving, and the persistent plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.patrolling.graphs import read_graph
from navigation.planning.arrivals import ArrivalGraph, arrival_graph
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.patrol_graph_map import patrol_graph_of
from navigation.planning.persistent import Effort, plan_persistent
from navigation.planning.persistent.as_driven import as_driven
from navigation.planning.persistent.search import best_tour
from navigation.planning.route_search import RouteOptions, RouteSearch
from navigation.planning.unpredictable.track import Track
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle

VEHICLE = Path(__file__).parents[2] / "config" / "vehicles" / "goalie.yaml"
TOUR_SEEDS = (1, 2, 3)
SAME = 1e-9


@dataclass(frozen=True)
class Case:
    """`graph` is what is planned on, `arrivals` what is driven and measured."""

    graph: PatrolGraph
    arrivals: ArrivalGraph
    is_map: bool = False

    @classmethod
    def plain(cls, graph: PatrolGraph) -> Case:
        """Of a graph that tells no arrivals apart."""
        return cls(graph, ArrivalGraph.plain(graph))

    def for_team(self) -> Case:
        """As fleets plan for several vehicles: over times that hold however one has arrived."""
        return Case.plain(self.graph)

    def plan(self, vehicles: int) -> tuple[PatrolCycle, ...]:
        """The persistent plan's walks, on a map as they are driven."""
        cycles = plan_persistent(self.graph, vehicles).cycles
        return as_driven(self.arrivals, [cycles]) if self.is_map else cycles

    def gaps_s(self, plan: Sequence[PatrolCycle]) -> list[tuple[float, ...]]:
        """For each place its times between visits under the plan, of the walk that comes most."""
        best: dict[int, tuple[float, ...]] = {}
        for cycle in plan:
            track = Track.of_walk(self.arrivals, cycle.places, cycle.vehicles)
            for place, gaps_s in track.gaps_s.items():
                if place not in best or max(gaps_s) < max(best[place]):
                    best[place] = gaps_s
        return [best[place] for place in range(len(self.arrivals))]

    def tours(self, plan: Sequence[PatrolCycle]) -> list[list[tuple[int, ...]]]:
        """For each walk of the plan closed walks of arrivals that are as short, itself first."""
        return [self._tours(cycle) for cycle in plan]

    def _tours(self, cycle: PatrolCycle) -> list[tuple[int, ...]]:
        orders = [cycle.places, cycle.places[::-1]]
        if len(set(cycle.places)) == len(self.graph) and not self.is_map:
            for seed in TOUR_SEEDS:
                places = best_tour(self.graph, seed, Effort())[1].places
                orders += [places, places[::-1]]
        laps = [self.arrivals.lap(order) for order in orders]
        limit_s = self._lap_s(laps[0]) * (1 + SAME)
        return [lap for lap in laps if self._lap_s(lap) <= limit_s and laps[0][0] in lap]

    def _lap_s(self, lap: tuple[int, ...]) -> float:
        following = (*lap[1:], lap[0])
        return float(sum(self.arrivals.legs_s[a, b] for a, b in zip(lap, following, strict=True)))


def case_of_file(path: Path) -> Case:
    """Of a `.graph` file, or of a map's checkpoints for the default vehicle."""
    if path.suffix != ".geojson":
        return Case.plain(read_graph(path))
    patrol_map = load_map(path)
    search = RouteSearch(patrol_map, RouteOptions(spec=load_vehicle(VEHICLE)))
    checkpoints = patrol_map.checkpoints
    arrivals = arrival_graph(
        search,
        [place.node_id for place in checkpoints],
        [place.dwell_s for place in checkpoints],
        [place.id for place in checkpoints],
        [place.priority for place in checkpoints],
    )
    return Case(patrol_graph_of(patrol_map, checkpoints, search), arrivals, is_map=True)
