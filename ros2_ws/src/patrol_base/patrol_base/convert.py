"""Velocity commands → drive commands, wheel motion → odometry, gate output → state; pure."""

from __future__ import annotations

import math

from patrol_interfaces.msg import SafetyState

from navigation.types import BaseStatus, Command, GateOutput, steering_for
from patrol.geodesy import wrap_angle
from patrol.geometry import Pose2
from patrol.vehicle import VehicleSpec
from patrol_ros.fault_names import names_of
from patrol_ros.stamps import header_of


def drive_for(
    command: Command | None, steering_rad: float, spec: VehicleSpec
) -> tuple[float, float]:
    """Speed (m/s) and steering (rad) of a command; None, a stale one, brakes with wheels kept."""
    if command is None or not command.is_finite:
        return 0.0, steering_rad
    wanted = steering_for(command, spec.wheelbase_m)
    if wanted is None:
        return 0.0, steering_rad
    limit = spec.max_steering_rad
    return command.speed_mps, max(-limit, min(limit, wanted))


def dead_reckon(pose: Pose2, status: BaseStatus, elapsed_s: float, wheelbase_m: float) -> Pose2:
    """The pose in `odom` after the wheels turned for a while (arc by its mean heading)."""
    distance = status.speed_mps * elapsed_s
    turn = distance * math.tan(status.steering_rad) / wheelbase_m
    heading = pose.yaw_rad + turn / 2
    return Pose2(
        pose.x_m + distance * math.cos(heading),
        pose.y_m + distance * math.sin(heading),
        wrap_angle(pose.yaw_rad + turn),
    )


def message_of_safety(output: GateOutput, base: BaseStatus | None, stamp_s: float) -> SafetyState:
    """The gate's state."""
    return SafetyState(
        header=header_of(stamp_s),
        latched=output.latched,
        speed_limit_mps=float(output.speed_limit_mps),
        nearest_obstacle_m=float(output.nearest_obstacle_m),
        emergency_stop=base is not None and base.emergency_stop,
        cut_power=output.cut_power,
        faults=names_of(output.faults),
    )
