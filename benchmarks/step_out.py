"""The safety gate among people who step out: from behind walls and cars, out of doors, running.

Every encounter is seeded, and nobody gives way (see benchmarks/stopping/step_out.py). A contact is
avoidable unless an ideal brake, from first sight on, would run into the person as well; each that
is not is printed with that proof (benchmarks/stopping/verdict.py). A zone of fixed size before the
bumper, as Nav2's collision monitor has it, the gate without its foresight, which stops for what is
in its way already, and the gate with its lidar alone meet the first of the same encounters.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.shared.targets import Target, finish
from benchmarks.stopping.asked import asked
from benchmarks.stopping.crossing_drive import Gate, drive
from benchmarks.stopping.crossings import KINDS
from benchmarks.stopping.fixed_zone import ZONE_M, FixedZone
from benchmarks.stopping.no_foresight import without_foresight
from benchmarks.stopping.step_out import StepOut
from benchmarks.stopping.verdict import End, Verdict, judge
from navigation.safety.gate import SafetyGate
from patrol.vehicle import VehicleSpec

COMPARED = 400  # encounters of the alternatives
ROLLING_SHARE = 0.9  # of the speed that is wanted: who creeps or stands proves nothing


@dataclass(frozen=True, slots=True)
class Met:
    """One encounter and what came of it."""

    made: StepOut
    verdict: Verdict
    fastest_mps: float

    @property
    def is_told(self) -> bool:
        """Whether it ended in a contact with numbers."""
        return self.verdict.end in (End.AVOIDABLE, End.UNAVOIDABLE)

    def __str__(self) -> str:
        return (
            f"{self.verdict.end}: seed {self.made.seed}, {self.made.kind}, at"
            f" {self.made.walker.speed_mps:.2f} m/s: {self.verdict.proof}"
        )


def meet(
    spec: VehicleSpec, seeds: Sequence[int], make: Callable[[VehicleSpec], Gate]
) -> list[Met]:
    """Run encounters with a gate of a kind."""
    met = []
    for seed in seeds:
        made = StepOut.random(seed, spec)
        instants = drive(made, spec, make(spec))
        fastest_mps = max(instant.speed_mps for instant in instants)
        met.append(Met(made, judge(instants, made.walker, spec), fastest_mps))
    return met


def share_of(met: Sequence[Met], *ends: End) -> float:
    """How much of the encounters ended so."""
    return sum(one.verdict.end in ends for one in met) / len(met)


def tell(met: Sequence[Met], say: str, cpu_s: float) -> None:
    """The ends of all, by number."""
    ends = Counter(one.verdict.end for one in met)
    rows = ", ".join(f"{ends[end]} {end}" for end in End)
    print(f"{say}: {len(met)} encounters: {rows}; {cpu_s:.0f} s of CPU time")


def tell_kinds(met: Sequence[Met]) -> None:
    """The ends of each kind."""
    for kind in KINDS:
        ends = Counter(one.verdict.end for one in met if one.made.kind == kind)
        print(f"  {kind}: " + ", ".join(f"{ends[end]} {end}" for end in End if ends[end]))


def could_stand(met: Met) -> bool:
    """Whether somebody walked into its side or back who would have met it standing, had it braked
    ideally."""
    proof = met.verdict.proof
    return met.verdict.end is End.INTO_SIDE and proof is not None and proof.ideal_contact_s is None


def main() -> int:
    given = asked(__doc__, 400)
    spec, few = given.spec, given.seeds[:COMPARED]
    runs: list[tuple[str, VehicleSpec, Sequence[int], Callable[[VehicleSpec], Gate]]] = [
        (f"a fixed zone of {ZONE_M} m", spec, few, FixedZone),
        ("the gate without foresight", spec, few, without_foresight),
        ("the gate, lidar alone", replace(spec, ultrasonics=()), few, SafetyGate),
        ("the gate", spec, given.seeds, SafetyGate),
    ]
    shares, met = [], []
    for say, vehicle, chosen, make in runs:
        began_s = time.process_time()
        met = meet(vehicle, chosen, make)
        tell(met, say, time.process_time() - began_s)
        share = share_of(met[: len(few)], End.AVOIDABLE)
        shares.append(f"{say} {100 * share:.1f}")
    tell_kinds(met)
    for one in sorted(filter(lambda one: one.is_told, met), key=lambda one: one.verdict.end):
        print(one)
    for one in filter(could_stand, met):
        print(f"could have stood: {one}")
    print(f"avoidable contacts in 100 of the first {len(few)}: {', '.join(shares)}")
    return finish(targets(met), given.json)


def targets(ours: Sequence[Met]) -> list[Target]:
    """What was asked of the gate."""
    rolled = sum(one.fastest_mps >= ROLLING_SHARE * one.made.course.speed_mps for one in ours)
    avoidable = sum(one.verdict.end is End.AVOIDABLE for one in ours)
    stood = sum(map(could_stand, ours))
    return [
        Target("avoidable contacts with somebody who steps out", avoidable, 0, True),
        Target("walked into its side or back where it could have stood", stood, 0, True),
        Target("share of encounters met at the speed that was wanted", rolled / len(ours), 0.95),
    ]


if __name__ == "__main__":
    sys.exit(main())
