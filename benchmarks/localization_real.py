"""Localization on a real drive: IMU and GPS of a KITTI car, with GPS kept back to check with.

8 minutes of a car in a town, without wheel odometry: the speed is made of the IMU and the fixes
that are told (navigation/localization/inertial_speed.py). Every second fix is kept back, then all
of stretches of 10, 20 and 30 s. The named alternatives: the straight line between the fixes told
(which knows the one that comes after), dead reckoning from the last two, and gtsam's factor graph
(as of then, and as a smoother with all that comes after). The fixes' own errors are in all of it.
"""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from benchmarks.localizing import factor_graph, kitti, withheld
from benchmarks.localizing.wheel_data import CACHE, unpacked
from benchmarks.localizing.withheld import Array, Flags
from benchmarks.shared.targets import Target, finish, parser
from navigation.localization.inertial_speed import NOISE, with_inertial_speed
from navigation.localization.localizer import Localizer
from navigation.localization.replay import DriveLog
from navigation.localization.replay import replay as run
from patrol.errors import LogError
from patrol.vehicle import VehicleSpec, load_vehicle

ROOT = Path(__file__).parents[1]
STRETCHES_S = (10.0, 20.0, 30.0)
OURS, LINE, RECKONED = "ours", "straight line between fixes", "dead reckoning"
GRAPH, SMOOTHED = "gtsam, as of then", "gtsam, smoothed"
Case = dict[str, Array]


def ours(imu: Array, places: Array, given: Flags, spec: VehicleSpec) -> Array:
    """The localizer's places (n, 2) at the times of all fixes, of plain arrays."""
    log = DriveLog.from_arrays((), kitti.fixes_of(places[given]), kitti.imu_of(imu))
    log = with_inertial_speed(log, kitti.ORIGIN, spec)
    times = places[:, 0].tolist()
    replayed = run(Localizer(spec, kitti.ORIGIN, noise=NOISE), log, times)
    poses = [moment.pose for moment in replayed.at(times)]
    return np.array(
        [(np.nan, np.nan) if p is None else (p.pose.x_m, p.pose.y_m) for p in poses]
    )  # fmt: skip


def judge(imu: Array, places: Array, given: Flags, spec: VehicleSpec, gtsam: Any) -> Case:
    """The errors of all at the fixes kept back."""
    answers = {
        OURS: ours(imu, places, given, spec),
        LINE: withheld.interpolated(places, given),
        RECKONED: withheld.dead_reckoned(places, given, kitti.imu_of(imu)),
    }
    if gtsam is not None:
        solved = factor_graph.solve(gtsam, imu, places, given)
        answers |= {GRAPH: solved.causal, SMOOTHED: solved.smoothed}
    return {name: withheld.errors_m(places_m, places, given) for name, places_m in answers.items()}


def tell(title: str, case: Case) -> None:
    """A line for each."""
    print(f"{title}:")
    for name, errors in case.items():
        ratio = withheld.times_ours(errors, case[OURS])
        print(f"  {name}: {withheld.summary(errors)}; {ratio:.2f} times ours")


def imported(folder: Path) -> Any:
    """gtsam of an unpacked wheel, or None where it does not run here or only its data is there."""
    sys.path.append(str(folder))
    try:
        gtsam = importlib.import_module("gtsam")
    except ImportError as error:
        print(f"gtsam's factor graph is left out: {error}")
        return None
    if not hasattr(gtsam, "ISAM2"):  # a folder of data alone is a package to Python, too
        print(f"gtsam's factor graph is left out: {folder} holds no more of it than its data")
        return None
    return gtsam


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument(
        "--data", type=Path, help="an unpacked gtsam wheel; without it pip downloads one"
    )
    arguments.add_argument("--cache", type=Path, default=CACHE, help="where to, and once")
    given = arguments.parse_args()
    try:
        folder = given.data or unpacked(given.cache)
        imu = kitti.read_imu(folder / "gtsam" / "Data")
        places = kitti.read_places(folder / "gtsam" / "Data")
    except LogError as error:
        print(error, file=sys.stderr)
        return 2
    vehicle = load_vehicle(ROOT / "config" / "vehicles" / "goalie.yaml")
    spec = replace(vehicle, gnss_x_m=0.0, gnss_z_m=0.0)  # the places are the IMU's
    gtsam = imported(folder)
    told = {"every second fix": withheld.every_second(places)}
    for length_s in STRETCHES_S:
        told[f"{length_s:g} s without fixes"] = withheld.but_stretches(places, length_s)
    cases = {name: judge(imu, places, flags, spec, gtsam) for name, flags in told.items()}
    for name, case in cases.items():
        tell(name, case)
    return finish(targets(cases), given.json)


def targets(cases: dict[str, Case]) -> list[Target]:
    """Better than each that knows no more, and than the straight line; never at a loss again."""
    rows = []
    for name, case in cases.items():
        silent = withheld.silences(case[OURS])
        rows.append(Target(f"{name}: no answer, after the first one", silent, 0, True))
        for other in (LINE, RECKONED, GRAPH):
            if other in case:
                ratio = withheld.times_ours(case[other], case[OURS])
                rows.append(Target(f"{name}: RMS of {other} over ours", ratio, 1.0))
    return rows


if __name__ == "__main__":
    sys.exit(main())
