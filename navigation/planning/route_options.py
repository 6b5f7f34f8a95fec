"""What a route search is asked and what it answers, as values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum

from patrol.errors import PlanError
from patrol.vehicle import VehicleSpec


@dataclass(frozen=True, slots=True)
class RouteWeights:
    """What counts on an edge, in seconds of driving time; the sum is the edge's cost.

    A metre of climb takes m g joules whatever the slope, 0.98 kJ for 100 kg; a metre of descent
    is braked away. Raises PlanError for a weight below 0 or NaN, or where none is above 0.
    """

    time: float = 1.0  # seconds a second of driving
    distance: float = 0.0  # seconds a metre
    climb: float = 0.0  # seconds a metre of height gained
    descent: float = 0.0  # seconds a metre of height lost
    darkness: float = 0.0  # seconds a metre of way without lights
    exposure: float = 0.0  # seconds a metre shared with motor traffic

    def __post_init__(self) -> None:
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        for name, value in values.items():
            if not (math.isfinite(value) and value >= 0):
                raise PlanError(f"route weights: {name} {value} is not a number of 0 or more")
        if not any(values.values()):
            raise PlanError("route weights: all are 0; give at least one above 0")


class Minimise(StrEnum):
    """What the best route has least of."""

    TIME = "time"
    DISTANCE = "distance"
    SLOPE = "slope"  # climbing, and half as much descending
    DARKNESS = "darkness"
    EXPOSURE = "exposure"


# A metre of height as a minute, an unlit or a shared metre as about fourteen others (1.39 m/s).
PRESETS = {
    Minimise.TIME: RouteWeights(),
    Minimise.DISTANCE: RouteWeights(time=0.0, distance=1.0),
    Minimise.SLOPE: RouteWeights(climb=60.0, descent=30.0),
    Minimise.DARKNESS: RouteWeights(darkness=10.0),
    Minimise.EXPOSURE: RouteWeights(exposure=10.0),
}


class UTurns(StrEnum):
    """What becomes of turns sharper than 150 degrees."""

    PENALISED = "penalised"  # allowed at the cost of a long way about
    FORBIDDEN_WHERE_NARROW = "forbidden_where_narrow"  # only in one sweep; penalised there, too
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class RouteOptions:
    """What a search may use and what it minimises.

    `weights` go before `minimise`. `closures` closes edges by id, each with the words for it:
    "zone Z3, closed until 07:00". At an aware `when` only zones that hold then count; without it
    all do. With `turns_must_fit` turns that the vehicle's least radius cannot make in one sweep
    between the edges of the ways are forbidden.
    """

    closed_edge_ids: frozenset[int] = frozenset()
    spec: VehicleSpec | None = None
    minimise: Minimise = Minimise.TIME
    respect_keep_out: bool = True
    weights: RouteWeights | None = None
    closures: Mapping[int, str] = field(default_factory=dict)
    u_turns: UTurns = UTurns.PENALISED
    turns_must_fit: bool = False
    when: datetime | None = None

    @property
    def costs(self) -> RouteWeights:
        """The weights that hold."""
        return self.weights or PRESETS[self.minimise]


@dataclass(frozen=True, slots=True)
class Route:
    """A way through the map; a route of no edges stays at its only node."""

    node_ids: tuple[int, ...]
    edge_ids: tuple[int, ...]
    length_m: float
    duration_s: float
    u_turn_node_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """Where a vehicle stands and, if known, which way it faces (0 = east, counter-clockwise)."""

    node_id: int
    heading_rad: float | None = None
