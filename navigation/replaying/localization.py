"""Localization over a tape: the same sensors through today's Localizer, pose for pose.

It starts from the first recorded pose, as sure of it as the record says; what the recorded one had
learnt before (wheel scale, gyro bias, the receiver's error) it has to learn anew. Where the
recorded one began anew, after a restart or where a person told it a place, this one does too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from navigation.localization.localizer import Localizer
from navigation.localization.outlines import Outlines
from navigation.replaying.compare import Difference, Outside, differing_faults, spans
from navigation.replaying.tape import Heard, Tape
from navigation.types import GnssFix, ImuSample, WheelOdometry
from patrol.faults import FaultKind
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2, Scan, StampedPose
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec

STAGE = "localization"
POSE, STATE = "/localization/odometry", "/localization/state"
NEEDED = ("/wheel/odometry", "/gnss/fix", POSE)
WARM_UP_S = 1.0
POSITION_BOUND_M = 0.25
HEADING_BOUND_RAD = math.radians(3.0)
FAULT_SLACK_S = 1.0  # two periods of /localization/state
LEAST_SIGMA_M, LEAST_SIGMA_RAD = 0.02, 0.01


@dataclass(frozen=True, slots=True)
class LocalizationReplay:
    """How localization's replay compares."""

    poses: int
    position_m: float  # largest differences
    heading_rad: float
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()  # where it began anew


def missing(tape: Tape) -> list[str]:
    """Topics without which there is nothing to compare."""
    counts = tape.counts
    return [topic for topic in NEEDED if not counts[topic]]


def replay_localization(tape: Tape, spec: VehicleSpec, town: PatrolMap) -> LocalizationReplay:
    """Run a new Localizer over the tape and compare."""
    poses_on_record = [item.value for item in tape.of(POSE)]
    localizer: Localizer | None = _localizer(
        next((p for p in poses_on_record if p.pose.is_finite), None), spec, town
    )
    begin_s = poses_on_record[0].stamp_s + WARM_UP_S
    seed_id, notes = next((i.value.seed_id for i in tape.of(STATE)), ""), list[str]()
    apart: list[Outside] = []
    turned: list[Outside] = []
    replayed: list[tuple[float, frozenset[FaultKind]]] = []
    recorded: list[tuple[float, frozenset[FaultKind]]] = []
    poses, position_m, heading_rad = 0, 0.0, 0.0
    for item in tape.heard:
        if item.topic == STATE and item.value.seed_id != seed_id:
            seed_id, localizer, begin_s = item.value.seed_id, None, item.stamp_s + WARM_UP_S
            notes.append(
                f"began anew at {item.stamp_s:.2f} s: compared again after {WARM_UP_S:g} s"
            )
        if localizer is None and item.topic == POSE and item.value.pose.is_finite:
            localizer = _localizer(item.value, spec, town)
        if localizer is not None:
            _hear(localizer, item)
        if item.topic == STATE and item.stamp_s >= begin_s:
            recorded.append((item.stamp_s, item.value.faults))
        if item.topic != POSE or item.stamp_s < begin_s or localizer is None:
            continue
        estimate = localizer.estimate(item.stamp_s)
        replayed.append((item.stamp_s, estimate.faults))
        if estimate.stamped is None:
            continue
        poses += 1
        was, now = item.value.pose, estimate.stamped.pose
        distance_m = math.hypot(was.x_m - now.x_m, was.y_m - now.y_m)
        angle_rad = abs(wrap_angle(was.yaw_rad - now.yaw_rad))
        position_m, heading_rad = max(position_m, distance_m), max(heading_rad, angle_rad)
        if not distance_m <= POSITION_BOUND_M:
            apart.append(Outside(item.stamp_s, _place(was), _place(now), distance_m))
        if not angle_rad <= HEADING_BOUND_RAD:
            headings = f"{was.yaw_rad:.3f}", f"{now.yaw_rad:.3f}"
            turned.append(Outside(item.stamp_s, *headings, angle_rad))
    differences = [
        *spans(STAGE, "position", "m", apart),
        *spans(STAGE, "heading", "rad", turned),
        *differing_faults(STAGE, recorded, replayed, FAULT_SLACK_S),
    ]
    return LocalizationReplay(poses, position_m, heading_rad, tuple(differences), tuple(notes))


def _place(pose: Pose2) -> str:
    return f"{pose.x_m:.2f}, {pose.y_m:.2f}"


def _localizer(first: StampedPose | None, spec: VehicleSpec, town: PatrolMap) -> Localizer:
    outlines = Outlines(building.polygon_map for building in town.buildings)
    if first is None:
        return Localizer(spec, town.origin, outlines=outlines)
    variances = first.covariance.diagonal()
    return Localizer(
        spec,
        town.origin,
        first.pose,
        start_sigma_m=max(LEAST_SIGMA_M, math.sqrt(max(0.0, variances[0], variances[1]))),
        start_sigma_rad=max(LEAST_SIGMA_RAD, math.sqrt(max(0.0, variances[2]))),
        outlines=outlines,
    )


def _hear(localizer: Localizer, item: Heard) -> None:
    if isinstance(item.value, WheelOdometry):
        localizer.add_odometry(item.value)
    elif isinstance(item.value, ImuSample):
        localizer.add_imu(item.value)
    elif isinstance(item.value, GnssFix):
        localizer.add_gnss(item.value)
    elif isinstance(item.value, Scan):
        localizer.add_scan(item.value)
