"""All algorithms on one graph with one team: figures a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from benchmarks.patrolling.adversary import Curve, against_age
from benchmarks.patrolling.baselines.bayesian import (
    GreedyBayesian,
    StateExchangeBayesian,
    saturation,
)
from benchmarks.patrolling.baselines.cyclic import cyclic_trace
from benchmarks.patrolling.baselines.random_walk import RandomWalk
from benchmarks.patrolling.baselines.reactive import (
    ConscientiousReactive,
    HeuristicConscientiousReactive,
)
from benchmarks.patrolling.entropy import return_time_entropy
from benchmarks.patrolling.idleness import IdlenessFigures, measure_idleness
from benchmarks.patrolling.simulate import Strategy, simulate
from navigation.planning.patrol_graph import PatrolGraph, PatrolTrace
from navigation.planning.persistent import PersistentPlan, simulate_plan
from navigation.planning.persistent.tour import Tour
from navigation.planning.unpredictable import simulate_unpredictable

WARM_UP_LAPS = 5  # of the tour shared by all
CYCLIC, PERSISTENT, UNPREDICTABLE = "cyclic tour", "persistent", "unpredictable"
RANDOM = RandomWalk.name


@dataclass(frozen=True, slots=True)
class Row:
    """Means over seeds, and the worst of `worst_s`."""

    name: str
    idleness: IdlenessFigures
    entropy_bits: float
    caught: Curve  # by the adversary who knows rules and ages


def strategies(graph: PatrolGraph, tour_s: float, vehicles: int) -> list[Strategy]:
    """The published algorithms that decide move by move."""
    gain = saturation(graph, tour_s, vehicles)
    return [
        ConscientiousReactive(), HeuristicConscientiousReactive(), GreedyBayesian(gain),
        StateExchangeBayesian(gain), RandomWalk(),
    ]  # fmt: skip


def compare(
    graph: PatrolGraph, tour: Tour, plan: PersistentPlan, seeds: Sequence[int], laps: float
) -> list[Row]:
    """Every algorithm over the same horizon, `laps` times the worst idleness of the plan."""
    vehicles = len(plan.team)
    scale_s = plan.worst_idleness_s or 1.0
    horizon_s = laps * scale_s
    warm_up_s = min(WARM_UP_LAPS * tour.duration_s / vehicles, horizon_s / 4)
    runs: dict[str, list[PatrolTrace]] = {
        strategy.name: [simulate(graph, strategy, vehicles, seed, horizon_s) for seed in seeds]
        for strategy in strategies(graph, tour.duration_s, vehicles)
    }
    runs[CYCLIC] = [cyclic_trace(graph, tour.places, vehicles, horizon_s)]
    runs[PERSISTENT] = [simulate_plan(plan, horizon_s)]
    if all(cycle.duration_s > 0 for cycle in plan.cycles):  # nobody only stands
        runs[UNPREDICTABLE] = [
            simulate_unpredictable(graph, plan.cycles, seed, horizon_s) for seed in seeds
        ]
    return [_row(name, graph, found, scale_s, warm_up_s) for name, found in runs.items()]


def _row(
    name: str, graph: PatrolGraph, runs: Sequence[PatrolTrace], scale_s: float, warm_up_s: float
) -> Row:
    places, weights = len(graph), np.array(graph.weights)
    found = [measure_idleness(trace, places, warm_up_s, weights) for trace in runs]
    mean = {f.name: float(np.mean([getattr(x, f.name) for x in found]))
            for f in fields(IdlenessFigures)}  # fmt: skip
    mean["worst_s"] = max(x.worst_s for x in found)
    curves = [against_age(trace, places, scale_s, warm_up_s).shares for trace in runs]
    return Row(
        name,
        IdlenessFigures(**mean),
        float(np.mean([return_time_entropy(t, places, scale_s, warm_up_s) for t in runs])),
        Curve(np.mean(curves, axis=0)),
    )


def table(rows: Sequence[Row]) -> str:
    """A line for each algorithm."""
    head = (
        f"  {'':14s}{'average':>9s}{'worst':>9s}{'deviation':>10s}{'by time':>9s}"
        f"{'entropy':>9s}{'caught d=P/2':>13s}{'d=P':>6s}{'d=2P':>6s}"
    )
    lines = [
        f"  {row.name:14s}{row.idleness.average_s:9.1f}{row.idleness.worst_s:9.1f}"
        f"{row.idleness.deviation_s:10.1f}{row.idleness.time_mean_s:9.1f}{row.entropy_bits:9.2f}"
        f"{row.caught.at(0.5):13.2f}{row.caught.at(1.0):6.2f}{row.caught.at(2.0):6.2f}"
        for row in rows
    ]
    return "\n".join([head, *lines])
