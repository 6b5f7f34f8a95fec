"""How soon the wheels are told to stop, through the real safety process on real DDS.

This program plays sensors and base in real time; base driver and gate run in their process, as the
supervisor starts it. A time counts from the publication of the message that shows a hazard (from
the last message of a topic that falls silent, from the first repeated one of a topic that freezes)
to the arrival of zero on /base/drive. What a sensor takes to measure comes on top of it, and what
the brakes take. The named alternatives in the same run are a node that answers a scan at once,
without a cycle or a check, and, as a figure and not as a run, the 2 s after which Nav2's collision
monitor by its published default gives up on a silent source (`source_timeout`).
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.reacting.hazards import HAZARDS, OBSTACLE, Hazard, Sort
from benchmarks.shared.targets import Target, finish, parser
from patrol.errors import SunraError
from patrol.geometry import Pose2
from patrol.map_geojson import load_map
from patrol.vehicle import load_vehicle
from patrol_bringup.build_interfaces import build
from patrol_bringup.environment import activate
from patrol_bringup.processes import PROCESSES, ProcessRow
from patrol_bringup.settings import VehicleSettings

ROOT = Path(__file__).parents[1]
GOALIE = ROOT / "config" / "vehicles" / "goalie.yaml"
MAP = ROOT / "maps" / "sillim.geojson"
STREET_EDGE, INTO_IT_M = 1345, 2.0  # 16 m, straight, 5 m wide
ECHO = ProcessRow("echo", ("benchmarks.reacting.echo:EchoNode",))
NAV2_SOURCE_TIMEOUT_S = 2.0
DOMAIN = 97
QUANTILE = 0.99


def start_of_street() -> Pose2:
    """Where the vehicle sets off, on the map."""
    patrol_map = load_map(MAP)
    edge = patrol_map.edges[STREET_EDGE]
    start, end = patrol_map.nodes[edge.start_id], patrol_map.nodes[edge.end_id]
    yaw_rad = math.atan2(end.y_m - start.y_m, end.x_m - start.x_m)
    street = Pose2(start.x_m, start.y_m, yaw_rad)
    return Pose2(*street.transform(INTO_IT_M, 0.0), yaw_rad)


def tell(name: str, times_s: Sequence[float]) -> float:
    """Print a row; gives the 99th percentile, the highest of fewer than a hundred."""
    worst_s = float(np.quantile(times_s, QUANTILE, method="higher"))
    middle_s = float(np.median(times_s))
    print(
        f"  {name}: {len(times_s)} trials, median {1000 * middle_s:.0f} ms, "
        f"p99 {1000 * worst_s:.0f} ms, highest {1000 * max(times_s):.0f} ms",
        flush=True,
    )
    return worst_s


def latencies_s(
    hazard: Hazard, trials: int, row: ProcessRow, settings: VehicleSettings
) -> list[float]:
    """All trials before one process, or each before a new one."""
    from benchmarks.reacting.on_dds import on_street

    runs, each = (trials, 1) if hazard.leaves_memory else (1, trials)
    found: list[float] = []
    for run in range(runs):
        with on_street(row, settings, load_vehicle(GOALIE), start_of_street(), run) as street:
            found += street.latencies_s(hazard, each)
    return found


def measure(trials: int, settings: VehicleSettings) -> list[Target]:
    """All hazards before the safety process, and the first before the echo."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"the safety process, load {load}:")
    worst_s = {}
    for hazard in HAZARDS:
        count = trials if hazard is OBSTACLE else max(1, trials // 4)
        found = latencies_s(hazard, count, PROCESSES["safety"], settings)
        worst_s[hazard] = tell(hazard.name, found)
    print("a node that answers at once:")
    echo_s = tell(OBSTACLE.name, latencies_s(OBSTACLE, trials, ECHO, settings))
    silent_s = max(worst_s[hazard] for hazard in HAZARDS if hazard.sort is Sort.SILENT)
    print(
        f"a person in the scan, p99: {worst_s[OBSTACLE] / echo_s:.1f} times a bare answer's;"
        f" a silent source: Nav2 by default waits {NAV2_SOURCE_TIMEOUT_S / silent_s:.1f} times as"
        " long"
    )
    return [
        Target(f"{hazard.name}: s to zero, p99", found, hazard.within_s, at_most=True)
        for hazard, found in worst_s.items()
    ]


def main() -> int:
    """Run it; the exit status."""
    arguments = parser(__doc__)
    arguments.add_argument(
        "--trials", type=int, default=100, help="of a person; of others a quarter"
    )
    given = arguments.parse_args()
    try:
        build()
        activate(domain_id=DOMAIN)
        with tempfile.TemporaryDirectory(prefix="sunra-bench-") as folder:
            settings = VehicleSettings(GOALIE, MAP, Path(folder), record=False, domain_id=DOMAIN)
            targets = measure(max(1, given.trials), settings.resolved())
    except SunraError as error:
        print(f"gate_latency: {error}", file=sys.stderr)
        return 2
    return finish(targets, given.json)


if __name__ == "__main__":
    sys.exit(main())
