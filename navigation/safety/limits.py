"""Braking arithmetic and command limits of the safety gate."""

from __future__ import annotations

import math

from navigation.types import Command
from patrol.vehicle import VehicleSpec

REACTION_S = 0.3  # a scan period, a gate period, the base's answer, and some


def stopping_distance_m(speed_mps: float, deceleration_mps2: float, reaction_s: float) -> float:
    """Distance from noticing to standing: v t + v² / 2a."""
    speed = abs(speed_mps)
    return speed * reaction_s + speed * speed / (2 * deceleration_mps2)


def stoppable_speed_mps(distance_m: float, deceleration_mps2: float, reaction_s: float) -> float:
    """The highest speed that can still stop within a distance: the inverse of the above."""
    if distance_m <= 0:
        return 0.0
    lag = deceleration_mps2 * reaction_s
    return math.sqrt(lag * lag + 2 * deceleration_mps2 * distance_m) - lag


def steerable(command: Command, spec: VehicleSpec) -> Command:
    """The command with its curvature held within the steering lock."""
    lock = 1.0 / spec.min_turning_radius_m
    curvature = min(max(command.curvature_1pm, -lock), lock)
    return Command(command.speed_mps, command.speed_mps * curvature)


def lateral_speed_mps(curvature_1pm: float, lateral_acceleration_mps2: float) -> float:
    """The highest speed on a curve: sqrt(a / |k|); inf on a straight."""
    if curvature_1pm == 0:
        return math.inf
    return math.sqrt(lateral_acceleration_mps2 / abs(curvature_1pm))


def at_speed(command: Command, speed_mps: float) -> Command:
    """The command slowed to at most a speed, on the same curve."""
    speed = min(abs(command.speed_mps), speed_mps)
    signed = math.copysign(speed, command.speed_mps) if speed else 0.0
    return Command(signed, signed * command.curvature_1pm)
