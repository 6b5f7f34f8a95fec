"""Unpredictable patrols against the random walk, the persistent plan and two trial ideas.

For each graph and team size, P being the persistent plan's worst idleness: worst and mean idleness
over P and the plan's mean, return-time entropy over the random walk's, and the catch probability
against the stay d for two adversaries (benchmarks/patrolling/adversary.py defines them). The
deterministic plan is caught at no stay below P and always from P on.

The trial ideas, both within 2 P as well: a random walk that refuses moves after which the tour
would come too late (`deadline_walk`), and random Eulerian circuits of several optimal tours
(`circuits`).
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.patrolling.adversary import (
    SHARES,
    Curve,
    Effort,
    Policy,
    against_age,
    against_all_knowing,
)
from benchmarks.patrolling.cases import Case, case_of_file
from benchmarks.patrolling.circuits import Circuits
from benchmarks.patrolling.deadline_walk import DeadlineWalk
from benchmarks.patrolling.entropy import return_time_entropy
from benchmarks.patrolling.graphs import lattice, street_tree
from benchmarks.patrolling.idleness import measure_idleness
from benchmarks.patrolling.limits import holds_for, most_bits, never_soon
from benchmarks.patrolling.policies import MovePolicy, OurPatrol, Walk
from benchmarks.patrolling.simulate import start_places
from benchmarks.shared.targets import Target, finish, parser
from navigation.planning.patrol_cycle import PatrolCycle
from navigation.planning.patrol_graph import PatrolTrace
from navigation.planning.unpredictable import simulate_unpredictable

LAPS = 250  # P that a run lasts unless --hours says otherwise
WARM_UP = 5  # P


@dataclass(frozen=True)
class Row:
    """One policy on one graph with one team and seed."""

    worst: float  # over P
    mean: float  # over the plan's, by intervals
    time_mean: float  # over the plan's, weighted by time
    entropy: float  # over the random walk's
    by_age: Curve
    all_knowing: Curve
    all_knowing_mean: Curve


@dataclass(frozen=True)
class Figures:
    """Ours and what it is compared with; and what nobody can exceed here."""

    ours: Row
    others: dict[str, Row]  # trial ideas, by name
    walk_by_age: Curve
    most_entropy: float  # upper bound, over the random walk's; see `holds_for`
    never_soon: tuple[str, ...]  # places where a vehicle of their group is never back in P/2


class Measuring:
    """One graph, team and seed: P, the walk, and how a policy compares."""

    def __init__(
        self, case: Case, plan: Sequence[PatrolCycle], seed: int, horizon_s: float, effort: Effort
    ) -> None:
        self.case, self.plan, self.seed, self.effort = case, plan, seed, effort
        self.gaps = case.gaps_s(plan)
        weighted = zip(self.gaps, case.arrivals.weights, strict=True)
        self.persistent_s = max(max(found) * weight for found, weight in weighted)
        self.horizon_s = horizon_s or LAPS * self.persistent_s
        self.warm_up_s = WARM_UP * self.persistent_s
        vehicles = sum(cycle.vehicles for cycle in plan)
        starts = start_places(case.graph, vehicles, np.random.default_rng(seed))
        self.walk = Walk(case.arrivals, starts, seed).trace(self.horizon_s)
        self.walk_bits = self._bits(self.walk)

    def figures(self, with_trials: bool) -> Figures:
        """Run ours and, if asked, the trial ideas, and let the adversaries try."""
        case, plan, seed = self.case, self.plan, self.seed
        ours = simulate_unpredictable(case.arrivals, plan, seed, self.horizon_s)
        row = self.row(ours, lambda: OurPatrol.start(case.arrivals, plan, seed))
        others = dict[str, Row]()
        if with_trials:
            tours = case.tours(plan)
            starts: dict[str, Callable[[], MovePolicy]] = {
                "deadline walk": lambda: DeadlineWalk(case.arrivals, plan, seed),
                "random circuits": lambda: Circuits(case.arrivals, plan, tours, seed),
            }
            for name, start in starts.items():
                others[name] = self.row(start().trace(self.horizon_s), start)
        vehicles = sum(cycle.vehicles for cycle in plan)
        most = most_bits(case.arrivals, vehicles, self.persistent_s, self._plan_mean_s)
        return Figures(
            row, others, self._by_age(self.walk), self._over_walk(most),
            never_soon(case, plan, self.persistent_s / 2),
        )  # fmt: skip

    def row(self, trace: PatrolTrace, start: Callable[[], Policy]) -> Row:
        """Figures of a run, and of the policy that made it."""
        places, persistent_s = len(self.case.arrivals), self.persistent_s
        weights = np.array(self.case.arrivals.weights)
        idle = measure_idleness(trace, places, self.warm_up_s)
        whole = measure_idleness(trace, places, 0.0, weights)
        knowing, mean = against_all_knowing(start, places, persistent_s, self.seed, self.effort)
        return Row(
            worst=whole.worst_s / persistent_s,
            mean=idle.average_s / self._plan_mean_s,
            time_mean=idle.time_mean_s
            / float(np.mean([_time_mean(found) for found in self.gaps])),
            entropy=self._over_walk(self._bits(trace)),
            by_age=self._by_age(trace),
            all_knowing=knowing,
            all_knowing_mean=mean,
        )

    @property
    def _plan_mean_s(self) -> float:
        return float(np.mean([np.mean(found) for found in self.gaps]))

    def _over_walk(self, bits: float) -> float:
        """Where there is one way to go, the walk has no entropy, and nothing has less."""
        return bits / self.walk_bits if self.walk_bits > 0 else 1.0

    def _bits(self, trace: PatrolTrace) -> float:
        places = len(self.case.arrivals)
        return return_time_entropy(trace, places, self.persistent_s, self.warm_up_s)

    def _by_age(self, trace: PatrolTrace) -> Curve:
        places = len(self.case.arrivals)
        return against_age(trace, places, self.persistent_s, self.warm_up_s)


def _time_mean(gaps_s: Sequence[float]) -> float:
    total_s = sum(gaps_s)
    return sum(gap_s**2 for gap_s in gaps_s) / (2 * total_s) if total_s else 0.0


def show(name: str, vehicles: int, figures: Figures) -> None:
    """The figures and the curves, a line each."""
    print(f"{name}, {vehicles} vehicles")
    rows = {"ours": figures.ours, **figures.others}
    for label, row in rows.items():
        print(
            f"  {label:21s} worst {row.worst:.3f} P, mean {row.mean:.3f} (by time"
            f" {row.time_mean:.3f}) of the plan's, entropy {row.entropy:.2f} of the random walk's"
        )
    bits = f"{figures.most_entropy:.2f} of the random walk's entropy"
    print(f"  upper bound {holds_for(vehicles)}: {bits}")
    if figures.never_soon:
        print(
            f"  no vehicle of its own group can be back in P/2 at {len(figures.never_soon)} places"
            f" ({', '.join(figures.never_soon[:5])}): there the catch at P/2 is 0 but for guests"
        )
    print("  caught, d/P          " + "".join(f"{share:6.2f}" for share in SHARES))
    for label, row in rows.items():
        _show_curve(f"{label}, age", row.by_age)
        _show_curve(f"{label}, all", row.all_knowing)
        _show_curve("  mean of moments", row.all_knowing_mean)
    _show_curve("random walk, age", figures.walk_by_age)
    _show_curve("persistent plan", Curve((np.array(SHARES) >= 1.0).astype(float)))


def _show_curve(label: str, curve: Curve) -> None:
    print(f"  {label:21s}" + "".join(f"{share:6.2f}" for share in curve.shares))


def targets_of(found: dict[int, list[Figures]]) -> list[Target]:
    """Worst over graphs and seeds, for one vehicle and for teams."""
    every = [figures.ours for group in found.values() for figures in group]
    targets = [
        Target("worst idleness over P", max(f.worst for f in every), 2.0 + 1e-6, at_most=True),
        Target("mean idleness over the plan's", max(f.mean for f in every), 1.05, at_most=True),
    ]
    one = [figures.ours for figures in found.get(1, [])]
    teams = [figures.ours for size, group in found.items() if size > 1 for figures in group]
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


def cases_of(arguments: Namespace) -> dict[str, Case]:
    """By name; small ones of our own unless files are given."""
    if arguments.graphs:
        return {path.stem: case_of_file(path) for path in arguments.graphs}
    graphs = {"lattice 5x5": lattice(5, 5), "tree 20": street_tree(20, 1)}
    return {name: Case.plain(graph) for name, graph in graphs.items()}


def main() -> int:
    """Print curves and a line for each target; 0 when all were met."""
    made = parser(__doc__)
    made.add_argument("--graphs", type=Path, nargs="*", help=".graph or map files")
    made.add_argument("--no-trials", action="store_true", help="ours only, not the trial ideas")
    made.add_argument("--vehicles", type=int, nargs="*", default=[1, 2, 4])
    made.add_argument("--seeds", type=int, default=1, help="runs of each, from seed 1 on")
    made.add_argument("--hours", type=float, default=0.0, help="of each run, instead of 250 P")
    made.add_argument("--moments", type=int, default=16, help="that the all-knowing tries")
    arguments = made.parse_args()
    effort, found = Effort(moments=arguments.moments), dict[int, list[Figures]]()
    for name, whole in cases_of(arguments).items():
        for vehicles in arguments.vehicles:
            case = whole if vehicles == 1 else whole.for_team()
            plan = case.plan(vehicles)
            for seed in range(1, arguments.seeds + 1):
                measuring = Measuring(case, plan, seed, arguments.hours * 3600.0, effort)
                figures = measuring.figures(with_trials=not arguments.no_trials)
                show(name, vehicles, figures)
                found.setdefault(vehicles, []).append(figures)
    return finish(targets_of(found), arguments.json)


if __name__ == "__main__":
    sys.exit(main())
