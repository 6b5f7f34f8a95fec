"""What came of an encounter, and the proof where a contact could not have been helped.

A contact is the person's body within the vehicle's rectangle while the vehicle moves at 0.05 m/s
or more and the place of contact moves towards the person: its front, or a side that swings out in
a bend. Who walks into a standing vehicle, or into the side or back of one that drives past or
away, is listed apart: the vehicle does not run into them.

The proof: the vehicle drives as it did until the person, already moving, is first in sight of any
sensor and the gate's reaction time is over; from then on it brakes with all it has, on the same
way, or as hard as it did if that was sooner. If it still runs into the person, nothing could have
prevented it. Every other contact counts as avoidable.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from benchmarks.stopping.chassis import STEP_S
from benchmarks.stopping.crossing_drive import STANDING_MPS, Instant
from benchmarks.stopping.plan_view import discs_in_base, nearest_on_outline, outline_gap_m
from benchmarks.stopping.walker import Walker
from navigation.safety.limits import REACTION_S, stopping_distance_m
from patrol.vehicle import VehicleSpec

AFTERWARDS_S = 3.0  # how long an ideal brake is followed


class End(StrEnum):
    """How an encounter ended."""

    NO_CONTACT = "no contact"
    INTO_STANDING = "walked into the standing vehicle"
    INTO_SIDE = "walked into its side or back"
    AVOIDABLE = "avoidable contact"
    UNAVOIDABLE = "unavoidable contact"


@dataclass(frozen=True, slots=True)
class Proof:
    """An ideal brake from first sight on, in numbers."""

    in_sight_s: float  # since the vehicle started
    distance_m: float  # from the vehicle's outline to the person, then
    speed_mps: float  # of the vehicle, then
    shortest_stop_m: float  # of that speed: reaction and hardest braking
    contact_s: float  # of the real gate, after first sight
    contact_mps: float  # of the real gate
    ideal_contact_s: float | None  # of the ideal brake, after first sight; None: no contact
    ideal_mps: float  # how fast the ideal brake runs into the person; 0: it does not

    def __str__(self) -> str:
        ideal = "does not run into them"
        if self.ideal_contact_s is not None and self.ideal_mps > 0:
            ideal = f"touches after {self.ideal_contact_s:.2f} s at {self.ideal_mps:.2f} m/s"
        return (
            f"in sight at {self.in_sight_s:.2f} s, {self.distance_m:.2f} m away, at"
            f" {self.speed_mps:.2f} m/s; shortest stop {self.shortest_stop_m:.2f} m; touched after"
            f" {self.contact_s:.2f} s at {self.contact_mps:.2f} m/s; an ideal brake {ideal}"
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it ended, and the numbers of a contact."""

    end: End
    proof: Proof | None = None


def judge(instants: Sequence[Instant], walker: Walker, spec: VehicleSpec) -> Verdict:
    """Of a drive that ended as crossing_drive.drive ends it."""
    last = instants[-1]
    if last.gap_m > 0.0:
        return Verdict(End.NO_CONTACT)
    if last.speed_mps < STANDING_MPS:
        return Verdict(End.INTO_STANDING)
    proof = _proof(instants, walker, spec)
    if closing_mps(last, walker, spec) < STANDING_MPS:
        return Verdict(End.INTO_SIDE, proof)
    return Verdict(End.UNAVOIDABLE if proof.ideal_mps > 0 else End.AVOIDABLE, proof)


def closing_mps(instant: Instant, walker: Walker, spec: VehicleSpec) -> float:
    """How fast the place of contact moves towards the person, by the vehicle's own motion."""
    body = discs_in_base(walker.body(instant.moving_s), instant.pose)
    middle = body[int(np.argmin(outline_gap_m(body, spec)))][None, :2]
    place = nearest_on_outline(middle, spec)[0]
    off = middle[0] - place
    size = math.hypot(*off)
    if size == 0.0:  # the middle of them is inside already
        return abs(instant.speed_mps)
    rate = instant.yaw_rate_radps
    velocity = np.array((instant.speed_mps - rate * place[1], rate * place[0]))
    return float(velocity @ off) / size


def _proof(instants: Sequence[Instant], walker: Walker, spec: VehicleSpec) -> Proof:
    last = instants[-1]
    seen = next((i for i in instants if i.in_sight and i.moving_s >= 0.0), last)
    ideal_s, ideal_mps = _ideal_brake(instants, seen, walker, spec)
    shortest_m = stopping_distance_m(seen.speed_mps, spec.max_deceleration_mps2, REACTION_S)
    return Proof(
        seen.now_s, seen.gap_m, seen.speed_mps, shortest_m, last.now_s - seen.now_s,
        last.speed_mps, ideal_s, ideal_mps,
    )  # fmt: skip


def _slowed_mps(speed_mps: float, spec: VehicleSpec) -> float:
    """What a step of the hardest braking takes: the base comes to rest no sooner than its drive's
    lag allows (chassis.py)."""
    lag = min(1.0, STEP_S / spec.actuation.drive_lag_s)
    return min(spec.max_deceleration_mps2 * STEP_S, speed_mps * lag)


def _ideal_brake(
    instants: Sequence[Instant], seen: Instant, walker: Walker, spec: VehicleSpec
) -> tuple[float | None, float]:
    """When (after first sight) and how fast it runs into the person; (None, 0) if it does not.

    It follows the real vehicle's way and is never ahead of it.
    """
    travels_m = STEP_S * np.cumsum([instant.speed_mps for instant in instants])
    first = instants.index(seen)
    travel_m, speed_mps = float(travels_m[first]), seen.speed_mps
    for step in range(1, int((REACTION_S + AFTERWARDS_S) / STEP_S)):
        if step * STEP_S > REACTION_S:
            speed_mps -= _slowed_mps(speed_mps, spec)
        if first + step < len(instants):
            speed_mps = min(speed_mps, instants[first + step].speed_mps)
        if speed_mps < STANDING_MPS:
            break
        travel_m += speed_mps * STEP_S
        there = instants[int(np.searchsorted(travels_m, travel_m, side="right")) - 1]
        moving_s = seen.moving_s + step * STEP_S
        body = discs_in_base(walker.body(moving_s), there.pose)
        if float(np.min(outline_gap_m(body, spec))) <= 0.0:
            slowed = speed_mps / max(there.speed_mps, speed_mps)
            moved = replace(there, speed_mps=speed_mps, moving_s=moving_s,
                            yaw_rate_radps=there.yaw_rate_radps * slowed)  # fmt: skip
            hits = closing_mps(moved, walker, spec) >= STANDING_MPS
            return step * STEP_S, speed_mps if hits else 0.0
    return None, 0.0
