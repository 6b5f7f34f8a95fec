"""How near the optimum coverage plans are: one vehicle, several, with docks, and how fast.

Each figure stands beside a named alternative from the same run: pairing odd nodes nearest first
for one vehicle, cutting one Euler tour (Frederickson, Hecht and Kim 1978) for several.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from benchmarks.covering.baselines import nearest_neighbour_postman, split_tour
from benchmarks.covering.graphs import read_graph, street_like
from benchmarks.shared.targets import Target, finish, parser
from navigation.planning.coverage.bounds import gap_percent, longest_bound, total_bound, walk_bound
from navigation.planning.coverage.plan import plan_coverage, tasks_of
from navigation.planning.coverage.postman import postman_circuit
from navigation.planning.coverage.replan import replan
from navigation.planning.coverage.streets import StreetGraph
from navigation.planning.coverage.vehicles import Vehicle

ROOT = Path(__file__).parents[1]
STREETS = 186
SHARES = {2: 4.0, 4: 8.0, 8: 14.0}  # vehicles → percent above optimum / vehicles
DISTRICT_KM = 100
QUICK_STREETS = 2500  # about Helsinki's: up to here replanning has a target


@dataclass
class Figures:
    """The worst of each figure over graphs, by target's name, with what is allowed."""

    worst: dict[str, float] = field(default_factory=dict)
    allowed: dict[str, float] = field(default_factory=dict)

    def note(self, name: str, figure: float, target: float) -> None:
        self.worst[name] = max(figure, self.worst.get(name, -np.inf))
        self.allowed[name] = target

    def targets(self) -> list[Target]:
        return [Target(n, f, self.allowed[n], at_most=True) for n, f in self.worst.items()]


def free(count: int) -> list[Vehicle]:
    """Vehicles that may start anywhere."""
    return [Vehicle(f"v{i}") for i in range(count)]


def one_vehicle(name: str, graph: StreetGraph, figures: Figures) -> float:
    """Measure the postman's circuit; returns the lower bound."""
    begun = time.perf_counter()
    circuit = postman_circuit(graph, tasks_of(graph, graph.required))
    took = time.perf_counter() - begun
    length, bound = circuit.length(graph), total_bound(graph, graph.required)
    begun = time.perf_counter()
    nearest = nearest_neighbour_postman(graph).length(graph)
    nearest_took = time.perf_counter() - begun
    print(
        f"{name}: {len(graph)} streets, {sum(graph.lengths) / 1000:.1f} km; one vehicle"
        f" {length / 1000:.2f} km in {took:.2f} s, {gap_percent(length, bound):.3f} % above the"
        f" bound; nearest-neighbour matching +{gap_percent(nearest, bound):.2f} % in"
        f" {nearest_took:.2f} s; ratio {length / nearest:.4f}"
    )
    figures.note("one vehicle, % above the bound", gap_percent(length, bound), 0.5)
    return bound


def several(
    name: str, graph: StreetGraph, bound: float, count: int, figures: Figures, label: str,
    allowed: float,
) -> None:  # fmt: skip
    """Measure the longest of free routes against equal parts of the bound."""
    begun = time.perf_counter()
    plan = plan_coverage(graph, free(count))
    took = time.perf_counter() - begun
    circuit = postman_circuit(graph, tasks_of(graph, graph.required))
    cut = split_tour(graph, circuit, count)
    above = gap_percent(plan.longest, bound / count)
    print(
        f"{name}: {count} vehicles, longest {above:+.2f} % in {took:.2f} s; one tour cut"
        f" {gap_percent(cut, bound / count):+.2f} %; ratio {plan.longest / cut:.4f}"
    )
    figures.note(label, above, allowed)


def docked(name: str, graph: StreetGraph, bound: float, count: int, dock: int) -> None:
    """Print how far routes from one dock are above what none can be below, with two batteries."""
    far = 2 * float(graph.distances([dock])[0].max()) + max(graph.lengths)
    for reach in (np.inf, max(1.3 * far, 0.7 * bound / count)):
        vehicles = [Vehicle(f"v{i}", dock, float(reach)) for i in range(count)]
        begun = time.perf_counter()
        plan = plan_coverage(graph, vehicles)
        took = time.perf_counter() - begun
        least = longest_bound(plan, bound)
        print(
            f"{name}: {count} vehicles at dock {dock}, reach {reach:.0f} m: longest"
            f" {gap_percent(plan.longest, least):+.1f} % above the bound of {least:.0f} m,"
            f" {max(len(r.sorties) for r in plan.routes)} sorties at most, {took:.2f} s"
        )


def subset(name: str, graph: StreetGraph, seed: int) -> None:
    """Print a rural postman's figures: a random third of the streets."""
    rng = np.random.default_rng(seed)
    streets = tuple(replace(s, required=bool(rng.random() < 1 / 3)) for s in graph.streets)
    part = StreetGraph(graph.node_count, streets)
    begun = time.perf_counter()
    length = postman_circuit(part, tasks_of(part, part.required)).length(part)
    bound = walk_bound(part, part.required)
    print(
        f"{name}: a third of the streets, {length / 1000:.2f} km,"
        f" {gap_percent(length, bound):.1f} % above the bound,"
        f" {time.perf_counter() - begun:.2f} s"
    )


def after_a_failure(name: str, graph: StreetGraph, count: int, figures: Figures) -> None:
    """Measure mending a plan a third of the way when a vehicle fails and a street closes."""
    plan = plan_coverage(graph, free(count))
    done, crew = list[int](), list[Vehicle]()
    for route in plan.routes:
        sortie = route.sorties[0]
        driven = sortie.walk[: len(sortie.walk) // 3]
        passed = {graph.task_of(arc) for arc in driven}
        done += [task >> 1 for task in sortie.tasks if task in passed]
        crew.append(replace(route.vehicle, at=graph.heads[driven[-1]]))
    closed = [next(i for i in graph.required if i not in set(done))]
    begun = time.perf_counter()
    mended = replan(plan, done, crew[1:], closed)
    took = time.perf_counter() - begun
    left = sum(graph.lengths[i] for i in set(graph.required) - set(done)) / (count - 1)
    print(
        f"{name}: {count} vehicles, one fails: mended in {took:.2f} s, {len(mended.moved)} streets"
        f" change hands, longest {mended.plan.longest:.0f} m ({left:.0f} m each to cover)"
    )
    if len(graph) <= QUICK_STREETS:
        figures.note("replanning after a failure, s", took, 1.0)


def timed_plan(
    name: str, graph: StreetGraph, count: int, figures: Figures, limit_s: float
) -> None:
    """Measure how long a plan takes."""
    begun = time.perf_counter()
    plan_coverage(graph, free(count))
    figures.note(name, time.perf_counter() - begun, limit_s)


def measure(arguments: argparse.Namespace) -> list[Target]:
    """All figures; each target has the worst over its graphs."""
    figures = Figures()
    plan_coverage(street_like("grid", 30, 0), [*free(2), Vehicle("d", 0, 5000.0)])  # compiles
    for kind in ("grid", "town"):
        for seed in range(arguments.seeds):
            name, graph = f"{kind} {seed}", street_like(kind, STREETS, seed)
            bound = one_vehicle(name, graph, figures)
            for count, allowed in SHARES.items():
                label = f"{STREETS} streets, {count} vehicles, % above optimum / {count}"
                several(name, graph, bound, count, figures, label, allowed)
            docked(name, graph, bound, 4, graph.streets[0].start)
            subset(name, graph, seed)
    district = street_like("town", DISTRICT_KM * 16, 0)
    print(f"district: {sum(district.lengths) / 1000:.0f} km")
    timed_plan("100 km district, 10 vehicles, s", district, 10, figures, 60.0)
    files = arguments.map or [ROOT / "maps" / "sillim.geojson"]
    for path in files:
        name, graph = path.name, read_graph(path)
        bound = one_vehicle(name, graph, figures)
        large = len(graph) > 4 * STREETS
        label = f"{name}, 4 vehicles, % above optimum / 4"
        several(name, graph, bound, 4, figures, label, 5.0 if large else 14.0)
        docked(name, graph, bound, 4, graph.streets[0].start)
        subset(name, graph, 0)
        after_a_failure(name, graph, 8 if large else 3, figures)
        timed_plan("20 vehicles on a map, s", graph, 20, figures, 10.0)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures.note("memory, MB", memory_mb, 1024.0)
    return figures.targets()


def main() -> int:
    """Print a line for each target; 0 when all were met."""
    made = parser(__doc__)
    made.add_argument("--map", type=Path, action="append", metavar="FILE",
                      help="a patrol map (.geojson) or an OSMnx file (.graphml, .graphml.gz);"
                      " may be repeated; thousands of streets take minutes to bound")  # fmt: skip
    made.add_argument("--seeds", type=int, default=3, help="generated graphs of each kind")
    arguments = made.parse_args()
    return finish(measure(arguments), arguments.json)


if __name__ == "__main__":
    sys.exit(main())
