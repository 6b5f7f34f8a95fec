"""Subject: the vehicle of a scenario as its script and its witness see it, however it is run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from navigation.types import NavigationState
from patrol.faults import FaultKind
from patrol.geometry import Pose2
from patrol.incident import Incident
from simulation.mujoco.simulator import Simulator
from simulation.types import DriveCommand
from simulation.vehicle.library import LibraryVehicle


class Subject(Protocol):
    """A vehicle under test and the world that it is in; all of it is of this moment."""

    @property
    def simulator(self) -> Simulator:
        """The world, with the truth."""
        ...

    @property
    def now_s(self) -> float:
        """The vehicle's clock."""
        ...

    @property
    def drive(self) -> DriveCommand:
        """What the base is told."""
        ...

    @property
    def state(self) -> NavigationState:
        """What navigation said last."""
        ...

    @property
    def faults(self) -> frozenset[FaultKind]:
        """Everything open on the vehicle."""
        ...

    @property
    def latched(self) -> bool:
        """Whether the safety gate keeps it standing until a reset."""
        ...

    @property
    def estimate(self) -> Pose2 | None:
        """Where it believes to be."""
        ...

    @property
    def cross_track_m(self) -> float | None:
        """How far it truly is beside its path, to the left; None without one."""
        ...

    @property
    def incidents(self) -> Sequence[Incident]:
        """What perception has raised so far, in order."""
        ...

    def reset_gate(self) -> bool:
        """Somebody on site resets the gate's latch; False where it refuses."""
        ...


class LibrarySubject:
    """The product's libraries in lockstep, without ROS."""

    def __init__(self, vehicle: LibraryVehicle) -> None:
        self._vehicle = vehicle

    @property
    def simulator(self) -> Simulator:
        """The world, with the truth."""
        return self._vehicle.simulator

    @property
    def now_s(self) -> float:
        """The vehicle's clock."""
        return self._vehicle.now_s

    @property
    def drive(self) -> DriveCommand:
        """What the base is told."""
        return self._vehicle.drive

    @property
    def state(self) -> NavigationState:
        """What navigation said last."""
        return self._vehicle.state

    @property
    def faults(self) -> frozenset[FaultKind]:
        """Everything open on the vehicle."""
        return self._vehicle.faults

    @property
    def latched(self) -> bool:
        """Whether the safety gate keeps it standing until a reset."""
        return self._vehicle.gate_output.latched

    @property
    def estimate(self) -> Pose2 | None:
        """Where it believes to be."""
        estimate = self._vehicle.bus.estimate.value
        return estimate.stamped.pose if estimate and estimate.stamped else None

    @property
    def cross_track_m(self) -> float | None:
        """How far it truly is beside its path, to the left; None without one."""
        truth = self._vehicle.simulator.truth
        return self._vehicle.navigation.stack.cross_track_error_of(truth.pose)

    @property
    def incidents(self) -> Sequence[Incident]:
        """What perception has raised so far, in order."""
        return [incident for _, incident in self._vehicle.perception.incidents]

    def reset_gate(self) -> bool:
        """Somebody on site resets the gate's latch; False where it refuses."""
        return self._vehicle.gate.gate.reset()
