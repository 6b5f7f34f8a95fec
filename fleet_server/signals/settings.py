"""Where a server fetches lights by itself (config/fleet.yaml, `signals`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fleet_server.sources import check_address

T_DATA = "https://t-data.seoul.go.kr/apig/apiman-gateway/tapi"
# An intersection's approaches as T-Data names them: north, north-east, … north-west.
DIRECTIONS = ("nt", "ne", "et", "se", "st", "sw", "wt", "nw")


@dataclass(frozen=True, slots=True)
class SeoulSignal:
    """Which of Seoul's pedestrian signals is which of the map's."""

    signal_id: str
    itst_id: str  # the intersection's number, in quotes
    direction: str

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise ValueError(f"direction: {self.direction!r} is none of: {', '.join(DIRECTIONS)}")
        for name in ("signal_id", "itst_id"):
            if not getattr(self, name):
                raise ValueError(f"{name}: is empty")


@dataclass(frozen=True, slots=True)
class SeoulConfig:
    """Seoul's T-Data: the services of signal phases (10119) and of remaining times (10120)."""

    key_file: Path  # holds the API key and nothing else
    signals: tuple[SeoulSignal, ...]
    phase_url: str = f"{T_DATA}/v2xSignalPhaseInformation/1.0"
    timing_url: str = f"{T_DATA}/v2xSignalPhaseTimingInformation/1.0"
    interval_s: float = 1.0  # two requests an intersection each time
    timeout_s: float = 1.5

    def __post_init__(self) -> None:
        if not self.signals:
            raise ValueError("signals: at least one is needed")
        for name in ("phase_url", "timing_url"):
            check_address(name, getattr(self, name))
        for name, low, high in (("interval_s", 0.2, 60.0), ("timeout_s", 0.2, 10.0)):
            if not low <= getattr(self, name) <= high:
                value = getattr(self, name)
                raise ValueError(f"{name}: {value:g} is outside [{low:g}, {high:g}]")
        ids = [signal.signal_id for signal in self.signals]
        twice = sorted({signal_id for signal_id in ids if ids.count(signal_id) > 1})
        if twice:
            raise ValueError(f"signals: signal_id given twice: {', '.join(twice)}")


@dataclass(frozen=True, slots=True)
class SignalsConfig:
    """Sources that the server asks; without any, the city posts."""

    seoul: SeoulConfig | None = None
