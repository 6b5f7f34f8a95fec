"""The keys of a scenario file; docs/simulation.md explains them to people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from navigation.planning.patrol_tour import TourOrder
from simulation.conditions import FOG_VISIBILITY_M, RAIN_MMPH, Conditions, Weather
from simulation.scenarios.cast import ActorEntry
from simulation.scenarios.events import Event, Fault
from simulation.scenarios.expectations import AnyExpectation
from simulation.scenarios.places import Place

MAX_PARKED_CARS = 2000
MAX_DURATION_S = 24 * 3600.0
MAX_VEHICLES = 8  # the first in full, the others light


class Perception(StrEnum):
    """How much of perception a vehicle runs."""

    HEARTBEAT = "heartbeat"  # says that it lives
    STAND_IN = "stand_in"  # the real pipeline over stand-in pictures: camera checks, no detector
    YOLO = "yolo"  # cameras are rendered, YOLO and every rule run


@dataclass(frozen=True, slots=True)
class VehicleEntry:
    """A vehicle: where it starts, and what it is ordered to do (nothing: it idles).

    `spec` is relative to the scenario file; none takes config/vehicles/goalie.yaml.
    """

    name: str = "goalie-01"
    spec: Path | None = None
    dock: str = ""
    start: Place | None = None
    heading_rad: float = 0.0  # from the edge of `start`
    battery_pct: float = 96.0
    checkpoints: tuple[str, ...] = ()
    order: TourOrder = TourOrder.GIVEN
    return_to_dock: bool = False
    nodes: tuple[int, ...] = ()
    ordered_at_s: float = 0.0  # when the order goes out; of light vehicles alone
    perception: Perception = Perception.HEARTBEAT

    def __post_init__(self) -> None:
        if bool(self.dock) == (self.start is not None):
            raise ValueError("dock: give either dock or start")
        if self.checkpoints and self.nodes:
            raise ValueError("nodes: give either checkpoints or nodes")
        if not 0 <= self.battery_pct <= 100:
            raise ValueError(f"battery_pct: {self.battery_pct:g} is outside [0, 100]")
        if not 0 <= self.ordered_at_s <= MAX_DURATION_S:
            raise ValueError(
                f"ordered_at_s: {self.ordered_at_s:g} is outside [0, {MAX_DURATION_S:g}]"
            )
        if self.return_to_dock and not (self.dock and self.checkpoints):
            raise ValueError("return_to_dock: needs dock and checkpoints")


@dataclass(frozen=True, slots=True)
class PitEntry:
    """Missing ground around a place: `size_m` is its length along the edge and its width."""

    name: str
    at: Place
    size_m: tuple[float, ...]
    depth_m: float
    water: bool = False  # gives light no echo

    def __post_init__(self) -> None:
        if len(self.size_m) != 2 or not all(0.05 <= side_m <= 100 for side_m in self.size_m):
            raise ValueError(
                f"size_m: {list(self.size_m)} is not a length and a width in [0.05, 100]"
            )
        if not 0.01 <= self.depth_m <= 10:
            raise ValueError(f"depth_m: {self.depth_m:g} is outside [0.01, 10]")


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """One scenario; `map` is relative to the file."""

    title: str
    map: Path
    vehicles: tuple[VehicleEntry, ...]
    hour_h: float = 12.0
    weather: Weather = Weather.CLEAR
    rain_mmph: float = RAIN_MMPH
    visibility_m: float = FOG_VISIBILITY_M
    seed: int = 0
    duration_s: float = 120.0
    parked_cars: int = 0
    gnss_shadow: bool = False  # houses hide satellites and reflect them
    actors: tuple[ActorEntry, ...] = ()
    pits: tuple[PitEntry, ...] = ()
    events: tuple[Event, ...] = ()
    faults: tuple[Fault, ...] = ()
    expect: tuple[AnyExpectation, ...] = ()
    gates: tuple[AnyExpectation, ...] = ()  # must hold in an expected failure too
    expected_failure: str = ""  # why it cannot pass yet; it then must not
    rehearses: str = ""  # the item of the outdoor-robot rehearsal that it stands for

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise ValueError("title: is empty; say in a sentence what must happen")
        if not 0 <= self.parked_cars <= MAX_PARKED_CARS:
            raise ValueError(f"parked_cars: {self.parked_cars} is outside [0, {MAX_PARKED_CARS}]")
        if not 1.0 <= self.duration_s <= MAX_DURATION_S:
            raise ValueError(f"duration_s: {self.duration_s:g} is outside [1, {MAX_DURATION_S:g}]")
        if not 1 <= len(self.vehicles) <= MAX_VEHICLES:
            raise ValueError(
                f"vehicles: {len(self.vehicles)} are listed, 1 to {MAX_VEHICLES} are possible;"
                " more drive with `sunra simulate fleet`"
            )
        if self.vehicles[0].ordered_at_s > 0:
            raise ValueError(
                "ordered_at_s: the first vehicle's order goes out at 0; give it a later one with"
                " an event of kind order"
            )
        _ = self.conditions  # checks its own ranges

    @property
    def conditions(self) -> Conditions:
        """Hour and weather."""
        return Conditions(self.hour_h, self.weather, self.rain_mmph, self.visibility_m)
