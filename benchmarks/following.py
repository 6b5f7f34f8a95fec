"""Our route follower against plain pure pursuit (Coulter 1992) and Stanley (Thrun et al. 2006).

All steer the same late vehicle (config/vehicles/goalie.yaml) over the same courses with the same
pose errors and at the same speed. A baseline's setting is the best of several for all rows
together (mean over rows of p95 over ours), found on the same seeds: it has every advantage.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.shared.targets import Target, finish, parser
from benchmarks.steering.baselines import Baseline, PurePursuit, Stanley
from benchmarks.steering.courses import CASES, Case
from benchmarks.steering.drive import Figures, drive
from patrol.vehicle import VehicleSpec, load_vehicle

ROOT = Path(__file__).parents[1]
LOOKAHEADS_M = (0.8, 1.0, 1.2, 1.5, 1.8, 2.2)
GAINS_PER_S = (0.25, 0.5, 0.75, 1.0, 1.5, 2.5)
MAX_STEP_MS = 0.3

Steering = Callable[[float], Baseline]  # from the believed wheelbase
Rows = dict[str, Figures]


def table(spec: VehicleSpec, seeds: Sequence[int], steering: Steering | None) -> Rows:
    """Mean figures of every case with one controller, None for ours."""
    return {case.name: _mean(case, spec, seeds, steering) for case in CASES}


def _mean(
    case: Case, spec: VehicleSpec, seeds: Sequence[int], steering: Steering | None
) -> Figures:
    chosen = None if steering is None else steering(spec.wheelbase_m * case.wheelbase_share)
    return Figures.mean([drive(case, spec, chosen, seed) for seed in seeds])


def best(spec: VehicleSpec, seeds: Sequence[int], tried: dict[str, Steering], ours: Rows) -> Rows:
    """The rows of the setting with the least p95 over ours, mean over rows; says which."""
    tables = {name: table(spec, seeds, steering) for name, steering in tried.items()}
    scores = {
        name: float(np.mean([rows[c.name].p95_m / ours[c.name].p95_m for c in CASES]))
        for name, rows in tables.items()
    }
    name = min(scores, key=lambda key: scores[key])
    print("; ".join(f"{key}: {score:.2f}" for key, score in scores.items()), "-> chosen:", name)
    return tables[name]


def pursuit(lookahead_m: float) -> Steering:
    """Pure pursuit with this lookahead."""
    return lambda wheelbase_m: PurePursuit(wheelbase_m, lookahead_m)


def stanley(gain_per_s: float) -> Steering:
    """Stanley with this gain."""
    return lambda wheelbase_m: Stanley(wheelbase_m, gain_per_s)


def show(tables: dict[str, Rows]) -> None:
    """A line for each case and controller."""
    print("case | controller | RMS, p95, max m | settled after m | steering rad/s | mean m/s")
    for case in CASES:
        for name, rows in tables.items():
            f = rows[case.name]
            settled = "never" if math.isinf(f.settling_m) else f"{f.settling_m:.1f}"
            print(
                f"{case.name} | {name} | {f.rms_m:.3f}, {f.p95_m:.3f}, {f.worst_m:.3f}"
                f" | {settled} | {f.steering_rate_radps:.3f} | {f.speed_mps:.2f}"
            )


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--seeds", type=int, default=20)
    given = arguments.parse_args()
    spec = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
    seeds = range(given.seeds)
    ours = table(spec, seeds, None)
    tables = {
        "ours": ours,
        "pure pursuit": best(
            spec, seeds, {f"lookahead {d} m": pursuit(d) for d in LOOKAHEADS_M}, ours
        ),
        "Stanley": best(spec, seeds, {f"gain {k}/s": stanley(k) for k in GAINS_PER_S}, ours),
    }
    show(tables)
    targets = [
        Target(f"{case.name}: p95 (m)", ours[case.name].p95_m, case.p95_target_m, True)
        for case in CASES
        if case.p95_target_m is not None
    ]
    for case in CASES:
        better = min(tables[name][case.name].p95_m for name in ("pure pursuit", "Stanley"))
        ratio = ours[case.name].p95_m / better
        targets.append(Target(f"{case.name}: p95 over the better baseline's", ratio, 1.0, True))
    step_ms = 1e3 * float(np.mean([figures.step_s for figures in ours.values()]))
    targets.append(Target("a step of our follower (ms of CPU time)", step_ms, MAX_STEP_MS, True))
    return finish(targets, given.json)


if __name__ == "__main__":
    sys.exit(main())
