"""The safety gate among people who lie in its way, with and without its ultrasonic rangers.

Every encounter is seeded: a way (straight, then a bend up to the lock), a speed up to the cap,
somebody of any size who lies anywhere on it in any direction. The same encounters without rangers
are the named alternative: a gate that has its lidar alone (see benchmarks/stopping/encounter.py).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.shared.targets import Target, finish
from benchmarks.stopping.asked import asked
from benchmarks.stopping.encounter import Encounter, Outcome, run
from patrol.vehicle import VehicleSpec

COMPARED = 50  # encounters of the lidar alone


def meet(spec: VehicleSpec, seeds: Sequence[int], say: str) -> list[Outcome]:
    """Run encounters, and print what came of them."""
    began_s = time.process_time()
    outcomes = []
    for seed in seeds:
        outcome = run(Encounter.random(seed, spec), spec)
        outcomes.append(outcome)
        if outcome.touched and spec.ultrasonics:
            print(f"touched: seed {seed}: {Encounter.random(seed, spec)}")
    stood = [o.nearest_m for o in outcomes if o.stood]
    gaps = ", ".join(f"{q:.2f}" for q in np.quantile(stood, (0, 0.5, 1))) if stood else "none"
    print(
        f"{say}: {len(outcomes)} encounters, {sum(o.touched for o in outcomes)} contacts,"
        f" {len(stood)} stood (gap least, median, most: {gaps} m),"
        f" {time.process_time() - began_s:.0f} s of CPU time"
    )
    return outcomes


def main() -> int:
    given = asked(__doc__, 500)
    alone = meet(replace(given.spec, ultrasonics=()), given.seeds[:COMPARED], "lidar alone")
    ours = meet(given.spec, given.seeds, "with rangers")
    stood = sum(o.stood for o in ours) / len(ours)
    share = sum(o.touched for o in alone) / len(alone)
    print(f"contacts a hundred encounters of the lidar alone: {100 * share:.0f}")
    return finish(
        [
            Target(
                "contacts with somebody who lies in the way", sum(o.touched for o in ours), 0, True
            ),
            Target("share of encounters that end standing before them", stood, 0.9),
        ],
        given.json,
    )


if __name__ == "__main__":
    sys.exit(main())
