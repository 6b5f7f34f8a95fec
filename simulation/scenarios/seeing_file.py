"""The keys of a table of events and look-alikes; docs/simulation.md explains them to people."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from patrol.incident import AnomalyKind
from simulation.conditions import FOG_VISIBILITY_M, RAIN_MMPH, Weather
from simulation.scenarios.definitions import AnyDefinition
from simulation.scenarios.file import Perception
from simulation.scenarios.occurrences import Sight

MAX_SPEED_MPS = 1.39  # of a patrol among people


class Side(StrEnum):
    """Of the vehicle's line."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """A straight piece of way: edges in a row, and where along them scenes may be."""

    edges: tuple[int, ...]
    from_m: float
    to_m: float
    sides: tuple[Side, ...] = (Side.LEFT, Side.RIGHT)

    def __post_init__(self) -> None:
        if not self.edges:
            raise ValueError("edges: none are listed")
        if not 0 <= self.from_m <= self.to_m:
            raise ValueError(f"from_m: {self.from_m:g} to {self.to_m:g} is no stretch")
        if not self.sides:
            raise ValueError("sides: none are listed")


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when one scene is, with nothing left to draw.

    The vehicle is `standoff_m` (camera to scene, along the way) away when the event is due to be
    there, `needs_s` after the start, or has passed it by as much where that is negative; the
    scene's middle is `out_m` beside its line. `speed_mps` 0 is a vehicle that stands; it drives
    slower where the site is too short.
    """

    site: str
    hour_h: float = 12.0
    weather: Weather = Weather.CLEAR
    rain_mmph: float = RAIN_MMPH
    visibility_m: float = FOG_VISIBILITY_M
    needs_s: float = 8.0
    standoff_m: float = 6.0
    out_m: float = 2.4
    speed_mps: float = 0.0
    parked_cars: int = 0
    perception: Perception = Perception.HEARTBEAT

    def __post_init__(self) -> None:
        for name, low, high in (
            ("needs_s", 1.0, 600.0),
            ("standoff_m", -20.0, 40.0),
            ("out_m", -10.0, 30.0),
            ("speed_mps", 0.0, MAX_SPEED_MPS),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name}: {value:g} is outside [{low:g}, {high:g}]")


@dataclass(frozen=True, slots=True)
class TruthEntry:
    """What a scene is the truth about; without `who` its first actor."""

    definition: AnyDefinition
    who: tuple[str, ...] = ()
    sight: Sight = field(default_factory=Sight)
    within_m: float = 3.0


@dataclass(frozen=True, slots=True)
class KindKeys:
    """What a kind has besides the keys that its cases may replace.

    `reference_run`: the vehicle has reference views of the scene's place as it was before
    (`simulation.scenarios.reference_run`).
    """

    incident: AnomalyKind
    events: tuple[Any, ...]
    lookalikes: tuple[Any, ...]
    expected_failure: str = ""
    reference_run: bool = False
    lets: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (self.events and self.lookalikes):
            raise ValueError("events: a kind needs events and lookalikes")


@dataclass(frozen=True, slots=True)
class CaseKeys:
    """What an event or a look-alike has for itself; `fails` is why it cannot pass yet, by seed."""

    name: str
    fails: dict[str, str] = field(default_factory=dict)
    lets: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("name: must not be empty")
        for seed in self.fails:
            if not seed.isdecimal():
                raise ValueError(f"fails: {seed!r} is no seed")


@dataclass(frozen=True, slots=True)
class SeeingFile:
    """The keys of the table; `seeds` is how many are unfolded where nobody asks for others.

    `spec` is relative to the file; none takes config/vehicles/goalie.yaml.
    """

    title: str
    map: Path
    sites: dict[str, SiteEntry]
    kinds: tuple[Any, ...]
    seeds: int = 1
    spec: Path | None = None

    def __post_init__(self) -> None:
        if self.seeds < 1:
            raise ValueError(f"seeds: {self.seeds} must be at least 1")
