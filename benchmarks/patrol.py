"""Patrols against published algorithms: idleness, surprise, recovery after a loss, size.

Baselines, each from its paper (benchmarks/patrolling/baselines): Conscientious Reactive,
Heuristic Conscientious Reactive, Greedy Bayesian, State Exchange Bayesian, the evenly spaced
cyclic tour, the random walk. All run on the same travel times and over the same horizon.
Idleness in seconds; averages are over intervals between visits as in patrolling_sim, `by time`
over moments. P is the persistent plan's worst idleness. The all-knowing adversary is in
benchmarks/unpredictable.py.
"""

from __future__ import annotations

import resource
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.patrolling.comparison import (
    PERSISTENT,
    RANDOM,
    UNPREDICTABLE,
    Row,
    compare,
    table,
)
from benchmarks.patrolling.division_bound import vehicles_needed
from benchmarks.patrolling.graphs import lattice, read_graph, street_tree, town
from benchmarks.patrolling.loss import Recovery, recovery
from benchmarks.shared.targets import Target, finish, parser
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.patrol_graph_map import patrol_graph_of, patrol_graph_of_streets
from navigation.planning.persistent import Effort, PersistentPlan, plan_persistent
from navigation.planning.persistent.search import best_tour
from navigation.planning.route_search import RouteOptions, RouteSearch
from patrol.errors import PlanError
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle

ROOT = Path(__file__).parents[1]
TRIALS = {  # worst idleness of an early trial at dividing these graphs, seconds
    ("cumberland", 8): 46.05,  # no division is below it, as --prove shows
    ("example", 16): 14.5,
    ("DIAG_floor1", 8): 47.7,
}
LARGE_VEHICLES = 20
SAME = 1e-6
LESS_S = 1e-3  # a division this much better would be worth having


@dataclass
class Found:
    """Figures of all cells, a cell being a graph with a team."""

    worst: list[float] = field(default_factory=list)  # over the best baseline's
    average: list[float] = field(default_factory=list)  # over the best baseline's
    kept: list[float] = field(default_factory=list)  # simulated worst over the promised
    tour: list[float] = field(default_factory=list)  # over the proved bound
    entropy: dict[bool, list[float]] = field(default_factory=dict)  # by: is it a team
    unpredictable: list[float] = field(default_factory=list)  # worst over P
    losses: list[Recovery] = field(default_factory=list)
    trials: list[Target] = field(default_factory=list)


def graphs_of(arguments: Namespace) -> Iterator[tuple[str, PatrolGraph]]:
    """Files and folders of `.graph` and map files; our maps and small graphs unless given."""
    given = arguments.graphs or [ROOT / "maps"]
    paths = [
        path
        for each in given
        for path in (sorted(each.iterdir()) if each.is_dir() else [each])
        if path.suffix in (".graph", ".geojson")
    ]
    for path in paths:
        yield path.stem, read_graph(path) if path.suffix == ".graph" else checkpoints_of(path)
    if not arguments.graphs:
        yield "lattice 5x5", lattice(5, 5)
        yield "tree 30", street_tree(30, 1)


def checkpoints_of(path: Path) -> PatrolGraph:
    """A map's checkpoints for the default vehicle."""
    patrol_map, spec = load_map(path), load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
    search = RouteSearch(patrol_map, RouteOptions(spec=spec))
    return patrol_graph_of(patrol_map, patrol_map.checkpoints, search)


def run_graph(name: str, graph: PatrolGraph, arguments: Namespace, found: Found) -> None:
    """All teams on a graph."""
    _, tour = best_tour(graph, 0, Effort())
    found.tour.append(tour.duration_s / tour.bound_s if tour.bound_s else 1.0)
    for vehicles in arguments.vehicles:
        plan = plan_persistent(graph, vehicles)
        rows = {
            row.name: row
            for row in compare(graph, tour, plan, range(arguments.seeds), arguments.laps)
        }
        print(f"{name}, {vehicles} vehicles, {len(graph)} places, P {plan.worst_idleness_s:.2f} s,"
              f" no plan below {plan.bound_s:.2f} s, {len(plan.beats)} walks")  # fmt: skip
        print(table(list(rows.values())), flush=True)
        if arguments.prove:
            print(f"  {proof(graph, plan)}", flush=True)
        note(rows, plan.worst_idleness_s, vehicles, found)
        if (name, vehicles) in TRIALS:
            trial = TRIALS[name, vehicles]
            label = f"{name} with {vehicles}, worst idleness, the trial's"
            found.trials.append(Target(label, plan.worst_idleness_s, trial + SAME, at_most=True))
        if vehicles == 8 and len(graph) > 8:
            found.losses += [recovery(graph, plan, lost, tour.duration_s) for lost in (0, 7)]


def proof(graph: PatrolGraph, plan: PersistentPlan) -> str:
    """Whether any division of places and vehicles could be better."""
    if len(set(graph.weights)) > 1 or plan.worst_idleness_s <= LESS_S:
        return "no proof: for places of one weight and vehicles that drive only"
    try:
        needed = vehicles_needed(graph, plan.worst_idleness_s - LESS_S, len(plan.team))
    except PlanError as error:
        return f"no proof: {error}"
    verdict = "proved to be the best" if needed > len(plan.team) + SAME else "not proved the best"
    return f"{verdict} of all divisions: a better one needs at least {needed:.2f} vehicles"


def note(rows: dict[str, Row], promised_s: float, vehicles: int, found: Found) -> None:
    """Ratios of one cell."""
    baselines = [row.idleness for name, row in rows.items()
                 if name not in (PERSISTENT, UNPREDICTABLE)]  # fmt: skip
    ours = rows[PERSISTENT].idleness
    found.worst.append(ours.worst_s / min(each.worst_s for each in baselines))
    found.average.append(ours.average_s / min(each.average_s for each in baselines))
    if promised_s > 0:
        found.kept.append(ours.worst_s / promised_s)
    if UNPREDICTABLE in rows:
        found.unpredictable.append(rows[UNPREDICTABLE].idleness.worst_s / promised_s)
        bits = rows[UNPREDICTABLE].entropy_bits / rows[RANDOM].entropy_bits
        found.entropy.setdefault(vehicles > 1, []).append(bits)


def large(path: Path | None) -> list[Target]:
    """A plan for many vehicles over every crossing of a large map."""
    if path is None:
        graph = town(50, 60, 0)
    else:
        patrol_map = load_map(path)
        graph = patrol_graph_of_streets(patrol_map, RouteSearch(patrol_map))
    begun = time.perf_counter()
    plan = plan_persistent(graph, LARGE_VEHICLES)
    seconds = time.perf_counter() - begun
    print(f"{len(graph)} places, {LARGE_VEHICLES} vehicles: P {plan.worst_idleness_s:.0f} s,"
          f" no plan below {plan.bound_s:.0f} s")  # fmt: skip
    memory_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return [
        Target(f"plan for {LARGE_VEHICLES} vehicles over {len(graph)} places, seconds", seconds,
               10.0, at_most=True),
        Target("memory of the whole run, GiB", memory_gib, 1.0, at_most=True),
    ]  # fmt: skip


def targets_of(found: Found) -> list[Target]:
    """What the figures say."""
    targets = [
        Target("persistent, worst idleness over the best baseline's, greatest of all",
               max(found.worst), 1.0 + SAME, at_most=True),
        Target("persistent, average idleness over the best baseline's, mean of all",
               float(np.mean(found.average)), 1.10, at_most=True),
        Target("one vehicle, tour over its proved bound, greatest", max(found.tour), 1.0 + SAME,
               at_most=True),
        *found.trials,
    ]  # fmt: skip
    if found.kept:
        label = "persistent, simulated worst idleness over the promised, greatest"
        targets.append(Target(label, max(found.kept), 1.0 + SAME, at_most=True))
    if found.unpredictable:
        label = "unpredictable, worst idleness over P, greatest"
        targets.append(Target(label, max(found.unpredictable), 2.0 + SAME, at_most=True))
    for is_team, least in ((False, 0.7), (True, 0.8)):
        if found.entropy.get(is_team):
            label = "teams" if is_team else "one vehicle"
            targets.append(Target(f"unpredictable, {label}, entropy over the random walk's, least",
                                  min(found.entropy[is_team]), least))  # fmt: skip
    if found.losses:
        targets += [
            Target("one of eight lost, one tour later worst idleness over the plan for seven",
                   max(each.worst for each in found.losses), 1.10, at_most=True),
            Target("one of eight lost, seconds to replan",
                   max(each.replan_s for each in found.losses), 1.0, at_most=True),
        ]  # fmt: skip
    return targets


def main() -> int:
    """Print tables and a line for each target; 0 when all were met."""
    made = parser(__doc__)
    made.add_argument("--graphs", type=Path, nargs="*", help=".graph or map files, or folders")
    made.add_argument("--vehicles", type=int, nargs="*", default=[1, 2, 4, 8, 16])
    made.add_argument("--seeds", type=int, default=2, help="runs of each random algorithm")
    made.add_argument("--laps", type=float, default=120.0, help="length of a run, in P")
    made.add_argument("--prove", action="store_true", help="whether divisions are the best")
    made.add_argument("--large", type=Path, help="map whose crossings make the large case")
    made.add_argument("--no-large", action="store_true", help="leave the large case out")
    arguments = made.parse_args()
    found = Found()
    for name, graph in graphs_of(arguments):
        run_graph(name, graph, arguments, found)
    targets = targets_of(found)
    if not arguments.no_large:
        targets += large(arguments.large)
    return finish(targets, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
