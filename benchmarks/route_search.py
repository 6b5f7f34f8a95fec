"""How fast routes are found, beside rustworkx and networkx in the same run.

Street-like graphs of 10,000, 100,000 and 1,000,000 nodes; pairs at least a third of the width
apart. Landmarks are prepared once; then edges are closed, made dearer and made cheaper without
preparing anew. Every cost that two libraries found is compared. Memory is that of this process
before the others' graphs are built, with all sizes and what is asked in it, and that of a process
of its own, with our largest graph and nothing else. About three minutes.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.routing.made_streets import Streets, made_streets
from benchmarks.routing.other_libraries import Ask, Networkx, Rustworkx
from benchmarks.routing.own_memory import own_peak_mb, peak_mb
from benchmarks.shared.targets import Target, finish, parser
from navigation.planning.landmarks import Landmarks
from navigation.planning.route_changes import Changes
from navigation.planning.route_graph import GraphSearch
from navigation.planning.search_graph import SearchGraph

SIZES = {10_000: 300, 100_000: 300, 1_000_000: 200}  # nodes → our questions a round
OTHERS = {  # nodes → questions a round to each of the others
    10_000: {"rustworkx dijkstra": 20, "rustworkx A*": 20, "networkx": 10},
    100_000: {"rustworkx dijkstra": 6, "rustworkx A*": 6, "networkx": 2},
    1_000_000: {"rustworkx dijkstra": 2, "rustworkx A*": 2, "networkx": 1},
}
TARGETED = ("as prepared", "closed")  # rounds
SLOWER = 3.0  # the slowest round to the graph as prepared, at most
MEAN_MS = {10_000: 1.0, 1_000_000: 10.0}  # nodes → target
RATIO = 10.0  # to the fastest of the others at the largest size
PREPARE_S, MEMORY_MB = 10.0, 1000.0

Pairs = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Round:
    """The costs that one round changes, by edge."""

    name: str
    now: dict[int, float]


@dataclass(frozen=True)
class Measured:
    """What one size gave."""

    streets: Streets
    pairs: Pairs
    rounds: tuple[Round, ...]
    prepare_s: float
    found: dict[str, list[float]]  # round → our costs
    mean_ms: dict[str, float]  # round → our time


def timed(ask: Ask, pairs: Pairs) -> tuple[float, list[float]]:
    """Mean milliseconds a question, and the costs."""
    begun = time.perf_counter()
    found = [ask(*pair) for pair in pairs]
    return 1000 * (time.perf_counter() - begun) / len(pairs), found


def rounds(streets: Streets, search: GraphSearch, pairs: Pairs) -> Iterator[Round]:
    """Changes that matter: a tenth of each lies on the best paths of the first pairs."""
    rng = np.random.default_rng(1)
    on_paths = np.concatenate([search.path(*pair).edges for pair in pairs[:10]])

    def some(count: int) -> list[int]:
        used = rng.choice(on_paths, count // 10 + 1)
        return [*used.tolist(), *rng.integers(len(streets.costs), size=count).tolist()]

    yield Round("as prepared", {})
    yield Round("closed", dict.fromkeys(some(300), math.inf))
    dearer = {e: streets.costs[e] * rng.uniform(1.2, 5.0) for e in some(1500)}
    yield Round("dearer", dearer)
    yield Round("cheaper", {e: streets.costs[e] * 0.5 for e in some(4)})


def measure(nodes: int) -> Measured:
    """Our part for one size."""
    streets = made_streets(nodes, np.random.default_rng(nodes))
    pairs = streets.far_pairs(SIZES[nodes], np.random.default_rng(0))
    graph = SearchGraph(streets.count, streets.tails, streets.heads, streets.costs)
    begun = time.perf_counter()
    landmarks = Landmarks.of(graph)
    prepare_s = time.perf_counter() - begun
    search = GraphSearch(graph, landmarks)
    made = tuple(rounds(streets, search, pairs))
    found, mean_ms = {}, {}
    for changed in made:
        ask = partial(_cost, search, graph.changed(changed.now))
        mean_ms[changed.name], found[changed.name] = timed(ask, pairs)
        print(f"{nodes:>9} {changed.name:>12} {'ours':>20} {mean_ms[changed.name]:10.3f} ms")
    print(f"{nodes:>9} prepared in {prepare_s:.2f} s, tables {landmarks.nbytes / 1e6:.0f} MB")
    return Measured(streets, pairs, made, prepare_s, found, mean_ms)


def _cost(search: GraphSearch, changes: Changes, a: int, b: int) -> float:
    return search.path(a, b, changes).cost


def compare(nodes: int, ours: Measured) -> tuple[float, int]:
    """Our speed over the fastest other's on the graph as prepared; costs that differ."""
    rustworkx, networkx = Rustworkx(ours.streets), Networkx(ours.streets)
    asks = {"rustworkx dijkstra": rustworkx.dijkstra, "rustworkx A*": rustworkx.astar,
            "networkx": networkx.dijkstra}  # fmt: skip
    fastest_ms, different = math.inf, 0
    for changed in ours.rounds:
        costs = ours.streets.costs.copy()
        costs[list(changed.now)] = list(changed.now.values())
        for name, ask_with in asks.items():
            if changed.name == "cheaper" and name == "rustworkx A*":
                continue  # its straight line is no bound any more
            pairs = ours.pairs[: OTHERS[nodes][name]]
            mean_ms, found = timed(ask_with(costs), pairs)
            expected = ours.found[changed.name][: len(pairs)]
            different += int((~np.isclose(found, expected, rtol=1e-9)).sum())
            ratio = mean_ms / ours.mean_ms[changed.name]
            print(
                f"{nodes:>9} {changed.name:>12} {name:>20} {mean_ms:10.3f} ms, ratio {ratio:.1f}"
            )
            if changed.name == "as prepared":
                fastest_ms = min(fastest_ms, mean_ms)
    return fastest_ms / ours.mean_ms["as prepared"], different


def main() -> int:
    """Print a line for each target; 0 when all were met."""
    arguments = parser(__doc__)
    arguments.add_argument("--nodes", type=int, nargs="+", choices=SIZES, default=list(SIZES))
    given = arguments.parse_args()
    warm = SearchGraph(3, [0, 1], [1, 2], [1.0, 1.0])
    GraphSearch(warm).path(0, 2, warm.closed([0]))  # compiles, or loads what was compiled
    measured = {nodes: measure(nodes) for nodes in sorted(given.nodes)}
    process_mb, alone_mb = peak_mb(), own_peak_mb(measured[max(measured)].streets)
    targets, different, ratio = [], 0, 0.0
    for nodes, ours in measured.items():
        ratio, wrong = compare(nodes, ours)
        different += wrong
        for name in TARGETED if nodes in MEAN_MS else ():
            label = f"{nodes} nodes, {name}, mean ms a question"
            targets.append(Target(label, ours.mean_ms[name], MEAN_MS[nodes], at_most=True))
    largest = max(measured)
    slowest = max(measured[largest].mean_ms.values()) / measured[largest].mean_ms["as prepared"]
    targets += [
        Target(f"{largest} nodes, slowest round to as prepared", slowest, SLOWER, at_most=True),
        Target(f"{largest} nodes, ratio to the fastest other library", ratio, RATIO),
        Target("preparation, s", measured[largest].prepare_s, PREPARE_S, at_most=True),
        Target("peak memory of the process, MB", process_mb, MEMORY_MB, at_most=True),
        Target("peak memory of our search alone, MB", alone_mb, MEMORY_MB, at_most=True),
        Target("costs that differ between libraries", different, 0, at_most=True),
    ]
    return finish(targets, given.json)


if __name__ == "__main__":
    sys.exit(main())
