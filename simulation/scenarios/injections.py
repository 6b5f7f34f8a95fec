"""The ONE table of faults that a scenario can inject: what breaks, how, and who must notice.

`expects` is the fault that the vehicle must open (patrol.faults has its response); None where the
vehicle is to drive on as if nothing were. docs/simulation.md and the fault matrix read this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from patrol.faults import FaultKind


class Layer(StrEnum):
    """Where a fault comes in."""

    SENSOR = "sensor"  # between simulator and software
    BASE = "base"  # between software and wheels
    STAGE = "stage"  # a process
    LINK = "link"  # the radio and what is behind it
    MACHINE = "machine"  # clock, disk
    BODY = "body"  # forces on the chassis


@dataclass(frozen=True, slots=True)
class Injection:
    """One row; `size` is its default strength in `unit`."""

    layer: Layer
    target: str
    effect: str
    meaning: str
    expects: FaultKind | None = None
    size: float = 0.0
    unit: str = ""


_F = FaultKind
_ROWS: tuple[Injection, ...] = (
    # sensors
    Injection(Layer.SENSOR, "lidar", "lost", "no scan comes", _F.SCAN_STALE),
    Injection(Layer.SENSOR, "lidar", "frozen", "the last scan comes again with new stamps",
              _F.SCAN_FROZEN),
    Injection(Layer.SENSOR, "lidar", "biased", "every range is longer", None, 0.3, "m"),
    Injection(Layer.SENSOR, "lidar", "noisy", "white noise on every range", None, 0.05, "m"),
    Injection(Layer.SENSOR, "lidar", "covered", "every ray reads nothing", _F.SCAN_STALE),
    Injection(Layer.SENSOR, "ultrasonic", "lost", "no range comes", _F.ULTRASONIC_STALE),
    Injection(Layer.SENSOR, "ultrasonic", "frozen",
              "the last echo comes again; from this far where there was none",
              _F.ULTRASONIC_FROZEN, 2.0, "m"),
    Injection(Layer.SENSOR, "ultrasonic", "biased", "every range is longer", None, 0.1, "m"),
    Injection(Layer.SENSOR, "ultrasonic", "noisy", "white noise on every range", None, 0.05, "m"),
    Injection(Layer.SENSOR, "ultrasonic", "mad", "ranges that are no numbers",
              _F.ULTRASONIC_INVALID),
    Injection(Layer.SENSOR, "drop_ranger", "lost", "no range comes", _F.DROP_RANGER_STALE),
    Injection(Layer.SENSOR, "drop_ranger", "frozen", "the last range comes again",
              _F.DROP_RANGER_FROZEN),
    Injection(Layer.SENSOR, "drop_ranger", "blind", "the ground gives no echo", _F.DROP_AHEAD),
    Injection(Layer.SENSOR, "drop_ranger", "covered", "a lid is on every ranger",
              _F.DROP_RANGER_INVALID),
    Injection(Layer.SENSOR, "drop_ranger", "biased", "every range is longer", None, 0.05, "m"),
    Injection(Layer.SENSOR, "drop_ranger", "noisy", "white noise on every range", None, 0.01,
              "m"),
    Injection(Layer.SENSOR, "imu", "lost", "no sample comes"),
    Injection(Layer.SENSOR, "imu", "frozen", "the last sample comes again"),
    Injection(Layer.SENSOR, "imu", "biased", "the yaw rate is off", None, 0.05, "rad/s"),
    Injection(Layer.SENSOR, "imu", "noisy", "white noise on the yaw rate", None, 0.1, "rad/s"),
    Injection(Layer.SENSOR, "gnss", "lost", "no fix comes", _F.GNSS_LOST),
    Injection(Layer.SENSOR, "gnss", "frozen", "the last fix comes again", _F.LOCALIZATION_LOST),
    Injection(Layer.SENSOR, "gnss", "biased", "every fix is off to the north",
              _F.LOCALIZATION_LOST, 5.0, "m"),
    Injection(Layer.SENSOR, "gnss", "noisy", "white noise on every fix",
              _F.LOCALIZATION_LOST, 3.0, "m"),
    Injection(Layer.SENSOR, "odometry", "lost", "the base says nothing", _F.BASE_STALE),
    Injection(Layer.SENSOR, "odometry", "frozen", "speed and steering stay, the stamps go on"),
    Injection(Layer.SENSOR, "odometry", "biased", "the wheels read faster", None, 0.1, "share"),
    Injection(Layer.SENSOR, "odometry", "noisy", "white noise on the speed", None, 0.05, "m/s"),
    Injection(Layer.SENSOR, "camera", "lost", "no picture comes", _F.CAMERA_STALE),
    Injection(Layer.SENSOR, "camera", "frozen", "the last picture comes again", _F.CAMERA_BLIND),
    Injection(Layer.SENSOR, "camera", "covered", "every picture is black", _F.CAMERA_BLIND),
    Injection(Layer.SENSOR, "camera", "biased", "every picture is washed out", _F.CAMERA_BLIND),
    Injection(Layer.SENSOR, "camera", "noisy", "grain on every picture", None, 20.0, "grey"),
    Injection(Layer.SENSOR, "signal", "lost", "nobody tells what pedestrian lights show",
              _F.SIGNAL_UNKNOWN),
    Injection(Layer.SENSOR, "tilt", "biased", "the attitude reads a lean", _F.TILT, 0.5, "rad"),
    Injection(Layer.SENSOR, "battery", "sagging", "the charge reads lower",
              _F.BATTERY_CRITICAL, 91.0, "%"),
    Injection(Layer.SENSOR, "battery", "weak", "the charge reads lower", _F.BATTERY_LOW, 80.0,
              "%"),
    # the base
    Injection(Layer.BASE, "steering", "stuck", "the wheels stay as they are", _F.OFF_ROUTE),
    Injection(Layer.BASE, "motor", "runaway", "the base drives at this speed whatever it is told",
              None, 1.39, "m/s"),
    Injection(Layer.BASE, "motor", "dead", "the wheels do not turn", _F.NO_PROGRESS),
    Injection(Layer.BASE, "charger", "dead", "docks give no current", _F.DOCKING_FAILED),
    Injection(Layer.BASE, "charger", "missed", "at so many dockings the contacts do not touch",
              None, 1.0, "dockings"),
    Injection(Layer.BASE, "emergency_stop", "pressed", "the red button", _F.EMERGENCY_STOP),
    Injection(Layer.BASE, "bumper", "pressed", "somebody presses a safety edge", _F.BUMP),
    # processes
    Injection(Layer.STAGE, "navigation", "killed", "gone", _F.COMMAND_STALE),
    Injection(Layer.STAGE, "navigation", "hung", "alive and silent", _F.COMMAND_STALE),
    Injection(Layer.STAGE, "navigation", "slow", "every n-th cycle", _F.COMMAND_STALE, 10.0, "n"),
    Injection(Layer.STAGE, "navigation", "mad", "commands that are no numbers",
              _F.COMMAND_INVALID),
    Injection(Layer.STAGE, "navigation", "wild", "commands a bend to the left at full speed",
              _F.ZONE_BOUNDARY),
    Injection(Layer.STAGE, "localization", "killed", "gone", _F.LOCALIZATION_STALE),
    Injection(Layer.STAGE, "localization", "hung", "alive and silent", _F.LOCALIZATION_STALE),
    Injection(Layer.STAGE, "localization", "slow", "every n-th cycle", _F.LOCALIZATION_STALE,
              10.0, "n"),
    Injection(Layer.STAGE, "localization", "misplaced",
              "its memory is off to the north as it starts: it was moved while it was off",
              _F.LOCALIZATION_LOST, 15.0, "m"),
    Injection(Layer.STAGE, "gate", "killed", "gone: the base driver brakes"),
    Injection(Layer.STAGE, "gate", "hung", "alive and silent: the base driver brakes"),
    Injection(Layer.STAGE, "gate", "slow", "every n-th cycle", None, 10.0, "n"),
    Injection(Layer.STAGE, "perception", "killed", "gone", _F.PERCEPTION_LOST),
    Injection(Layer.STAGE, "perception", "hung", "alive and silent", _F.PERCEPTION_LOST),
    Injection(Layer.STAGE, "perception", "slow", "every n-th cycle", _F.PERCEPTION_LOST, 20.0,
              "n"),
    Injection(Layer.STAGE, "perception", "poseless", "sees no pose with its pictures",
              _F.PERCEPTION_POSE_STALE),
    Injection(Layer.STAGE, "client", "killed", "gone", _F.LINK_LOST),
    Injection(Layer.STAGE, "client", "hung", "alive and silent", _F.LINK_LOST),
    Injection(Layer.STAGE, "client", "slow", "every n-th cycle", None, 5.0, "n"),
    # the link
    Injection(Layer.LINK, "link", "lost", "nothing passes", _F.LINK_LOST),
    Injection(Layer.LINK, "link", "slow", "every message is late", None, 3.0, "s"),
    Injection(Layer.LINK, "link", "duplicating", "messages come twice", None, 1.0, "share"),
    Injection(Layer.LINK, "link", "reordering", "messages overtake each other", None, 2.0, "s"),
    Injection(Layer.LINK, "broker", "killed", "no connection", _F.LINK_LOST),
    Injection(Layer.LINK, "server", "killed", "nobody answers"),
    Injection(Layer.LINK, "weather", "bad", "the control room reports so much rain",
              _F.WEATHER_BAD, 20.0, "mm/h"),
    Injection(Layer.LINK, "weather", "severe", "the control room reports so much rain",
              _F.WEATHER_SEVERE, 40.0, "mm/h"),
    # the machine
    Injection(Layer.MACHINE, "clock", "jumped", "the vehicle's clock is set forward", None, 5.0,
              "s"),
    Injection(Layer.MACHINE, "clock", "set_back", "the vehicle's clock is set back", None, 5.0,
              "s"),
    Injection(Layer.MACHINE, "zone", "closed",
              "a keep-out zone across the way begins to hold, so far ahead of base_link",
              _F.KEEP_OUT_ZONE, 2.0, "m"),
    Injection(Layer.MACHINE, "disk", "full", "50 MB are left", _F.DISK_FULL),
    Injection(Layer.MACHINE, "power", "cut", "every process gone; at the end all are started anew",
              _F.RESTARTED),
    # the body
    Injection(Layer.BODY, "body", "pushed", "a shove from its right side", _F.PUSHED, 300.0,
              "N"),
    Injection(Layer.BODY, "body", "tilted", "somebody tilts it to its left", _F.TILT, 0.5, "rad"),
    Injection(Layer.BODY, "body", "lifted", "somebody carries it", _F.LIFTED, 0.3, "m"),
    Injection(Layer.BODY, "body", "stuck", "somebody holds it", _F.LOCALIZATION_LOST),
)  # fmt: skip

INJECTIONS: dict[str, Injection] = {f"{row.target}_{row.effect}": row for row in _ROWS}
