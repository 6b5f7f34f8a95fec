"""FaultTap: what comes between the simulator and the vehicle's software in a scenario."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simulation.scenarios.sensor_faults import BREAKERS, Broken
from simulation.types import DriveCommand, SensorFrame


class FaultTap:
    """Breaks sensors, shifts the vehicle's clock; everything else passes untouched.

    `clock_offset_s` is the vehicle's clock minus the world's.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._broken: dict[str, Broken] = {}
        self.clock_offset_s = 0.0

    def break_sensor(self, injection: str, size: float) -> None:
        """A row of the injection table holds from now on."""
        rng = np.random.default_rng([self._seed, 61, *injection.encode()])
        self._broken[injection] = Broken(size, rng)

    def mend_sensor(self, injection: str) -> None:
        """It is over."""
        del self._broken[injection]

    def now_s(self, world_s: float) -> float:
        """The vehicle's clock."""
        return world_s + self.clock_offset_s

    def drive(self, command: DriveCommand) -> DriveCommand:
        """The command itself: a broken base is the simulator's business."""
        return command

    def frame(self, frame: SensorFrame) -> SensorFrame:
        """The readings with every fault that holds, by the vehicle's clock."""
        frame = self._restamped(frame)
        for injection, broken in self._broken.items():
            frame = BREAKERS[injection](frame, broken)
        return frame

    def _restamped(self, frame: SensorFrame) -> SensorFrame:
        offset_s = self.clock_offset_s
        if offset_s == 0.0:
            return frame
        return replace(
            frame,
            stamp_s=frame.stamp_s + offset_s,
            base=frame.base.shifted(offset_s),
            truth=replace(frame.truth, stamp_s=frame.truth.stamp_s + offset_s),
            scans=[replace(scan, stamp_s=scan.stamp_s + offset_s) for scan in frame.scans],
            imu=[replace(s, stamp_s=s.stamp_s + offset_s) for s in frame.imu],
            gnss=[replace(fix, stamp_s=fix.stamp_s + offset_s) for fix in frame.gnss],
            ranges=[replace(r, stamp_s=r.stamp_s + offset_s) for r in frame.ranges],
            drops=[replace(r, stamp_s=r.stamp_s + offset_s) for r in frame.drops],
            images=[replace(i, stamp_s=i.stamp_s + offset_s) for i in frame.images],
            signals=[replace(s, stamp_s=s.stamp_s + offset_s) for s in frame.signals],
        )
