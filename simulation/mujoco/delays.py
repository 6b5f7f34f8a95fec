"""Dead times between a command and the drive and steering controllers that carry it out."""

from __future__ import annotations

from collections import deque
from typing import TypeVar

from patrol.vehicle import ActuationSpec
from simulation.types import DriveCommand

T = TypeVar("T")


class CommandDelay:
    """Hands each command on after the dead times; before the first ones, a parked vehicle's."""

    def __init__(self, spec: ActuationSpec, tick_s: float) -> None:
        rest = DriveCommand()
        self._speeds = deque([rest.speed_mps] * round(spec.drive_dead_time_s / tick_s))
        self._cuts = deque([rest.cut_power] * len(self._speeds))
        self._angles = deque([rest.steering_rad] * round(spec.steering_dead_time_s / tick_s))

    def step(self, command: DriveCommand) -> DriveCommand:
        """What reaches the controllers in this tick."""
        return DriveCommand(
            _shift(self._speeds, command.speed_mps),
            _shift(self._angles, command.steering_rad),
            _shift(self._cuts, command.cut_power),
        )


def _shift(line: deque[T], value: T) -> T:
    line.append(value)
    return line.popleft()
