"""Imu: sets an Xsens MTi up, checks how it is mounted, and gives samples in the vehicle's axes."""

from __future__ import annotations

import math

from navigation.types import BodyMotion, ImuSample
from patrol_base.hardware.config import ImuSpec
from patrol_base.hardware.device import Driver
from patrol_base.hardware.link import LinkTiming
from patrol_base.hardware.mounting import Mounting
from patrol_base.hardware.port import Port
from patrol_base.hardware.xsens import (
    Measurement,
    Message,
    Mid,
    XbusReader,
    encode,
    measurement_of,
    output_configuration,
)

RATE_HZ = 100
SILENT_AFTER_S = 0.15
ASK_EVERY_S = 0.2
CHECKED_BY = 50  # measurements at rest, half a second of them, that the mounting is judged by

# Asked for in this order after each opening; each is acknowledged by the next message id.
_SETUP = (
    (Mid.GO_TO_CONFIG, b""),
    (Mid.REQ_DEVICE_ID, b""),
    (Mid.REQ_FIRMWARE, b""),
    (Mid.SET_OUTPUT_CONFIGURATION, output_configuration(RATE_HZ)),
    (Mid.GO_TO_MEASUREMENT, b""),
)


class Imu(Driver):
    """Samples of a sensor that has been set up and whose mounting gravity agrees with."""

    name = "imu"

    def __init__(self, port: Port, spec: ImuSpec) -> None:
        self._mounting = Mounting(
            spec.mounting_roll_rad, spec.mounting_pitch_rad, spec.mounting_yaw_rad
        )
        self._last: ImuSample | None = None
        self.motion: BodyMotion | None = None  # of the last sample
        super().__init__(port, LinkTiming(SILENT_AFTER_S))

    def _begin(self) -> None:
        self._reader = XbusReader()
        self._asked_s = -math.inf
        self._done = 0  # of the setup
        self._is_checked = False
        self._resting: list[Measurement] = []
        self._counter: int | None = None

    def step(self, now_s: float) -> ImuSample | None:
        """One cycle: the mean of what came since the last; None where nothing usable came."""
        measurements = []
        data = self._poll(now_s)
        for message in self._reader.feed(data):
            measurement = self._take(message, now_s)
            if measurement is not None:
                measurements.append(measurement)
        if self._done < len(_SETUP) and now_s - self._asked_s >= ASK_EVERY_S:
            self._ask(now_s)
        if not measurements or not self._agrees(measurements):
            return None
        self._last = self._mounting.sample(measurements, now_s)
        self.motion = self._mounting.motion(measurements, now_s)
        return self._last

    def _readings(self) -> dict[str, str]:
        if self._last is None:
            return {}
        return {
            "roll_deg": f"{math.degrees(self._last.roll_rad):.1f}",
            "pitch_deg": f"{math.degrees(self._last.pitch_rad):.1f}",
            "yaw_rate_radps": f"{self._last.yaw_rate_radps:.4f}",
        }

    def _ask(self, now_s: float) -> None:
        self._asked_s = now_s
        self._link.send(encode(*_SETUP[self._done]), now_s)

    def _take(self, message: Message, now_s: float) -> Measurement | None:
        if message.mid == Mid.MT_DATA2:
            return self._measured(message, now_s)
        if message.mid in [mid for mid, _ in _SETUP]:
            self._link.echoed()
        elif message.mid == Mid.ERROR and self._done < len(_SETUP):
            code = message.data.hex() or "unknown"
            self._link.refusal = f"the sensor reports error {code}"
        elif message.mid == Mid.WAKE_UP:  # it has been switched off and on
            self._begin()
        elif self._done < len(_SETUP) and message.mid == _SETUP[self._done][0] + 1:
            self._acknowledged(message, now_s)
        return None

    def _acknowledged(self, message: Message, now_s: float) -> None:
        if message.mid == Mid.DEVICE_ID:
            self._identity["device_id"] = message.data.hex().upper()
        elif message.mid == Mid.FIRMWARE:
            self._identity["firmware"] = ".".join(str(byte) for byte in message.data[:3])
        self._link.heard(now_s)
        self._link.refusal = ""
        self._done += 1
        if self._done < len(_SETUP):
            self._ask(now_s)

    def _measured(self, message: Message, now_s: float) -> Measurement | None:
        measurement = measurement_of(message.data)
        if measurement is None or self._done < len(_SETUP):
            return None
        if measurement.counter == self._counter:
            return None  # a sensor that repeats itself has stopped measuring
        self._counter = measurement.counter
        self._link.heard(now_s)
        return measurement

    def _agrees(self, measurements: list[Measurement]) -> bool:
        """Whether the mounting is right; judged once after each opening, by gravity."""
        if self._is_checked:
            return True
        self._resting = [*self._resting, *measurements][-CHECKED_BY:]
        if len(self._resting) < CHECKED_BY:
            return False
        problem = self._mounting.problem(self._resting)
        if problem is None:
            return False
        self._link.refusal = problem
        self._is_checked = not problem
        return self._is_checked
