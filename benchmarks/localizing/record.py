"""Drives of the simulated vehicle: what its sensors said in turn, and where it truly was."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from navigation.localization.localizer import Localizer
from navigation.localization.outlines import Outlines
from navigation.planning.patrol_tour import TourOrder
from navigation.types import GnssFix, ImuSample, LocalizationEstimate, WheelOdometry
from patrol.geometry import Pose2, Scan
from patrol.map import PatrolMap
from patrol.vehicle import VehicleSpec
from simulation.conditions import Weather
from simulation.props import Prism
from simulation.scenarios.load import load_scenario
from simulation.scenarios.runner import Run
from simulation.types import DriveCommand, SensorFrame
from simulation.vehicle.driving_stages import PARKED_SIGMA_M, PARKED_SIGMA_RAD
from simulation.vehicle.library import Tap

FRAMES_A_LOOK = 5  # estimates at 20 Hz, as on the vehicle

Sample = WheelOdometry | ImuSample | GnssFix | Scan


@dataclass(frozen=True, slots=True)
class Look:
    """A moment at which the estimate is asked for, with the truth."""

    stamp_s: float
    truth: Pose2


@dataclass
class Drive:
    """Samples and looks in the order in which they came."""

    name: str
    spec: VehicleSpec
    town: PatrolMap
    start: Pose2
    houses: Sequence[Prism]  # in three dimensions: what hides the sky
    events: list[Sample | Look] = field(default_factory=list)

    @property
    def looks(self) -> list[Look]:
        """The moments alone."""
        return [event for event in self.events if isinstance(event, Look)]

    def localizer(self, outlines: Outlines | None) -> Localizer:
        """One that begins as the vehicle's does: parked, about where it was left."""
        return Localizer(
            self.spec, self.town.origin, self.start, PARKED_SIGMA_M, PARKED_SIGMA_RAD,
            outlines=outlines,
        )  # fmt: skip


class _Recorder:
    """A tap that writes down what passes."""

    def __init__(self, inner: Tap, drive: Drive) -> None:
        self._inner, self._drive = inner, drive
        self._frames, self._wheels_s = 0, -math.inf

    def now_s(self, world_s: float) -> float:
        """As without it."""
        return self._inner.now_s(world_s)

    def drive(self, command: DriveCommand) -> DriveCommand:
        """As without it."""
        return self._inner.drive(command)

    def frame(self, frame: SensorFrame) -> SensorFrame:
        """As without it."""
        frame = self._inner.frame(frame)
        base, events = frame.base, self._drive.events
        if base.stamp_s != self._wheels_s:
            self._wheels_s = base.stamp_s
            events.append(WheelOdometry(base.stamp_s, base.speed_mps, base.steering_rad))
        events += [*frame.imu, *frame.gnss, *frame.scans]
        self._frames += 1
        if self._frames % FRAMES_A_LOOK == 0:
            events.append(Look(frame.stamp_s, frame.truth.pose))
        return frame


def record(
    name: str, file: Path, checkpoints: list[str] | None, duration_s: float,
    seed: int, gnss_shadow: bool, rain_mmph: float = 0.0,
) -> Drive:  # fmt: skip
    """Drive a scenario with all of the vehicle's software."""
    scenario = load_scenario(file).changed(checkpoints, TourOrder.BEST, duration_s)
    scenario = replace(scenario, seed=seed, gnss_shadow=gnss_shadow)
    if rain_mmph > 0.0:
        wet = replace(scenario.conditions, weather=Weather.RAIN, rain_mmph=rain_mmph)
        scenario = replace(scenario, conditions=wet)
    run = Run(scenario)
    drive = Drive(
        name, scenario.spec, scenario.patrol_map, run.vehicle.simulator.truth.pose,
        scenario.build_world().buildings,
    )  # fmt: skip
    run.vehicle.tap = _Recorder(run.vehicle.tap, drive)
    try:
        for _ in run.samples():
            pass
    finally:
        run.close()
    return drive


def replay(
    drive: Drive, localizer: Localizer, events: list[Sample | Look] | None = None
) -> Iterator[tuple[Look, LocalizationEstimate]]:
    """The estimate at each look, of samples as recorded or as changed."""
    for event in drive.events if events is None else events:
        if isinstance(event, Look):
            yield event, localizer.estimate(event.stamp_s)
        elif isinstance(event, WheelOdometry):
            localizer.add_odometry(event)
        elif isinstance(event, ImuSample):
            localizer.add_imu(event)
        elif isinstance(event, GnssFix):
            localizer.add_gnss(event)
        else:
            localizer.add_scan(event)
