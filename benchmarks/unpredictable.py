"""Unpredictable patrols against the random walk and the persistent plan: bound and surprise.

For each graph and team size, P being the persistent plan's worst idleness: worst and mean idleness
over P and the plan's mean, return-time entropy over the random walk's, and the catch probability
against the stay d for two adversaries (benchmarks/patrolling/adversary.py defines them). The
deterministic plan is caught at no stay below P and always from P on.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.patrolling.adversary import (
    SHARES,
    Curve,
    Effort,
    against_age,
    against_all_knowing,
)
from benchmarks.patrolling.entropy import return_time_entropy
from benchmarks.patrolling.graphs import lattice, read_graph, street_tree
from benchmarks.patrolling.idleness import measure_idleness
from benchmarks.patrolling.policies import OurPatrol, Walk
from benchmarks.patrolling.simulate import start_places
from benchmarks.shared.targets import Target, finish, parser
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolGraph
from navigation.planning.persistent import plan_persistent
from navigation.planning.unpredictable import simulate_unpredictable

LAPS = 250  # P that a run lasts unless --hours says otherwise
WARM_UP = 5  # P


@dataclass(frozen=True)
class Figures:
    """Of one graph, team size and seed."""

    worst: float  # over P
    mean: float  # over the plan's, by intervals
    time_mean: float  # over the plan's, weighted by time
    entropy: float  # over the random walk's
    by_age: Curve
    all_knowing: Curve
    all_knowing_mean: Curve
    walk_by_age: Curve


def measure(
    graph: PatrolGraph, plan: Sequence[PatrolCycle], seed: int, horizon_s: float, effort: Effort
) -> Figures:
    """Run ours and the walk for a horizon (0: LAPS × P), and let the adversaries try."""
    places, vehicles = len(graph), sum(cycle.vehicles for cycle in plan)
    gaps = plan_gaps(graph, plan)
    persistent_s = max(max(found) for found in gaps)
    horizon_s = horizon_s or LAPS * persistent_s
    warm_up_s = WARM_UP * persistent_s
    ours = simulate_unpredictable(graph, plan, seed, horizon_s)
    starts = start_places(graph, vehicles, np.random.default_rng(seed))
    walk = Walk(graph, starts, seed).trace(horizon_s)
    idle = measure_idleness(ours, places, warm_up_s)
    worst, mean = against_all_knowing(
        lambda: OurPatrol.start(graph, plan, seed), places, persistent_s, seed, effort
    )
    whole = measure_idleness(ours, places, 0.0)
    return Figures(
        worst=whole.worst_s / persistent_s,
        mean=idle.average_s / float(np.mean([np.mean(found) for found in gaps])),
        time_mean=idle.time_mean_s / float(np.mean([_time_mean(found) for found in gaps])),
        entropy=return_time_entropy(ours, places, persistent_s, warm_up_s)
        / return_time_entropy(walk, places, persistent_s, warm_up_s),
        by_age=against_age(ours, places, persistent_s, warm_up_s),
        all_knowing=worst,
        all_knowing_mean=mean,
        walk_by_age=against_age(walk, places, persistent_s, warm_up_s),
    )


def plan_gaps(graph: PatrolGraph, plan: Sequence[PatrolCycle]) -> list[list[float]]:
    """For each place its times between visits under the plan, of the cycle that comes most."""
    best: list[list[float]] = [[] for _ in range(len(graph))]
    for cycle in plan:
        for place, gaps_s in cycle.gaps_s(graph).items():
            if not best[place] or max(gaps_s) < max(best[place]):
                best[place] = list(gaps_s)
    return best


def _time_mean(gaps_s: Sequence[float]) -> float:
    total_s = sum(gaps_s)
    return sum(gap_s**2 for gap_s in gaps_s) / (2 * total_s) if total_s else 0.0


def show(name: str, vehicles: int, figures: Figures) -> None:
    """The figures and the curves, a line each."""
    print(
        f"{name}, {vehicles} vehicles: worst {figures.worst:.3f} P, mean {figures.mean:.3f}"
        f" (by time {figures.time_mean:.3f}) of the plan's, entropy {figures.entropy:.2f} of the"
        " random walk's"
    )
    print("  caught, d/P          " + "".join(f"{share:6.2f}" for share in SHARES))
    rows = {
        "knows the age": figures.by_age,
        "  random walk": figures.walk_by_age,
        "knows everything": figures.all_knowing,
        "  mean of moments": figures.all_knowing_mean,
        "persistent plan": Curve((np.array(SHARES) >= 1.0).astype(float)),
    }
    for label, curve in rows.items():
        print(f"  {label:21s}" + "".join(f"{share:6.2f}" for share in curve.shares))


def targets_of(found: dict[int, list[Figures]]) -> list[Target]:
    """Worst over graphs and seeds, for one vehicle and for teams."""
    every = [figures for group in found.values() for figures in group]
    targets = [
        Target("worst idleness over P", max(f.worst for f in every), 2.0 + 1e-6, at_most=True),
        Target("mean idleness over the plan's", max(f.mean for f in every), 1.05, at_most=True),
    ]
    one = found.get(1, [])
    teams = [figures for size, group in found.items() if size > 1 for figures in group]
    for label, group, entropy, by_age, knowing in (
        ("one vehicle", one, 0.7, 0.6, 0.3),
        ("teams", teams, 0.8, 0.35, 0.01),
    ):
        if group:
            targets += [
                Target(
                    f"{label}, entropy over the walk's", min(f.entropy for f in group), entropy
                ),
                _least(f"{label}, knows the age, d = P", [f.by_age for f in group], 1.0, by_age),
                _least(f"{label}, knows the age, d = P/2", [f.by_age for f in group], 0.5, 0.01),
                _least(f"{label}, knows all, d = P", [f.all_knowing for f in group], 1.0, knowing),
            ]
    return targets


def _least(name: str, curves: Sequence[Curve], share: float, target: float) -> Target:
    return Target(name, min(curve.at(share) for curve in curves), target)


def graphs_of(arguments: Namespace) -> dict[str, PatrolGraph]:
    """By name; small ones of our own unless files are given."""
    if arguments.graphs:
        return {path.stem: read_graph(path) for path in arguments.graphs}
    return {"lattice 5x5": lattice(5, 5), "tree 20": street_tree(20, 1)}


def main() -> int:
    """Print curves and a line for each target; 0 when all were met."""
    made = parser(__doc__)
    made.add_argument("--graphs", type=Path, nargs="*", help=".graph files of patrolling_sim")
    made.add_argument("--vehicles", type=int, nargs="*", default=[1, 2, 4])
    made.add_argument("--seeds", type=int, default=1, help="runs of each, from seed 1 on")
    made.add_argument("--hours", type=float, default=0.0, help="of each run, instead of 250 P")
    made.add_argument("--moments", type=int, default=16, help="that the all-knowing tries")
    arguments = made.parse_args()
    effort, found = Effort(moments=arguments.moments), dict[int, list[Figures]]()
    for name, graph in graphs_of(arguments).items():
        for vehicles in arguments.vehicles:
            plan = plan_persistent(graph, vehicles).cycles
            for seed in range(1, arguments.seeds + 1):
                figures = measure(graph, plan, seed, arguments.hours * 3600.0, effort)
                show(name, vehicles, figures)
                found.setdefault(vehicles, []).append(figures)
    return finish(targets_of(found), arguments.json)


if __name__ == "__main__":
    sys.exit(main())
