"""How long plans of every mode take for a team, and changing them when a vehicle fails.

Processor seconds of one process, the worst over vehicles that fail; compiled code is loaded
before. On a map with few checkpoints others are drawn, by seed, from the nodes that vehicles come
to and back from. The ratio is of changing a plan to making it from nothing, in the same run.
"""

from __future__ import annotations

import math
import random
import resource
import sys
import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from benchmarks.shared.targets import Target, finish, parser
from navigation.planning.fleet.plan import PlanRequest, plan_fleet
from navigation.planning.fleet.replanning import Changes, RunningPlan, replan_fleet
from navigation.planning.fleet.types import PlanMode, PlanVehicle
from navigation.planning.importing.importer import ImportOptions, import_map
from navigation.planning.route_search import RouteOptions, RouteSearch, Start
from patrol.map import Checkpoint, PatrolMap
from patrol.map_geojson import load_map
from patrol.vehicle import VehicleSpec, load_vehicle

ROOT = Path(__file__).parents[1]
HOURS = 4.0
FAILS_AFTER = 0.3  # of a tour or a coverage; of rounds half an hour
DWELL_S = 5.0


def load(path: Path, spec: VehicleSpec) -> PatrolMap:
    """A patrol map, or an OpenStreetMap file made one."""
    if path.suffix == ".geojson":
        return load_map(path)
    return import_map(path, ImportOptions(path.stem, spec))[0]


def with_places(
    patrol_map: PatrolMap, spec: VehicleSpec, count: int, seed: int
) -> tuple[PatrolMap, int]:
    """The map with so many checkpoints, and a node from which all can be gone to and back."""
    search, rng = RouteSearch(patrol_map, RouteOptions(spec=spec)), random.Random(seed)
    nodes = rng.sample(sorted(patrol_map.nodes), min(8 * count, len(patrol_map.nodes)))
    for base in nodes:
        there = search.costs_s([Start(base)], nodes).costs[0]
        back = search.costs_s([Start(node) for node in nodes], [base]).costs[:, 0]
        good = [
            n for n, ok in zip(nodes, np.isfinite(there + back), strict=True) if ok and n != base
        ]
        if len(good) >= count:
            break
    else:
        raise SystemExit(f"{patrol_map.map_id}: no {count} nodes that lead to one another")
    places = [Checkpoint(f"c{i}", "", node, DWELL_S) for i, node in enumerate(good[:count])]
    return replace(patrol_map, checkpoints=tuple(places)), base


def measure(mode: PlanMode, request: PlanRequest, fails: int) -> tuple[float, float]:
    """Seconds for the plan, and the most for a change of it."""
    begun = time.process_time()
    running = RunningPlan.begun(request)
    plan_s = time.process_time() - begun
    now_s = FAILS_AFTER * running.plan.figures.get("longest_s", 6000.0)
    replan_fleet(running, now_s, Changes(failed=frozenset({request.vehicles[0].id})))  # loads
    worst_s, moved = 0.0, 0
    for vehicle in request.vehicles[1 : 1 + fails]:
        begun = time.process_time()
        after = replan_fleet(running, now_s, Changes(failed=frozenset({vehicle.id})))
        worst_s = max(worst_s, time.process_time() - begun)
        moved = max(moved, len(request.vehicles) - 1 - len(after.kept))
    print(
        f"{mode}: plan {plan_s:.2f} s, a vehicle fails: {worst_s:.2f} s, at most {moved} of "
        f"{len(request.vehicles) - 1} vehicles change; ratio {worst_s / plan_s:.3f}",
        flush=True,
    )
    return plan_s, worst_s


def targets_of(arguments: Namespace) -> list[Target]:
    """Plans and changes of all modes."""
    spec = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
    patrol_map, base = with_places(
        load(arguments.map, spec), spec, arguments.places, arguments.seed
    )
    team = tuple(PlanVehicle(f"v{i}", spec, base) for i in range(arguments.vehicles))
    print(f"{arguments.map.name}: {len(patrol_map.edges)} edges, {arguments.places} checkpoints,"
          f" {len(team)} vehicles")  # fmt: skip
    targets = []
    for mode in PlanMode:
        horizon_s = math.inf if mode in (PlanMode.TOUR, PlanMode.COVERAGE) else 3600.0 * HOURS
        request = PlanRequest(patrol_map, team, mode, horizon_s=horizon_s, seed=1)
        plan_fleet(replace(request, vehicles=team[:2], checkpoints=("c0", "c1", "c2", "c3", "c4")))
        plan_s, replan_s = measure(mode, request, arguments.fails)
        targets += [
            Target(f"{mode}, plan, seconds", plan_s, 10.0, at_most=True),
            Target(f"{mode}, replan after a failure, seconds", replan_s, 1.0, at_most=True),
        ]
    memory_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return [*targets, Target("memory of the whole run, GiB", memory_gib, 1.0, at_most=True)]


def main() -> int:
    """Print a line for each target; 0 when all were met."""
    made = parser(__doc__)
    made.add_argument("--map", type=Path, default=ROOT / "maps" / "sillim.geojson",
                      help="a patrol map (.geojson), or a street file")  # fmt: skip
    made.add_argument("--places", type=int, default=60, help="checkpoints")
    made.add_argument("--vehicles", type=int, default=20)
    made.add_argument("--fails", type=int, default=4, help="vehicles that fail, one at a time")
    made.add_argument("--seed", type=int, default=3, help="of the checkpoints")
    arguments = made.parse_args()
    return finish(targets_of(arguments), arguments.json)


if __name__ == "__main__":
    sys.exit(main())
