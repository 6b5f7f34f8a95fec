"""The fence against drivers who know no map: wild drives, and how many of them get out.

The same drives without a fence are the named alternative (benchmarks/fencing/wild_drive.py).
Beside it stands what honest routes notice of the fence (benchmarks/fencing/honest_route.py), and
what a cycle of the gate costs with the fence and without.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.fencing.honest_route import HonestRoute, Route
from benchmarks.fencing.wild_drive import Gate, Outcome, WildDrive, fenced_gate, open_gate
from benchmarks.shared.targets import Target, finish, parser
from patrol.map import PatrolMap
from patrol.map_geojson import load_map
from patrol.vehicle import VehicleSpec, load_vehicle

ROOT = Path(__file__).parents[1]
MAPS = ("sillim", "proving_ground")
COMPARED = 50  # drives without a fence
Town = Sequence[PatrolMap]


def wild(
    spec: VehicleSpec, towns: Town, seeds: Sequence[int], seconds: float, make: Gate, say: str
) -> list[Outcome]:
    """Wild drives, by turns on the maps; those that began where the vehicle fits."""
    begun_s, found = time.process_time(), []
    for seed in seeds:
        outcome = WildDrive(seed, towns[seed % len(towns)], spec, make).run(seconds)
        if outcome.exits and make is fenced_gate:
            print(f"left the ground: seed {seed}: {outcome}")
        found += [outcome] if outcome.is_judged else []
    print(
        f"{say}: {len(found)} wild drives, {sum(bool(o.exits) for o in found)} left the ground,"
        f" {sum(bool(o.refusals) for o in found)} were refused at a border,"
        f" {sum(o.travelled_m for o in found) / 1000:.2f} km,"
        f" {time.process_time() - begun_s:.0f} s of CPU time"
    )
    return found


def honest(spec: VehicleSpec, towns: Town, seeds: Sequence[int]) -> list[Route]:
    """Random routes by the real stack and the real gate."""
    begun_s = time.process_time()
    found = [HonestRoute(seed, towns[seed % len(towns)], spec).run() for seed in seeds]
    for seed, route in zip(seeds, found, strict=True):
        if route.exits or route.refusals or not route.is_finished:
            print(f"honest route: seed {seed}: {route}")
    gate_s = sum(route.gate_s for route in found) / max(sum(route.cycles for route in found), 1)
    bare_s = sum(route.bare_gate_s for route in found) / max(sum(r.cycles for r in found), 1)
    print(
        f"honest: {len(found)} random routes, {sum(r.travelled_m for r in found) / 1000:.2f} km,"
        f" {sum(bool(r.exits) for r in found)} left the ground,"
        f" {sum(bool(r.refusals) for r in found)} were refused,"
        f" {time.process_time() - begun_s:.0f} s of CPU time"
    )
    print(
        f"a cycle of the gate: {1e3 * gate_s:.2f} ms with the fence,"
        f" {1e3 * bare_s:.2f} ms without, ratio {gate_s / bare_s:.1f}"
    )
    return found


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--drives", type=int, default=1250, help="wild ones; some do not fit")
    arguments.add_argument("--seconds", type=float, default=15.0, help="of each wild drive")
    arguments.add_argument("--routes", type=int, default=100, help="honest ones")
    arguments.add_argument("--first", type=int, default=0, help="the first seed")
    given = arguments.parse_args()
    spec = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
    towns = [load_map(ROOT / "maps" / f"{name}.geojson") for name in MAPS]
    seeds = range(given.first, given.first + given.drives)
    bare = wild(spec, towns, seeds[:COMPARED], given.seconds, open_gate, "without a fence")
    ours = wild(spec, towns, seeds, given.seconds, fenced_gate, "with the fence")
    routes = honest(spec, towns, range(given.first, given.first + given.routes))
    share = sum(bool(o.exits) for o in bare) / len(bare)
    gate_ms = 1e3 * sum(r.gate_s for r in routes) / max(sum(r.cycles for r in routes), 1)
    print(f"exits a hundred wild drives without a fence: {100 * share:.0f}")
    return finish(
        [
            Target("wild drives that left the ground", sum(bool(o.exits) for o in ours), 0, True),
            Target("wild drives", len(ours), min(1000, 0.8 * given.drives)),
            Target(
                "honest routes that left the ground", sum(bool(r.exits) for r in routes), 0, True
            ),
            Target("honest routes refused", sum(bool(r.refusals) for r in routes), 0, True),
            Target(
                "honest routes finished, share",
                sum(r.is_finished for r in routes) / len(routes),
                1,
            ),
            Target("mean cycle of the gate with its fence, ms", gate_ms, 2.0, True),
        ],
        given.json,
    )


if __name__ == "__main__":
    sys.exit(main())
