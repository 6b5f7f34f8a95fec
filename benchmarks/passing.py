"""Who overtakes the vehicle beside its flank: for how long the safety gate makes it wait.

It drives straight on; people go past it on a straight line, too, and touch nobody. The gate that
does not listen behind, and sees them when they are beside its front, meets the same ones.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from benchmarks.shared.targets import Target, finish, parser
from benchmarks.stopping.asked import GOALIE
from benchmarks.stopping.chassis import STEP_S
from benchmarks.stopping.course import Course
from benchmarks.stopping.crossing_drive import Gate, drive
from benchmarks.stopping.no_foresight import without_ears_behind
from benchmarks.stopping.plan_view import NO_WALLS
from benchmarks.stopping.step_out import StepOut
from benchmarks.stopping.walker import ADULT, CYCLIST, Build, Walker
from navigation.safety.gate import SafetyGate
from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec, load_vehicle

GAPS_M = (0.3, 0.5, 0.7)  # from skin to flank
VEHICLES_MPS = (0.6, 1.2)
WHO = (("walkers", ADULT, (1.2, 1.6, 2.2)), ("cyclists", CYCLIST, (3.5,)))  # at so many m/s
FASTER_MPS = 0.3  # who is less so takes half a minute
COMES_S = 4.0  # from where they set off until they are beside the rear
MOST_WAIT_S = 0.5  # longer than without ears, for walkers at the widest gap


@dataclass(frozen=True, slots=True)
class Passing:
    """Somebody who overtakes, `gap_m` beside the flank."""

    build: Build
    gap_m: float
    speed_mps: float
    vehicle_mps: float
    left: bool

    def encounter(self, spec: VehicleSpec) -> StepOut:
        """They set off as soon as it has begun to roll."""
        half_m = max(abs(y) + radius for _, y, radius in self.build.body)
        aside_m = spec.width_m / 2 + self.gap_m + half_m
        behind_m = (self.speed_mps - self.vehicle_mps) * COMES_S + spec.rear_overhang_m
        start = Pose2(-behind_m, aside_m if self.left else -aside_m, 0.0)
        walker = Walker(self.build, start, self.speed_mps, self.vehicle_mps)
        return StepOut(
            "passes", Course(99.0, 0.0, self.vehicle_mps), walker, NO_WALLS, int(self.left)
        )


def passings(build: Build, speeds_mps: Sequence[float], gap_m: float) -> list[Passing]:
    """All who are faster than the vehicle, on either side."""
    return [
        Passing(build, gap_m, speed, vehicle, left)
        for speed in speeds_mps
        for vehicle in VEHICLES_MPS
        for left in (True, False)
        if speed - vehicle > FASTER_MPS
    ]


def waited_s(passing: Passing, spec: VehicleSpec, gate: Gate) -> float:
    """Seconds lost since they set off, by the speed that was wanted."""
    instants = drive(passing.encounter(spec), spec, gate)
    lost = [1 - i.speed_mps / passing.vehicle_mps for i in instants if i.moving_s >= 0]
    return STEP_S * sum(max(0.0, share) for share in lost)


def longer_s(who: Sequence[Passing], spec: VehicleSpec) -> tuple[float, float]:
    """Mean wait (s) without ears behind, and how much longer it is with them."""
    makes: list[Callable[[VehicleSpec], Gate]] = [without_ears_behind, SafetyGate]
    deaf_s, ours_s = (np.mean([waited_s(one, spec, make(spec)) for one in who]) for make in makes)
    return float(deaf_s), float(ours_s - deaf_s)


def main() -> int:
    given = parser(__doc__).parse_args()
    spec = load_vehicle(GOALIE)
    more_s = {}
    for name, build, speeds_mps in WHO:
        for gap_m in GAPS_M:
            deaf_s, more_s[name, gap_m] = longer_s(passings(build, speeds_mps, gap_m), spec)
            print(f"{name} at {gap_m} m: {deaf_s:.1f} s without ears behind,"
                  f" {more_s[name, gap_m]:.1f} s more")  # fmt: skip
    say = f"s that a walker who passes at {GAPS_M[-1]} m is waited for longer, heard behind"
    return finish([Target(say, more_s["walkers", GAPS_M[-1]], MOST_WAIT_S, True)], given.json)


if __name__ == "__main__":
    sys.exit(main())
