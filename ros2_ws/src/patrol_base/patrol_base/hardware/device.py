"""What the drivers share: a link, a fresh start at each opening of it, and a report."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from patrol_base.hardware.link import Link, LinkState, LinkTiming
from patrol_base.hardware.port import Port


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """A device by its name in the hardware file, and what it says of itself."""

    name: str
    state: LinkState
    reason: str  # what is wrong, for people; empty where nothing is
    identity: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, str] = field(default_factory=dict)


class Driver(ABC):
    """A device at the end of a line. Each driver adds its protocol and a `step` of one cycle."""

    name: ClassVar[str]  # in the hardware file

    def __init__(self, port: Port, timing: LinkTiming) -> None:
        self._link = Link(port, timing)
        self._identity: dict[str, str] = {}
        self._openings = self._link.openings
        self._begin()

    def state(self, now_s: float) -> LinkState:
        """How it stands with the device."""
        return self._link.state(now_s)

    def reason(self, now_s: float) -> str:
        """What is wrong, for people; empty where nothing is."""
        return self._link.reason(now_s)

    def report(self, now_s: float) -> DeviceReport:
        """Everything that is known of the device."""
        state, reason = self.state(now_s), self.reason(now_s)
        return DeviceReport(self.name, state, reason, dict(self._identity), self._readings())

    def close(self, now_s: float) -> None:
        """Leave the device safe and let go of its port."""
        self._link.close(discard=False)

    def _poll(self, now_s: float) -> bytes:
        """What arrived; where the line was opened anew, nothing from before holds any more."""
        data = self._link.poll(now_s)
        if self._link.openings != self._openings:
            self._openings = self._link.openings
            self._identity.clear()
            self._begin()
        return data

    @abstractmethod
    def _begin(self) -> None:
        """Forget whatever was true of the device on the line as it was opened before."""

    def _readings(self) -> dict[str, str]:
        """What the device measures, for people."""
        return {}
