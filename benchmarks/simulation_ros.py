"""The whole ROS vehicle with rendered pictures and YOLO at 5 Hz: how fast, and who uses what.

The named alternatives in the same run are the same vehicle without pictures, and with pictures in
which nobody is looked for: the differences are what rendering and transport of pictures cost, and
what YOLO does. The real-time factor is of this machine with whatever else it does, so the load is
told. Processor seconds a simulated second depend on that little, and bound what two free cores
can reach, which is printed and is no target's figure: no more than 2 over their sum, and no more
than 1 over what the simulator, which is one thread, uses. Where perception could not look at
every picture, what it used counts as if it had. Memory is the proportional set size: what
processes share counts once.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.shared.targets import Target, finish, parser
from benchmarks.simulating.ros_account import SIMULATOR, Account, drive
from patrol.errors import SunraError

ROOT = Path(__file__).parents[1]
SCENARIO = """
title: Drives through Sillim, looking
map: {map}
seed: 7
duration_s: {duration_s}
parked_cars: 70
vehicles:
  - {{dock: dock-1, checkpoints: [cp-06, cp-08], perception: {perception}}}
expect:
  - {{kind: no_contact}}
"""
CORES = 2
PICTURES_HZ = 5.0  # of the vehicle's camera


def scenario_text(duration_s: float, perception: str) -> str:
    """A patrol from the dock, cut off after a time."""
    return SCENARIO.format(
        map=ROOT / "maps" / "sillim.geojson", duration_s=duration_s, perception=perception
    )


def report(name: str, account: Account) -> float:
    """Print who used what; returns the sum, processor seconds a simulated second."""
    total = sum(account.shares.values())
    listed = "  ".join(f"{process} {share:.3f}" for process, share in account.shares.items())
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{name}: {account.real_time_factor:.2f} x real time at load {load}")
    print(f"  processor seconds a simulated second: {listed}  together {total:.3f}")
    return total


def main() -> int:
    """Run both ways; the exit status."""
    arguments = parser(__doc__)
    arguments.add_argument("--duration-s", type=float, default=90.0, help="of each drive")
    arguments.add_argument("--cap", type=float, default=1.6, help="real-time factor asked for")
    options = arguments.parse_args()
    try:
        plain, _ = drive(scenario_text(options.duration_s, "heartbeat"), options.cap, print)
        watching, _ = drive(scenario_text(options.duration_s, "yolo"), options.cap, print, "none")
        seeing, outcome = drive(scenario_text(options.duration_s, "yolo"), options.cap, print)
    except SunraError as error:
        print(f"simulation_ros: {error}", file=sys.stderr)
        return 2
    before, watched = report("without pictures", plain), report("with camera", watching)
    total = report("with camera and YOLO", seeing)
    print(
        f"pictures cost {watched - before:.3f} processor seconds a simulated second, YOLO"
        f" {total - watched:.3f}"
    )
    print(f"pictures looked at: {seeing.pictures_a_s:.2f} a simulated second")
    print(f"faults while driving: {', '.join(outcome.faults) or 'none'}")
    looking = seeing.shares["perception"] - plain.shares["perception"]
    missed = looking * (PICTURES_HZ / max(seeing.pictures_a_s, 0.1) - 1.0)
    print(f"for the pictures that were not looked at: {missed:.3f} more")
    bound = min(CORES / (total + missed), 1.0 / seeing.shares[SIMULATOR])
    print(f"by these, {CORES} free cores reach at most {bound:.2f} x real time; not measured")
    return finish(
        [
            Target("ROS vehicle, camera and YOLO at 5 Hz, real-time factor as measured",
                   seeing.real_time_factor, 1.5),
            Target("pictures looked at, a simulated second", seeing.pictures_a_s, 4.5),
            Target("kinds of faults while driving", len(outcome.faults), 0, at_most=True),
            Target("cores of its processes, YOLO aside", watching.vehicle_share, 0.6, True),
            Target("cores of localization and navigation", plain.shares["navigation"], 0.15, True),
            Target("GB of memory of its processes", seeing.vehicle_memory_gb, 1.6, at_most=True),
        ],
        options.json,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
