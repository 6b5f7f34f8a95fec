"""The embedded simulator: how fast it runs and starts, and how near it comes to closed forms.

Named alternatives in the same run: MuJoCo's own height-field rays for the lidar, the software
renderer for the camera. Times are of the processor, so that a busy machine does not count. Light
vehicles have a program of their own (simulation_fleet.py), and pictures' worth to a detector
(simulation_pictures.py).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.shared.targets import Target, finish, parser
from benchmarks.simulating.physics import (
    coasting,
    emergency_braking,
    lidar_error_m,
    service_braking,
    tip_over,
    turning_radius,
)
from benchmarks.simulating.speed import (
    lidar_ratio,
    pictures_a_second,
    real_time_factor,
    vehicle_factors,
)
from benchmarks.simulating.startup import district_world_s, neighbourhood_start_s
from patrol.errors import SunraError
from patrol.vehicle import VehicleSpec, load_vehicle
from simulation.scenarios.load import load_scenario
from simulation.scenarios.scenario import Scenario

ROOT = Path(__file__).parents[1]
NEAR = 0.05  # relative difference that closed forms may have


def believable(spec: VehicleSpec) -> list[Target]:
    """Physics against formulas."""
    rows = {
        "braking distance, level": service_braking(spec),
        "braking distance, 10 % downhill": service_braking(spec, -0.1),
        "emergency braking distance": emergency_braking(spec),
        "emergency braking distance on snow": emergency_braking(spec, "snow"),
        "turning circle at full lock": turning_radius(spec, spec.max_steering_rad),
        "coasting down 10 %": coasting(spec, 0.1),
        "tip-over angle": tip_over(spec),
    }
    for name, row in rows.items():
        print(f"{name}: measured {row.measured:.3f}, formula {row.expected:.3f}")
    targets = [
        Target(f"{name}, difference to the formula", row.error, NEAR, at_most=True)
        for name, row in rows.items()
    ]
    return [*targets, Target("lidar ranges to a wall, largest error in m", lidar_error_m(spec),
                             0.01, at_most=True)]  # fmt: skip


def fast(scenario: Scenario, spec: VehicleSpec) -> list[Target]:
    """Speed in library mode, with and without the camera."""
    world, start = scenario.build_world(), scenario.start
    waiting, driving = vehicle_factors(scenario, world, spec)
    return [
        Target("physics and lidar, real-time factor",
               real_time_factor(world, spec, start, cameras=False), 20.0),
        Target("physics, lidar and the vehicle's software, waiting, real-time factor", waiting,
               10.0),
        Target("physics, lidar and the vehicle's software, driving, real-time factor", driving,
               10.0),
        Target("lidar scans a second, ratio to MuJoCo's height-field rays",
               lidar_ratio(world, spec, start), 5.0),
        Target("camera GL 640x360, pictures a second",
               _unless_missing(lambda: pictures_a_second(scenario, world, spec, "gl")), 30.0),
        Target("camera software 640x360, pictures a second",
               _unless_missing(lambda: pictures_a_second(scenario, world, spec, "software")),
               10.0),
        Target("physics, lidar and camera at 10 Hz, real-time factor",
               _unless_missing(lambda: real_time_factor(world, spec, start, cameras=True)), 3.0),
    ]  # fmt: skip


def ready(scenario: Scenario, spec: VehicleSpec, extract: Path | None) -> list[Target]:
    """How long worlds take to come into being, in seconds of the processor."""
    return [
        Target("world of a 100 km extract, s", district_world_s(spec, extract), 60.0, True),
        Target("start in a neighbourhood of 3 km, s", neighbourhood_start_s(scenario, spec), 10.0,
               True),
    ]  # fmt: skip


def _unless_missing(measure: Callable[[], float]) -> float | None:
    """A figure, or None with a line where this machine cannot run it."""
    try:
        return measure()
    except SunraError as error:
        print(error, file=sys.stderr)
        return None


def main() -> int:
    """Print a line for each target; 0 when all were met."""
    made = parser(__doc__)
    made.add_argument("--extract", type=Path, help="a street file of 100 km; else a made town")
    arguments = made.parse_args()
    scenario = load_scenario(ROOT / "config" / "scenarios" / "first_patrol.yaml")
    spec = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
    targets = [*believable(spec), *ready(scenario, spec, arguments.extract), *fast(scenario, spec)]
    return finish(targets, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
