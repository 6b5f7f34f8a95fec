"""What the tests of the fence share: a street with a zone, poses on it, a gate with a fence."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from navigation.types import Command, GateOutput
from patrol.geodesy import GeoPoint
from patrol.geometry import Pose2, StampedPose
from patrol.map import Edge, Node, PatrolMap, WayClass, Zone, ZoneKind
from tests.unit.navigation.safety.gate_hands import FORWARD, NOW, SPEC, inputs

WIDTH_M = 3.6
LENGTH_M = 60.0
BORDER_M = WIDTH_M / 2 + 0.8  # to either side of the street's middle
MARGIN_M = 0.2  # and 2 sigma
SURE = np.zeros((3, 3))
LOCK = 1.0 / SPEC.min_turning_radius_m
END_M = LENGTH_M + BORDER_M  # of the ground, in the street's middle (its end is round)
STANDSTILL = Command(0.0, 0.0)
SLOW = Command(0.3, 0.0)
WALK_MPS = 0.5
SUNDAY_S, MONDAY_S = 1_780_196_400.0, 1_780_282_800.0  # 2026-05-31, -06-01, 12:00 in Seoul
NOT_SET_S = 1_767_225_599.0  # the last second of 2025, a Thursday


def street(*zones: Zone, width_m: float = WIDTH_M, **edge: Any) -> PatrolMap:
    """A street 60 m eastwards from (0, 0), to be driven both ways."""
    values = {"speed_limit_mps": 1.39, "width_m": width_m, "way_class": WayClass.STREET, **edge}
    return PatrolMap(
        "street",
        "street",
        GeoPoint(37.48, 126.93, 60.0),
        {1: Node(1, 0.0, 0.0), 2: Node(2, LENGTH_M, 0.0)},
        {3: Edge(3, 1, 2, LENGTH_M, **values), 4: Edge(4, 2, 1, LENGTH_M, **values)},
        zones=zones,
    )


def zone(*ring: tuple[float, float], kind: ZoneKind = ZoneKind.KEEP_OUT, **more: Any) -> Zone:
    """A zone of the ring's corners; of two, the box between them."""
    if len(ring) == 2:
        (west, south), (east, north) = ring
        ring = ((west, south), (east, south), (east, north), (west, north))
    return Zone("z", kind, ring, **more)


def at(
    x_m: float, y_m: float = 0.0, yaw_rad: float = 0.0, age_s: float = 0.0, now_s: float = NOW,
    covariance: Any = SURE,
) -> StampedPose:  # fmt: skip
    """Where localization says that the vehicle is."""
    return StampedPose(now_s - age_s, Pose2(x_m, y_m, yaw_rad), np.asarray(covariance))


def fenced(gate: Any, patrol_map: PatrolMap | None) -> Any:
    """A gate with the fence of a map."""
    return gate.SafetyGate(SPEC, gate.Fence(SPEC, patrol_map))


def ask(
    stage: Any, pose: StampedPose | None, command: Command = FORWARD, now_s: float = NOW,
    **base: Any,
) -> GateOutput:  # fmt: skip
    """One step of a gate."""
    given = dataclasses.replace(inputs(command, now_s=now_s, **base), pose=pose)
    output: GateOutput = stage.step(given, now_s)
    return output


def asked(
    gate: Any, patrol_map: PatrolMap | None, pose: StampedPose | None,
    command: Command = FORWARD, **base: Any,
) -> GateOutput:  # fmt: skip
    """One step of a new gate."""
    return ask(fenced(gate, patrol_map), pose, command, **base)


def nose_at(x_m: float) -> float:
    """Where base_link is when the front bumper is at x_m, heading east."""
    return x_m - SPEC.front_m


def curve(speed_mps: float, curvatures: Sequence[float] = (LOCK,)) -> Command:
    """A command on a bend."""
    return Command(speed_mps, speed_mps * curvatures[0])


def spread(sigma_m: float, turned_rad: float = 0.0, least_m: float = 0.0) -> Any:
    """A covariance whose longer axis is so long, and turned."""
    cos, sin = math.cos(turned_rad), math.sin(turned_rad)
    turn = np.array([[cos, -sin], [sin, cos]])
    full = np.zeros((3, 3))
    full[:2, :2] = turn @ np.diag([sigma_m**2, least_m**2]) @ turn.T
    return full


WALL = zone((30.0, -10.0), (40.0, 10.0))


def half_way_to(gap_m: float) -> float:
    """Where base_link is when the bumper is so far before the zone WALL."""
    return nose_at(30.0) - gap_m
